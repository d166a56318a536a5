/**
 * Role: how much vendors let one ask where they are stingy: a few writes a minute in the whole tenant,
 * a few requests in ten seconds at one Nylas application. Real limits are far above what a few
 * registrations ask for; with these they are reached.
 */
import type { Fortune } from './fortune.ts';
import type { Kernel } from './kernel.ts';

/** The kinds of mishaps that budgets make, as they are counted. */
export const budgetKinds = ['budget/graph-writes', 'budget/nylas-requests'] as const;

export interface Budgets {
  /** Takes a request off its budget; false: it is spent. */
  admits(request: { readonly method: string; readonly url: URL; readonly caller: string }): boolean;
}

interface Limit {
  readonly kind: (typeof budgetKinds)[number];
  readonly most: number;
  readonly withinMs: number;
}

/** Creating a registration takes three writes: the last has to wait. */
const graphWrites: Limit = { kind: 'budget/graph-writes', most: 2, withinMs: 60_000 };
/** A look at a connector of a dozen records fits, with what a push reads besides; two at once do not. */
const nylasRequests: Limit = { kind: 'budget/nylas-requests', most: 40, withinMs: 10_000 };

/** The budgets of a seed: mostly none, some for the tenant, some for a share of the callers. */
export function budgetsOf(kernel: Pick<Kernel, 'now'>, fortune: Fortune): Budgets {
  const random = fortune.random.fork('budgets');
  const isGraphStingy = random.chance(0.25);
  const nylasShare = random.pick([0, 0, 0.3]);
  const spent = new Map<string, number[]>();

  function limitOf({ method, url, caller }: Parameters<Budgets['admits']>[0]): Limit | undefined {
    if (url.hostname.startsWith('graph')) {
      return isGraphStingy && method !== 'GET' ? graphWrites : undefined;
    }
    if (nylasShare === 0 || !url.hostname.includes('nylas')) return undefined;
    return random.fork(caller).chance(nylasShare) ? nylasRequests : undefined;
  }

  return {
    admits(request) {
      const limit = limitOf(request);
      if (!limit) return true;
      const name = limit === graphWrites ? 'graph' : request.caller;
      const now = kernel.now();
      const recent = (spent.get(name) ?? []).filter((at) => at > now - limit.withinMs);
      const isSpent = recent.length >= limit.most && fortune.admits();
      if (isSpent) fortune.met(limit.kind);
      else recent.push(now);
      spent.set(name, recent);
      return !isSpent;
    },
  };
}
