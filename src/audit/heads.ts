/**
 * The first file of a checkpoint: where every chain stood. A heading, then a line for each chain, all
 * canonical JSON. Its bytes are durable before anything is signed, so the statement over them comes
 * out the same however often it is made.
 */
import { canonicalJson, sha256 } from './canonical.ts';
import type { ChainDefect } from './chain.ts';
import type { PartDefect } from './chain-walk.ts';
import { merkleRoot } from './merkle.ts';
import { hasOnly, isCount, isHash, isInstantText, isObject } from './shapes.ts';

/** What can be wrong behind the last good entry. */
export type WalkDefect = ChainDefect['defect'] | PartDefect['defect'];

const defects: ReadonlySet<WalkDefect> = new Set([
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
]);

/** The first line. */
export interface Heading {
  readonly v: 1;
  readonly kind: 'keeper-heads';
  /** From 1, without gaps. */
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  /** Whose log it is; the same in all checkpoints of a log. */
  readonly log: string;
  /** The build that made it. */
  readonly build: string;
  /** SHA-256 of the statement before; 64 zeros in the first. */
  readonly prev: string;
}

/** Where one chain stood. */
export interface ChainHead {
  readonly chain: string;
  /** Number and hash of the last entry that was read and found good. */
  readonly entries: number;
  readonly hash: string;
  /** Where it ends: the part, and the bytes up to there. */
  readonly blob: number;
  readonly bytes: number;
  /** Bytes of the parts before that one: where there are any, and the build was new enough to tell. */
  readonly bytesBefore?: number;
  /** What was wrong behind it, at the time. */
  readonly defect?: WalkDefect;
}

export interface Heads {
  readonly heading: Heading;
  readonly chains: readonly ChainHead[];
  /** The lines of the chains, without newlines: the leaves of the Merkle tree. */
  readonly lines: readonly string[];
}

/** The text of the file. Chains are sorted by name. */
export function encodeHeads(heading: Heading, chains: readonly ChainHead[]): string {
  const sorted = chains.toSorted((one, other) => (one.chain < other.chain ? -1 : 1));
  return [heading, ...sorted].map((one) => `${canonicalJson(one)}\n`).join('');
}

/** The file read back. `undefined`: it is not one, byte for byte. */
export function decodeHeads(text: string): Heads | undefined {
  if (!text.endsWith('\n')) return undefined;
  const [first = '', ...lines] = text.slice(0, -1).split('\n');
  const heading = parsed(first);
  if (!isHeading(heading)) return undefined;
  const chains: ChainHead[] = [];
  for (const line of lines) {
    const head = parsed(line);
    if (!isChainHead(head) || (chains.at(-1)?.chain ?? '') >= head.chain) return undefined;
    chains.push(head);
  }
  return encodeHeads(heading, chains) === text ? { heading, chains, lines } : undefined;
}

/** What the statement says of the file: its hash, the root over its chains, and the counts. */
export function summaryOf(
  text: string,
  { chains, lines }: Heads,
): { heads: string; root: string; chains: number; entries: number; broken: number } {
  return {
    heads: sha256(text),
    root: merkleRoot(lines),
    chains: chains.length,
    entries: chains.reduce((sum, one) => sum + one.entries, 0),
    broken: chains.filter((one) => one.defect !== undefined).length,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHeading(value: unknown): value is Heading {
  return (
    isObject(value) &&
    hasOnly(value, ['v', 'kind', 'number', 'at', 'log', 'build', 'prev']) &&
    value['v'] === 1 &&
    value['kind'] === 'keeper-heads' &&
    isCount(value['number'], 1) &&
    isInstantText(value['at']) &&
    typeof value['log'] === 'string' &&
    typeof value['build'] === 'string' &&
    isHash(value['prev'])
  );
}

function isChainHead(value: unknown): value is ChainHead {
  return (
    isObject(value) &&
    hasOnly(value, ['chain', 'entries', 'hash', 'blob', 'bytes', 'bytesBefore', 'defect']) &&
    typeof value['chain'] === 'string' &&
    value['chain'] !== '' &&
    isCount(value['entries'], 0) &&
    isHash(value['hash']) &&
    (value['entries'] !== 0 || value['hash'] === '0'.repeat(64)) &&
    isCount(value['blob'], 1) &&
    isCount(value['bytes'], 0) &&
    (value['bytesBefore'] === undefined ||
      (value['blob'] !== 1 && isCount(value['bytesBefore'], 0))) &&
    (value['defect'] === undefined || defects.has(value['defect'] as WalkDefect))
  );
}
