import { describe, expect, it } from 'vitest';
import { readMetricsSettings } from '../../../src/clients/metrics-settings.ts';

const usual = { intervalMs: 60_000, timeoutMs: 10_000 };
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const azure = { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=1' };

/** As read from an interval and a time limit. */
const readTimes = (interval: string, timeout: string) =>
  readMetricsSettings({
    ...endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: interval,
    OTEL_METRIC_EXPORT_TIMEOUT: timeout,
  });

const withTimes = (intervalMs: number, timeoutMs: number) => ({
  kind: 'on',
  settings: { to: 'otlp-protobuf', intervalMs, timeoutMs },
});

describe('where metrics go', () => {
  it.each([
    ['nowhere without a wish', {}, undefined],
    ['nowhere for empty variables', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
    ['to a collector with an address', endpoint, 'otlp-protobuf'],
    [
      'to a collector with an address of its own for metrics',
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://collector.example/v1/metrics' },
      'otlp-protobuf',
    ],
    ['in JSON where asked', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'otlp-json'],
    [
      'in the protocol of metrics before the common one',
      {
        ...endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      },
      'otlp-json',
    ],
    [
      'to the usual collector where asked by name',
      { OTEL_METRICS_EXPORTER: 'otlp' },
      'otlp-protobuf',
    ],
    [
      'into the log where asked by name',
      { ...endpoint, OTEL_METRICS_EXPORTER: 'console' },
      'lines',
    ],
    ['into the log where Application Insights keeps it', azure, 'lines'],
    ['to a collector rather than into the log', { ...azure, ...endpoint }, 'otlp-protobuf'],
    [
      'nowhere where refused by name',
      { ...azure, ...endpoint, OTEL_METRICS_EXPORTER: 'none' },
      undefined,
    ],
    ['nowhere where the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'true' }, undefined],
  ])('is %s', (_case, env, to) => {
    expect(readMetricsSettings(env)).toEqual(
      to === undefined ? { kind: 'off' } : { kind: 'on', settings: { to, ...usual } },
    );
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: '4318' }],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    ['OTEL_METRICS_EXPORTER', { ...endpoint, OTEL_METRICS_EXPORTER: 'prometheus' }],
  ])('names %s where it is not usable', (variable, env) => {
    expect(readMetricsSettings(env)).toEqual({ kind: 'unusable', variable });
  });

  it('takes interval and time limit in bounds, and never a limit above the interval', () => {
    expect(readTimes('5000', '3000')).toEqual(withTimes(5000, 3000));
    expect(readTimes('5000', '')).toEqual(withTimes(5000, 5000));
    expect(readTimes('0', '-1')).toEqual(withTimes(60_000, 10_000));
    expect(readTimes('often', '99999999999')).toEqual(withTimes(60_000, 10_000));
  });
});
