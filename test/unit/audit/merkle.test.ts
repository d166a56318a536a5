import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isUnderRoot, merklePath, merkleRoot } from '../../../src/audit/merkle.ts';

function digest(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** RFC 6962 section 2.1 in its own words: MTH(D[n]). */
function naiveRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return digest('');
  if (leaves.length === 1) return digest(Buffer.from([0]), leaves[0] ?? '');
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return digest(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** Section 2.1.1: PATH(m, D[n]). */
function naivePath(m: number, leaves: readonly string[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [low, high] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k
    ? [...naivePath(m, low), naiveRoot(high)]
    : [...naivePath(m - k, high), naiveRoot(low)];
}

const leavesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `leaf ${index} é`);
const counts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33];

describe('merkleRoot()', () => {
  it('is the hash of nothing over nothing', () => {
    expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('is the hash of a zero byte over one empty leaf', () => {
    expect(merkleRoot([''])).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it.each(counts)('is what the standard says, over %d leaves', (count) => {
    const leaves = leavesOf(count);
    expect(merkleRoot(leaves)).toBe(naiveRoot(leaves).toString('hex'));
  });

  it('tells a leaf from a node', () => {
    const [one, other] = [digest(Buffer.from([0]), 'a'), digest(Buffer.from([0]), 'b')];
    const asLeaf = Buffer.concat([one, other]).toString('latin1');
    expect(merkleRoot([asLeaf])).not.toBe(merkleRoot(['a', 'b']));
  });
});

describe('merklePath()', () => {
  it.each(counts)('is what the standard says, for each of %d leaves', (count) => {
    const leaves = leavesOf(count);
    for (const index of leaves.keys()) {
      const path = naivePath(index, leaves).map((one) => one.toString('hex'));
      expect(merklePath(leaves, index)).toEqual(path);
    }
  });
});

describe('isUnderRoot()', () => {
  it.each(counts)('takes each of %d leaves at its place, and nowhere else', (count) => {
    const leaves = leavesOf(count);
    const root = merkleRoot(leaves);
    for (const [index, line] of leaves.entries()) {
      const path = merklePath(leaves, index);
      const places = [...leaves.keys(), -1, count, 0.5, Number.NaN];
      const accepted = places.filter((place) =>
        isUnderRoot({ line, index: place, count, path }, root),
      );
      expect(accepted).toEqual([index]);
      expect(isUnderRoot({ line: `${line} `, index, count, path }, root)).toBe(false);
    }
  });

  it('refuses another count wherever that changes the way', () => {
    const leaves = leavesOf(5);
    const root = merkleRoot(leaves);
    const path = merklePath(leaves, 4);
    const line = leaves[4] ?? '';
    const accepted = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -5, 2 ** 40].filter((count) =>
      isUnderRoot({ line, index: 4, count, path }, root),
    );
    expect(accepted).toEqual([5]);
  });

  it('refuses every path but the one', () => {
    const leaves = leavesOf(7);
    const root = merkleRoot(leaves);
    const line = leaves[2] ?? '';
    const path = merklePath(leaves, 2);
    const [first = '', second = '', third = ''] = path;
    const others = [
      [],
      [first],
      [first, second],
      [second, first, third],
      [...path, third],
      [first, ...path],
      [first, second, third.toUpperCase()],
      [first, second, third.slice(0, 62)],
      [first, second, `${third}00`],
      [first, second, `${third}zz`],
      [first, second, `${third}\n`],
      [first, second, ` ${third}`],
      [first, second, 'not hex'],
      [first, second, first],
    ];
    for (const other of others) {
      expect(isUnderRoot({ line, index: 2, count: 7, path: other }, root)).toBe(false);
    }
    expect(isUnderRoot({ line, index: 2, count: 7, path }, root)).toBe(true);
    expect(isUnderRoot({ line, index: 2, count: 7, path }, root.toUpperCase())).toBe(false);
  });
});
