/** Role: what a collector on this machine really receives, and what a bad one can do: nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportedMetrics } from '../../../src/clients/metrics-export.ts';
import { flushMs } from '../../../src/clients/metrics-otel.ts';
import { configuredMetrics } from '../../../src/clients/metrics.ts';
import type { Metrics } from '../../../src/reconcile/metrics.ts';
import type { Log, StateHead } from '../../../src/reconcile/world.ts';
import { deadUrl, startCollector, type Collector, type Manner } from '../../support/collector.ts';
import { manualClock } from './scripted.ts';

const dayMs = 86_400_000;
const open: Collector[] = [];

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('OTEL_')) vi.stubEnv(name, undefined);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const collector of open.splice(0)) await collector.close();
});

async function startOne(manner?: Manner): Promise<Collector> {
  const started = await startCollector(manner);
  open.push(started);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', started.url);
  return started;
}

interface Setup {
  readonly metrics: Metrics;
  readonly logged: { readonly message: string; readonly fields: object }[];
  readonly clock: ReturnType<typeof manualClock>;
}

function setUp(to: 'otlp-json' | 'otlp-protobuf' | 'lines' = 'otlp-json'): Setup {
  const logged: Setup['logged'] = [];
  const told = (message: string, fields: object = {}) => logged.push({ message, fields });
  const log: Log = { info: told, warn: told, error: told };
  const clock = manualClock();
  const settings = { to, intervalMs: 3_600_000, timeoutMs: 30_000 };
  const resource = { 'service.instance.id': 'worker-1' };
  return { metrics: exportedMetrics({ settings, clock, log, resource }), logged, clock };
}

function headOf(registration: string, now: number): StateHead {
  return {
    registration,
    nextLookAt: now,
    lookedAt: now,
    fingerprint: '',
    configuration: '',
    state: 'waiting',
    reason: 'settling',
    endsAt: now + 30 * dayMs,
  };
}

const pass = {
  registration: 'calendar',
  outcome: 'done',
  tookMs: 1500,
  did: ['add-credential', 'promote-credential', 'push-credential', 'push-credential'],
  state: 'healthy',
  reason: 'settled',
} as const;

describe('a collector', () => {
  it('receives gauges, counters and histograms with their units and attributes', async () => {
    const { points, deliveries } = await startOne();
    const { metrics, clock } = setUp();
    metrics.listed([headOf('calendar', clock.now())]);
    metrics.passed(pass);
    metrics.requested({ addressee: 'nylas-eu', outcome: 'throttled', tookMs: 80 });
    metrics.faulted({ vendor: 'nylas', kind: 'throttled' });
    metrics.ticked();
    await metrics.flush();

    expect(deliveries.map(({ path }) => path)).toEqual(['/v1/metrics']);
    const seen = points().map(({ metric, kind, unit, value, attributes }) =>
      [metric, kind, unit, value, ...Object.entries(attributes).map((one) => one.join('='))].join(
        ' ',
      ),
    );
    expect(seen.toSorted()).toEqual([
      'keeper.actions sum {action} 1 action=add-credential',
      'keeper.actions sum {action} 1 action=promote-credential',
      'keeper.actions sum {action} 2 action=push-credential',
      'keeper.credential.remaining gauge d 30 registration=calendar',
      'keeper.faults sum {fault} 1 vendor=nylas kind=throttled',
      'keeper.pass.duration histogram s 1 outcome=done',
      'keeper.passes sum {pass} 1 outcome=done state=healthy reason=settled',
      'keeper.registration.look.age gauge s 0 registration=calendar',
      'keeper.registration.overdue gauge s 0 registration=calendar',
      'keeper.registration.state gauge 1 0 registration=calendar state=healthy',
      'keeper.registration.state gauge 1 0 registration=calendar state=needs-person',
      'keeper.registration.state gauge 1 1 registration=calendar state=waiting',
      'keeper.request.duration histogram s 1 vendor=nylas-eu',
      'keeper.requests sum {request} 1 vendor=nylas-eu outcome=throttled',
      'keeper.rotations sum {rotation} 1 registration=calendar',
      'keeper.tick.age gauge s 0',
    ]);
  });

  it('learns which service and which instance it is, and what the operator calls it', async () => {
    const { points } = await startOne();
    const { metrics } = setUp();
    metrics.ticked();
    await metrics.flush();
    expect(points()[0]?.resource).toMatchObject({
      'service.name': 'keeper',
      'service.instance.id': 'worker-1',
    });
    vi.stubEnv('OTEL_SERVICE_NAME', 'keeper-test');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=lab');
    const named = setUp().metrics;
    named.ticked();
    await named.flush();
    expect(points().at(-1)?.resource).toMatchObject({
      'service.name': 'keeper-test',
      'deployment.environment.name': 'lab',
      'service.instance.id': 'worker-1',
    });
  });

  it('is sent the headers that the operator gives', async () => {
    const { deliveries } = await startOne();
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=lab');
    const { metrics } = setUp();
    metrics.ticked();
    await metrics.flush();
    expect(deliveries[0]?.headers).toMatchObject({ 'x-tenant': 'lab' });
  });

  it('receives protobuf in the usual case', async () => {
    const { deliveries } = await startOne();
    const { metrics } = setUp('otlp-protobuf');
    metrics.passed(pass);
    await metrics.flush();
    expect(deliveries[0]?.headers['content-type']).toBe('application/x-protobuf');
    expect(deliveries[0]?.body).toContain('keeper.rotations');
    expect(deliveries[0]?.body).toContain('calendar');
  });

  it('hears no more of a registration that is gone', async () => {
    const { points } = await startOne();
    const { metrics, clock } = setUp();
    const [calendar, mail] = [headOf('calendar', clock.now()), headOf('mail', clock.now())];
    metrics.listed([calendar, mail]);
    await metrics.flush();
    metrics.listed([mail]);
    await metrics.flush();
    const told = (delivery: number) =>
      points('keeper.credential.remaining')
        .filter((one) => one.delivery === delivery)
        .map(({ attributes }) => attributes['registration']);
    expect(told(0)).toEqual(['calendar', 'mail']);
    expect(told(1)).toEqual(['mail']);
  });

  it('is sent sums that grow, so that a lost delivery loses nothing', async () => {
    const { points } = await startOne();
    const { metrics } = setUp();
    for (let count = 0; count < 2; count += 1) {
      metrics.passed(pass);
      await metrics.flush();
    }
    expect(points('keeper.passes').map(({ value }) => value)).toEqual([1, 2]);
  });
});

/** Milliseconds until a flush has ended. */
async function flushed(metrics: Metrics): Promise<number> {
  const startedMs = performance.now();
  metrics.passed(pass);
  await metrics.flush();
  return performance.now() - startedMs;
}

