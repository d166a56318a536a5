/**
 * How a fleet is read: what an overview tells stands in one listing; bodies are read for what is
 * told in full, each once as long as it stays the same.
 */
import type { DesiredRegistration } from '../core/desired.ts';
import { reasons, type Reason } from '../core/reason.ts';
import type { RegistrationStatus } from '../core/status.ts';
import { readSavedStatus } from '../reconcile/chain-session.ts';
import type { StateHead, StateStore } from '../reconcile/world.ts';
import { inTurns, type Maybe } from './in-turns.ts';
import { instantText, wholeStatus } from './saved-status.ts';

/** What an overview tells of a registration. */
export interface BriefStatus extends Pick<
  RegistrationStatus,
  'state' | 'reason' | 'sinceAt' | 'lookedAt' | 'nextLookAt'
> {
  readonly credential: { readonly expiresAt: number; readonly renewsAt?: number } | null;
  /** How many there are. */
  readonly connectors: { readonly length: number };
}

/** `unreadable`: storage does not answer, which is not the same as never looked. */
export type Told<Status> = Status | 'not-looked-yet' | 'unreadable';

/** The last status of one, read anew. */
export async function fullStatus(
  states: StateStore,
  key: string,
): Promise<Told<RegistrationStatus>> {
  const read = await readSavedStatus(states, key);
  if (!read.ok) return 'unreadable';
  return wholeStatus(read.value) ?? 'not-looked-yet';
}

/** Of each registration the last status in full, in the same order. */
export function fullStatuses(
  states: StateStore,
  registrations: readonly DesiredRegistration[],
  heads: ReadonlyMap<string, StateHead>,
): Promise<readonly Told<RegistrationStatus>[]> {
  return inTurns(registrations, ({ key }): Maybe<Told<RegistrationStatus>> => {
    const head = heads.get(key);
    return head === undefined ? 'not-looked-yet' : keptStatus(states, head);
  });
}

/** Of each registration what an overview tells. Bodies are read only of what an older Keeper wrote. */
export function briefStatuses(
  states: StateStore,
  registrations: readonly DesiredRegistration[],
  heads: ReadonlyMap<string, StateHead>,
): Promise<readonly Told<BriefStatus>[]> {
  return inTurns(registrations, ({ key }): Maybe<Told<BriefStatus>> => {
    const head = heads.get(key);
    if (head === undefined) return 'not-looked-yet';
    return briefOf(head) ?? keptStatus(states, head);
  });
}

/** Heads by registration. */
export function headsByKey(heads: readonly StateHead[]): ReadonlyMap<string, StateHead> {
  return new Map(heads.map((head) => [head.registration, head]));
}

/** What the listing tells, if it tells all. Its metadata are bytes from storage, too. */
function briefOf(head: StateHead): BriefStatus | undefined {
  const { state, reason, lookedAt, nextLookAt, sinceAt, endsAt, renewsAt, connectors } = head;
  if (connectors === undefined || !Object.hasOwn(reasons, reason) || !isState(state)) {
    return undefined;
  }
  const instants = [lookedAt, nextLookAt, sinceAt, endsAt, renewsAt];
  if (instants.some((one) => one !== undefined && instantText(one) === null)) return undefined;
  return {
    state,
    reason: reason as Reason,
    lookedAt,
    nextLookAt,
    ...(sinceAt === undefined ? {} : { sinceAt }),
    credential:
      endsAt === undefined
        ? null
        : { expiresAt: endsAt, ...(renewsAt === undefined ? {} : { renewsAt }) },
    connectors: { length: connectors },
  };
}

function isState(text: string): text is RegistrationStatus['state'] {
  return text === 'healthy' || text === 'waiting' || text === 'needs-person';
}

/** Statuses that are kept, of each store. */
const mostKept = 2_000;

interface Kept {
  readonly etag: string;
  readonly status: RegistrationStatus;
}

const keptOf = new WeakMap<StateStore, Map<string, Kept>>();

/**
 * The last status, read only when the listing shows another tag than before. What is read may be
 * newer than the tag; then the next listing has another one, and it is read again.
 */
async function keptStatus(
  states: StateStore,
  { registration, etag }: StateHead,
): Promise<Told<RegistrationStatus>> {
  const kept = keptOf.get(states) ?? new Map<string, Kept>();
  keptOf.set(states, kept);
  const known = kept.get(registration);
  if (known !== undefined && known.etag === etag) return known.status;
  const status = await fullStatus(states, registration);
  kept.delete(registration);
  if (etag !== undefined && typeof status === 'object') kept.set(registration, { etag, status });
  if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '');
  return status;
}
