/** Role: a rotation with its faults, as metrics tell it, over the simulated vendors. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exportedMetrics } from '../../../src/clients/metrics-export.ts';
import { addresseesOf, countedTransport } from '../../../src/clients/metrics-transport.ts';
import { countedWorld } from '../../../src/clients/metrics-world.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { failure, success } from '../../../src/core/fault.ts';
import { tick, work, type Surroundings } from '../../../src/functions/handlers.ts';
import { cloudHosts } from '../../../src/local/cloud.ts';
import type { Metrics } from '../../../src/reconcile/metrics.ts';
import type { World } from '../../../src/reconcile/world.ts';
import {
  startCollector,
  type Collector,
  type Manner,
  type Point,
} from '../../support/collector.ts';
import { leaksIn } from '../../support/haystack.ts';
import { scenario } from '../../support/scenario.ts';
import { dayMs, hourMs, tenant, type Tenant } from '../../support/tenant.ts';
import { silentMetrics } from './silent-metrics.ts';

const open: Collector[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const collector of open.splice(0)) await collector.close();
});

const machineClock = { monotonic: () => performance.now() };

interface Measured extends Tenant {
  readonly collector: Collector;
  readonly metrics: Metrics;
  readonly surroundings: Surroundings;
  /** A tick, and a pass for each message that it sent, every quarter of an hour. */
  lives(ms: number): Promise<void>;
}

/** A customer whose world is counted and whose metrics go to a collector of this manner. */
async function measured(manner: Manner = 'take', faults: 'none' | 'heavy' = 'none') {
  const collector = await startCollector(manner);
  open.push(collector);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  let metrics = silentMetrics();
  const urls = {
    graphUrl: `https://${cloudHosts.graph}`,
    loginUrl: `https://${cloudHosts.login}`,
    vaultSuffix: cloudHosts.vaultSuffix,
    nylasUrls: { us: `https://${cloudHosts.us}`, eu: `https://${cloudHosts.eu}` },
  };
  const customer = tenant({
    faults,
    wire: (fetch) =>
      countedTransport(fetchTransport(fetch), {
        metrics: { ...silentMetrics(), requested: (one) => metrics.requested(one) },
        clock: machineClock,
        addresseeOf: addresseesOf(urls),
      }),
  });
  const { clock } = customer;
  metrics = exportedMetrics({
    // A bad collector is bothered all the time.
    settings: { to: 'otlp-json', intervalMs: manner === 'take' ? 60_000 : 100, timeoutMs: 100 },
    clock,
    log: customer.world.log,
    resource: {},
  });
  const world: World = countedWorld(customer.world, metrics);
  const wanted = async () => ({
    desired: { registrations: [customer.wish()], hash: '' },
    errors: [],
  });
  const surroundings: Surroundings = { world, wanted, metrics };

  async function lives(ms: number): Promise<void> {
    const untilAt = clock.now() + ms;
    while (clock.now() < untilAt) {
      await tick(surroundings);
      for (const message of customer.stores.queue.messages.splice(0))
        await work(surroundings, message);
      clock.jumpTo(clock.now() + hourMs / 4);
      customer.cloud.settle();
    }
  }

  return { ...customer, collector, metrics, surroundings, lives } satisfies Measured;
}

/** What the last delivery tells: `metric attribute=value …` and its value. */
function last(collector: Collector): ReadonlyMap<string, number> {
  const newest = collector.deliveries.length - 1;
  const points = collector.points().filter(({ delivery }) => delivery === newest);
  return new Map(points.map((point) => [nameOf(point), point.value]));
}

function nameOf({ metric, attributes }: Point): string {
  return [metric, ...Object.entries(attributes).map((one) => one.join('='))].join(' ');
}