describe('a collector that does not take', () => {
  it.each(['hang', 'later'] as const)(
    'holds up the end for two seconds at most (%s)',
    async (manner) => {
      const { deliveries } = await startOne(manner);
      const { metrics } = setUp();
      expect(await flushed(metrics)).toBeLessThan(flushMs + 3_000);
      expect(deliveries).not.toEqual([]);
    },
  );

  it('is not sent more while it does not answer', async () => {
    const { deliveries } = await startOne('hang');
    const { metrics } = setUp();
    await Promise.all([metrics.flush(), metrics.flush(), metrics.flush()]);
    await flushed(metrics);
    expect(deliveries.length).toBeLessThanOrEqual(1);
  });

  it('is told of once an hour, with its status and nothing of its words', async () => {
    await startOne('fail');
    const { metrics, logged, clock } = setUp();
    for (let count = 0; count < 3; count += 1) await flushed(metrics);
    expect(logged).toEqual([
      { message: 'metrics are not taken', fields: { failures: 1, status: 500 } },
    ]);
    await clock.sleep(3_600_000);
    await flushed(metrics);
    expect(logged.at(-1)).toEqual({
      message: 'metrics are not taken',
      fields: { failures: 4, status: 500 },
    });
  });

  it('does not matter where nobody listens', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', await deadUrl());
    const { metrics } = setUp();
    expect(await flushed(metrics)).toBeLessThan(flushMs + 3_000);
  });
});

describe('log lines in place of a collector', () => {
  it('tell what was added since the last time, and each gauge once', async () => {
    const { metrics, logged, clock } = setUp('lines');
    metrics.listed([headOf('calendar', clock.now())]);
    metrics.passed(pass);
    await metrics.flush();
    expect(new Set(logged.map(({ message }) => message))).toEqual(new Set(['metric']));
    const first = logged.splice(0).map(({ fields }) => fields);
    expect(first).toContainEqual({
      metric: 'keeper.credential.remaining',
      value: 30,
      registration: 'calendar',
    });
    expect(first).toContainEqual({
      metric: 'keeper.registration.state',
      value: 1,
      registration: 'calendar',
      state: 'waiting',
    });
    expect(first).toContainEqual({
      metric: 'keeper.pass.duration',
      count: 1,
      sum: 1.5,
      max: 1.5,
      outcome: 'done',
    });
    expect(first).toContainEqual({
      metric: 'keeper.rotations',
      value: 1,
      registration: 'calendar',
    });

    await metrics.flush();
    expect(logged.splice(0)).toEqual([]);
    metrics.passed(pass);
    await metrics.flush();
    expect(logged.map(({ fields }) => fields)).toContainEqual({
      metric: 'keeper.rotations',
      value: 1,
      registration: 'calendar',
    });
  });
});

describe('metrics of an environment', () => {
  const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

  it('are none without a wish', () => {
    expect(configuredMetrics({}, { clock: manualClock(), log: silent, resource: {} })).toBe(
      undefined,
    );
  });

  it('are none where a setting is not usable, which a line tells without its value', () => {
    const warn = vi.fn();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'password' };
    const options = { clock: manualClock(), log: { ...silent, warn }, resource: {} };
    expect(configuredMetrics(env, options)).toBe(undefined);
    expect(warn.mock.calls).toEqual([
      [
        'metrics are not exported: a setting is not usable',
        { setting: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
      ],
    ]);
  });

  it('hold what is told before their means are loaded', async () => {
    const { url, points } = await startOne();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    const metrics = configuredMetrics(env, { clock: manualClock(), log: silent, resource: {} });
    metrics?.passed(pass);
    await metrics?.flush();
    expect(points('keeper.passes').map(({ value }) => value)).toEqual([1]);
  });
});
