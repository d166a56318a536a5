/**
 * Makes checkpoints: the heads of all chains, durable first, then a signed statement over them. Cut
 * off anywhere, the next try finishes what was begun: the same bytes lead to the same statement.
 */
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import { clockSkewMs } from '../core/limits.ts';
import { beginning, walkChain, type Place } from './chain-walk.ts';
import {
  bytesOf,
  chainsAmong,
  checkpointFiles,
  checkpointsAmong,
  readWhole,
  type AuditFiles,
  type CheckpointStore,
  type ListedChain,
} from './files.ts';
import { decodeHeads, encodeHeads, summaryOf, type ChainHead, type Heads } from './heads.ts';
import { encodeKey, keyFileName } from './key-file.ts';
import type { Signer } from './signer.ts';
import {
  decodeJws,
  encodeJws,
  isSignedBy,
  signingInput,
  statementOf,
  type SignedStatement,
} from './statement.ts';

/** Bytes of a file with heads that are read; some 200 for each chain. */
export const headsBytes = 64 * 1_024 * 1_024;
/** What the first statement names as the one before it. */
const noStatement = '0'.repeat(64);

/** Bytes of a statement's file. */
export const jwsBytes = 16_384;

export interface CheckpointParts {
  readonly files: AuditFiles;
  readonly store: CheckpointStore;
  readonly signer: Signer;
  /** Whose log it is. */
  readonly log: string;
  readonly build: string;
}

/** What came of a call. */
export type Checkpointed =
  | { readonly kind: 'not-due'; readonly number: number; readonly at: number }
  | {
      readonly kind: 'made';
      readonly number: number;
      /** The file with the statement: for the log workspace, a second hand that keeps it. */
      readonly jws: string;
      /** Chains whose bytes are not what Keeper wrote, or are gone, since when they were last good. */
      readonly broken: readonly ChainHead[];
    }
  /** What lies in storage contradicts what was signed. Nothing was made; a person must look. */
  | { readonly kind: 'contradiction'; readonly number: number; readonly what: Contradiction };

export type Contradiction =
  | 'heads-unreadable'
  | 'statement-unreadable'
  | 'statement-of-other-heads'
  | 'bad-signature'
  | 'gap'
  /** Heads that are there, unsigned, and that no checkpoint of Keeper's would have. */
  | 'heads-not-ours';

/** Finishes a checkpoint that was begun; makes the next when the last is older than `everyMs`. */
export async function makeCheckpoint(
  parts: CheckpointParts,
  { now, everyMs }: { readonly now: number; readonly everyMs: number },
): Promise<Result<Checkpointed>> {
  const listed = await parts.files.list('checkpoints');
  if (!listed.ok) return listed;
  const there = checkpointsAmong(listed.value);
  const newest = Math.max(0, ...there.keys());
  if (newest === 0) return begin(parts, undefined, now);
  if (there.size < newest) return success({ kind: 'contradiction', number: newest, what: 'gap' });
  if (there.get(newest)?.jws !== true) return finishFound(parts, newest, now);
  const last = await readCheckpoint(parts, newest);
  if (!last.ok) return last;
  if (typeof last.value === 'string') {
    return success({ kind: 'contradiction', number: newest, what: last.value });
  }
  const at = Date.parse(last.value.signed.statement.at);
  if (now - at < everyMs) return success({ kind: 'not-due', number: newest, at });
  return begin(parts, last.value, now);
}

interface Checkpoint {
  readonly heads: Heads;
  readonly signed: SignedStatement;
}

/** A published checkpoint, or what is wrong with it. */
async function readCheckpoint(
  { files, signer }: CheckpointParts,
  number: number,
): Promise<Result<Checkpoint | Contradiction>> {
  const names = checkpointFiles(number);
  const [headsRead, jwsRead] = await Promise.all([
    readWhole(files, names.heads, headsBytes),
    readWhole(files, names.jws, jwsBytes),
  ]);
  if (!headsRead.ok) return headsRead;
  if (!jwsRead.ok) return jwsRead;
  const text = headsRead.value?.toString('utf8') ?? '';
  const heads = decodeHeads(text);
  if (heads?.heading.number !== number) return success('heads-unreadable');
  const signed = decodeJws(jwsRead.value?.toString('utf8') ?? '');
  if (!signed) return success('statement-unreadable');
  const wanted = signingInput(statementOf(heads.heading, summaryOf(text, heads)), signed.kid);
  if (wanted !== Buffer.from(signed.input).toString('utf8')) {
    return success('statement-of-other-heads');
  }
  const key = await signer.readKey(signed.kid);
  if (!key.ok) return key;
  if (!key.value || !isSignedBy(signed, key.value)) return success('bad-signature');
  return success({ heads, signed });
}

