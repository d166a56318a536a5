/**
 * Entries as lines of a hash chain. A line is canonical JSON and carries the hash of the line before
 * (`prev`) and its own (`hash`, over its canonical JSON without that member). Bytes read back are
 * foreign: anything that is not exactly such a line is a {@link ChainDefect}, never an exception.
 */
import type { Entry, EntryBody } from '../core/entry.ts';
import { entryBytes } from '../core/limits.ts';
import { canonicalJson, membersOf, sha256 } from './canonical.ts';
import { isEntryShaped } from './entry-shape.ts';
import { isInstantText } from './shapes.ts';

/** What stands before the first line. */
const genesisHash = '0'.repeat(64);

/** Where a chain stands: its last entry's number and hash. */
export interface Link {
  readonly seq: number;
  readonly hash: string;
}

export const genesis: Link = { seq: 0, hash: genesisHash };

/** What is wrong with a line. */
export interface ChainDefect {
  readonly seq: number;
  readonly defect:
    | 'not-json'
    | 'wrong-shape'
    | 'newer-format'
    | 'wrong-number'
    | 'broken-link'
    | 'wrong-hash'
    /** It means what its hash says, but is not written as Keeper writes. */
    | 'not-canonical'
    | 'too-long'
    | 'cut-off';
}

/**
 * Makes the next line.
 * @throws RangeError when the entry is longer than an entry may be: a defect of the caller.
 */
export function encodeEntry(
  body: EntryBody,
  at: number,
  after: Link,
): { line: string; entry: Entry; link: Link } {
  const entry: Entry = { ...body, v: 1, seq: after.seq + 1, at };
  const unsigned = { ...(toWire(entry) as object), prev: after.hash };
  const hash = sha256(canonicalJson(unsigned));
  const line = `${canonicalJson({ ...unsigned, hash })}\n`;
  const bytes = Buffer.byteLength(line);
  if (bytes > entryBytes)
    throw new RangeError(`Cannot write an entry of ${bytes} bytes: the bound is ${entryBytes}`);
  return { line, entry, link: { seq: entry.seq, hash } };
}

/** Reads lines that follow `after`. Stops at the first defect and says what it was. */
export function decodeLines(
  text: string,
  after: Link,
): { entries: readonly Entry[]; link: Link; defect?: ChainDefect } {
  const entries: Entry[] = [];
  let link = after;
  if (text === '') return { entries, link };
  const lines = text.split('\n');
  const rest = lines.pop();
  for (const line of lines) {
    const read = decodeLine(line, link);
    if ('defect' in read) return { entries, link, defect: read };
    entries.push(read.entry);
    link = read.link;
  }
  if (rest !== '') return { entries, link, defect: { seq: link.seq + 1, defect: 'cut-off' } };
  return { entries, link };
}

/** Reads the one line that follows `after`, without its newline. */
export function decodeLine(
  line: string,
  after: Link,
): { readonly entry: Entry; readonly link: Link } | ChainDefect {
  const seq = after.seq + 1;
  const defect = (what: ChainDefect['defect']): ChainDefect => ({ seq, defect: what });
  if (isTooLong(line)) return defect('too-long');
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return defect('not-json');
  }
  if (!isRecord(raw) || !isShallow(raw)) return defect('wrong-shape');
  const { hash, prev, ...wire } = raw;
  if (typeof raw['v'] === 'number' && raw['v'] > 1) return defect('newer-format');
  if (raw['v'] !== 1) return defect('wrong-shape');
  if (raw['seq'] !== seq) return defect('wrong-number');
  if (prev !== after.hash) return defect('broken-link');
  const members = membersOf(raw);
  if (typeof hash !== 'string' || hashOf(members) !== hash) return defect('wrong-hash');
  if (`{${members.join(',')}}` !== line) return defect('not-canonical');
  const told = fromWire(wire);
  const isEntry = isRecord(told) && typeof told['at'] === 'number' && isEntryShaped(told);
  if (!isEntry) return defect('wrong-shape');
  return { entry: told as unknown as Entry, link: { seq, hash } };
}

/** By bytes; a character has three at the most, so that few lines are measured. */
function isTooLong(line: string): boolean {
  return line.length * 3 > entryBytes && Buffer.byteLength(line) > entryBytes;
}

/** The hash that a line should carry: over all of its members but that one. */
function hashOf(members: readonly string[]): string {
  return sha256(`{${members.filter((one) => !one.startsWith('"hash":')).join(',')}}`);
}

/**
 * Deeper than any entry of Keeper's is not looked at: it might exhaust the stack. Nor is a number that
 * JSON can write and no number can hold, nor half of a surrogate pair, which is no text.
 */
function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= 12) return false;
  // Without lists of members: it is done for every object of every line.
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    if (!name.isWellFormed() || !isShallow(members[name], depth + 1)) return false;
  }
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Instants (`at`, `…At`) are ISO 8601 in the file, epoch milliseconds in memory. */
function toWire(value: unknown, key = ''): unknown {
  if (typeof value === 'number' && isInstant(key)) return new Date(value).toISOString();
  if (Array.isArray(value)) return value.map((one) => toWire(one));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, toWire(member, name)]),
  );
}

function fromWire(value: unknown, key = ''): unknown {
  // Keeper writes instants as texts: what is none stays no number, and so is no entry.
  if (isInstant(key)) return isInstantText(value) ? Date.parse(value) : null;
  if (Array.isArray(value)) return value.map((one) => fromWire(one));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, fromWire(member, name)]),
  );
}

function isInstant(key: string): boolean {
  return key === 'at' || key.endsWith('At');
}
