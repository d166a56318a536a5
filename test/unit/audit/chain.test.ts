/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { decodeLines, encodeEntry, genesis, type Link } from '../../../src/audit/chain.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import { entryBytes } from '../../../src/core/limits.ts';

const at = Date.parse('2026-01-05T08:00:00.123Z');

const bodies: readonly EntryBody[] = [
  { kind: 'configuration', configuration: 'abc' },
  {
    kind: 'intent',
    id: 'i1',
    effect: { kind: 'add-credential', objectId: 'o1', endAt: at + 1_000 },
    deadlineAt: at + 60_000,
    worker: 'w',
    because: 'first',
  },
  { kind: 'outcome', intent: 'i1', result: 'done', facts: { keyId: 'k1', hint: 'abc', endAt: at } },
  {
    kind: 'observation',
    seen: { what: 'record-changed', connector: 'us/a', record: 'r', updatedAt: at },
  },
];

function chainOf(all: readonly EntryBody[]): string {
  let link: Link = genesis;
  let text = '';
  for (const body of all) {
    const made = encodeEntry(body, at, link);
    text += made.line;
    link = made.link;
  }
  return text;
}

/** A line whose hash is right, whatever it says; a member that is undefined is left out. */
function forged(members: Record<string, unknown>, newline = '\n'): string {
  const said = { v: 1, seq: 1, prev: genesis.hash, at: '2026-01-05T08:00:00.123Z', ...members };
  const unsigned = JSON.parse(JSON.stringify(said)) as Record<string, unknown>;
  return `${canonicalJson({ ...unsigned, hash: sha256(canonicalJson(unsigned)) })}${newline}`;
}