/** Reads on from the last heads, and makes the next ones durable. */
async function begin(
  parts: CheckpointParts,
  last: Checkpoint | undefined,
  now: number,
): Promise<Result<Checkpointed>> {
  const chains = await headsNow(parts.files, last?.heads.chains ?? []);
  if (!chains.ok) return chains;
  const number = (last?.heads.heading.number ?? 0) + 1;
  const text = encodeHeads(
    {
      v: 1,
      kind: 'keeper-heads',
      number,
      at: new Date(now).toISOString(),
      log: parts.log,
      build: parts.build,
      prev: last?.signed.id ?? noStatement,
    },
    chains.value,
  );
  const created = await parts.store.create(checkpointFiles(number).heads, text);
  if (!created.ok) return created;
  // Somebody may have been faster: then theirs is finished, if it is one that we could have made.
  return created.value === 'created'
    ? finish(parts, number, text)
    : finishFound(parts, number, now);
}

/** Finishes what somebody else has begun, once it is known to be what Keeper would have begun. */
async function finishFound(
  parts: CheckpointParts,
  number: number,
  now: number,
): Promise<Result<Checkpointed>> {
  const read = await readWhole(parts.files, checkpointFiles(number).heads, headsBytes);
  if (!read.ok) return read;
  const text = read.value?.toString('utf8') ?? '';
  const heads = decodeHeads(text);
  if (heads?.heading.number !== number) {
    return success({ kind: 'contradiction', number, what: 'heads-unreadable' });
  }
  const last = number === 1 ? success(undefined) : await readCheckpoint(parts, number - 1);
  if (!last.ok) return last;
  if (typeof last.value === 'string') {
    return success({ kind: 'contradiction', number: number - 1, what: last.value });
  }
  const isOurs =
    continues(heads.heading, { parts, last: last.value, now }) &&
    namesAll(heads.chains, last.value?.heads.chains ?? []);
  const agrees = isOurs ? await agree(parts.files, heads.chains, last.value) : success(false);
  if (!agrees.ok) return agrees;
  return agrees.value
    ? finish(parts, number, text)
    : success({ kind: 'contradiction', number, what: 'heads-not-ours' });
}

/** Of this log, right behind the last statement, and made neither before it nor in the future. */
function continues(
  { prev, log, at }: Heads['heading'],
  { parts, last, now }: { parts: CheckpointParts; last: Checkpoint | undefined; now: number },
): boolean {
  return (
    log === parts.log &&
    prev === (last?.signed.id ?? noStatement) &&
    at >= (last?.signed.statement.at ?? '') &&
    Date.parse(at) <= now + clockSkewMs
  );
}

function namesAll(chains: readonly ChainHead[], before: readonly ChainHead[]): boolean {
  const names = new Set(chains.map((one) => one.chain));
  return before.every((one) => names.has(one.chain));
}

/**
 * True when each chain, read on from the last statement, stands where the heads say: the same entry at
 * the same place, and with the defect that they name. A place that is wrong would stop every checkpoint
 * to come.
 */
async function agree(
  files: AuditFiles,
  chains: readonly ChainHead[],
  last: Checkpoint | undefined,
): Promise<Result<boolean>> {
  const listed = await files.list('audit');
  if (!listed.ok) return listed;
  const there = new Map(chainsAmong(listed.value).map((one) => [one.registration, one]));
  const known = new Map(last?.heads.chains.map((one) => [one.chain, one]));
  for (const head of chains) {
    const before = known.get(head.chain);
    const chain = there.get(head.chain) ?? { registration: head.chain, parts: [], hasGap: false };
    const from = before ? placeOf(before, chain) : beginning;
    // What is defective goes nowhere from there; what is whole may have gone on meanwhile.
    const isWhole = head.defect === undefined;
    const walked = await walkChain(
      files,
      chain,
      from,
      (_entry, { seq }) => !isWhole || seq < head.entries,
    );
    if (!walked.ok) return walked;
    const { place, defect } = walked.value;
    const reached = isWhole && head.entries === from.seq ? from : place;
    if (!isAt(head, reached) || (!isWhole && defect?.defect !== head.defect)) return success(false);
  }
  return success(true);
}

