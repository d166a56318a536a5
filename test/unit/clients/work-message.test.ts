import { describe, expect, it } from 'vitest';
import { readWorkMessage } from '../../../src/clients/work-message.ts';

const message = { v: 1, registration: 'mail', cause: 'event' };

describe('readWorkMessage()', () => {
  it('reads a message of ours', () => {
    expect(readWorkMessage(message)).toEqual(message);
  });

  it.each([
    ['another version', { ...message, v: 2 }],
    ['a registration that could be a path', { ...message, registration: '../mail' }],
    ['an unknown cause', { ...message, cause: 'whim' }],
    ['a further member', { ...message, secret: 'x' }],
    ['text', 'mail'],
    ['nothing', undefined],
  ])('refuses %s', (_label, raw) => {
    expect(readWorkMessage(raw)).toBeUndefined();
  });
});
