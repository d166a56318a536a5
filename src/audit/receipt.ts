/**
 * A receipt: one small file that proves when a credential was replaced, to somebody who has no access
 * to anything. It shows the lines of one registration, and no other's. How it is checked.
 */
import type { Entry } from '../core/entry.ts';
import { decodeLine, type Link } from './chain.ts';
import type { ChainHead } from './heads.ts';
import { keyIn } from './key-file.ts';
import { isUnderRoot } from './merkle.ts';
import type { PublicKey } from './signer.ts';
import { decodeJws, isSignedBy, type Statement } from './statement.ts';

export interface Receipt {
  readonly v: 1;
  readonly kind: 'keeper-receipt';
  readonly registration: string;
  readonly keyId: string;
  readonly lines: readonly string[];
  readonly head: string;
  readonly index: number;
  readonly count: number;
  readonly path: readonly string[];
  readonly statement: string;
  readonly key: object;
}

/** True when an entry is about a credential. */
export function namesCredential(entry: Entry, keyId: string): boolean {
  switch (entry.kind) {
    case 'intent':
      return 'keyId' in entry.effect && entry.effect.keyId === keyId;
    case 'outcome':
      return entry.facts?.keyId === keyId;
    case 'proof':
    case 'recovery':
      return entry.keyId === keyId;
    case 'observation':
      return 'keyId' in entry.seen && entry.seen.keyId === keyId;
    default:
      return false;
  }
}

/** What is wrong with a receipt. */
export type ReceiptFault =
  | 'not-a-receipt'
  | 'lines-broken'
  | 'head-not-met'
  | 'not-under-root'
  | 'bad-signature'
  | 'key-not-trusted'
  | 'credential-not-named';

export type CheckedReceipt =
  | { readonly ok: false; readonly fault: ReceiptFault; readonly seq?: number }
  | {
      readonly ok: true;
      readonly registration: string;
      readonly keyId: string;
      readonly statement: Statement;
      readonly key: PublicKey;
      readonly entries: readonly Entry[];
    };

/** Checks a receipt by itself. `trusted`: the only keys that count; none means the one it brings. */
export function checkReceipt(text: string, trusted: readonly PublicKey[]): CheckedReceipt {
  const receipt = receiptOf(text);
  if (!receipt) return { ok: false, fault: 'not-a-receipt' };
  const { lines, registration, keyId, index, count, path } = receipt;
  const entries: Entry[] = [];
  const first = linkBefore(lines[0] ?? '');
  if (!first) return { ok: false, fault: 'lines-broken' };
  let link = first;
  for (const line of lines) {
    const read = decodeLine(line, link);
    if ('defect' in read) return { ok: false, fault: 'lines-broken', seq: read.seq };
    entries.push(read.entry);
    link = read.link;
  }
  const head = parsed(receipt.head) as Partial<ChainHead> | undefined;
  const isMet =
    head?.chain === registration && head.entries === link.seq && head.hash === link.hash;
  if (!isMet) return { ok: false, fault: 'head-not-met' };
  const signed = decodeJws(`${receipt.statement}\n`);
  const brought = keyIn(receipt.key);
  if (!signed || !brought) return { ok: false, fault: 'not-a-receipt' };
  const { statement } = signed;
  if (signed.kid !== brought.kid) return { ok: false, fault: 'bad-signature' };
  if (statement.chains !== count) return { ok: false, fault: 'not-under-root' };
  if (!isUnderRoot({ line: receipt.head, index, count, path }, statement.root)) {
    return { ok: false, fault: 'not-under-root' };
  }
  const key =
    trusted.length === 0
      ? brought
      : trusted.find((one) => one.x === brought.x && one.y === brought.y);
  if (!key) return { ok: false, fault: 'key-not-trusted' };
  if (!isSignedBy(signed, { ...key, kid: signed.kid }))
    return { ok: false, fault: 'bad-signature' };
  if (!entries.some((one) => namesCredential(one, keyId)))
    return { ok: false, fault: 'credential-not-named' };
  return { ok: true, registration, keyId, statement, key, entries };
}

function receiptOf(text: string): Receipt | undefined {
  const read = parsed(text) as Partial<Receipt> | undefined;
  if (typeof read !== 'object' || read === null) return undefined;
  const { v, kind, registration, keyId, lines, head, index, count, path, statement, key } = read;
  const areTexts = [registration, keyId, head, statement].every((one) => typeof one === 'string');
  const areLists = [lines, path].every(
    (list) => Array.isArray(list) && list.every((one) => typeof one === 'string'),
  );
  const areNumbers = Number.isSafeInteger(index) && Number.isSafeInteger(count);
  const isWhole = v === 1 && kind === 'keeper-receipt' && areTexts && areLists && areNumbers;
  return isWhole && typeof key === 'object' && key !== null ? (read as Receipt) : undefined;
}

/** Where the first line says that it stands. */
function linkBefore(line: string): Link | undefined {
  const read = parsed(line) as { seq?: unknown; prev?: unknown } | undefined;
  if (typeof read !== 'object' || read === null) return undefined;
  const { seq, prev } = read;
  if (!Number.isSafeInteger(seq) || typeof prev !== 'string') return undefined;
  return { seq: (seq as number) - 1, hash: prev };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