function isAt(head: ChainHead, { seq, hash, blob, bytes, bytesBefore }: Place): boolean {
  return (
    head.entries === seq &&
    head.hash === hash &&
    head.blob === blob &&
    head.bytes === bytes &&
    // Heads that an older build began tell nothing of it.
    (head.bytesBefore ?? bytesBefore) === bytesBefore
  );
}

/** From durable heads, whose text this is, to a published statement. */
async function finish(
  parts: CheckpointParts,
  number: number,
  text: string,
): Promise<Result<Checkpointed>> {
  const names = checkpointFiles(number);
  const heads = decodeHeads(text);
  if (heads?.heading.number !== number) {
    return success({ kind: 'contradiction', number, what: 'heads-unreadable' });
  }
  const key = await parts.signer.currentKey();
  if (!key.ok) return key;
  const statement = statementOf(heads.heading, summaryOf(text, heads));
  const input = signingInput(statement, key.value.kid);
  const signature = await parts.signer.sign(key.value.kid, Buffer.from(input, 'utf8'));
  if (!signature.ok) return signature;
  const jws = encodeJws(input, signature.value);
  const signed = decodeJws(jws);
  if (!signed || !isSignedBy(signed, key.value)) return failure(unusable);
  const kept = await parts.store.create(keyFileName(key.value.kid), encodeKey(key.value));
  if (!kept.ok) return kept;
  const created = await parts.store.create(names.jws, jws);
  if (!created.ok) return created;
  const at = Date.parse(statement.at);
  // Somebody else was faster, and has told it.
  if (created.value === 'exists') return success({ kind: 'not-due', number, at });
  const broken = heads.chains.filter((one) => one.defect !== undefined);
  return success({ kind: 'made', number, jws: jws.trim(), broken });
}

/** A signature that does not verify is not published. */
const unusable: Fault = { kind: 'malformed', vendor: 'vault', code: 'signature' };

/** Where all chains stand. Each is read on from where it was last found good. */
async function headsNow(
  files: AuditFiles,
  before: readonly ChainHead[],
): Promise<Result<readonly ChainHead[]>> {
  const listed = await files.list('audit');
  if (!listed.ok) return listed;
  const heads: ChainHead[] = [];
  const known = new Map(before.map((one) => [one.chain, one]));
  for (const chain of withMissing(chainsAmong(listed.value), before)) {
    const last = known.get(chain.registration);
    const walked = await walkChain(files, chain, last ? placeOf(last, chain) : beginning);
    if (!walked.ok) return walked;
    const { place, defect } = walked.value;
    // An older build did not tell how long earlier parts were; while they are gone nobody knows.
    const isKnown = last?.bytesBefore !== undefined || chain.parts.length >= place.blob;
    heads.push({
      chain: chain.registration,
      entries: place.seq,
      hash: place.hash,
      blob: place.blob,
      bytes: place.bytes,
      ...(place.blob > 1 && isKnown ? { bytesBefore: place.bytesBefore } : {}),
      ...(defect ? { defect: defect.defect } : {}),
    });
  }
  return success(heads);
}

/** A chain that was there once, and is not listed, is told, not forgotten. */
function withMissing(
  listed: readonly ListedChain[],
  before: readonly ChainHead[],
): readonly ListedChain[] {
  const names = new Set(listed.map((one) => one.registration));
  const missing = before
    .filter((one) => !names.has(one.chain))
    .map((one): ListedChain => ({ registration: one.chain, parts: [], hasGap: false }));
  return [...listed, ...missing];
}

/** Where heads say that a chain stood. What an older build did not tell of it is as it is now. */
function placeOf(
  { entries, hash, blob, bytes, bytesBefore }: ChainHead,
  { parts }: ListedChain,
): Place {
  const before = bytesBefore ?? bytesOf(parts.slice(0, blob - 1));
  return { seq: entries, hash, blob, bytes, bytesBefore: before };
}
