/**
 * One pass over one registration: read the chain, look, plan, act, look again, until nothing is left
 * to do now. It may be cut off anywhere; the next one goes on from the chain.
 */
import { canonicalJson, sha256 } from '../audit/canonical.ts';
import type { ChainDefect } from '../audit/chain.ts';
import type { Action, Plan } from '../core/action.ts';
import { keyTagOf, type DesiredRegistration } from '../core/desired.ts';
import type { Fault } from '../core/fault.ts';
import type { Entry, WokenBy } from '../core/entry.ts';
import { remember } from '../core/fold.ts';
import type { Memory } from '../core/memory.ts';
import { fingerprintOf } from '../core/fingerprint.ts';
import { minuteMs, passMs, roundsPerPass } from '../core/limits.ts';
import { plan } from '../core/plan.ts';
import type { PlanInput } from '../core/scene.ts';
import { valueOf, type Observed } from '../core/observed.ts';
import { agedStatus, statusOf, type RegistrationStatus } from '../core/status.ts';
import { apply } from './apply.ts';
import { openSession, saveState } from './chain-session.ts';
import { allParts, observe, type Part } from './observe.ts';
import { finishOrders, isDryRun, takeInOrders } from './orders.ts';
import { append, block, memoryForPlan, type Session, type Stop } from './session.ts';
import type { World } from './world.ts';

export type PassReport =
  | {
      readonly kind: 'looked';
      readonly status: RegistrationStatus;
      readonly plan: Plan;
      /** What the plan was made from; the same input gives the same plan (law 11). */
      readonly input: PlanInput;
      readonly did: readonly string[];
      readonly stop?: Stop;
      /** What the pass ended before, since it was not admitted. */
      readonly outside?: Action;
    }
  /** The chain could not be read; nothing was done. */
  | { readonly kind: 'unreadable'; readonly fault: Fault }
  /** The chain is not what Keeper wrote; nothing was done. */
  | { readonly kind: 'broken'; readonly defect: ChainDefect };

/** A wish never changes: a changed file makes a new one. */
const hashes = new WeakMap<DesiredRegistration, string>();

/** The hash by which a change of one registration's wishes is noticed. */
export function configurationHash(desired: DesiredRegistration): string {
  const hash = hashes.get(desired) ?? sha256(canonicalJson(desired));
  hashes.set(desired, hash);
  return hash;
}

/** What a plan is made from: nothing of it can be changed through it. */
export interface Basis {
  readonly world: World;
  readonly desired: DesiredRegistration;
  readonly memory: Memory;
  readonly observed: Observed;
}

export interface PassOptions {
  /** What had this pass look. */
  readonly wokenBy?: WokenBy;
  /** Only these are carried out; before any other the pass ends, and says which it was. */
  readonly admits?: (action: Action, did: readonly string[]) => boolean;
  /** The answer to a wish to see the plan. */
  readonly foresee?: (basis: Basis) => Promise<object>;
}

/** Runs one pass. Throws only for defects of Keeper itself. */
export async function runPass(
  world: World,
  desired: DesiredRegistration,
  { wokenBy, admits, foresee }: PassOptions = {},
): Promise<PassReport> {
  const [opened, listed] = await Promise.all([
    openSession(world, desired),
    world.orders.list(desired.key),
  ]);
  if (opened.kind !== 'open') return opened;
  const session: Session = {
    ...opened.session,
    ...(wokenBy === undefined ? {} : { wokenBy }),
    ...(admits === undefined ? {} : { admits }),
  };
  const orders = await takeInOrders(session, listed);
  await noteConfiguration(session);
  const dry = isDryRun(orders);
  const end = await (dry ? lookOnce(session) : work(session));
  const status = agedStatus(statusOf(end.input, end.plan), opened.before);
  const { observed } = end.input;
  const { memory } = session;
  const foreseen = dry ? await foresee?.({ world, desired, memory, observed }) : undefined;
  const areAnswered = await finishOrders(session, orders, { plan: foreseen, status });
  // What people ordered is not left until tomorrow's look because storage did not answer.
  const isUnfinished = !listed.ok || !areAnswered || hasWorkLeft(session, end.plan);
  const registration = valueOf(observed.registration);
  const saved = await saveState(session, {
    status,
    // Only what the listing can show: it goes by our tag.
    fingerprint: registration?.tags.includes(keyTagOf(desired.key))
      ? fingerprintOf(registration)
      : '',
    configuration: configurationHash(desired),
    // A dry run, or a bound that was reached, leaves work to the next tick.
    nextLookAt: isUnfinished ? world.clock.now() : end.plan.nextLookAt,
  });
  // When to look again is in what was not saved: the message must come again.
  if (!saved.ok) session.stop ??= { kind: 'storage', fault: saved.fault };
  return {
    kind: 'looked',
    status,
    plan: end.plan,
    input: end.input,
    did: session.did,
    ...(session.stop ? { stop: session.stop } : {}),
    ...(session.outside ? { outside: session.outside } : {}),
  };
}

