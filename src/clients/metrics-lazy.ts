/**
 * Metrics whose means are loaded in the background: the first call need not wait for them, and what is
 * told meanwhile is handed on then. When they cannot be loaded, all goes on without.
 */
import type { Metrics } from '../reconcile/metrics.ts';
import type { Log } from '../reconcile/world.ts';

/** Calls that are held until the means are there; more are dropped. */
const mostHeld = 2_000;

/** Begins to load at once. */
export function lazyMetrics(load: () => Promise<Metrics>, log: Log): Metrics {
  let loaded: Metrics | undefined;
  let held: ((metrics: Metrics) => void)[] = [];

  async function begin(): Promise<void> {
    try {
      loaded = await load();
      for (const call of held) call(loaded);
    } catch {
      log.warn('metrics cannot be loaded; going on without', {});
      loaded = noMetrics;
    } finally {
      held = [];
    }
  }

  const loading = begin();

  function hand(call: (metrics: Metrics) => void): void {
    if (loaded) call(loaded);
    else if (held.length < mostHeld) held.push(call);
  }

  return {
    ticked: () => hand((metrics) => metrics.ticked()),
    listed: (heads) => hand((metrics) => metrics.listed(heads)),
    saved: (head) => hand((metrics) => metrics.saved(head)),
    passed: (pass) => hand((metrics) => metrics.passed(pass)),
    requested: (request) => hand((metrics) => metrics.requested(request)),
    faulted: (fault) => hand((metrics) => metrics.faulted(fault)),
    async flush() {
      await loading;
      await loaded?.flush();
    },
  };
}

const noMetrics: Metrics = {
  ticked: () => undefined,
  listed: () => undefined,
  saved: () => undefined,
  passed: () => undefined,
  requested: () => undefined,
  faulted: () => undefined,
  flush: async () => undefined,
};
