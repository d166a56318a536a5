/** `GET /api/audit/{registration}`: its log, newest first, told in words. Reads storage alone. */
import { beginning, walkChain } from '../audit/chain-walk.ts';
import { chainsAmong, type AuditFiles } from '../audit/files.ts';
import { teller } from '../audit/story.ts';
import type { Entry } from '../core/entry.ts';
import type { Desired } from '../core/desired.ts';
import { success, type Result } from '../core/fault.ts';
import { json, problem, type Reply } from './reply.ts';

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
  readonly before: string | null;
  readonly limit: string | null;
}

const mostEntries = 200;
const usualEntries = 50;

/** Answers one call. */
export async function auditLog({ files, desired, ...call }: AuditCall): Promise<Reply> {
  const registration = desired.registrations.find((one) => one.id === call.registration);
  if (!registration) {
    const known = desired.registrations.map((one) => one.id).join(', ');
    return problem(404, 'No such registration', `keeper.yaml has: ${known}.`);
  }
  const before = countOf(call.before, 1e15);
  const limit = countOf(call.limit, mostEntries);
  if (before === undefined || limit === undefined) {
    return problem(
      400,
      'Query not understood',
      `"before" takes the number of an entry, "limit" a number from 1 to ${mostEntries}.`,
    );
  }
  const told = await toldLog(files, registration.key, {
    ...(before === null ? {} : { before }),
    limit: limit ?? usualEntries,
  });
  if (!told.ok)
    return problem(503, 'Log not readable', 'Storage does not answer. Try again in a minute.');
  const { entries, brokenAt } = told.value;
  const oldest = entries.at(-1)?.seq ?? 1;
  const id = encodeURIComponent(registration.id);
  return json(200, {
    registration: registration.id,
    entries: entries.map(({ at, ...one }) => ({ ...one, at: new Date(at).toISOString() })),
    brokenAt,
    next: oldest > 1 ? `/api/audit/${id}?before=${oldest}&limit=${limit ?? usualEntries}` : null,
  });
}

/** `null`: not given; `undefined`: no number that can be used. */
function countOf(text: string | null, most: number): number | null | undefined {
  if (text === null) return null;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most ? count : undefined;
}
