/** `GET /api/status`: how all registrations are, or one of them, as the last passes saw them. */
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { meaningOf } from '../core/reason.ts';
import type { RegistrationStatus } from '../core/status.ts';
import { readSavedStatus } from '../reconcile/chain-session.ts';
import { unmanagedRegistrations } from '../reconcile/unmanaged.ts';
import type { World } from '../reconcile/world.ts';
import { json, problem, type Reply } from './reply.ts';
import { instantText, isShallow, wholeStatus } from './saved-status.ts';

export interface StatusCall {
  readonly world: Pick<World, 'states' | 'orders' | 'clock'>;
  readonly desired: Desired;
  /** Errors in the deployed file: Keeper runs on the last good one. */
  readonly fileErrors: number;
  /** Only this registration. */
  readonly registration: string | null;
  /** The answer to this order as well. */
  readonly order: string | null;
}

/** Answers one call. */
export async function status(call: StatusCall): Promise<Reply> {
  const { desired, world } = call;
  const chosen = desired.registrations.filter(
    (one) => call.registration === null || one.id === call.registration,
  );
  if (chosen.length === 0) {
    const known = desired.registrations.map((one) => one.id).join(', ');
    return problem(404, 'No such registration', `keeper.yaml has: ${known}.`);
  }
  const read = await Promise.all(chosen.map((one) => statusOfOne(world, one)));
  const registrations = read.filter((one) => one !== undefined);
  if (registrations.length < read.length) {
    return problem(503, 'State not readable', 'Storage does not answer. Try again in a minute.');
  }
  const order = call.order === null ? {} : { order: await orderResult(world, call.order) };
  const heads = call.registration === null ? await world.states.list() : undefined;
  const left = await unmanagedRegistrations(world.states, desired, {
    heads: heads?.ok ? heads.value : [],
    now: world.clock.now(),
  });
  return json(200, {
    ok:
      call.fileErrors === 0 &&
      registrations.every((one) => one.state !== 'needs-person') &&
      left.every((one) => !one.isAlarm),
    at: instant(world.clock.now()),
    fileErrors: call.fileErrors,
    registrations,
    unmanaged: left.map(({ registration, endsAt, isAlarm }) => ({
      registration,
      endsAt: instantText(endsAt),
      isAlarm,
    })),
    ...order,
  });
}

interface Presented {
  readonly id: string;
  readonly state: string;
  readonly [member: string]: unknown;
}

/** `undefined`: storage does not answer, which is not the same as never looked. */
async function statusOfOne(
  { states }: StatusCall['world'],
  registration: DesiredRegistration,
): Promise<Presented | undefined> {
  const saved = await readSavedStatus(states, registration.key);
  if (!saved.ok) return undefined;
  const last = wholeStatus(saved.value);
  if (!last) {
    const reason = 'not-looked-yet';
    return { id: registration.id, state: 'waiting', reason, means: meaningOf(reason).means };
  }
  return presented(registration.id, last);
}

/** For readers: instants as ISO 8601, the reason with its meaning and remedy. */
function presented(id: string, saved: RegistrationStatus): Presented {
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
