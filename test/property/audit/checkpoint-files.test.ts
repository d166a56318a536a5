/** The two files of a checkpoint: read back as written, or not at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/audit/canonical.ts';
import {
  decodeHeads,
  encodeHeads,
  summaryOf,
  type ChainHead,
  type Heading,
} from '../../../src/audit/heads.ts';
import {
  decodeJws,
  encodeJws,
  isSignedBy,
  signingInput,
  statementOf,
} from '../../../src/audit/statement.ts';
import { logStartAt, testSigner } from '../../support/audit-log.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { hostileText, hostileValue, jsonText } from '../../support/hostile-values.ts';

const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z-]{0,8}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
);
const hash = fc.nat().map((number) => sha256(String(number)));
const heading: fc.Arbitrary<Heading> = fc.record({
  v: fc.constant(1 as const),
  kind: fc.constant('keeper-heads' as const),
  number: fc.integer({ min: 1, max: 99_999_999 }),
  at: fc.nat().map((offset) => new Date(logStartAt + offset).toISOString()),
  log: name,
  build: name,
  prev: hash,
});
const head: fc.Arbitrary<ChainHead> = fc.record(
  {
    chain: name,
    entries: fc.integer({ min: 1 }),
    hash,
    blob: fc.integer({ min: 1 }),
    bytes: fc.nat(),
    defect: fc.constantFrom('cut-off', 'missing', 'shorter', 'wrong-hash'),
  },
  { requiredKeys: ['chain', 'entries', 'hash', 'blob', 'bytes'] },
);
const chains = fc.uniqueArray(head, { selector: ({ chain }) => chain, maxLength: 6 });
const files = fc
  .tuple(heading, chains)
  .map(([first, rest]) => ({ first, rest, text: encodeHeads(first, rest) }));

const signer = testSigner();

/** A statement over heads, signed. */
async function signed(text: string): Promise<string> {
  const heads = decodeHeads(text);
  if (!heads) throw new Error('Cannot read the heads');
  const { kid } = signer.key;
  const input = signingInput(statementOf(heads.heading, summaryOf(text, heads)), kid);
  const signature = await signer.sign(kid, Buffer.from(input));
  if (!signature.ok) throw new Error('Cannot sign');
  return encodeJws(input, signature.value);
}

/** Lines as the text of a file. */
function whole(lines: readonly string[]): string {
  return lines.map((one) => `${one}\n`).join('');
}

/** One bit of a text's bytes turned. */
function turned(text: string, random: number): string {
  const bytes = Buffer.from(text);
  const place = random % (bytes.length * 7);
  // The eighth bit would make it no text.
  bytes[Math.floor(place / 7)] = (bytes[Math.floor(place / 7)] ?? 0) ^ (1 << (place % 7));
  return bytes.toString('utf8');
}

