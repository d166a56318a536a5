/** What must hold of the reading of any `keeper.yaml`, and texts that nobody should write there. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseDesired } from '../../src/config/desired-file.ts';
import { describeErrors } from '../../src/config/finding.ts';
import { validFile } from '../unit/config/valid-file.ts';
import { hostileText, inheritedNames } from './hostile-values.ts';

/** Holds every error against the text: it lies inside, is one line, and is in order. */
export function expectSound(text: string): void {
  const parsed = parseDesired(text, '');
  if (parsed.ok) return;
  const lines = text.split('\n');
  expect(parsed.errors.length).toBeGreaterThan(0);
  for (const { line, column, message, instead } of parsed.errors) {
    const length = lines[line - 1]?.length ?? -1;
    const isInside = line >= 1 && column >= 1 && column <= length + 1;
    if (!isInside) expect.fail(`${line}:${column} is not inside of the text`);
    if (message === '' || instead === '') expect.fail(`${line}:${column} says nothing`);
  }
  const places = parsed.errors.map(({ line, column }) => line * 1e6 + column);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  const described = describeErrors('keeper.yaml', parsed.errors);
  expect(described.split(/[\n\r\u2028\u2029]/)).toHaveLength(parsed.errors.length);
}

/** A text that doubles itself with each line, by aliases. */
function bomb(levels: number): string {
  const lines = Array.from({ length: levels }, (_, level) => {
    const before = level === 0 ? '"lol"' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array(9).fill(before).join(', ')}]`;
  });
  return `${lines.join('\n')}\nregistrations: *a${levels - 1}\n`;
}

/** Ways in which YAML surprises. */
const trick = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map(bomb),
  fc.constantFrom(
    'registrations: &a {x: *a}\n',
    'registrations: &a\n  <<: *a\n',
    '? {a: 1}\n: 2\n',
    '? [a]\n: 2\n',
    '1: 2\ntrue: 3\nnull: 4\n',
    'registrations: !!python/object/apply:os.system ["true"]\n',
    'registrations: !!binary aGVsbG8=\n',
    'registrations: !!js/function "() => 1"\n',
    'registrations: !<tag:yaml.org,2002:map> {}\n',
    'registrations:\n\tcalendar: x\n',
    '%YAML 9.9\n---\nregistrations: {}\n',
    '--- a\n--- b\n...\nc',
    'registrations: |\n  text\n',
    'registrations: 0x1F\n',
    'registrations: 2026-01-01\n',
    'registrations: .inf\n',
    '\u0000',
    '\ufeff\ufeff',
    'a: "\\ud800"',
    `a: ${'['.repeat(3_000)}`,
    `${'- '.repeat(3_000)}a`,
    `${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`,
    `${'? '.repeat(2_000)}a`,
    `${'a: &a '.repeat(500)}1`,
  ),
  fc.constantFrom(...inheritedNames).map((name) => `registrations:\n  ${name}: {}\n`),
  fc.constantFrom(...inheritedNames).map((name) => validFile.replace('calendar:', `${name}:`)),
  fc.constantFrom(...inheritedNames).map((name) => validFile.replace('region:', `${name}:`)),
  fc
    .tuple(fc.constantFrom('calendar', 'displayName', 'permissions'), fc.nat(40))
    .map(([key, at]) => doubled(key, at)),
);

function doubled(key: string, at: number): string {
  const lines = validFile.split('\n');
  const line = lines.find((one) => one.includes(`${key}:`)) ?? '';
  return lines.toSpliced(at % lines.length, 0, line).join('\n');
}

/** Tricks, alone or with something else around them. */
export const trickyFile = fc
  .tuple(fc.constantFrom('', '# a\n', validFile), trick, fc.oneof(fc.constant(''), hostileText))
  .map((parts) => parts.join(''));

/** A file of any bytes, read as text. */
export const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc
    .tuple(fc.nat(validFile.length), fc.uint8Array({ minLength: 1, maxLength: 6 }))
    .map(([at, bytes]) => {
      const whole = Buffer.from(validFile);
      whole.set(bytes.subarray(0, whole.length - at), Math.min(at, whole.length));
      return whole.toString('utf8');
    }),
);
