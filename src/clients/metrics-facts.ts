/**
 * What is known of each registration, for gauges. It comes from listings and passes, and ages: a
 * process that has not heard of a registration for a while stays silent about it, so that it does not
 * contradict one that has.
 */
import type { StateHead } from '../reconcile/world.ts';
import type { State } from '../core/reason.ts';

/** One value of one gauge. */
export interface Reading {
  readonly gauge: 'remaining' | 'state' | 'lookAge' | 'overdue' | 'proofAge' | 'tickAge';
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RegistrationFacts {
  ticked(): void;
  listed(heads: readonly StateHead[]): void;
  saved(head: StateHead): void;
  /** All that is known now. `news`: only what has come since the last time. */
  readings(extent: 'all' | 'news'): readonly Reading[];
}

/** Two ticks and a half: a missed one leaves no gap. */
export const freshMs = 38 * 60_000;

/** Registrations that are told of; a larger fleet is told of in part. */
const mostRegistrations = 5_000;

const states: readonly State[] = ['healthy', 'waiting', 'needs-person'];
const dayMs = 86_400_000;

interface Known {
  readonly head: StateHead;
  readonly heardAt: number;
  isNews: boolean;
}

/** Facts by the clock that the loop goes by. */
export function registrationFacts(clock: { now(): number }): RegistrationFacts {
  let known = new Map<string, Known>();
  let tickedAt: number | undefined;

  function hear(into: Map<string, Known>, head: StateHead): void {
    // Names of blobs may be anything; a name that no registration can have is not ours to tell.
    if (!/^[\w.:-]{1,200}$/.test(head.registration)) return;
    if (into.size >= mostRegistrations && !into.has(head.registration)) return;
    into.set(head.registration, { head, heardAt: clock.now(), isNews: true });
  }

  return {
    ticked() {
      tickedAt = clock.now();
    },
    listed(heads) {
      const listed = new Map<string, Known>();
      for (const head of heads) hear(listed, head);
      known = listed;
    },
    saved: (head) => hear(known, head),
    readings(extent) {
      const now = clock.now();
      const told: Reading[] = [];
      if (tickedAt !== undefined) told.push(reading('tickAge', seconds(now - tickedAt)));
      for (const [registration, one] of known) {
        if (now - one.heardAt > freshMs || (extent === 'news' && !one.isNews)) continue;
        one.isNews = false;
        told.push(...readingsOf(registration, one.head, { now, extent }));
      }
      return told;
    },
  };
}

function readingsOf(
  registration: string,
  head: StateHead,
  { now, extent }: { readonly now: number; readonly extent: 'all' | 'news' },
): Reading[] {
  const about = { registration };
  return [
    ...(head.endsAt === undefined
      ? []
      : [reading('remaining', (head.endsAt - now) / dayMs, about)]),
    ...states
      .filter((state) => extent === 'all' || head.state === state)
      .map((state) => reading('state', head.state === state ? 1 : 0, { ...about, state })),
    reading('lookAge', seconds(now - head.lookedAt), about),
    reading('overdue', Math.max(0, seconds(now - head.nextLookAt)), about),
    ...(head.provedAt === undefined
      ? []
      : [reading('proofAge', seconds(now - head.provedAt), about)]),
  ];
}

function reading(
  gauge: Reading['gauge'],
  value: number,
  attributes: Reading['attributes'] = {},
): Reading {
  return { gauge, value, attributes };
}

function seconds(ms: number): number {
  return ms / 1000;
}