function hasWorkLeft(session: Session, { actions }: Plan): boolean {
  return session.stop !== undefined || actions.length > 0;
}

async function noteConfiguration(session: Session): Promise<void> {
  const configuration = configurationHash(session.desired);
  const { memory } = session;
  const { build, identity } = session.world;
  const isSame =
    memory.configuration === configuration &&
    memory.build === build &&
    memory.identity === identity;
  if (!isSame) await append(session, { kind: 'configuration', configuration, build, identity });
}

interface End {
  readonly input: PlanInput;
  readonly plan: Plan;
}

/** What would be done: notes that a real pass would write first are only imagined. */
async function lookOnce(session: Session): Promise<End> {
  const observed = await look(session, new Set(allParts(session.desired)));
  let imagined = session.memory;
  for (let round = 1; ; round += 1) {
    const end = decide({ ...session, memory: imagined }, observed);
    const [first] = end.plan.actions;
    if (first?.kind !== 'note' || round >= roundsPerPass) return end;
    const at = end.input.now;
    const entries = first.entries.map((body, index): Entry => ({
      ...body,
      v: 1,
      seq: imagined.seq + 1 + index,
      at,
    }));
    imagined = remember(imagined, entries);
  }
}

/** Rounds of look, plan, act. Ends when a plan asks for nothing, or a bound is reached. */
async function work(session: Session): Promise<End> {
  let parts: ReadonlySet<Part> = new Set(allParts(session.desired));
  let observed = await look(session, parts);
  let end = decide(session, observed);
  let left = session.world.actionsPerPass;
  const { clock } = session.world;
  const untilMs = clock.monotonic() + passMs;
  for (let round = 1; round <= roundsPerPass && left > 0; round += 1) {
    const actions = admitted(session, end.plan.actions).slice(0, left);
    if (actions.length === 0 || session.stop || clock.monotonic() >= untilMs) break;
    parts = await carryOut(session, actions, untilMs);
    left -= actions.filter((one) => one.kind !== 'note').length;
    observed = await look(session, parts, observed);
    end = decide(session, observed);
  }
  return end;
}

/** All of them or, where one is not admitted, none. */
function admitted(session: Session, actions: readonly Action[]): readonly Action[] {
  const { admits } = session;
  const outside = admits && actions.find((one) => !admits(one, session.did));
  if (!outside) return actions;
  session.outside = outside;
  return [];
}

/** One step of each kind and subject a round: what follows is planned from what was learned. */
async function carryOut(
  session: Session,
  actions: readonly Action[],
  untilMs: number,
): Promise<ReadonlySet<Part>> {
  const touched = new Set<Part>();
  const done = new Set<string>();
  for (const action of actions) {
    const key = keyOf(action);
    if (done.has(key)) continue;
    if (session.stop || session.world.clock.monotonic() >= untilMs) break;
    // A removal is planned from what all else has led to: a push may have shown who still holds it.
    if (action.kind === 'remove' && done.size > 0) break;
    if (action.kind === 'remove' && !(await mayStillRemove(session, action))) break;
    done.add(key);
    for (const part of await apply(session, action)) touched.add(part);
    // Whether it may be pushed depends on the answer: what follows is planned from it (law 1).
    if (action.kind === 'prove') break;
  }
  return touched;
}

/** Orders are read again before a removal (law 9): a new one means a new plan. */
async function mayStillRemove(
  session: Session,
  action: Extract<Action, { kind: 'remove' }>,
): Promise<boolean> {
  if (action.why === 'ended') return true;
  const { world, desired } = session;
  const listed = await world.orders.list(desired.key);
  const seq = session.memory.seq;
  await takeInOrders(session, listed);
  if (!listed.ok) {
    const untilAt = world.clock.now() + minuteMs;
    block(session, `remove:${action.keyId}`, 'unreachable', untilAt);
  }
  return listed.ok && session.memory.seq === seq;
}

function keyOf(action: Action): string {
  if (action.kind === 'push') return `push/${action.connector}/${action.record ?? ''}`;
  if (action.kind === 'promote' || action.kind === 'note') return action.kind;
  return canonicalJson(action);
}

function look(session: Session, parts: ReadonlySet<Part>, before?: Observed): Promise<Observed> {
  const { world, desired, memory } = session;
  return observe({ world, desired, memory }, parts, before);
}

function decide(session: Session, observed: Observed): End {
  const now = session.world.clock.now();
  const input: PlanInput = {
    desired: session.desired,
    observed,
    memory: memoryForPlan(session),
    now,
    storageNow: now + session.storageAheadMs,
    ...(session.patienceMs === undefined ? {} : { patienceMs: session.patienceMs }),
  };
  return { input, plan: plan(input) };
}
