import { describe, expect, it } from 'vitest';
import { refreshAtOrAfter } from '../../../src/local/simulators/nylas-grant-life.ts';
import type { StatusMode } from '../../../src/local/simulators/nylas-state.ts';
import {
  bench,
  connectorSeconds,
  dayMs,
  following,
  hourMs,
  keeping,
  start,
  unavoidable,
} from './nylas-grants-bench.ts';

describe('refreshing', () => {
  it('is hourly, at a phase of its own for each grant', () => {
    const phases = Array.from({ length: 40 }, (_, n) => refreshAtOrAfter(`grant-${n}`, 0));
    expect(new Set(phases).size).toBeGreaterThan(35);
    for (const phase of phases) expect(phase).toBeLessThan(hourMs);
    const at = refreshAtOrAfter('grant', start);
    expect([refreshAtOrAfter('grant', at), refreshAtOrAfter('grant', at + 1)]).toEqual([
      at,
      at + hourMs,
    ]);
  });

  it('takes a grant down at the first refresh after its secret stopped, not before', async () => {
    const world = await bench();
    const { change, secrets, waitUntil, nylas, id, grant } = world;
    waitUntil(start + 10 * dayMs);
    change(() => secrets.set('one', { gone: 'removed-by-hand' }));
    const downAt = refreshAtOrAfter(grant, start + 10 * dayMs);
    waitUntil(downAt - 1);
    expect(nylas.hand.grant(id, grant).downSince).toBeUndefined();
    expect(nylas.hand.grant(id, grant).failing?.since).toBe(start + 10 * dayMs);
    waitUntil(downAt);
    expect(nylas.hand.grant(id, grant).downSince).toBe(downAt);
    waitUntil(downAt + 600_000);
    expect(world.secondsOf(grant)).toEqual({ 'removed-by-hand': 600 });
    expect(connectorSeconds(world)).toBe((downAt - start - 10 * dayMs) / 1000 + 600);
  });

  it('brings a following grant back at the first refresh after the new secret was pushed', async () => {
    const world = await bench();
    const { change, secrets, waitUntil, push, grant, nylas, id } = world;
    change(() => secrets.set('one', { gone: 'removed-by-hand' }).set('two', {}));
    const downAt = refreshAtOrAfter(grant, start);
    waitUntil(downAt + 600_000);
    await push('two');
    waitUntil(downAt + hourMs - 1);
    expect(nylas.hand.grant(id, grant).downSince).toBe(downAt);
    waitUntil(start + 10 * dayMs);
    expect(nylas.hand.grant(id, grant).downSince).toBeUndefined();
    expect(world.secondsOf(grant)).toEqual({ 'removed-by-hand': 3600 });
    expect(connectorSeconds(world)).toBe((downAt + 600_000 - start) / 1000);
  });

  it('costs a grant nothing when the secret is replaced within the hour', async () => {
    const world = await bench();
    world.change(() => world.secrets.set('one', { gone: 'removed-by-hand' }).set('two', {}));
    world.clock.at += 1;
    await world.push('two');
    world.waitUntil(start + 10 * dayMs);
    expect(world.secondsOf(world.grant)).toEqual({ 'removed-by-hand': 0 });
  });

  it('knows the natural end to the millisecond, however far the clock jumps', async () => {
    const jumping = await bench();
    const stepping = await bench();
    for (const { change, secrets } of [jumping, stepping]) {
      change(() => secrets.set('one', { endsAt: start + 100 * dayMs + 12_345 }));
    }
    jumping.waitUntil(start + 101 * dayMs);
    for (let at = start; at <= start + 101 * dayMs; at += hourMs) stepping.waitUntil(at);
    expect(connectorSeconds(jumping)).toBeCloseTo((dayMs - 12_345) / 1000, 3);
    expect(connectorSeconds(stepping)).toBeCloseTo(connectorSeconds(jumping), 3);
    expect(stepping.secondsOf(stepping.grant)).toEqual(jumping.secondsOf(jumping.grant));
    expect(jumping.asked.times).toBeLessThan(20);
  });

  it('costs little over two quiet years with many grants', async () => {
    const { nylas, id, waitUntil, asked } = await bench({ mode: keeping });
    for (let n = 0; n < 500; n += 1) nylas.hand.addGrant(id, `user${n}@example.com`);
    asked.times = 0;
    waitUntil(start + 730 * dayMs);
    expect(asked.times).toBeLessThan(10);
  });
});

describe('a following grant', () => {
  it('is not authenticated again without need', async () => {
    const { nylas, id, grant, waitUntil } = await bench();
    waitUntil(start + 730 * dayMs);
    expect(nylas.hand.grant(id, grant).authenticatedAt).toBe(start);
  });

  it('leaves nothing behind of secrets that nobody holds any more', async () => {
    const { secrets, push, asked, waitUntil } = await bench();
    for (let n = 0; n < 40; n += 1) {
      secrets.set(`secret ${n}`, {});
      // oxlint-disable-next-line no-await-in-loop
      await push(`secret ${n}`);
    }
    asked.times = 0;
    waitUntil(start + dayMs);
    expect(asked.times).toBeLessThan(4);
  });
});

