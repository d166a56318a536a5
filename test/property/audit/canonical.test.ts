/** Canonical JSON: one text for one value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/audit/canonical.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { inheritedNames } from '../../support/hostile-values.ts';

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(...inheritedNames, '', '1', '10', '2', 'é', '😀', '\ud800', '\uffff'),
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(name, fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.dictionary(name, fc.double()))),
);

/** The same by RFC 8785's own words: members by the UTF-16 code units of their names. */
function reference(one: unknown): string {
  if (Array.isArray(one)) return `[${one.map(reference).join(',')}]`;
  if (typeof one !== 'object' || one === null) return JSON.stringify(one);
  const members = Reflect.ownKeys(one) as string[];
  members.sort((a, b) => {
    const units = [...Array(Math.max(a.length, b.length)).keys()];
    const at = units.find((index) => a.charCodeAt(index) !== b.charCodeAt(index));
    if (at === undefined) return 0;
    if (at >= a.length) return -1;
    return at >= b.length ? 1 : a.charCodeAt(at) - b.charCodeAt(at);
  });
  const told = one as Record<string, unknown>;
  return `{${members.map((key) => `${JSON.stringify(key)}:${reference(told[key])}`).join(',')}}`;
}

/** The same value with its members in another order. */
function turned(one: unknown): unknown {
  if (Array.isArray(one)) return one.map(turned);
  if (typeof one !== 'object' || one === null) return one;
  return Object.fromEntries(
    Object.entries(one)
      .toReversed()
      .map(([key, member]) => [key, turned(member)]),
  );
}

describe('canonicalJson()', () => {
  it(
    'is what the reference writes, for any value',
    () => {
      fc.assert(
        fc.property(value, (one) => {
          const finite: unknown = JSON.parse(JSON.stringify(one));
          expect(canonicalJson(finite)).toBe(reference(finite));
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'is the text of what it says, for any value',
    () => {
      fc.assert(
        fc.property(value, (one) => {
          const finite: unknown = JSON.parse(JSON.stringify(one));
          const text = canonicalJson(finite);
          expect(JSON.parse(text)).toEqual(finite);
          expect(canonicalJson(JSON.parse(text))).toBe(text);
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'does not depend on the order of members, for any value',
    () => {
      fc.assert(
        fc.property(value, (one) => {
          const finite: unknown = JSON.parse(JSON.stringify(one));
          expect(canonicalJson(turned(finite))).toBe(canonicalJson(finite));
        }),
        cases(150),
      );
    },
    patience(),
  );
});
