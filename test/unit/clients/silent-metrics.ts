/** Metrics that nobody hears, to be replaced in part. */
import type { Metrics } from '../../../src/reconcile/metrics.ts';

/** Takes all, tells nothing. */
export function silentMetrics(): Metrics {
  return {
    ticked: () => undefined,
    listed: () => undefined,
    saved: () => undefined,
    passed: () => undefined,
    requested: () => undefined,
    faulted: () => undefined,
    flush: async () => undefined,
  };
}
