/** Makes receipts: finds the rotation in its chain, and the statement that covers it. */
import type { Entry } from '../core/entry.ts';
import { success, type Result } from '../core/fault.ts';
import type { Link } from './chain.ts';
import { beginning, walkChain } from './chain-walk.ts';
import { headsBytes, jwsBytes } from './checkpoint.ts';
import { chainsAmong, checkpointFiles, readWhole, type AuditFiles } from './files.ts';
import { decodeHeads } from './heads.ts';
import { encodeKey } from './key-file.ts';
import { eachLine } from './lines.ts';
import { merklePath } from './merkle.ts';
import { namesCredential, type Receipt } from './receipt.ts';
import { reviewStatements, type KeyOf } from './review-statements.ts';
import { decodeJws } from './statement.ts';
import type { Mark } from './verdict.ts';

export type Made =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'unknown-credential' }
  /** The log does not hold up to there, or no statement covers the credential yet. */
  | { readonly kind: 'not-proved' };

/** Makes the receipt of one credential's rotation. Reads chains until one names the credential. */
export async function makeReceipt(
  files: AuditFiles,
  keyOf: KeyOf,
  keyId: string,
): Promise<Result<Made>> {
  const listed = await files.list('audit');
  if (!listed.ok) return listed;
  const statements = await reviewStatements(files, keyOf);
  if (!statements.ok) return statements;
  for (const chain of chainsAmong(listed.value)) {
    const { registration } = chain;
    const gathered = gathering(keyId);
    const walked = await walkChain(files, chain, beginning, gathered.take);
    if (!walked.ok) return walked;
    if (gathered.firstSeq === undefined) continue;
    const marks = statements.value.marks.get(registration) ?? [];
    const mark = markFor(marks, gathered);
    if (!mark) return success({ kind: 'not-proved' });
    return bind(files, keyOf, {
      registration,
      keyId,
      mark,
      range: { from: gathered.firstSeq, to: mark.seq },
    });
  }
  return success({ kind: 'unknown-credential' });
}

interface Gathering {
  readonly take: (entry: Entry, link: Link) => void;
  readonly firstSeq: number | undefined;
  readonly lastSeq: number;
  /** Of the entries from the one on that names it first. */
  readonly hashes: ReadonlyMap<number, string>;
}

/** From the intent that added it to the last entry that concerns it or what it replaced. */
function gathering(keyId: string): Gathering {
  const adds = new Map<string, number>();
  const hashes = new Map<number, string>();
  /** Credentials that were there before it: their removals are the end of its rotation. */
  const replaced = new Set<string>([keyId]);
  const removals = new Set<string>();
  let firstSeq: number | undefined;
  let lastSeq = 0;
  return {
    get firstSeq() {
      return firstSeq;
    },
    get lastSeq() {
      return lastSeq;
    },
    hashes,
    take(entry, link) {
      if (entry.kind === 'intent' && entry.effect.kind === 'add-credential')
        adds.set(entry.id, entry.seq);
      if (firstSeq === undefined) {
        if (!namesCredential(entry, keyId)) {
          if (entry.kind === 'outcome' && entry.facts?.keyId) replaced.add(entry.facts.keyId);
          if (entry.kind === 'proof' && entry.takeOver) replaced.add(entry.keyId);
          if (entry.kind === 'recovery' && entry.keyId) replaced.add(entry.keyId);
          return;
        }
        const intent = entry.kind === 'outcome' || entry.kind === 'recovery' ? entry.intent : '';
        firstSeq = adds.get(intent) ?? entry.seq;
      }
      hashes.set(link.seq, link.hash);
      const isRemoval =
        entry.kind === 'intent' &&
        entry.effect.kind === 'remove-credential' &&
        replaced.has(entry.effect.keyId);
      if (isRemoval) removals.add(entry.id);
      if (entry.kind === 'outcome' && removals.has(entry.intent)) lastSeq = entry.seq;
      if (namesCredential(entry, keyId)) lastSeq = entry.seq;
    },
  };
}

/** The first statement that covers all of it; else the last that covers its beginning. */
function markFor(marks: readonly Mark[], { lastSeq, hashes }: Gathering): Mark | undefined {
  const good = marks.filter((one) => hashes.get(one.seq) === one.hash);
  return good.find((one) => one.seq >= lastSeq) ?? good.at(-1);
}

interface Binding {
  readonly registration: string;
  readonly keyId: string;
  readonly mark: Mark;
  readonly range: { readonly from: number; readonly to: number };
}

async function bind(
  files: AuditFiles,
  keyOf: KeyOf,
  { registration, keyId, mark, range }: Binding,
): Promise<Result<Made>> {
  const published = checkpointFiles(mark.firstNumber);
  const headsRead = await readWhole(files, published.heads, headsBytes);
  if (!headsRead.ok) return headsRead;
  const jwsRead = await readWhole(files, published.jws, jwsBytes);
  if (!jwsRead.ok) return jwsRead;
  const heads = decodeHeads(headsRead.value?.toString('utf8') ?? '');
  const statement = jwsRead.value?.toString('utf8') ?? '';
  const signed = decodeJws(statement);
  const index = heads?.chains.findIndex((one) => one.chain === registration) ?? -1;
  const head = heads?.lines[index];
  if (!heads || !signed || head === undefined) return success({ kind: 'not-proved' });
  const key = await keyOf(signed.kid);
  if (!key.ok) return key;
  const lines = await linesOf(files, registration, range);
  if (!lines.ok) return lines;
  if (!key.value) return success({ kind: 'not-proved' });
  const receipt: Receipt = {
    v: 1,
    kind: 'keeper-receipt',
    registration,
    keyId,
    lines: lines.value,
    head,
    index,
    count: heads.lines.length,
    path: merklePath(heads.lines, index),
    statement: statement.trim(),
    key: JSON.parse(encodeKey(key.value)) as object,
  };
  return success({ kind: 'receipt', receipt });
}

/** The lines of a chain by number. */
async function linesOf(
  files: AuditFiles,
  registration: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Result<readonly string[]>> {
  const listed = await files.list('audit');
  if (!listed.ok) return listed;
  const chain = chainsAmong(listed.value).find((one) => one.registration === registration);
  const texts: string[] = [];
  let seq = 0;
  for (const part of chain?.parts ?? []) {
    const read = await eachLine(files.read(part.name, 0), 0, (text) => {
      seq += 1;
      if (seq >= from && typeof text === 'string') texts.push(text);
      return seq < to;
    });
    if (!read.ok) return read;
    if (seq >= to) break;
  }
  return success(texts);
}