describe('grants that keep the secret they were made with', () => {
  it('go down when it ends, though the connector holds a new one', async () => {
    const world = await bench({ mode: keeping });
    const { change, secrets, waitUntil, push, grant, nylas, id } = world;
    change(() => secrets.set('one', { endsAt: start + dayMs }).set('two', {}));
    world.world.provenSince = start;
    await push('two');
    const signInAt = nylas.hand.grant(id, grant).signInAt!;
    expect(signInAt).toBeGreaterThan(start + 2 * dayMs);
    const downAt = refreshAtOrAfter(grant, start + dayMs);
    waitUntil(downAt + 1800_000);
    expect(world.secondsOf(grant)).toEqual({ 'not-following': 1800 });
    expect(world.account.outageSeconds).toBe(0);
    waitUntil(downAt + 49 * hourMs);
    expect(nylas.hand.grant(id, grant)).toMatchObject({
      downSince: undefined,
      bound: { clientSecret: 'two' },
    });
  });

  it('do so also in follow mode, where the update made a new record', async () => {
    const world = await bench({ mode: { ...following, updateReaches: 'new-record' } });
    const { change, secrets, waitUntil, push, grant } = world;
    change(() => secrets.set('one', { endsAt: start + dayMs }).set('two', {}));
    await push('two');
    waitUntil(start + 30 * dayMs);
    expect(Object.keys(unavoidable(world))).toEqual(['not-following']);
    expect(world.secondsOf(grant)['not-following']).toBeGreaterThan(3600);
  });

  it('are authenticated anew every 30 days on average, which binds them to the secret of then', async () => {
    const { nylas, id, waitUntil, push, secrets } = await bench({ mode: keeping });
    secrets.set('two', {});
    const ids = Array.from(
      { length: 200 },
      (_, n) => nylas.hand.addGrant(id, `user${n}@example.com`).id,
    );
    await push('two');
    waitUntil(start + 30 * dayMs);
    const moved = ids.filter(
      (one) => nylas.hand.grant(id, one).bound.clientSecret === 'two',
    ).length;
    expect(moved / 200).toBeGreaterThan(0.53);
    expect(moved / 200).toBeLessThan(0.73);
  });

  it('stay as they are when a user comes back while the connector is dead', async () => {
    const { nylas, id, grant, waitUntil, push, change, secrets } = await bench({ mode: keeping });
    await push('nonsense');
    const { signInAt } = nylas.hand.grant(id, grant);
    waitUntil(signInAt!);
    expect(nylas.hand.grant(id, grant)).toMatchObject({
      bound: { clientSecret: 'one' },
      authenticatedAt: start,
    });
    expect(nylas.hand.grant(id, grant).signInAt).toBeGreaterThan(signInAt!);
    change(() => secrets.set('two', {}));
    await push('two');
    waitUntil(signInAt! + 13 * hourMs);
    expect(nylas.hand.grant(id, grant).bound.clientSecret).toBe('two');
  });
});

async function statusAfter(statusMode: StatusMode, hours: number) {
  const { nylas, change, secrets, waitUntil, id, grant } = await bench({ statusMode });
  change(() => secrets.set('one', { gone: 'removed-by-hand' }));
  waitUntil(refreshAtOrAfter(grant, start) + hours * hourMs);
  const { invalidAt } = nylas.hand.grant(id, grant);
  return invalidAt !== undefined && invalidAt <= start + (hours + 1) * hourMs;
}

describe('the status of a dead grant', () => {
  it.each([
    ['prompt', 0.5, true],
    ['lags', 0.5, false],
    ['lags', 49, true],
    ['never', 500, false],
  ] as const)('%s: after %s hours invalid is %s', async (mode, hours, isInvalid) => {
    expect(await statusAfter(mode, hours)).toBe(isInvalid);
  });

  it('also when the secret was mended before the status turned', async () => {
    const world = await bench({ statusMode: 'prompt' });
    const { nylas, change, secrets, waitUntil, push, id, grant } = world;
    change(() => secrets.set('one', { gone: 'removed-by-hand' }).set('two', {}));
    const downAt = refreshAtOrAfter(grant, start);
    waitUntil(downAt);
    expect(nylas.hand.grant(id, grant).invalidAt).toBeGreaterThan(downAt + 1);
    world.clock.at += 1;
    await push('two');
    waitUntil(downAt + 90 * 60_000);
    expect(nylas.hand.grant(id, grant).downSince).toBe(downAt);
  });

  it('once invalid, it needs its user, also when the secret is mended', async () => {
    const { nylas, change, secrets, waitUntil, push, id, grant } = await bench({
      statusMode: 'prompt',
    });
    change(() => secrets.set('one', { gone: 'removed-by-hand' }).set('two', {}));
    const downAt = refreshAtOrAfter(grant, start);
    waitUntil(downAt + 1200_000);
    await push('two');
    const { signInAt } = nylas.hand.grant(id, grant);
    waitUntil(signInAt! - 1);
    expect(nylas.hand.grant(id, grant).downSince).toBe(downAt);
    waitUntil(signInAt!);
    expect(nylas.hand.grant(id, grant)).toMatchObject({
      downSince: undefined,
      invalidAt: undefined,
    });
  });
});
