/** The vaults that the file names: whether they answer, what Azure knows of them, and their events. */
import type { DesiredRegistration } from '../core/desired.ts';
import type { Fault } from '../core/fault.ts';
import { hourMs, minuteMs } from '../core/limits.ts';
import { absent, known, unknown, valueOf, type Seen, type SeenSecret } from '../core/observed.ts';
import type {
  ConnectorEvidence,
  Evidence,
  RegistrationEvidence,
  VaultEvidence,
} from './evidence.ts';
import { leadsToKeeper } from './event-function.ts';
import { follows, seen, type Visit } from './looking.ts';
import type { EventSubscription } from './ports.ts';
import { inTurns } from './turns.ts';

/** An event of a younger version may still be under way. */
const arrivalMs = 30 * minuteMs;

/** How long Azure keeps counts, less a day. */
const countedMs = 92 * 24 * hourMs;

type Looked = Pick<Evidence, 'registrations' | 'connectors'>;

/** What was seen of each vault, each name once. */
export async function gatherVaults(
  visit: Visit,
  looked: Looked,
): Promise<readonly VaultEvidence[]> {
  const names = [...new Set(visit.registrations.flatMap(vaultsOf))].toSorted();
  return inTurns(names, 4, (name) => gatherVault(visit, looked, name));
}

/** The vaults that one registration needs. */
export function vaultsOf({ secret, connectors }: DesiredRegistration): readonly string[] {
  return [secret.vault, ...connectors.map((one) => one.apiKey.vault)].map((one) =>
    one.toLowerCase(),
  );
}

async function gatherVault(
  { world, probes, registrations }: Visit,
  looked: Looked,
  name: string,
): Promise<VaultEvidence> {
  const { azure } = probes;
  const now = world.clock.now();
  const secrets = secretsIn(name, registrations, looked);
  const versionAt = newestVersion(secrets, now);
  const vault = await seen(azure.findVault(name));
  const id = valueOf(vault)?.id;
  const events = id === undefined ? follows(vault) : await seen(azure.readEventPath(id));
  const topicId = valueOf(events)?.topicId;
  const isCounted = topicId !== undefined && versionAt !== undefined && versionAt > now - countedMs;
  const counts = isCounted
    ? await seen(
        azure.countEvents(topicId, {
          fromAt: versionAt - 5 * minuteMs,
          toAt: now,
          ...ourSubscription(valueOf(events)?.subscriptions ?? []),
        }),
      )
    : follows(events);
  return {
    name,
    answers: answering(secrets),
    azure: vault,
    events,
    counts,
    ...(versionAt === undefined ? {} : { versionAt }),
  };
}

/** Others may be subscribed too; what reaches them says nothing. */
function ourSubscription(
  subscriptions: readonly EventSubscription[],
): { readonly subscription: string } | undefined {
  if (subscriptions.length < 2) return undefined;
  const ours = subscriptions.find(({ destination }) => leadsToKeeper(destination));
  return ours && { subscription: ours.name };
}

/** All that was read of one vault. */
function secretsIn(
  vault: string,
  registrations: readonly DesiredRegistration[],
  { registrations: seenOf, connectors }: Looked,
): readonly Seen<SeenSecret>[] {
  return registrations.flatMap((one) => {
    const own = one.secret.vault.toLowerCase() === vault ? heldBy(seenOf.get(one.id)) : [];
    const keys = one.connectors
      .filter((each) => each.apiKey.vault.toLowerCase() === vault)
      .flatMap((each) => keyOf(connectors.get(each.id)));
    return [...own, ...keys];
  });
}

function heldBy(evidence: RegistrationEvidence | undefined): readonly Seen<SeenSecret>[] {
  return evidence ? [evidence.current, evidence.pending] : [];
}

function keyOf(evidence: ConnectorEvidence | undefined): readonly Seen<SeenSecret>[] {
  return evidence ? [evidence.key] : [];
}

function answering(secrets: readonly Seen<SeenSecret>[]): VaultEvidence['answers'] {
  const faults = secrets.flatMap((one): readonly Fault[] =>
    one.kind === 'unknown' ? [one.fault] : [],
  );
  const [first] = faults;
  if (first === undefined) return secrets.length === 0 ? absent : known(true);
  // One secret that cannot be read is that secret's matter.
  return faults.length === secrets.length ? unknown(first) : known(true);
}

function newestVersion(secrets: readonly Seen<SeenSecret>[], now: number): number | undefined {
  const instants = secrets
    .flatMap((one) => valueOf(one)?.versions ?? [])
    .map((one) => one.createdAt)
    .filter((at) => at <= now - arrivalMs);
  return instants.length === 0 ? undefined : Math.max(...instants);
}
