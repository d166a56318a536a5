/** The file with the heads of a checkpoint: docs/audit-format.md, section 4. */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { decodeHeads, encodeHeads, summaryOf, type ChainHead } from '../../../src/audit/heads.ts';

const heading = {
  v: 1,
  kind: 'keeper-heads',
  number: 1,
  at: '2026-11-02T08:00:00.000Z',
  log: 'log',
  build: 'build',
  prev: '0'.repeat(64),
} as const;
const head = { chain: 'a', entries: 1, hash: 'f'.repeat(64), blob: 1, bytes: 10 } as const;

/** Lines as they are, each with its newline. */
function fileOf(...values: readonly object[]): string {
  return values.map((one) => `${canonicalJson(one)}\n`).join('');
}

function namesIn(text: string): readonly string[] | undefined {
  return decodeHeads(text)?.chains.map((one) => one.chain);
}

describe('heads', () => {
  it('are read back as they were written, with the lines of chains', () => {
    const chains: readonly ChainHead[] = [head, { ...head, chain: 'b', defect: 'missing' }];
    const text = encodeHeads(heading, chains);
    expect(decodeHeads(text)).toEqual({
      heading,
      chains,
      lines: chains.map((one) => canonicalJson(one)),
    });
    expect(decodeHeads(encodeHeads(heading, []))).toEqual({ heading, chains: [], lines: [] });
  });

  it('are sorted by the code units of their names, whatever order they come in', () => {
    const names = ['1', '10', '2', 'A', 'Z', 'a', 'b', 'é', '😀', '\ufb33'];
    const chains = ['b', '10', '\ufb33', 'A', '1', 'é', '2', '😀', 'a', 'Z'].map((chain) => ({
      ...head,
      chain,
    }));
    expect(namesIn(encodeHeads(heading, chains))).toEqual(names);
    expect(namesIn(encodeHeads(heading, chains.toReversed()))).toEqual(names);
  });

  it('name each chain once, in their order', () => {
    const other = { ...head, chain: 'b' };
    expect(namesIn(fileOf(heading, head, other))).toEqual(['a', 'b']);
    expect(namesIn(fileOf(heading, other, head))).toBeUndefined();
    expect(namesIn(fileOf(heading, head, head))).toBeUndefined();
    expect(namesIn(fileOf(heading, head, { ...head, entries: 2 }))).toBeUndefined();
  });

  it.each([
    'not-json',
    'wrong-shape',
    'newer-format',
    'wrong-number',
    'broken-link',
    'wrong-hash',
    'not-canonical',
    'too-long',
    'cut-off',
    'missing',
    'shorter',
    'early-part',
    'grown',
  ] as const)('may tell the defect %s', (defect) => {
    const read = decodeHeads(encodeHeads(heading, [{ ...head, defect }]));
    expect(read?.chains).toEqual([{ ...head, defect }]);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no line', '\n'],
    ['no heading', fileOf(head)],
    ['a list', '[]\n'],
    ['a text', '"keeper-heads"\n'],
    ['no newline at the end', fileOf(heading, head).slice(0, -1)],
    ['an empty line at the end', `${fileOf(heading, head)}\n`],
    ['an empty line in between', fileOf(heading, head).replace('\n', '\n\n')],
    ['blanks', fileOf(heading, head).replace('{', '{ ')],
    ['other ends of lines', fileOf(heading, head).replaceAll('\n', '\r\n')],
    ['members in another order', `${JSON.stringify(heading)}\n${fileOf(head)}`],
    ['a number written otherwise', fileOf(heading, head).replace('"bytes":10', '"bytes":1e1')],
    ['a member twice', fileOf(heading, head).replace('"bytes":10', '"bytes":9,"bytes":10')],
    ['a line that is no JSON', `${fileOf(heading)}rubbish\n`],
    ['a line that is nothing', `${fileOf(heading)}null\n`],
  ])('with %s are none', (_, text) => {
    expect(decodeHeads(text)).toBeUndefined();
  });

  it.each<[keyof typeof heading | 'unsaid', readonly unknown[]]>([
    ['v', [2, '1', undefined]],
    ['kind', ['keeper-checkpoint', '', undefined]],
    ['number', [0, -1, 1.5, '1', 2 ** 53, undefined]],
    ['at', ['2026-11-02', 1_793_606_400_000, undefined]],
    ['log', [7, undefined]],
    ['build', [7, undefined]],
    ['prev', ['0'.repeat(63), 'F'.repeat(64), ['0'.repeat(64)], 0, undefined]],
    ['unsaid', ['something', null]],
  ])('have a heading whose %s is as it must be', (name, values) => {
    for (const value of values) {
      expect(decodeHeads(fileOf({ ...heading, [name]: value }, head)), String(value)).toBe(
        undefined,
      );
    }
  });

  it.each<[keyof ChainHead | 'unsaid', readonly unknown[]]>([
    ['chain', ['', 7, ['a'], undefined]],
    ['entries', [0, -1, 1.5, '1', undefined]],
    ['hash', ['f'.repeat(63), 'F'.repeat(64), ['f'.repeat(64)], 7, undefined]],
    ['blob', [0, 1.5, '1', undefined]],
    ['bytes', [-1, 0.5, '10', undefined]],
    // Before the first part there are none.
    ['bytesBefore', [0, 10]],
    ['defect', ['gossip', '', null, 7]],
    ['unsaid', ['something', null]],
  ])('have chains whose %s is as it must be', (name, values) => {
    for (const value of values) {
      expect(decodeHeads(fileOf(heading, { ...head, [name]: value })), String(value)).toBe(
        undefined,
      );
    }
  });

  it('may tell how many bytes were before, where the chain ends in a later part', () => {
    const later = { ...head, blob: 2 };
    const isRead = (bytesBefore: unknown): boolean =>
      decodeHeads(fileOf(heading, { ...later, bytesBefore })) !== undefined;
    expect([0, 10, undefined].map(isRead)).toEqual([true, true, true]);
    expect([-1, 0.5, '10', null].map(isRead)).toEqual([false, false, false, false]);
  });

  it('have zeros for the hash of no line, and no others', () => {
    const none = { ...head, entries: 0, bytes: 0 };
    expect(decodeHeads(fileOf(heading, none))).toBeUndefined();
    expect(decodeHeads(fileOf(heading, { ...none, hash: '0'.repeat(64) }))).toBeDefined();
  });
});

describe('summaryOf()', () => {
  it('counts chains, their entries, and those that are broken', () => {
    const text = encodeHeads(heading, [
      head,
      { ...head, chain: 'b', entries: 41, defect: 'shorter' },
    ]);
    const read = decodeHeads(text);
    if (!read) throw new Error('Cannot read');
    expect(summaryOf(text, read)).toMatchObject({
      heads: sha256(text),
      chains: 2,
      entries: 42,
      broken: 1,
    });
  });
});
