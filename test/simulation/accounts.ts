/**
 * Role: one account of outages a connector, so that what stood in the way of one registration
 * excuses no other. The accounts themselves are the simulator's; this only sends each matter to its own.
 */
import { fullLookMs, hourMs } from '../../src/core/limits.ts';
import type { Truth } from '../../src/local/truth.ts';
import { outageAccount, type Cause, type OutageAccount } from '../../src/local/simulators/outage.ts';
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

  function accountOf(applicationId: string): OutageAccount {
    const known = accounts.get(applicationId);
    if (known) return known;
    const made = outageAccount({
      provenSince: (clientId, at) => truth.provenSince(clientId, at),
      reachableSince: (at) => obstacles.freeSince(keyOf(applicationId), 'push', at),
      lookMs: fullLookMs,
      boundMs: stormyBoundMs,
      issuableSince: (_clientId, at) => obstacles.freeSince(keyOf(applicationId), 'issue', at),
    });
    accounts.set(applicationId, made);
    return made;
  }

  const all = (): readonly OutageAccount[] => [...accounts.values()];
  return {
    get outageSeconds() {
      return all().reduce((sum, one) => sum + one.outageSeconds, 0);
    },
    get unavoidableSeconds() {
      const sums = {} as Record<Cause, number>;
      for (const one of all()) {
        for (const [cause, seconds] of Object.entries(one.unavoidableSeconds) as [Cause, number][]) {
          sums[cause] = (sums[cause] ?? 0) + seconds;
        }
      }
      return sums;
    },
    get incidents() {
      return all().flatMap((one) => one.incidents);
    },
    began: (failure, at) => accountOf(failure.subject.applicationId).began(failure, at),
    down: (failure, from, to) => accountOf(failure.subject.applicationId).down(failure, from, to),
    lingered: (subject, from, to) => accountOf(subject.applicationId).lingered(subject, from, to),
    ended: (subject) => accountOf(subject.applicationId).ended(subject),
    observe(at) {
      for (const one of all()) one.observe(at);
    },
  };
}
