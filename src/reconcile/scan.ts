/** A tick: which registrations are due, new, or changed in the portal? Two listings tell. */
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { keyTagOf } from '../core/desired.ts';
import { configurationHash } from './pass.ts';
import { unmanagedRegistrations } from './unmanaged.ts';
import type { ListedRegistration, StateHead, World, WorkMessage } from './world.ts';

/** Finds what a pass should look at now, and why. Pure. */
function dueRegistrations(
  desired: Desired,
  heads: readonly StateHead[],
  /** Undefined: could not be listed. */
  listed: readonly ListedRegistration[] | undefined,
  now: number,
): readonly WorkMessage[] {
  const headOf = new Map(heads.map((head) => [head.registration, head]));
  return desired.registrations.flatMap((registration): readonly WorkMessage[] => {
    const cause = causeToLook(registration, headOf.get(registration.key), listed, now);
    return cause ? [{ v: 1, registration: registration.key, cause }] : [];
  });
}

function causeToLook(
  registration: DesiredRegistration,
  head: StateHead | undefined,
  listed: readonly ListedRegistration[] | undefined,
  now: number,
): WorkMessage['cause'] | undefined {
  if (!head) return 'new';
  if (head.nextLookAt <= now) return 'due';
  if (head.configuration !== configurationHash(registration)) return 'changed';
  if (!listed) return undefined;
  const tag = keyTagOf(registration.key);
  const seen = listed.find((one) => one.tags.includes(tag));
  return (seen?.fingerprint ?? '') === head.fingerprint ? undefined : 'changed';
}

/** Scans and sends messages. Returns how many were sent, or that nothing could be listed. */
export async function scan(world: World, desired: Desired): Promise<number> {
  const [heads, listed] = await Promise.all([
    world.states.list(),
    world.directory.listRegistrations(),
  ]);
  if (!heads.ok) {
    world.log.warn('states cannot be listed; looking at everything', { fault: heads.fault.kind });
  }
  if (!listed.ok) {
    world.log.warn('registrations cannot be listed', { fault: listed.fault.kind });
  }
  const known = heads.ok ? heads.value : [];
  const messages = dueRegistrations(
    desired,
    known,
    listed.ok ? listed.value : undefined,
    world.clock.now(),
  );
  let sent = 0;
  for (const message of messages) {
    const result = await world.queue.send(message);
    if (result.ok) sent += 1;
    else world.log.warn('message was not sent', { registration: message.registration });
  }
  const listing = { heads: known, now: world.clock.now() };
  for (const { registration, endsAt, isAlarm } of await unmanagedRegistrations(
    world.states,
    desired,
    listing,
  )) {
    if (!isAlarm || endsAt === null) continue;
    world.log.warn('credential of an unmanaged registration ends', {
      registration,
      endsAt: new Date(endsAt).toISOString(),
    });
  }
  return sent;
}

/** The registrations that keep a credential or an API key in this secret; names are case-blind. */
export function registrationsUsing(
  desired: Desired,
  secret: { readonly vault: string; readonly name: string },
): readonly DesiredRegistration[] {
  const same = (ref: { readonly vault: string; readonly name: string }): boolean =>
    ref.vault.toLowerCase() === secret.vault.toLowerCase() &&
    ref.name.toLowerCase() === secret.name.toLowerCase();
  return desired.registrations.filter(
    (one) =>
      same(one.secret) ||
      same({ vault: one.secret.vault, name: `${one.secret.name}-pending` }) ||
      one.connectors.some((connector) => same(connector.apiKey)),
  );
}
