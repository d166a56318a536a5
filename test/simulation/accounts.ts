/**
 * Role: one account of outages a connector, so that what stood in the way of one registration
 * excuses no other. The accounts themselves are the simulator's; this only sends each matter to its own.
 */
import { hourMs } from '../../src/core/limits.ts';
import type { Truth } from '../../src/local/truth.ts';
import {
  outageAccount,
  type Cause,
  type Failure,
  type OutageAccount,
  type Subject,
} from '../../src/local/simulators/outage.ts';
import type { Member } from './fleet.ts';
import type { Obstacles } from './obstacles.ts';

/**
 * With mishaps at one write in eight each step may cost a tick: what takes two hours at most in
 * calm weather is given six.
 */
const stormyBoundMs = 6 * hourMs;

export interface AccountRouterOptions {
  readonly truth: Truth;
  readonly obstacles: Obstacles;
  readonly members: () => readonly Member[];
}

export function accountRouter({ truth, obstacles, members }: AccountRouterOptions): OutageAccount {
  const accounts = new Map<string, OutageAccount>();

  /** While the customers are being made, nothing is in the way of anybody. */
  function keyOf(applicationId: string): string {
    const owner = members().find((one) =>
      one.connectors.some((connector) => connector.applicationId === applicationId),
    );
    return owner?.key ?? '';
  }

  /** What a person removed in the directory is charged only as far as it could be seen there. */
  function accountOf({ subject, why }: Failure): OutageAccount {
    const isUnseen = why === 'removed-by-hand';
    const name = nameOf(subject.applicationId, isUnseen);
    const known = accounts.get(name);
    if (known) return known;
    const { applicationId } = subject;
    const made = outageAccount({
      provenSince: (clientId, at) => truth.provenSince(clientId, at),
      reachableSince(at) {
        const freeSince = obstacles.freeSince(keyOf(applicationId), 'push', at);
        const seenSince = isUnseen
          ? obstacles.freeSince(keyOf(applicationId), 'see', at)
          : freeSince;
        if (freeSince === undefined || seenSince === undefined) return undefined;
        return Math.max(freeSince, seenSince);
      },
      lookMs: 24 * hourMs,
      boundMs: stormyBoundMs,
      issuableSince: (_clientId, at) => obstacles.freeSince(keyOf(applicationId), 'issue', at),
    });
    accounts.set(name, made);
    return made;
  }

  /** A subject is down for one reason at a time: the other account forgets it. */
  function chosen(failure: Failure): OutageAccount {
    const other = nameOf(failure.subject.applicationId, failure.why !== 'removed-by-hand');
    accounts.get(other)?.ended(failure.subject);
    return accountOf(failure);
  }

  const all = (): readonly OutageAccount[] => [...accounts.values()];
  const bothOf = ({ applicationId }: Subject): readonly OutageAccount[] =>
    [true, false].flatMap((one) => accounts.get(nameOf(applicationId, one)) ?? []);
  return {
    get outageSeconds() {
      return all().reduce((sum, one) => sum + one.outageSeconds, 0);
    },
    get unavoidableSeconds() {
      const sums = {} as Record<Cause, number>;
      for (const one of all()) {
        for (const [cause, seconds] of Object.entries(one.unavoidableSeconds) as [
          Cause,
          number,
        ][]) {
          sums[cause] = (sums[cause] ?? 0) + seconds;
        }
      }
      return sums;
    },
    get incidents() {
      return all().flatMap((one) => one.incidents);
    },
    began: (failure, at) => chosen(failure).began(failure, at),
    down: (failure, from, to) => chosen(failure).down(failure, from, to),
    lingered(subject, from, to) {
      for (const one of bothOf(subject)) one.lingered(subject, from, to);
    },
    ended(subject) {
      for (const one of bothOf(subject)) one.ended(subject);
    },
    observe(at) {
      for (const one of all()) one.observe(at);
    },
  };
}

function nameOf(applicationId: string, isUnseen: boolean): string {
  return `${applicationId}/${isUnseen ? 'removed' : 'other'}`;
}
