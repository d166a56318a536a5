import { describe, expect, it } from 'vitest';
import { inOneCase } from '../../../src/core/guid.ts';

const guid = '0C5F7A1E-93D2-4B1F-8F5E-2B8A6F0D4C11';

describe('inOneCase()', () => {
  it('writes a guid in small letters', () => {
    expect(inOneCase(guid)).toBe('0c5f7a1e-93d2-4b1f-8f5e-2b8a6f0d4c11');
    expect(inOneCase(guid.toLowerCase())).toBe(guid.toLowerCase());
  });

  it.each([
    ['has something before it', `X${guid}`],
    ['has something behind it', `${guid}X`],
    ['has a digit too many', guid.replace('0C5F7A1E', '0C5F7A1EA')],
    ['has a letter that is no digit', guid.replace('93D2', '93DG')],
    ['has short groups', '0-9-4-8-2'],
    ['is a name', 'Contoso'],
  ])('leaves alone what %s', (_, id) => {
    expect(inOneCase(id)).toBe(id);
  });
});
