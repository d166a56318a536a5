/**
 * One pass's hold on a registration: the chain as read, and what is appended to it. An append that
 * comes too late ends the pass (law 4).
 */
import { appendEntry, type Head } from '../audit/log.ts';
import type { Action } from '../core/action.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import {
  stepOf,
  type Cause,
  type Effect,
  type EffectKind,
  type EntryBody,
  type Facts,
  type WokenBy,
} from '../core/entry.ts';
import { consequenceOf, leavesDoubt, type Fault, type Result } from '../core/fault.ts';
import { personReason } from '../core/finding.ts';
import { remember } from '../core/fold.ts';
import {
  dayMs,
  firstBackoffMs,
  firstPersonBackoffMs,
  graphSpacingMs,
  intentDeadlineMs,
  lifetimeLadderDays,
  maxThrottledMs,
  replicationMs,
} from '../core/limits.ts';
import type { Memory, Wait } from '../core/memory.ts';
import type { Reason } from '../core/reason.ts';
import { backoffMs } from '../core/schedule.ts';
import type { World } from './world.ts';

/** Why a pass ended before its work did. */
export type Stop = { readonly kind: 'moved' } | { readonly kind: 'storage'; readonly fault: Fault };

export interface Session {
  readonly world: World;
  readonly desired: DesiredRegistration;
  /** What had this pass look. */
  readonly wokenBy?: WokenBy;
  head: Head;
  memory: Memory;
  /** The storage service's clock less ours, milliseconds. */
  readonly storageAheadMs: number;
  /** Reasons of this pass alone, by step: they hold it back, but are not worth an entry. */
  readonly blocked: Map<string, Wait>;
  /** How long to leave a vendor alone that does not answer; see the planner's scene. */
  readonly patienceMs?: number;
  /** When this pass last wrote to Graph, by the monotonic clock. */
  graphWroteMs?: number;
  /** Set once: nothing more may be written. */
  stop?: Stop;
  /** Only these actions are carried out. */
  readonly admits?: (action: Action, did: readonly string[]) => boolean;
  /** The first that was not admitted. */
  outside?: Action;
  /** Effects that were certainly carried out, and proofs, in order. */
  readonly did: string[];
}

/** Appends an entry and folds it in. `false`: the pass must stop; `session.stop` says why. */
export async function append(session: Session, body: EntryBody): Promise<boolean> {
  if (session.stop) return false;
  const { world, desired, head } = session;
  const appended = await appendEntry(world.chains, desired.key, head, body, world.clock.now());
  if (!appended.ok) {
    session.stop = { kind: 'storage', fault: appended.fault };
    return false;
  }
  if (!appended.value) {
    session.stop = { kind: 'moved' };
    return false;
  }
  session.head = appended.value.head;
  session.memory = remember(session.memory, [appended.value.entry]);
  return true;
}

/** The memory with this pass's own obstacles among the stored waits. */
export function memoryForPlan(session: Session): Memory {
  if (session.blocked.size === 0) return session.memory;
  const waits = { ...session.memory.waits, ...Object.fromEntries(session.blocked) };
  return { ...session.memory, waits };
}

/** Holds a step back for the rest of this pass. */
export function block(session: Session, step: string, reason: Reason, untilAt: number): void {
  session.blocked.set(step, { untilAt, attempts: 0, reason });
}

/** One write to one vendor, as it goes out and as it came back. */
export interface Write<T> {
  readonly effect: Effect;
  readonly because: Cause;
  /** Sends it. Receives the intent's id, which goes into the thing written (law 3). */
  readonly send: (intentId: string) => Promise<Result<T>>;
  /** What the outcome should keep of the answer; may read back, must not write. */
  readonly facts?: (value: T) => Facts | Promise<Facts>;
  /** What a refusal should keep. */
  readonly factsOfFault?: (fault: Fault) => Promise<Facts | undefined>;
}

export type Written<T> =
  | { readonly kind: 'done'; readonly value: T; readonly intentId: string }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly intentId: string }
  /** Not sent, or the chain moved on: see `session.stop`. */
  | { readonly kind: 'stopped' };

/**
 * Intent, effect, outcome (law 3). The intent is on the chain before anything is sent; past its
 * deadline, by the monotonic clock, nothing is sent at all.
 */
