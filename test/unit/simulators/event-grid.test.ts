import { describe, expect, it } from 'vitest';
import {
  type Delivery,
  type EventGridOptions,
  simulatedEventGrid,
} from '../../../src/local/simulators/event-grid.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { simulatedVault } from '../../../src/local/simulators/vault-simulator.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 0, 1);
const topic = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo';

const calm = { duplicateChance: 0, lateChance: 0, strayBlankChance: 0, disabledQuirkChance: 0 };

function bench(options: Partial<EventGridOptions> = {}, seed = 1) {
  const clock = { at: start };
  const random = seededRandom(seed);
  const grid = simulatedEventGrid({ random }, { topic, ...calm, ...options });
  const vault = simulatedVault(
    { now: () => clock.at, random },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/t',
      resource: 'https://vault.localhost',
      accepts: () => true,
      onChange: (change) => grid.observe(change),
    },
  );

  function run(until: number): Delivery[] {
    const taken: Delivery[] = [];
    for (let at = grid.nextAt(); at !== undefined && at <= until; at = grid.nextAt()) {
      clock.at = Math.max(clock.at, at);
      taken.push(...grid.takeDue(clock.at));
    }
    clock.at = until;
    return taken;
  }

  return { vault, grid, clock, run };
}

function kind({ body }: Delivery): string {
  return String(body['eventType'] ?? body['type']).replace('Microsoft.KeyVault.', '');
}

function data({ body }: Delivery): Record<string, unknown> {
  return body['data'] as Record<string, unknown>;
}

function put(vault: ReturnType<typeof bench>['vault'], expAt?: number, name = 'alpha') {
  return vault.putByHand(name, {
    value: 'hush',
    ...(expAt !== undefined && { expSeconds: expAt / 1000 }),
  }).version;
}

describe('events of a simulated vault', () => {
  it('come in the Event Grid schema, with the full id and never the value', () => {
    const { vault, run } = bench();
    const version = put(vault, start + 90 * dayMs);
    const [event] = run(start + minuteMs);
    expect(event?.body).toMatchObject({
      topic,
      subject: 'alpha',
      eventType: 'Microsoft.KeyVault.SecretNewVersionCreated',
      eventTime: new Date(start).toISOString(),
      dataVersion: '1',
      metadataVersion: '1',
      data: {
        VaultName: 'demo',
        ObjectType: 'Secret',
        ObjectName: 'alpha',
        Version: version,
        NBF: null,
      },
    });
    expect(data(event!)['Id']).toBe(`https://demo.vault.azure.net/secrets/alpha/${version}`);
    expect(JSON.stringify(event)).not.toContain('hush');
  });

  it('come as cloud events, or in either schema, as the subscription says', () => {
    const cloud = bench({ schema: 'cloud-events' });
    put(cloud.vault);
    const [event] = cloud.run(start + minuteMs);
    expect(event?.body).toMatchObject({ source: topic, specversion: '1.0', subject: 'alpha' });
    expect(event?.body).not.toHaveProperty('eventType');
    const mixed = bench({ schema: 'mixed' });
    for (let n = 0; n < 30; n += 1) put(mixed.vault);
    const schemas = mixed
      .run(start + hourMs)
      .map(({ schema, body }) => [schema, 'specversion' in body]);
    expect(new Set(schemas.map(String))).toEqual(
      new Set(['event-grid,false', 'cloud-events,true']),
    );
  });

  it('tell nothing of deletion, recovery, disabling or reading', () => {
    const { vault, run, clock } = bench();
    put(vault);
    expect(run(start + hourMs).map(kind)).toEqual(['SecretNewVersionCreated']);
    vault.disableByHand('alpha');
    vault.deleteByHand('alpha');
    clock.at += minuteMs;
    vault.recoverByHand('alpha');
    expect(run(start + 400 * dayMs)).toEqual([]);
  });

  it('have quirks: instants as text or number, stray blanks in keys and values', () => {
    const { vault, run } = bench({ strayBlankChance: 0.5 });
    for (let n = 0; n < 40; n += 1) put(vault, start + 90 * dayMs);
    const all = run(start + hourMs).map(data);
    expect(new Set(all.map(({ EXP }) => typeof EXP))).toEqual(new Set(['string', 'number']));
    expect(new Set(all.map((one) => 'ObjectName ' in one))).toEqual(new Set([true, false]));
    expect(new Set(all.map(({ Version }) => String(Version).startsWith(' ')))).toEqual(
      new Set([true, false]),
    );
  });
});

