/** What a check says: do this, wait until then, ask a person, or look again by then. */
import type { Action } from './action.ts';
import type { EntryBody, Observation } from './entry.ts';
import { consequenceOf, type Fault } from './fault.ts';
import { firstPatienceMs, firstPersonBackoffMs, minuteMs, urgentBackoffMs } from './limits.ts';
import { reportKey, type Wait } from './memory.ts';
import { meaningOf, type Reason } from './reason.ts';
import type { Scene } from './scene.ts';
import { isLastResort } from './urgency.ts';

export type Finding =
  | { readonly kind: 'act'; readonly action: Action }
  /** Entries for the chain. They are written first, and the plan is made anew. */
  | { readonly kind: 'note'; readonly entry: EntryBody }
  | {
      readonly kind: 'wait';
      readonly reason: Reason;
      readonly untilAt: number;
      readonly subject?: string;
    }
  | { readonly kind: 'person'; readonly reason: Reason; readonly subject?: string }
  /** Nothing is wrong, but something will be due. */
  | { readonly kind: 'look'; readonly at: number }
  /** Worth telling, although nothing needs doing. */
  | { readonly kind: 'remark'; readonly reason: Reason; readonly subject?: string };

/** Reads one aspect of the scene. Checks are pure, and named for the defect that they find. */
export type Check = (scene: Scene) => readonly Finding[];

/** Do this, unless its step is backing off: then the stored reason stands. */
export function act(scene: Scene, step: string, action: Action): readonly Finding[] {
  const wait = scene.memory.waits[step];
  const untilAt = wait === undefined ? 0 : waitEndsAt(scene, wait);
  if (wait === undefined || untilAt <= scene.now) return [{ kind: 'act', action }];
  return stands(wait.reason, untilAt, step);
}

/**
 * Keeper's own patience is short where a connector is down or soon will be (law 10): a vendor that is
 * back after hours must not find it asleep for a day. What a vendor asked for is kept.
 */
function waitEndsAt(scene: Scene, { untilAt, sinceAt, reason }: Wait): number {
  if (sinceAt === undefined || !isLastResort(scene)) return untilAt;
  if (reason === 'backing-off') return Math.min(untilAt, sinceAt + urgentBackoffMs);
  const isForPerson = meaningOf(reason).state === 'needs-person';
  return isForPerson ? Math.min(untilAt, sinceAt + firstPersonBackoffMs) : untilAt;
}

/** A reason that stands until an instant: for a person or for time. */
export function stands(reason: Reason, untilAt: number, subject?: string): readonly Finding[] {
  const about = subject === undefined ? {} : { subject };
  if (meaningOf(reason).state === 'needs-person') {
    return [
      { kind: 'person', reason, ...about },
      { kind: 'look', at: untilAt },
    ];
  }
  return [{ kind: 'wait', reason, untilAt, ...about }];
}

/** What an unreadable part means for the reader. */
export function unseen(scene: Scene, fault: Fault, subject?: string): readonly Finding[] {
  const consequence = consequenceOf(fault);
  if (consequence.kind === 'person') {
    const at = scene.now + 60 * minuteMs;
    return stands(personReason(fault), at, subject);
  }
  const waitMs = consequence.kind === 'wait' ? (consequence.ms ?? 0) : 0;
  const reason: Reason = fault.kind === 'throttled' ? 'throttled' : 'unreachable';
  const patienceMs = scene.patienceMs ?? firstPatienceMs;
  return stands(reason, scene.now + Math.max(waitMs, patienceMs), subject ?? fault.vendor);
}

/** The reason that a person is told for a fault that only a person can cure. */
export function personReason(fault: Fault): Reason {
  switch (fault.kind) {
    case 'denied':
      if (fault.vendor === 'vault') return 'vault-denied';
      if (fault.code?.startsWith('api-key-')) return 'api-key-missing';
      return fault.vendor === 'nylas' ? 'nylas-denied' : 'graph-denied';
    case 'policy':
      return fault.rule === 'secrets-forbidden' ? 'secrets-forbidden' : 'policy-refused';
    case 'limit':
      return fault.what === 'credentials' ? 'slots-full' : 'directory-quota';
    case 'deleted-holds-name':
      return fault.vendor === 'vault' ? 'secret-lost' : 'registration-deleted';
    default:
      return 'request-refused';
  }
}

/** An observation that the chain does not have yet; told once. */
export function noteOnce(scene: Scene, subject: string, seen: Observation): readonly Finding[] {
  if (scene.memory.reported[reportKey(seen.what, subject)] !== undefined) return [];
  return [{ kind: 'note', entry: { kind: 'observation', seen } }];
}

/** An observation, whatever was told before. */
export function note(seen: Observation): Finding {
  return { kind: 'note', entry: { kind: 'observation', seen } };
}