export async function write<T>(session: Session, one: Write<T>): Promise<Written<T>> {
  const { clock } = session.world;
  await spaceOut(session, one.effect);
  const intentId = session.world.newId();
  const startedMs = clock.monotonic();
  const appended = await append(session, {
    kind: 'intent',
    id: intentId,
    effect: one.effect,
    // By the storage service's clock, which is what others judge it by.
    deadlineAt: clock.now() + session.storageAheadMs + intentDeadlineMs,
    worker: session.world.worker,
    because: one.because,
    ...(session.wokenBy === undefined ? {} : { wokenBy: session.wokenBy }),
  });
  if (!appended) return { kind: 'stopped' };
  const untilMs = startedMs + intentDeadlineMs;
  const result = await session.world.within(untilMs, () => one.send(intentId));
  if (result.ok) {
    const facts = (await one.facts?.(result.value)) ?? {};
    const requestId = requestIdOf(result.value);
    const kept = await append(session, {
      kind: 'outcome',
      intent: intentId,
      result: 'done',
      facts,
      ...(requestId === undefined ? {} : { requestId }),
    });
    if (kept) session.did.push(one.effect.kind);
    return kept ? { kind: 'done', value: result.value, intentId } : { kind: 'stopped' };
  }
  if (result.fault.kind === 'unsent') {
    await append(session, { kind: 'outcome', intent: intentId, result: 'unsent' });
    return { kind: 'stopped' };
  }
  const facts = await one.factsOfFault?.(result.fault);
  await append(session, {
    kind: 'outcome',
    intent: intentId,
    result: leavesDoubt(result.fault) ? 'doubtful' : 'refused',
    fault: result.fault,
    ...(facts ? { facts } : {}),
    ...backoff(session, one.effect, result.fault),
  });
  return { kind: 'failed', fault: result.fault, intentId };
}

/** Effects on one object of the directory. */
const graphEffects: ReadonlySet<EffectKind> = new Set<EffectKind>([
  'create-registration',
  'update-registration',
  'create-service-principal',
  'add-credential',
  'remove-credential',
]);

/** Graph refuses writes on one object that come close together; so they keep a distance. */
async function spaceOut(session: Session, effect: Effect): Promise<void> {
  if (!graphEffects.has(effect.kind)) return;
  const { clock } = session.world;
  const since = clock.monotonic() - (session.graphWroteMs ?? Number.NEGATIVE_INFINITY);
  if (since < graphSpacingMs) await clock.sleep(graphSpacingMs - since);
  session.graphWroteMs = clock.monotonic();
}

function requestIdOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('requestId' in value)) return undefined;
  return typeof value.requestId === 'string' ? value.requestId : undefined;
}

/** When the step may be tried again, and the reason that stands until then. */
function backoff(
  session: Session,
  effect: Effect,
  fault: Fault,
): { readonly retryAt: number; readonly reason: Reason } | Record<string, never> {
  const step = stepOf(effect);
  const now = session.world.clock.now();
  if (hasShorter(effect, fault, now)) return {};
  const attempts = session.memory.waits[step]?.attempts ?? 0;
  const consequence = consequenceOf(fault);
  const isPerson = consequence.kind === 'person' && !isTooFresh(session, fault, now);
  const firstMs = isPerson ? firstPersonBackoffMs : firstBackoffMs;
  const backedOffMs = backoffMs(firstMs, attempts, `${session.desired.key}/${step}`);
  const ownMs = fault.kind === 'throttled' ? Math.min(maxThrottledMs, backedOffMs) : backedOffMs;
  const askedMs = consequence.kind === 'wait' ? (consequence.ms ?? 0) : 0;
  const transient: Reason = fault.kind === 'throttled' ? 'throttled' : 'backing-off';
  return {
    retryAt: now + Math.max(ownMs, askedMs),
    reason: isPerson ? personReason(fault) : transient,
  };
}

/** A shorter lifetime is asked for at once; see the fold. */
function hasShorter(effect: Effect, fault: Fault, now: number): boolean {
  if (effect.kind !== 'add-credential') return false;
  if (fault.kind !== 'policy' || fault.rule !== 'lifetime-too-long') return false;
  const askedDays = Math.round((effect.endAt - now) / dayMs);
  return lifetimeLadderDays.some((days) => days < askedDays);
}

/** Graph denies what it has just created to its creator, until all replicas have it. */
function isTooFresh(session: Session, fault: Fault, now: number): boolean {
  const { registrationWriteAt } = session.memory;
  return (
    fault.kind === 'denied' &&
    fault.vendor === 'graph' &&
    registrationWriteAt !== undefined &&
    now < registrationWriteAt + replicationMs
  );
}
