/**
 * Where metrics go, from the variables that OpenTelemetry has made standard. What else the exporter of
 * OTLP needs (addresses, headers, certificates, compression) it reads from its own variables.
 */

/** Where metrics go and how often. */
export interface MetricsSettings {
  /** `lines`: log lines, which Application Insights keeps without another credential. */
  readonly to: 'otlp-json' | 'otlp-protobuf' | 'lines';
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Settings; nothing when no metrics are wanted; or why they cannot be had. */
export type ReadMetricsSettings =
  | { readonly kind: 'on'; readonly settings: MetricsSettings }
  | { readonly kind: 'off' }
  | { readonly kind: 'unusable'; readonly variable: string };

const usualIntervalMs = 60_000;
const usualTimeoutMs = 10_000;
const longestMs = 24 * 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads them. Never throws: a slip in a telemetry setting must not keep Keeper from working. */
export function readMetricsSettings(env: Environment): ReadMetricsSettings {
  if (of(env, 'OTEL_SDK_DISABLED').toLowerCase() === 'true') return { kind: 'off' };
  const place = placeOf(env);
  if (place === undefined) return { kind: 'off' };
  if (place.to === undefined) return { kind: 'unusable', variable: place.wrong };
  const intervalMs = milliseconds(env, 'OTEL_METRIC_EXPORT_INTERVAL', usualIntervalMs);
  const timeoutMs = milliseconds(env, 'OTEL_METRIC_EXPORT_TIMEOUT', usualTimeoutMs);
  return {
    kind: 'on',
    settings: { to: place.to, intervalMs, timeoutMs: Math.min(timeoutMs, intervalMs) },
  };
}

type Place =
  | { readonly to: MetricsSettings['to'] }
  | { readonly to: undefined; readonly wrong: string };

/** What is asked for by name; else where there is an address; else where Azure keeps the log. */
function placeOf(env: Environment): Place | undefined {
  const endpoint =
    of(env, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') || of(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const asked = of(env, 'OTEL_METRICS_EXPORTER').toLowerCase();
  if (asked === 'none') return undefined;
  if (asked === 'console') return { to: 'lines' };
  if (asked !== '' && asked !== 'otlp') return { to: undefined, wrong: 'OTEL_METRICS_EXPORTER' };
  if (endpoint === '' && asked === '') {
    return of(env, 'APPLICATIONINSIGHTS_CONNECTION_STRING') === '' ? undefined : { to: 'lines' };
  }
  // Asked for without an address: OpenTelemetry's own, a collector on this machine.
  if (endpoint !== '' && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    return { to: undefined, wrong: 'OTEL_EXPORTER_OTLP_ENDPOINT' };
  }
  const protocol =
    of(env, 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') || of(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'http/json') return { to: 'otlp-json' };
  if (protocol === '' || protocol === 'http/protobuf') return { to: 'otlp-protobuf' };
  return { to: undefined, wrong: 'OTEL_EXPORTER_OTLP_PROTOCOL' };
}

/** Empty counts as absent. */
function of(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}

function milliseconds(env: Environment, name: string, usual: number): number {
  const given = of(env, name);
  const value = /^[0-9]{1,9}$/.test(given) ? Number(given) : 0;
  return value < 100 || value > longestMs ? usual : value;
}
