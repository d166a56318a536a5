/**
 * What Keeper would do, without doing any of it: the loop itself, on an imagined world, until nothing
 * is left to do. Reads of vendors are those of one look; there is no way to write from here.
 */
import type { Standing } from '../core/action.ts';
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { dayMs, secondMs } from '../core/limits.ts';
import type { Observed, Seen } from '../core/observed.ts';
import { meaningOf } from '../core/reason.ts';
import { openSession } from '../reconcile/chain-session.ts';
import { allParts, observe } from '../reconcile/observe.ts';
import { configurationHash, runPass, type Basis, type PassReport } from '../reconcile/pass.ts';
import type { SwitchCounter, World } from '../reconcile/world.ts';
import { imaginedClock, imaginedWorld } from './imagined-world.ts';
import { imaginedSwitches } from './imagined-storage.ts';
import { mindOf } from './mind.ts';
import { fleetHash, planHash } from './plan-hash.ts';
import type { Ask, FleetPlan, RegistrationPlan, Unforeseen } from './step.ts';

/** How far ahead: a credential that settles, and what waits for it, lies within. */
const horizonMs = 4 * dayMs;
/** Passes that one registration may take until then. */
const mostPasses = 400;
/** Registrations that are looked at together. */
const atOnce = 8;

/** Looks at one registration, and plans. Makes no write of any kind. */
export async function foresee(
  world: World,
  desired: DesiredRegistration,
  switches?: SwitchCounter,
): Promise<RegistrationPlan | Unforeseen> {
  const opened = await openSession(world, desired);
  if (opened.kind !== 'open') return noPlan(desired, opened);
  const { memory } = opened.session;
  const observed = await observe({ world, desired, memory }, new Set(allParts(desired)));
  return foreseeFrom({ world, desired, memory, observed }, switches);
}

/** Plans from what was seen. */
export async function foreseeFrom(
  { world: real, desired, memory, observed }: Basis,
  switches: SwitchCounter = imaginedSwitches(),
): Promise<RegistrationPlan | Unforeseen> {
  const clock = imaginedClock(real.clock.now());
  const mind = mindOf({ observed, memory, now: () => clock.now() });
  const world = imaginedWorld({ real, desired, mind, clock, switches });
  const standing: Standing[] = [];
  const untilAt = clock.now() + horizonMs;
  let pass = 1;
  for (; pass <= mostPasses; pass += 1) {
    const report = await runPass(world, desired);
    if (report.kind !== 'looked') return noPlan(desired, report);
    standing.push(...report.plan.standing);
    const nextAt = nextLookAt(report, clock.now());
    if (nextAt === undefined || nextAt > untilAt) break;
    clock.goTo(nextAt);
  }
  const listed = await real.orders.list(desired.key);
  const isCut = pass > mostPasses;
  const plan = {
    registration: desired.id,
    key: desired.key,
    configuration: configurationHash(desired),
    credentials: credentialsIn(observed),
    steps: mind.steps,
    asks: asksIn(standing),
    unseen: [
      ...unseenIn(observed),
      // Orders that wait are part of what Keeper would do.
      ...(listed.ok ? [] : [`storage ${listed.fault.kind}`]),
      ...(isCut ? [`what follows after ${mostPasses} looks`] : []),
    ],
  };
  return { ...plan, hash: planHash(plan) };
}

/** When the loop would go on; nothing when all is well. */
function nextLookAt(report: Extract<PassReport, { kind: 'looked' }>, now: number) {
  const { plan, stop } = report;
  if (plan.actions.length > 0 || stop) return now + secondMs;
  return plan.state === 'healthy' ? undefined : Math.max(plan.nextLookAt, now + secondMs);
}

function noPlan(
  { id }: DesiredRegistration,
  why: Exclude<PassReport, { kind: 'looked' }>,
): Unforeseen {
  return why.kind === 'unreadable'
    ? { registration: id, why: 'chain-unreadable', detail: why.fault.kind }
    : { registration: id, why: 'chain-broken', detail: `entry ${why.defect.seq}` };
}

function asksIn(standing: readonly Standing[]): readonly Ask[] {
  const asks = new Map<string, Ask>();
  for (const { reason, subject } of standing) {
    if (meaningOf(reason).state !== 'needs-person') continue;
    asks.set(`${reason}/${subject ?? ''}`, {
      reason,
      ...(subject === undefined ? {} : { subject }),
    });
  }
  return [...asks.values()];
}

/** What was asked and did not answer, each with the kind of its fault. */
function unseenIn(observed: Observed): readonly string[] {
  const { registration, servicePrincipal, current, pending, deletedSecrets, connectors } = observed;
  const views = Object.values(connectors).flatMap((one) => [one.application, one.connector]);
  const parts: readonly Seen<unknown>[] = [
    registration,
    observed.deletedRegistration,
    servicePrincipal,
    current,
    pending,
    deletedSecrets,
    ...views,
  ];
  const faults = parts.flatMap((one) =>
    one.kind === 'unknown' ? [`${one.fault.vendor} ${one.fault.kind}`] : [],
  );
  return [...new Set(faults)];
}

/** Key ids of what is listed. */
function credentialsIn({ registration, servicePrincipal }: Observed): readonly string[] {
  const listed = [registration, servicePrincipal].flatMap((one) =>
    one.kind === 'known' ? one.value.credentials : [],
  );
  return listed.map((one) => one.keyId).toSorted();
}

export interface Scope {
  /** Names of registrations; without it, all. */
  readonly only?: readonly string[];
  /** Told of each registration that has been looked at. */
  readonly looked?: (registration: string) => void;
}

/** The plan for all registrations of the file, or for those named. Makes no write of any kind. */
export async function foreseeAll(
  real: World,
  desired: Desired,
  { only, looked }: Scope = {},
): Promise<FleetPlan> {
  const wanted = desired.registrations.filter((one) => only?.includes(one.id) ?? true);
  const switches = imaginedSwitches();
  const seen = new Map<string, RegistrationPlan | Unforeseen>();
  const waiting = wanted[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const one of waiting) {
      seen.set(one.id, await foresee(real, one, switches));
      looked?.(one.id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const all = wanted.flatMap((one) => seen.get(one.id) ?? []);
  const registrations = all.filter((one) => 'steps' in one);
  const unforeseen = all.filter((one): one is Unforeseen => !('steps' in one));
  return {
    v: 1,
    madeAt: real.clock.now(),
    file: desired.hash,
    registrations,
    unforeseen,
    hash: fleetHash(desired.hash, registrations, unforeseen),
  };
}