describe('metrics of a first rotation', () => {
  it('tell its passes, actions and requests, and how long the credential lasts', async () => {
    const keeper = await measured();
    await keeper.lives(1.5 * dayMs);
    await keeper.metrics.flush();
    const told = last(keeper.collector);
    expect(told.get('keeper.rotations registration=calendar')).toBe(1);
    expect(told.get('keeper.actions action=add-credential')).toBe(1);
    expect(told.get('keeper.actions action=push-credential')).toBeGreaterThanOrEqual(1);
    expect(told.get('keeper.registration.state registration=calendar state=healthy')).toBe(1);
    expect(told.get('keeper.registration.state registration=calendar state=waiting')).toBe(0);
    const endsAt = keeper.passwords()[0]?.endAt ?? 0;
    expect(told.get('keeper.credential.remaining registration=calendar')).toBeCloseTo(
      (endsAt - keeper.clock.now()) / dayMs,
      1,
    );
    expect(told.get('keeper.proof.age registration=calendar')).toBeGreaterThan(0);
    expect(Math.round((told.get('keeper.tick.age') ?? 0) / 60)).toBe(15);
    for (const vendor of ['graph', 'entra', 'vault', 'nylas-us', 'storage']) {
      expect(told.get(`keeper.requests vendor=${vendor} outcome=ok`), vendor).toBeGreaterThan(0);
    }
    const passes = [...told].filter(([name]) => name.startsWith('keeper.passes outcome=done'));
    expect(passes.map(([name]) => name)).toContain(
      'keeper.passes outcome=done state=healthy reason=settled',
    );
  });

  it('tell of registrations after a restart, from the listing of a tick alone', async () => {
    const keeper = await measured();
    await keeper.lives(dayMs);
    const again = exportedMetrics({
      settings: { to: 'otlp-json', intervalMs: 60_000, timeoutMs: 100 },
      clock: keeper.clock,
      log: keeper.world.log,
      resource: {},
    });
    keeper.stores.queue.messages.splice(0);
    const world = countedWorld(keeper.world, again);
    let requests = 0;
    const states = { ...world.states, list: () => ((requests += 1), world.states.list()) };
    await tick({ ...keeper.surroundings, world: { ...world, states }, metrics: again });
    await again.flush();
    const told = last(keeper.collector);
    expect(requests).toBe(1);
    expect(told.get('keeper.credential.remaining registration=calendar')).toBeGreaterThan(100);
    expect(told.get('keeper.proof.age registration=calendar')).toBeGreaterThan(0);
  });
});

describe('metrics of faults', () => {
  it('name vendor and kind, and no secret, key id or person, among heavy faults', async () => {
    const keeper = await measured('take', 'heavy');
    await keeper.order({ kind: 'rotate', reason: 'canary' });
    await keeper.lives(4 * dayMs);
    await keeper.metrics.flush();
    const names = [...last(keeper.collector).keys()];
    const faults = names.filter((name) => name.startsWith('keeper.faults '));
    expect(faults.length).toBeGreaterThanOrEqual(2);
    expect(faults.filter((name) => !/ vendor=[a-z]+ kind=[a-z-]+$/.test(name))).toEqual([]);

    const { vault } = keeper.cloud;
    const secrets = vault.state
      .secrets()
      .flatMap(({ name }) => vault.state.versions(name).map(({ value }) => value));
    expect(secrets.length).toBeGreaterThanOrEqual(3);
    const sent = keeper.collector.deliveries.map(
      ({ body, headers }, index) => [`${index}`, body + JSON.stringify(headers)] as const,
    );
    expect(leaksIn(sent, secrets)).toEqual([]);
    expect(
      keeper.collector.points().filter((one) => /[0-9a-f]{8}-[0-9a-f]{4}-/.test(nameOf(one))),
    ).toEqual([]);
  });

  it('count what storage answers', async () => {
    const { world: bare } = scenario();
    const faulted = vi.fn();
    const requested = vi.fn<Metrics['requested']>();
    const fault = { kind: 'timeout', vendor: 'storage' } as const;
    const orders = { ...bare.orders, list: async () => failure(fault) };
    const metrics = { ...silentMetrics(), faulted, requested };
    const world = countedWorld({ ...bare, orders }, metrics);
    expect(await world.orders.list('calendar')).toEqual({ ok: false, fault });
    expect(await world.switches.take(0, 5)).toEqual(success(true));
    expect(faulted.mock.calls).toEqual([[fault]]);
    expect(requested.mock.calls.map(([one]) => one.outcome)).toEqual(['timeout', 'ok']);
  });
});

describe('a pass', () => {
  it.each(['hang', 'fail', 'later'] as const)(
    'goes as it would without metrics when the collector is bad (%s)',
    async (manner) => {
      const keeper = await measured(manner);
      const startedMs = performance.now();
      await keeper.lives(1.5 * dayMs);
      const tookMs = performance.now() - startedMs;
      const intents = keeper.entries('calendar').filter(({ kind }) => kind === 'intent');
      expect(intents.length).toBeGreaterThan(3);
      // A hundred and more requests were sent while the collector held each of its own.
      expect(tookMs).toBeLessThan(20_000);
      expect(keeper.logged.filter((line) => line.includes('failed'))).toEqual([]);
    },
  );

  it('is counted as failed when it throws, and throws on', async () => {
    const customer = tenant();
    const defect = new Error('a defect');
    const passed = vi.fn();
    const world = {
      ...customer.world,
      orders: { ...customer.world.orders, list: () => Promise.reject(defect) },
    };
    const wanted = async () => ({
      desired: { registrations: [customer.wish()], hash: '' },
      errors: [],
    });
    const metrics = { ...silentMetrics(), passed };
    const message = { v: 1, registration: 'calendar', cause: 'due' };
    await expect(work({ world, wanted, metrics }, message)).rejects.toBe(defect);
    expect(passed.mock.calls).toEqual([
      [expect.objectContaining({ outcome: 'failed', registration: 'calendar' })],
    ]);
  });
});
