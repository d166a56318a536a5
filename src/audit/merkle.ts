/**
 * A Merkle tree over lines, as RFC 6962 section 2.1 builds it: one line can be shown to be under a
 * root without showing the others.
 */
import { hash } from 'node:crypto';

/** The root over no lines at all: SHA-256 of nothing. */
const emptyRoot = hash('sha256', '', 'hex');

/** The root over the lines, in hex. */
export function merkleRoot(lines: readonly string[]): string {
  return lines.length === 0 ? emptyRoot : rootOf(lines.map(leafOf)).toString('hex');
}

/** The hashes that lead from the line at `index` to the root, from below, in hex. */
export function merklePath(lines: readonly string[], index: number): readonly string[] {
  return pathOf(lines.map(leafOf), index).map((node) => node.toString('hex'));
}

/** The line that is claimed to be under the root, where it stands, and the way up. */
export interface Inclusion {
  readonly line: string;
  readonly index: number;
  /** Lines under the root. */
  readonly count: number;
  readonly path: readonly string[];
}

/** True when the path leads from the line to the root. */
export function isUnderRoot({ line, index, count, path }: Inclusion, root: string): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) return false;
  const steps = [...path];
  const climbed = climb(leafOf(line), index, count, steps);
  return climbed !== undefined && steps.length === 0 && climbed.toString('hex') === root;
}

/** Takes the steps that it needs from the top of the list: the last one is the highest. */
function climb(leaf: Buffer, index: number, count: number, steps: string[]): Buffer | undefined {
  if (count === 1) return leaf;
  const step = steps.pop();
  if (step === undefined || !/^[0-9a-f]{64}$/.test(step)) return undefined;
  const beside = Buffer.from(step, 'hex');
  const left = splitOf(count);
  if (index < left) {
    const below = climb(leaf, index, left, steps);
    return below && nodeOf(below, beside);
  }
  const below = climb(leaf, index - left, count - left, steps);
  return below && nodeOf(beside, below);
}

function pathOf(leaves: readonly Buffer[], index: number): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const left = splitOf(leaves.length);
  return index < left
    ? [...pathOf(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...pathOf(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only && leaves.length === 1) return only;
  const left = splitOf(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** The largest power of two below the count. */
function splitOf(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

function leafOf(line: string): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(line, 'utf8')]), 'buffer');
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer');
}