describe('a chain', () => {
  it('reads back what was written, instants and all', () => {
    const { entries, defect } = decodeLines(chainOf(bodies), genesis);
    expect(defect).toBeUndefined();
    expect(entries).toEqual(bodies.map((body, index) => ({ ...body, v: 1, seq: index + 1, at })));
  });

  it('is read on from any link', () => {
    const text = chainOf(bodies);
    const [first = ''] = text.split('\n');
    const { link } = decodeLines(`${first}\n`, genesis);
    expect(decodeLines(text.slice(first.length + 1), link).entries).toHaveLength(3);
  });

  it.each([
    ['no JSON', 'not json\n', 'not-json'],
    ['a JSON value that is no object', '42\n', 'wrong-shape'],
    ['a list', '[]\n', 'wrong-shape'],
    [
      'no instant',
      forged({ kind: 'configuration', configuration: 'c', at: undefined }),
      'wrong-shape',
    ],
    ['an unknown kind', forged({ kind: 'gossip' }), 'wrong-shape'],
    ['a kind of the prototype', forged({ kind: 'constructor' }), 'wrong-shape'],
    [
      'an intent without effect',
      forged({ kind: 'intent', id: 'i', because: 'due' }),
      'wrong-shape',
    ],
    [
      'an unknown effect',
      forged({
        kind: 'intent',
        id: 'i',
        because: 'due',
        deadlineAt: '2026-01-05T08:00:00.123Z',
        effect: { kind: 'delete-connector' },
      }),
      'wrong-shape',
    ],
    [
      'an unknown observation',
      forged({ kind: 'observation', seen: { what: 'a-ghost' } }),
      'wrong-shape',
    ],
    [
      'an instant that is none',
      forged({ kind: 'configuration', configuration: 'x', at: 'yesterday' }),
      'wrong-shape',
    ],
    ['a later format', forged({ v: 2, kind: 'configuration', configuration: 'x' }), 'newer-format'],
    [
      'another number',
      forged({ seq: 2, kind: 'configuration', configuration: 'x' }),
      'wrong-number',
    ],
    [
      'a link to elsewhere',
      forged({ prev: 'f'.repeat(64), kind: 'configuration', configuration: 'x' }),
      'broken-link',
    ],
    ['a changed member', chainOf(bodies).replace('"abc"', '"abd"'), 'wrong-hash'],
    [
      'a line end that is missing',
      forged({ kind: 'configuration', configuration: 'x' }, ''),
      'cut-off',
    ],
    ['spaces', chainOf(bodies).replace('{', '{ '), 'not-canonical'],
    [
      'a member twice',
      chainOf(bodies).replace('{', '{"at":"2020-01-01T00:00:00.000Z",'),
      'not-canonical',
    ],
    ['too many bytes', `${'x'.repeat(20_000)}\n`, 'too-long'],
    ['a pit of brackets', `${'['.repeat(8_000)}${']'.repeat(8_000)}\n`, 'wrong-shape'],
    ['a pit in an object', `{"a":${'['.repeat(8_000)}${']'.repeat(8_000)}}\n`, 'wrong-shape'],
    [
      'a number that no number can hold',
      `{"a":[1e400],"hash":"x","prev":"${genesis.hash}","seq":1,"v":1}\n`,
      'wrong-shape',
    ],
    ['nothing', 'null\n', 'wrong-shape'],
    ['an empty line', '\n', 'not-json'],
  ])('with %s is a defect, never an exception', (_, text, what) => {
    expect(decodeLines(text, genesis).defect).toEqual({ seq: 1, defect: what });
  });

  it('keeps what stands before a defect', () => {
    const text = `${chainOf(bodies)}garbage\n`;
    expect(decodeLines(text, genesis)).toMatchObject({
      entries: { length: 4 },
      defect: { seq: 5, defect: 'not-json' },
    });
  });

  it('begins after sixty-four zeros', () => {
    expect(genesis).toEqual({ seq: 0, hash: '0'.repeat(64) });
    expect(chainOf(bodies)).toContain(`"prev":"${'0'.repeat(64)}"`);
  });

  it('with nothing after a link stays there', () => {
    const link = { seq: 7, hash: 'h' };
    expect(decodeLines('', link)).toEqual({ entries: [], link });
  });

  it('writes instants as ISO 8601, however deep, and nothing else so', () => {
    const facts = {
      endAt: at,
      records: [{ id: 'r', updatedAt: at, reached: true }],
      lifetimeCapDays: 7,
    };
    const body: EntryBody = { kind: 'outcome', intent: 'i', result: 'done', facts };
    const { line, entry } = encodeEntry(body, at, genesis);
    expect(JSON.parse(line)).toMatchObject({
      at: '2026-01-05T08:00:00.123Z',
      seq: 1,
      v: 1,
      facts: {
        endAt: '2026-01-05T08:00:00.123Z',
        records: [{ updatedAt: '2026-01-05T08:00:00.123Z' }],
        lifetimeCapDays: 7,
      },
    });
    expect(decodeLines(line, genesis).entries).toEqual([entry]);
  });

  it('keeps a list of texts as it is', () => {
    const body: EntryBody = {
      kind: 'order',
      orderId: 'o',
      by: 'p',
      orderedAt: at,
      body: { kind: 'compromised', keyIds: ['k1', 'k2'], removeAt: at, endGrants: 'accept' },
      keyIds: ['k1', 'k2'],
    };
    const { line, entry } = encodeEntry(body, at, genesis);
    expect(line).toContain('"keyIds":["k1","k2"]');
    expect(decodeLines(line, genesis).entries).toEqual([entry]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no version', { v: undefined }],
    ['a version of text', { v: '2' }],
    ['an older version', { v: 0 }],
  ])('with %s is of the wrong shape', (_, members) => {
    const line = forged({ kind: 'configuration', configuration: 'x', ...members });
    expect(decodeLines(line, genesis).defect).toEqual({ seq: 1, defect: 'wrong-shape' });
  });

  it('may hold a member that is null', () => {
    const line = forged({ kind: 'configuration', configuration: 'x', more: null });
    expect(decodeLines(line, genesis).defect).toBeUndefined();
  });

  it('with a hash that is no text has the wrong hash', () => {
    const line = chainOf(bodies.slice(0, 1)).replace(/"hash":"[0-9a-f]+"/, '"hash":7');
    expect(decodeLines(line, genesis).defect?.defect).toBe('wrong-hash');
  });

  it('takes twelve levels, and no more', () => {
    const nested = (levels: number): unknown =>
      levels === 0 ? 1 : { a: nested(levels - 1), b: 0 };
    const deep = (levels: number): unknown =>
      decodeLines(
        forged({ kind: 'configuration', configuration: 'x', more: nested(levels) }),
        genesis,
      ).defect;
    expect(deep(11)).toBeUndefined();
    expect(deep(12)).toEqual({ seq: 1, defect: 'wrong-shape' });
  });

  it('takes an entry of exactly as many bytes as are allowed', () => {
    const configured = (length: number): EntryBody => ({
      kind: 'configuration',
      configuration: 'x'.repeat(length),
    });
    const rest = encodeEntry(configured(0), at, genesis).line.length;
    const { line, entry } = encodeEntry(configured(entryBytes - rest), at, genesis);
    expect(decodeLines(line, genesis).entries).toEqual([entry]);
    expect(() => encodeEntry(configured(entryBytes - rest + 1), at, genesis)).toThrow(
      `Cannot write an entry of ${entryBytes + 1} bytes: the bound is ${entryBytes}`,
    );
  });

  it('reads no line that is longer than the bound', () => {
    const defect = (length: number): unknown =>
      decodeLines(`${'x'.repeat(length)}\n`, genesis).defect?.defect;
    expect([defect(entryBytes), defect(entryBytes + 1)]).toEqual(['not-json', 'too-long']);
  });

  it('does not take an entry that is too long', () => {
    const body: EntryBody = { kind: 'configuration', configuration: 'x'.repeat(20_000) };
    expect(() => encodeEntry(body, at, genesis)).toThrow(RangeError);
  });
});
