import { describe, expect, it } from 'vitest';
import { currentFirst } from '../../../src/clients/key-vault-order.ts';
import type { SeenVersion } from '../../../src/core/observed.ts';

function version(name: string, createdAt: number, enabled = true): SeenVersion {
  return { version: name, createdAt, enabled, tags: {} };
}

const a = version('a', 1_000);
const b = version('b', 2_000);
const c = version('c', 2_000);

function names(versions: readonly SeenVersion[] | undefined): string | undefined {
  return versions?.map((one) => one.version).join('');
}

describe('currentFirst()', () => {
  it.each([
    ['by creation', [a, b], b, false, 'ba'],
    ['within one second by the unversioned read', [a, b, c], c, false, 'cba'],
    ['not at all when they disagree', [a, b], a, false, undefined],
    ['by the unversioned read when it has to be', [a, b], a, true, 'ab'],
    ['with a version that the list does not have yet', [a], b, true, 'ba'],
  ])('orders %s', (_, listed, newest, trusting, expected) => {
    const found = { kind: 'found', version: newest, hint: 'abc' } as const;
    expect(names(currentFirst(listed, found, trusting))).toBe(expected);
  });

  it('puts the disabled one first where readers are refused', () => {
    const disabled = version('d', 2_000, false);
    expect(names(currentFirst([b, disabled, a], { kind: 'disabled' }, false))).toBe('dba');
    expect(currentFirst([b, a], { kind: 'disabled' }, true)).toBeUndefined();
  });
});
