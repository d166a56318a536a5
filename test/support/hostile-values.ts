/** Values that nobody in their right mind sends: for properties of what reads foreign data. */
import fc from 'fast-check';
import { expect } from 'vitest';

/** Names that every object has, own or not. */
export const inheritedNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
] as const;

/** Texts with all that can go wrong with texts. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    'line\nbreak\r\n',
    '\u2028\u2029\u202e',
    '\u001b[31mred',
    '\ufeff',
    '../../etc',
    '.',
    '..',
    'a/b',
    '%00%2e%2e',
    "'; --",
    '{{7*7}}${7*7}',
    '-1',
    '1e999',
    'NaN',
    'null',
    '0001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.000Z',
    '9999-99-99',
    ...inheritedNames,
  ),
  fc.constantFrom(81, 201, 4_097, 20_000).map((length) => 'x'.repeat(length)),
);

/** Stands in a value for what no value can hold; {@link jsonText} writes it out. */
const marks = {
  '@@infinite@@': '1e999',
  '@@minus@@': '-0',
  '@@list-pit@@': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  '@@map-pit@@': `${'{"a":'.repeat(10_000)}0${'}'.repeat(10_000)}`,
} as const;

/** Any value that JSON can hold, wrong in most places. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, 0, -1, 0.5, 1e21, 2 ** 53) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(marks)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom([], {}, [[]], [null], [{}], { a: { b: 1 } }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...inheritedNames), hostileText)
      .map(([name, text]) => withMember({}, name, { [text]: text, polluted: true })),
  },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 3_000 }, () => ({ id: 'x' }))) },
);

/** The JSON text of a value, marks written out. */
export function jsonText(value: unknown): string {
  let text = JSON.stringify(value) ?? '';
  for (const [mark, instead] of Object.entries(marks)) {
    text = text.replaceAll(`"${mark}"`, instead);
  }
  return text;
}

type Path = readonly (string | number)[];

type Change =
  | {
      readonly kind: 'put' | 'add';
      readonly at: Path;
      readonly name: string;
      readonly value: unknown;
    }
  | { readonly kind: 'drop'; readonly at: Path };

/** A valid value with some of its parts replaced by other values, dropped or added; or as it is. */
export function mutated(
  valid: unknown,
  value: fc.Arbitrary<unknown> = hostileValue,
): fc.Arbitrary<unknown> {
  const paths = pathsOf(valid);
  const at = fc.constantFrom(...paths);
  const name = fc.oneof(hostileText, fc.constantFrom('id', 'value', 'error', 'data'));
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), at, name, value }),
    fc.record({ kind: fc.constant('add' as const), at, name, value }),
    fc.record({ kind: fc.constant('drop' as const), at }),
  );
  return fc
    .array(change, { maxLength: 3 })
    .map((changes) => changes.reduce(changed, structuredClone(valid)));
}

/** Texts where JSON is expected: of the good value, changed in places, cut off, or something else. */
export function hostileJson(good: unknown, ...words: readonly string[]): fc.Arbitrary<string> {
  const value = fc.oneof(hostileValue, fc.constantFrom('', ...words));
  const near = mutated(good, value).map(jsonText);
  const text = JSON.stringify(good);
  return fc.oneof(
    { weight: 8, arbitrary: near },
    { weight: 1, arbitrary: near.map((one) => one.slice(0, Math.floor(one.length * 0.7))) },
    { weight: 1, arbitrary: fc.oneof(hostileText, hostileValue.map(jsonText)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', `\ufeff${text}`, `${text}x`, `[${text}]`, ...words),
    },
  );
}

/** Where the parts of a value sit, itself included. */
function pathsOf(value: unknown, here: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [here];
  const below = Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...here, name]));
  return [here, ...below];
}

function changed(whole: unknown, change: Change): unknown {
  const last = change.at.at(-1);
  // Values are shared between cases: what is changed later must be a copy.
  const value = change.kind === 'drop' ? undefined : structuredClone(change.value);
  if (last === undefined) return change.kind === 'put' ? value : whole;
  const parent = change.at.slice(0, -1).reduce<unknown>(memberOf, whole);
  if (typeof parent !== 'object' || parent === null) return whole;
  if (change.kind === 'drop') Reflect.deleteProperty(parent, last);
  else if (change.kind === 'put') withMember(parent, last, value);
  else if (!Array.isArray(parent)) withMember(parent, change.name, value);
  return whole;
}

function memberOf(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string | number, unknown>)[name]
    : undefined;
}

/** Sets an own member, `__proto__` too. */
function withMember(target: object, name: string | number, value: unknown): object {
  const told = { value, enumerable: true, configurable: true, writable: true };
  return Object.defineProperty(target, name, told);
}

/** A value inside so many others. */
export function pitOf(depth: number, inner: unknown = 0): unknown {
  let value = inner;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Holds when nothing that was read has become a member of every object. */
export function expectUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.keys(Object)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}
