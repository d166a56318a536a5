/**
 * Metrics through OpenTelemetry's SDK: instruments of `metrics-table.ts`, collected in the background
 * and handed to one exporter. This file and `metrics-export.ts` are the only ones that know the SDK, and
 * are loaded only where metrics are wanted.
 */
import type { Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import {
  detectResources,
  resourceFromAttributes,
  serviceNameEnvDetector,
  resourceAttributesEnvDetector,
} from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type { Metrics } from '../reconcile/metrics.ts';
import { registrationFacts, type Reading } from './metrics-facts.ts';
import { metricTable } from './metrics-table.ts';

export interface OpenTelemetryOptions {
  readonly exporter: PushMetricExporter;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** `news`: a gauge is told once for each time that it is heard of. */
  readonly extent: 'all' | 'news';
  /** The loop's clock: ages are told by it. */
  readonly clock: { now(): number };
  /** Names of this process, such as `service.instance.id`. */
  readonly resource: Readonly<Record<string, string>>;
}

/** How long the end of a process waits for the last export. */
export const flushMs = 2_000;

/** Series of one instrument: three states of each registration that is told of. */
const mostSeries = 15_100;

/** Points in one request. */
const batchPoints = 5_000;

/** The port, filled. */
export function openTelemetryMetrics(options: OpenTelemetryOptions): Metrics {
  const provider = providerOf(options);
  const meter = provider.getMeter('keeper');
  const facts = registrationFacts(options.clock);
  const count = countersOf(meter);
  const spread = histogramsOf(meter);
  observe(meter, () => facts.readings(options.extent));
  return {
    ticked: () => facts.ticked(),
    listed: (heads) => facts.listed(heads),
    saved: (head) => facts.saved(head),
    passed({ registration, outcome, tookMs, did, state, reason }) {
      const left = { ...(state ? { state } : {}), ...(reason ? { reason } : {}) };
      count.passes.add(1, { outcome, ...left });
      spread.passDuration.record(tookMs / 1000, { outcome });
      for (const action of did) {
        count.actions.add(1, { action });
        if (action === 'promote-credential') count.rotations.add(1, { registration });
      }
    },
    requested({ addressee, outcome, tookMs }) {
      count.requests.add(1, { vendor: addressee, outcome });
      spread.requestDuration.record(tookMs / 1000, { vendor: addressee });
    },
    faulted: ({ vendor, kind }) => count.faults.add(1, { vendor, kind }),
    async flush() {
      const given = Promise.withResolvers<void>();
      const timer = setTimeout(given.resolve, flushMs);
      await Promise.race([provider.forceFlush().catch(() => undefined), given.promise]);
      clearTimeout(timer);
    },
  };
}

function providerOf(options: OpenTelemetryOptions): MeterProvider {
  const { exporter, intervalMs, timeoutMs } = options;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: timeoutMs,
    cardinalityLimits: { default: mostSeries },
    maxExportBatchSize: batchPoints,
  });
  const named = resourceFromAttributes({ 'service.name': 'keeper', ...options.resource });
  // What the operator says of the service wins.
  const said = detectResources({
    detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector],
  });
  return new MeterProvider({ resource: named.merge(said), readers: [reader] });
}

const durationSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

function countersOf(
  meter: Meter,
): Readonly<Record<'passes' | 'actions' | 'rotations' | 'faults' | 'requests', Counter>> {
  const made = ({ name, unit, description }: (typeof metricTable)[keyof typeof metricTable]) =>
    meter.createCounter(name, { unit, description });
  return {
    passes: made(metricTable.passes),
    actions: made(metricTable.actions),
    rotations: made(metricTable.rotations),
    faults: made(metricTable.faults),
    requests: made(metricTable.requests),
  };
}

function histogramsOf(
  meter: Meter,
): Readonly<Record<'passDuration' | 'requestDuration', Histogram>> {
  const made = ({ name, unit, description }: (typeof metricTable)[keyof typeof metricTable]) =>
    meter.createHistogram(name, {
      unit,
      description,
      advice: { explicitBucketBoundaries: durationSeconds },
    });
  return {
    passDuration: made(metricTable.passDuration),
    requestDuration: made(metricTable.requestDuration),
  };
}

/** All gauges are read in one go, so that they are of one moment. */
function observe(meter: Meter, read: () => readonly Reading[]): void {
  const gauges = new Map<Reading['gauge'], Observable>(
    (['remaining', 'state', 'lookAge', 'overdue', 'proofAge', 'tickAge'] as const).map((gauge) => {
      const { name, unit, description } = metricTable[gauge];
      return [gauge, meter.createObservableGauge(name, { unit, description })];
    }),
  );
  meter.addBatchObservableCallback(
    (result) => {
      for (const { gauge, value, attributes } of read()) {
        const observable = gauges.get(gauge);
        if (observable) result.observe(observable, value, attributes);
      }
    },
    [...gauges.values()],
  );
}
