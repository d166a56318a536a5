/** Metrics as the environment asks for them. Without a wish for any, nothing is loaded and nothing runs. */
import type { Metrics } from '../reconcile/metrics.ts';
import type { Clock, Log } from '../reconcile/world.ts';
import { lazyMetrics } from './metrics-lazy.ts';
import { readMetricsSettings } from './metrics-settings.ts';

export interface MetricsOptions {
  readonly clock: Clock;
  /** Not a log of invocations: exports belong to none. */
  readonly log: Log;
  /** Names of this process, such as `service.instance.id`. */
  readonly resource: Readonly<Record<string, string>>;
}

/** The metrics of this process; nothing when none are wanted, or when the wish cannot be met. */
export function configuredMetrics(
  env: Readonly<Record<string, string | undefined>>,
  options: MetricsOptions,
): Metrics | undefined {
  const read = readMetricsSettings(env);
  if (read.kind === 'unusable') {
    options.log.warn('metrics are not exported: a setting is not usable', {
      setting: read.variable,
    });
  }
  if (read.kind !== 'on') return undefined;
  const { settings } = read;
  return lazyMetrics(async () => {
    const { exportedMetrics } = await import('./metrics-export.ts');
    return exportedMetrics({ ...options, settings });
  }, options.log);
}