describe('decodeHeads()', () => {
  it(
    'reads back what encodeHeads() wrote, for any chains in any order',
    () => {
      fc.assert(
        fc.property(files, ({ first, rest, text }) => {
          const sorted = rest.toSorted((one, other) => (one.chain < other.chain ? -1 : 1));
          const lines = text.split('\n').slice(1, -1);
          expect(decodeHeads(text)).toEqual({ heading: first, chains: sorted, lines });
        }),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'never takes two texts for the same, for any changed bit',
    () => {
      fc.assert(
        fc.property(files, fc.nat(), ({ text }, random) => {
          const other = turned(text, random);
          const read = decodeHeads(other);
          // What still reads is other words, with another hash.
          if (read) expect(encodeHeads(read.heading, read.chains)).toBe(other);
          expect(sha256(other)).not.toBe(sha256(text));
        }),
        cases(300),
      );
    },
    patience(),
  );

  it(
    'takes no text with a line left out of its end, twice or in another place',
    () => {
      const many = fc.uniqueArray(head, { selector: ({ chain }) => chain, minLength: 2 });
      fc.assert(
        fc.property(heading, many, fc.nat(), (first, rest, random) => {
          const lines = encodeHeads(first, rest).split('\n').slice(0, -1);
          const index = 1 + (random % (lines.length - 2));
          const [line = '', next = ''] = lines.slice(index);
          expect(decodeHeads(whole(lines))).toBeDefined();
          expect(decodeHeads(whole(lines.toSpliced(index, 0, line)))).toBeUndefined();
          const swapped = lines.with(index, next).with(index + 1, line);
          expect(decodeHeads(whole(swapped))).toBeUndefined();
          expect(decodeHeads(whole(lines.slice(1)))).toBeUndefined();
          expect(decodeHeads(whole(lines).slice(0, -1))).toBeUndefined();
          expect(decodeHeads(`${whole(lines)}\n`)).toBeUndefined();
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'never throws, for any text',
    () => {
      const text = fc.oneof(hostileText, hostileValue.map(jsonText));
      fc.assert(
        fc.property(files, text, (made, line) => {
          expect(decodeHeads(line)).toBeUndefined();
          expect(decodeHeads(`${made.text}${line}\n`)).toBeUndefined();
          expect(decodeHeads(`${line}\n${made.text}`)).toBeUndefined();
        }),
        cases(150),
      );
    },
    patience(),
  );
});

describe('decodeJws()', () => {
  it(
    'reads back what was signed, for any heads',
    async () => {
      await fc.assert(
        fc.asyncProperty(files, async ({ first, rest, text }) => {
          const read = decodeJws(await signed(text));
          expect(read?.kid).toBe(signer.key.kid);
          const { number, at, log, build, prev } = first;
          expect(read?.statement).toMatchObject({ v: 1, kind: 'keeper-checkpoint', number, at });
          expect(read?.statement).toMatchObject({ log, build, prev, chains: rest.length });
          expect(read?.statement.heads).toBe(sha256(text));
          expect(read && isSignedBy(read, signer.key)).toBe(true);
        }),
        cases(40),
      );
    },
    patience(),
  );

  it(
    'takes no statement with any changed bit for one that is signed',
    async () => {
      const text = await signed(
        encodeHeads(
          {
            v: 1,
            kind: 'keeper-heads',
            number: 2,
            at: '2026-11-02T08:00:00.000Z',
            log: 'log',
            build: 'build',
            prev: '0'.repeat(64),
          },
          [],
        ),
      );
      fc.assert(
        fc.property(fc.nat(), (random) => {
          const read = decodeJws(turned(text, random));
          expect(read !== undefined && isSignedBy(read, signer.key)).toBe(false);
        }),
        cases(600),
      );
    },
    patience(),
  );

  it(
    'never throws, for any text, and takes none',
    () => {
      const part = fc.oneof(
        hostileText,
        hostileValue.map((value) => Buffer.from(jsonText(value)).toString('base64url')),
      );
      fc.assert(
        fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
          expect(decodeJws(`${parts.join('.')}\n`)).toBeUndefined();
        }),
        cases(150),
      );
    },
    patience(),
  );
});

describe('isSignedBy()', () => {
  it('does not take another key, nor one of another name, nor one that is no point', async () => {
    const read = decodeJws(
      await signed(
        encodeHeads(
          {
            v: 1,
            kind: 'keeper-heads',
            number: 1,
            at: '2026-11-02T08:00:00.000Z',
            log: 'log',
            build: 'build',
            prev: '0'.repeat(64),
          },
          [],
        ),
      ),
    );
    if (!read) throw new Error('Cannot read');
    const { key } = signer;
    const stranger = testSigner('stranger').key;
    expect(isSignedBy(read, key)).toBe(true);
    expect(isSignedBy(read, { ...key, x: stranger.x, y: stranger.y })).toBe(false);
    expect(isSignedBy(read, { ...key, kid: stranger.kid })).toBe(false);
    expect(isSignedBy(read, { ...key, y: key.x })).toBe(false);
    expect(isSignedBy({ ...read, signature: read.signature.subarray(1) }, key)).toBe(false);
  });
});
