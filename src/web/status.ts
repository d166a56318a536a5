/** `GET /api/status`: how all registrations are, or one of them, as the last passes saw them. */
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { meaningOf } from '../core/reason.ts';
import type { RegistrationStatus } from '../core/status.ts';
import { unmanagedRegistrations, type Unmanaged } from '../reconcile/unmanaged.ts';
import type { StateHead, World } from '../reconcile/world.ts';
import { positionIn } from './cursor.ts';
import { fullStatus, fullStatuses, headsByKey, type Told } from './fleet.ts';
import { limitIn, linkTo, nextAddress, type Bounds } from './paging.ts';
import { json, noSuchRegistration, problem, type Reply } from './reply.ts';
import { instantText, isShallow } from './saved-status.ts';

export interface StatusCall {
  readonly world: Pick<World, 'states' | 'orders' | 'clock'>;
  readonly desired: Desired;
  /** Errors in the deployed file: Keeper runs on the last good one. */
  readonly fileErrors: number;
  /** Only this registration. */
  readonly registration: string | null;
  /** The answer to this order as well. */
  readonly order: string | null;
  readonly limit?: string | null;
  /** Where the answer before this one ended. */
  readonly cursor?: string | null;
}

/** Registrations of one answer. */
export const statusBounds: Bounds = { most: 200, usual: 100 };

/** Unmanaged registrations that an answer names, those that alarm first. */
const mostUnmanaged = 100;

/** Answers one call. */
export async function status(call: StatusCall): Promise<Reply> {
  const seen = call.registration === null ? await seenFleet(call) : await seenOne(call);
  if ('headers' in seen) return seen;
  const order = call.order === null ? {} : { order: await orderResult(call.world, call.order) };
  const { ok, total, registrations, unmanaged, next } = seen;
  const left = unmanaged.toSorted((a, b) => Number(b.isAlarm) - Number(a.isAlarm));
  const body = {
    fileErrors: call.fileErrors,
    total,
    registrations,
    next,
    unmanaged: left.slice(0, mostUnmanaged).map(({ registration, endsAt, isAlarm }) => ({
      registration,
      endsAt: instantText(endsAt),
      isAlarm,
    })),
    ...order,
  };
  const isOk = ok && call.fileErrors === 0 && left.every((one) => !one.isAlarm);
  const at = instant(call.world.clock.now());
  // When it was told is no part of what is told: else nothing would ever be as it was.
  const validator = { of: JSON.stringify([isOk, body]) };
  return { ...json(200, { ok: isOk, at, ...body }, linkTo(next)), validator };
}

/** What an answer is made from. */
interface Seen {
  /** None of them needs a person. */
  readonly ok: boolean;
  /** How many there are in the file. */
  readonly total: number;
  readonly registrations: readonly Presented[];
  readonly unmanaged: readonly Unmanaged[];
  readonly next: string | null;
}

async function seenOne({ desired, world, registration }: StatusCall): Promise<Seen | Reply> {
  const found = desired.registrations.find((one) => one.id === registration);
  if (!found) return noSuchRegistration(desired);
  const told = await fullStatus(world.states, found.key);
  if (told === 'unreadable') return unreadable();
  const shown = presented(found.id, told);
  const ok = shown.state !== 'needs-person';
  return { ok, total: 1, registrations: [shown], unmanaged: [], next: null };
}

const listing = 'status';

/** In the order of their ids, which neither a new file nor a new status changes. */
async function seenFleet({ desired, world, ...call }: StatusCall): Promise<Seen | Reply> {
  const limit = limitIn(call.limit ?? null, statusBounds);
  const after = call.cursor ? positionIn(listing, call.cursor) : '';
  if (limit === undefined || after === undefined || call.cursor === '') {
    const detail = `"limit" takes a number from 1 to ${statusBounds.most}, "cursor" what an answer gave.`;
    return problem(400, 'Query not understood', detail);
  }
  const heads = await world.states.list();
  if (!heads.ok) return unreadable();
  const left = desired.registrations
    .filter(({ id }) => id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shown = left.slice(0, limit);
  const byKey = headsByKey(heads.value);
  const statuses = await fullStatuses(world.states, shown, byKey);
  if (statuses.includes('unreadable')) return unreadable();
  const now = world.clock.now();
  const around = { heads: heads.value, now };
  const position = shown.at(-1)?.id ?? '';
  const next = { path: '/api/status', limit, listing, position };
  const registrations = shown.map(({ id }, index) => presented(id, statuses[index]));
  return {
    ok: registrations.every(isNobodyNeeded) && !isAnyNeedy(desired.registrations, byKey),
    total: desired.registrations.length,
    registrations,
    unmanaged: await unmanagedRegistrations(world.states, desired, around),
    next: left.length > shown.length ? nextAddress(next) : null,
  };
}

function isNobodyNeeded({ state }: Presented): boolean {
  return state !== 'needs-person';
}

/** Also among those that this answer does not show. */
function isAnyNeedy(
  registrations: readonly DesiredRegistration[],
  heads: ReadonlyMap<string, StateHead>,
): boolean {
  return registrations.some(({ key }) => heads.get(key)?.state === 'needs-person');
}

function unreadable(): Reply {
  return problem(503, 'State not readable', 'Storage does not answer. Try again in a minute.');
}

interface Presented {
  readonly id: string;
  readonly state: string;
  readonly [member: string]: unknown;
}

/** For readers: instants as ISO 8601, the reason with its meaning and remedy. */
function presented(id: string, saved: Told<RegistrationStatus> | undefined): Presented {
  if (typeof saved !== 'object') {
    const reason = 'not-looked-yet';
    return { id, state: 'waiting', reason, means: meaningOf(reason).means };
  }
  const { means, remedy } = { remedy: undefined, ...meaningOf(saved.reason) };
  return {
    id,
    state: saved.state,
    reason: saved.reason,
    ...(saved.sinceAt === undefined ? {} : { sinceAt: instant(saved.sinceAt) }),
    means,
    ...(remedy === undefined ? {} : { remedy }),
    standing: saved.standing,
    appId: saved.appId,
    credential: saved.credential && {
      keyId: saved.credential.keyId,
      expiresAt: instant(saved.credential.expiresAt),
      ...(saved.credential.renewsAt === undefined
        ? {}
        : { renewsAt: instant(saved.credential.renewsAt) }),
    },
    credentials: saved.credentials.map((one) => ({ ...one, expiresAt: instant(one.expiresAt) })),
    connectors: saved.connectors.map((one) => ({
      ...one,
      switchedAt: one.switchedAt === null ? null : instant(one.switchedAt),
    })),
    ...(saved.frozenUntilAt === undefined ? {} : { frozenUntilAt: instant(saved.frozenUntilAt) }),
    lookedAt: instant(saved.lookedAt),
    nextLookAt: instant(saved.nextLookAt),
  };
}

async function orderResult({ orders }: StatusCall['world'], id: string): Promise<unknown> {
  if (!/^[\w.:-]{1,100}$/.test(id)) return null;
  const read = await orders.readResult(id);
  if (!read.ok || read.value === undefined) return null;
  try {
    const result: unknown = JSON.parse(read.value);
    return isShallow(result) ? result : null;
  } catch {
    return null;
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
