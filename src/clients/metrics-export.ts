/** Where metrics go: a collector by OTLP over HTTP, or log lines; and a guard before either. */
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type MetricData,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Metrics } from '../reconcile/metrics.ts';
import type { Clock, Log, LogFields } from '../reconcile/world.ts';
import { openTelemetryMetrics } from './metrics-otel.ts';
import type { MetricsSettings } from './metrics-settings.ts';

const succeeded: ExportResult = { code: ExportResultCode.SUCCESS };
const failed: ExportResult = { code: ExportResultCode.FAILED };

export interface ExportOptions {
  readonly settings: MetricsSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly resource: Readonly<Record<string, string>>;
}

/** Metrics that go where the settings say. */
export function exportedMetrics({ settings, clock, log, resource }: ExportOptions): Metrics {
  const { to, intervalMs, timeoutMs } = settings;
  const exporter = to === 'lines' ? lineExporter(log) : guarded(collectorOf(to), { clock, log });
  const extent = to === 'lines' ? 'news' : 'all';
  return openTelemetryMetrics({ exporter, intervalMs, timeoutMs, extent, clock, resource });
}

function collectorOf(to: 'otlp-json' | 'otlp-protobuf'): PushMetricExporter {
  // One request at a time: a collector that does not answer must not gather a heap of them.
  const options = { concurrencyLimit: 1 };
  return to === 'otlp-json' ? new JsonExporter(options) : new ProtobufExporter(options);
}

/** How long a collector that fails is not told of again. */
const quietMs = 3_600_000;

/** Keeps an exporter's failures from everybody, and tells of them once in a while. */
function guarded(
  exporter: PushMetricExporter,
  { clock, log }: { readonly clock: Pick<Clock, 'monotonic'>; readonly log: Log },
): PushMetricExporter {
  let failures = 0;
  let toldMs: number | undefined;

  function end(result: ExportResult): void {
    if (result.code === succeeded.code) {
      failures = 0;
      toldMs = undefined;
      return;
    }
    failures += 1;
    const nowMs = clock.monotonic();
    if (toldMs !== undefined && nowMs - toldMs < quietMs) return;
    toldMs = nowMs;
    // Of the error only its status: its text may repeat an address or a header.
    log.warn('metrics are not taken', { failures, status: statusOf(result.error) });
  }

  return {
    export(metrics, done) {
      try {
        exporter.export(metrics, (result) => {
          end(result);
          done(result.code === succeeded.code ? succeeded : failed);
        });
      } catch {
        end(failed);
        done(failed);
      }
    },
    forceFlush: () => exporter.forceFlush().catch(() => undefined),
    shutdown: () => exporter.shutdown().catch(() => undefined),
    selectAggregationTemporality: (kind) =>
      // The SDK would go on telling of a registration that is gone. For a gauge this is not sent at all.
      kind === InstrumentType.OBSERVABLE_GAUGE
        ? AggregationTemporality.DELTA
        : (exporter.selectAggregationTemporality?.(kind) ?? AggregationTemporality.CUMULATIVE),
  };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** One log line a value: what has been added since the last one, or what was heard of since. */
function lineExporter(log: Log): PushMetricExporter {
  return {
    export({ scopeMetrics }: ResourceMetrics, done) {
      for (const { metrics } of scopeMetrics) {
        for (const metric of metrics) {
          for (const fields of linesOf(metric)) log.info('metric', fields);
        }
      }
      done(succeeded);
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
    selectAggregationTemporality: () => AggregationTemporality.DELTA,
  };
}

function linesOf(metric: MetricData): LogFields[] {
  const { name } = metric.descriptor;
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return [];
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.map(({ attributes, value: { count, sum, max } }) => ({
      metric: name,
      count,
      sum: rounded(sum ?? 0),
      max: rounded(max ?? 0),
      ...texts(attributes),
    }));
  }
  return metric.dataPoints.map(({ attributes, value }) => ({
    metric: name,
    value: rounded(value),
    ...texts(attributes),
  }));
}

function texts(attributes: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, String(value)]),
  );
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