describe('expiry events', () => {
  it('come 30 days before the end and at the end', () => {
    const { vault, run } = bench();
    const endAt = start + 90 * dayMs;
    put(vault, endAt);
    const events = run(start + 120 * dayMs);
    expect(events.map(kind)).toEqual([
      'SecretNewVersionCreated',
      'SecretNearExpiry',
      'SecretExpired',
    ]);
    expect(events[1]!.at).toBeGreaterThanOrEqual(endAt - 30 * dayMs);
    expect(events[1]!.at).toBeLessThan(endAt - 30 * dayMs + 6 * minuteMs);
    expect(events[2]!.at).toBeGreaterThanOrEqual(endAt);
    expect(events[2]!.at).toBeLessThan(endAt + 6 * minuteMs);
    expect(Number(data(events[1]!)['EXP'])).toBe(endAt / 1000);
  });

  it('come within minutes for a version written with less than 30 days to go', () => {
    const { vault, run, grid } = bench();
    vault.putByHand('ended', { value: 'x', expSeconds: start / 1000 - 86_400 });
    const early = run(start + 6 * minuteMs);
    expect(early.map(kind).toSorted()).toEqual([
      'SecretExpired',
      'SecretNearExpiry',
      'SecretNewVersionCreated',
    ]);
    for (const { at, publishedAt } of early)
      expect(Math.min(at, publishedAt)).toBeGreaterThanOrEqual(start);
    put(vault, start + 5 * dayMs);
    expect(grid.nextAt()).toBeGreaterThan(start);
    expect(
      run(start + 12 * minuteMs)
        .map(kind)
        .toSorted(),
    ).toEqual(['SecretNearExpiry', 'SecretNewVersionCreated']);
  });

  it('concern the version that was current at that moment, however late somebody looks', () => {
    const { vault, clock, run } = bench();
    const old = put(vault, start + 40 * dayMs);
    clock.at = start + 20 * dayMs;
    put(vault, start + 400 * dayMs);
    const near = run(start + 100 * dayMs).filter((event) => kind(event) === 'SecretNearExpiry');
    expect(near.map((event) => data(event)['Version'])).toEqual([old]);
  });

  it('concern the version that is current then, enabled or not', () => {
    const { vault, run, clock } = bench();
    put(vault, start + 40 * dayMs);
    clock.at += minuteMs;
    const current = put(vault, start + 60 * dayMs);
    vault.disableByHand('alpha');
    const expiries = run(start + 100 * dayMs).filter(
      (event) => kind(event) !== 'SecretNewVersionCreated',
    );
    expect(expiries.map(data).map(({ Version }) => Version)).toEqual([current, current]);
  });

  it('come for disabled old versions too, where the reported quirk is on', () => {
    const { vault, run, clock } = bench({ disabledQuirkChance: 1 });
    const disabled = put(vault, start + 40 * dayMs);
    vault.disableByHand('alpha');
    clock.at += minuteMs;
    const enabled = put(vault, start + 41 * dayMs);
    clock.at += minuteMs;
    put(vault, start + 400 * dayMs);
    const events = run(start + 100 * dayMs).filter(
      (event) => kind(event) !== 'SecretNewVersionCreated',
    );
    expect(events.map(data).map(({ Version }) => Version)).toEqual([disabled, disabled]);
    expect(events.map(data).map(({ Version }) => Version)).not.toContain(enabled);
  });

  it('do not come for secrets that are deleted then, nor for versions from before the subscription', () => {
    const { vault, run, grid } = bench();
    put(vault, start + 40 * dayMs);
    vault.deleteByHand('alpha');
    expect(run(start + 100 * dayMs).map(kind)).toEqual(['SecretNewVersionCreated']);
    const version = {
      ...vault.putByHand('beta', { value: 'x', expSeconds: 1 }),
      version: 'unknown',
    };
    run(start + 101 * dayMs);
    grid.observe({ kind: 'changed', at: start + 101 * dayMs, name: 'beta', version });
    expect(run(start + 200 * dayMs)).toEqual([]);
  });

  it.each([
    [1, [80]],
    [0, [10]],
  ])('move with a changed end with the chance given (%s)', (rescheduleChance, days) => {
    const { vault, run } = bench({ rescheduleChance });
    const version = put(vault, start + 40 * dayMs);
    run(start + dayMs);
    vault.state.edit('alpha', version, { expSeconds: (start + 110 * dayMs) / 1000 });
    const near = run(start + 300 * dayMs).filter((event) => kind(event) === 'SecretNearExpiry');
    expect(near.map(({ at }) => Math.floor((at - start) / dayMs))).toEqual(days);
  });
});

