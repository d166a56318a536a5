/** Verifies all checkpoints of a log in order: files, links, signatures; and what they say of chains. */
import { success, type Result } from '../core/fault.ts';
import { headsBytes, jwsBytes } from './checkpoint.ts';
import { checkpointFiles, checkpointsAmong, readWhole, type AuditFiles } from './files.ts';
import { decodeHeads, summaryOf, type Heads } from './heads.ts';
import type { PublicKey } from './signer.ts';
import {
  decodeJws,
  isSignedBy,
  signingInput,
  statementOf,
  type SignedStatement,
} from './statement.ts';
import type { Mark, StatementFault, StatementFinding } from './verdict.ts';

/** The keys that a reader trusts. */
export type KeyOf = (kid: string) => Promise<Result<PublicKey | undefined>>;

export interface ReviewedStatements {
  readonly good: number;
  readonly first: SignedStatement | undefined;
  readonly last: SignedStatement | undefined;
  readonly faults: readonly StatementFinding[];
  readonly keys: readonly string[];
  /** Signed words about each chain, by registration, in order. A word that says nothing new is left out. */
  readonly marks: ReadonlyMap<string, readonly Mark[]>;
}

/** Reads every checkpoint once. Only what is good leaves marks. */
export async function reviewStatements(
  files: AuditFiles,
  keyOf: KeyOf,
): Promise<Result<ReviewedStatements>> {
  const listed = await files.list('checkpoints');
  if (!listed.ok) return listed;
  const there = checkpointsAmong(listed.value);
  const newest = Math.max(0, ...there.keys());
  const review = blankReview();
  for (let number = 1; number <= newest; number += 1) {
    const has = there.get(number);
    if (!has?.jws || !has.heads) {
      // The newest may be half made: durable, and not yet signed.
      const isBegun = number === newest && has?.heads === true;
      review.faults.push({ number, fault: isBegun ? 'not-published' : 'missing' });
      continue;
    }
    const read = await readOne(files, number, keyOf);
    if (!read.ok) return read;
    take(review, number, read.value);
  }
  const { marks, keys, ...rest } = review;
  return success({ ...rest, keys: [...keys], marks });
}

interface Review {
  good: number;
  first: SignedStatement | undefined;
  last: SignedStatement | undefined;
  faults: StatementFinding[];
  keys: Set<string>;
  marks: Map<string, Mark[]>;
}

function blankReview(): Review {
  return {
    good: 0,
    first: undefined,
    last: undefined,
    faults: [],
    keys: new Set(),
    marks: new Map(),
  };
}

type ReadOne = StatementFault | { readonly heads: Heads; readonly signed: SignedStatement };

async function readOne(files: AuditFiles, number: number, keyOf: KeyOf): Promise<Result<ReadOne>> {
  const names = checkpointFiles(number);
  const headsRead = await readWhole(files, names.heads, headsBytes);
  if (!headsRead.ok) return headsRead;
  const jwsRead = await readWhole(files, names.jws, jwsBytes);
  if (!jwsRead.ok) return jwsRead;
  const text = headsRead.value?.toString('utf8') ?? '';
  const heads = decodeHeads(text);
  if (heads?.heading.number !== number) return success('heads-unreadable');
  const signed = decodeJws(jwsRead.value?.toString('utf8') ?? '');
  if (!signed) return success('statement-unreadable');
  const wanted = signingInput(statementOf(heads.heading, summaryOf(text, heads)), signed.kid);
  if (wanted !== Buffer.from(signed.input).toString('utf8')) return success('other-heads');
  const key = await keyOf(signed.kid);
  if (!key.ok) return key;
  if (!key.value) return success('unknown-key');
  return success(isSignedBy(signed, key.value) ? { heads, signed } : 'bad-signature');
}

function take(review: Review, number: number, read: ReadOne): void {
  const fault = typeof read === 'string' ? read : linkFault(review, number, read);
  if (fault !== undefined) review.faults.push({ number, fault });
  if (typeof read === 'string' || fault === 'other-log') return;
  // A statement with a broken link is signed all the same: its word about chains counts.
  review.good += fault === undefined ? 1 : 0;
  review.first ??= read.signed;
  review.last = read.signed;
  review.keys.add(read.signed.kid);
  mark(review, number, read.heads);
}

function linkFault(
  { last, marks }: Review,
  number: number,
  { signed: { statement }, heads }: Exclude<ReadOne, string>,
): StatementFault | undefined {
  if (last && statement.log !== last.statement.log) return 'other-log';
  const names = new Set(heads.chains.map((one) => one.chain));
  if ([...marks.keys()].some((name) => !names.has(name))) return 'chain-left-out';
  if (number === 1) return /^0+$/.test(statement.prev) ? undefined : 'broken-link';
  if (!last || last.statement.number !== number - 1) return undefined; // Told of the one before.
  if (statement.prev !== last.id) return 'broken-link';
  return statement.at < last.statement.at ? 'earlier-than-before' : undefined;
}

function mark({ marks }: Review, number: number, { heading, chains }: Heads): void {
  for (const { chain, entries, hash } of chains) {
    const known = marks.get(chain) ?? [];
    marks.set(chain, known);
    const before = known.at(-1);
    const isSame = before?.seq === entries && before.hash === hash;
    const firstNumber = isSame ? before.firstNumber : number;
    // Saying the same again only moves the date up to which it holds.
    if (isSame) known.pop();
    known.push({ number, firstNumber, at: heading.at, seq: entries, hash });
  }
}
