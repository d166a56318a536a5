/** `GET /api/audit/{registration}`: its log, newest first, told in words. Reads storage alone. */
import { beginning, walkChain } from '../audit/chain-walk.ts';
import { chainsAmong, type AuditFiles } from '../audit/files.ts';
import { teller } from '../audit/story.ts';
import type { Entry } from '../core/entry.ts';
import type { Desired } from '../core/desired.ts';
import { success, type Result } from '../core/fault.ts';
import { positionIn } from './cursor.ts';
import { limitIn, linkTo, nextAddress, type Bounds } from './paging.ts';
import { lasting, noSuchRegistration, problem, type Reply } from './reply.ts';

/** One entry as people read it. */
export interface ToldEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly text: string;
  readonly hash: string;
}

export interface ToldLog {
  /** The newest first. */
  readonly entries: readonly ToldEntry[];
  /** Entries of the whole chain that were read and found good, up to where was asked. */
  readonly upTo: number;
  /** The line that is not what Keeper wrote, where the reading ended. */
  readonly brokenAt: number | null;
}

export interface ToldLogOptions {
  readonly before?: number;
  readonly limit: number;
  /** Sees every entry on the way. */
  readonly also?: (entry: Entry) => void;
}

/** The last entries before a number, each verified against the one before it. */
export async function toldLog(
  files: AuditFiles,
  registration: string,
  { before = Infinity, limit, also }: ToldLogOptions,
): Promise<Result<ToldLog>> {
  const listed = await files.list('audit', registration);
  if (!listed.ok) return listed;
  const chain = chainsAmong(listed.value).find((one) => one.registration === registration);
  if (!chain) return success({ entries: [], upTo: 0, brokenAt: null });
  const story = teller();
  const kept: ToldEntry[] = [];
  const walked = await walkChain(files, chain, beginning, (entry, { seq, hash }) => {
    if (seq >= before) return false;
    also?.(entry);
    kept.push({ seq, at: entry.at, kind: entry.kind, text: story.tell(entry), hash });
    if (kept.length > limit) kept.shift();
    return true;
  });
  if (!walked.ok) return walked;
  const { defect } = walked.value;
  return success({
    entries: kept.toReversed(),
    upTo: kept.at(-1)?.seq ?? 0,
    brokenAt: defect?.seq ?? null,
  });
}

export interface AuditCall {
  readonly files: AuditFiles;
  readonly desired: Desired;
  readonly registration: string;
  /** Only entries before this number. */
  readonly before: string | null;
  /** Where the answer before this one ended; in place of `before`. */
  readonly cursor?: string | null;
  readonly limit: string | null;
}

/** Entries of one answer. */
export const auditBounds: Bounds = { most: 200, usual: 50 };

/** Answers one call. */
export async function auditLog({ files, desired, ...call }: AuditCall): Promise<Reply> {
  const registration = desired.registrations.find((one) => one.id === call.registration);
  if (!registration) return noSuchRegistration(desired);
  const { key, id } = registration;
  const limit = limitIn(call.limit, auditBounds);
  const before = beforeIn(call, key);
  if (before === undefined || limit === undefined) {
    return problem(
      400,
      'Query not understood',
      `"limit" takes a number from 1 to ${auditBounds.most}, "cursor" what an answer for this registration gave, "before" the number of an entry in place of a cursor.`,
    );
  }
  const told = await toldLog(files, key, { before, limit });
  if (!told.ok)
    return problem(503, 'Log not readable', 'Storage does not answer. Try again in a minute.');
  const { entries, brokenAt } = told.value;
  const oldest = entries.at(-1)?.seq ?? 1;
  const path = `/api/audit/${encodeURIComponent(id)}`;
  const listing = listingOf(key);
  const position = String(oldest);
  const next = oldest > 1 ? nextAddress({ path, limit, listing, position }) : null;
  const shown = entries.map(({ at, ...one }) => ({ ...one, at: new Date(at).toISOString() }));
  return lasting({ registration: id, entries: shown, brokenAt, next }, linkTo(next));
}

function listingOf(key: string): string {
  return `audit ${key}`;
}

/** `undefined`: no number that can be used. An entry's number never changes, so it is a position. */
function beforeIn(
  { before, cursor = null }: Pick<AuditCall, 'before' | 'cursor'>,
  key: string,
): number | undefined {
  if (before !== null && cursor !== null) return undefined;
  const text = cursor === null ? before : positionIn(listingOf(key), cursor);
  if (text === null) return Infinity;
  const count = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return count >= 1 ? count : undefined;
}