function subjects(seed: number) {
  const { vault, run, clock } = bench({ lateChance: 0.3, duplicateChance: 0.3 }, seed);
  for (let n = 0; n < 30; n += 1) {
    put(vault, undefined, `s${n}`);
    clock.at += 1000;
  }
  return run(start + dayMs).map(({ body, at }) => `${String(body['subject'])}@${at}`);
}

describe('delivery', () => {
  it('is the same for the same seed, and promises no order', () => {
    expect(subjects(1)).toEqual(subjects(1));
    expect(subjects(1)).not.toEqual(subjects(2));
    const order = subjects(1).map((text) => Number(/\d+/u.exec(text)?.[0]));
    expect(order).not.toEqual(order.toSorted((one, other) => one - other));
  });

  it('repeats some events under the same id, and brings some late', () => {
    const { vault, run } = bench({ duplicateChance: 0.3, lateChance: 0.2 });
    for (let n = 0; n < 100; n += 1) put(vault);
    const all = run(start + dayMs);
    const ids = new Set(all.map(({ body }) => body['id']));
    expect(ids.size).toBe(100);
    expect(all.length).toBeGreaterThan(115);
    expect(all.length).toBeLessThan(150);
    const late = all.filter(({ at }) => at > start + 15 * minuteMs);
    expect(late.length).toBeGreaterThan(5);
    expect(late.length).toBeLessThan(50);
    expect(all.every(({ at }) => at < start + 7 * hourMs)).toBe(true);
  });

  it('says when something is next, and gives nothing before', () => {
    const { vault, grid } = bench();
    expect(grid.nextAt()).toBeUndefined();
    put(vault);
    const at = grid.nextAt()!;
    expect(grid.takeDue(at - 1)).toEqual([]);
    expect(grid.takeDue(at).length).toBe(1);
    expect(grid.nextAt()).toBeUndefined();
  });

  it('tries a refused event again by the documented schedule, then gives it up', () => {
    const { vault, grid, run } = bench();
    put(vault);
    let [delivery] = run(start + 10_000);
    const waits: number[] = [];
    while (delivery !== undefined) {
      grid.redeliver(delivery, 503);
      const [next]: Delivery[] = run(start + 3 * dayMs);
      if (next !== undefined) waits.push((next.at - delivery.at) / 1000);
      delivery = next;
    }
    const documented = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200];
    expect(waits.length).toBe(documented.length);
    documented.forEach((seconds, index) => {
      expect(waits[index]).toBeGreaterThanOrEqual(seconds);
      expect(waits[index]).toBeLessThan(seconds * 1.1);
    });
    expect(grid.deadLetters().map(({ reason }) => reason)).toEqual(['TimeToLiveExceeded']);
  });

  it('gives up at once on a status that is not retried, and after the attempts allowed', () => {
    const { vault, grid, run } = bench({ maxDeliveryAttempts: 2 });
    put(vault);
    const [first] = run(start + 10_000);
    grid.redeliver(first!, 413);
    expect(grid.nextAt()).toBeUndefined();
    grid.redeliver(first!, 500);
    const [second] = run(start + minuteMs);
    expect(second!.attempt).toBe(2);
    grid.redeliver(second!);
    expect(grid.deadLetters().map(({ reason }) => reason)).toEqual([
      'UndeliverableDueToClientError',
      'MaxDeliveryAttemptsExceeded',
    ]);
  });

  it('drives a receiver, and repeats only what it refused', async () => {
    const answers = [503, 200, 200];
    const heard: unknown[] = [];
    const { vault, grid } = bench({
      deliver: ({ body }) => {
        heard.push(body['id']);
        return answers.shift() ?? 200;
      },
    });
    put(vault);
    put(vault);
    await grid.deliverDue(start + 10_000);
    await grid.deliverDue(start + minuteMs);
    expect(heard.length).toBe(3);
    expect(heard[2]).toBe(heard[0]);
    expect(grid.nextAt()).toBeUndefined();
  });
});
