import { describe, expect, it } from 'vitest';
import { orderNameOf } from '../../../src/web/idempotency.ts';
import { webParts, webServer } from './door-bench.ts';

/** A UUID of version 7 made at an instant. */
function keyAt(at: number, rest = '7000-8000-000000000001'): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest}`;
}

const hourMs = 3_600_000;

async function surface() {
  const { api, parts, world } = webParts();
  const server = await webServer(parts);
  const now = () => parts.world.clock.now();

  async function post(path: string, key: string, sent: Sent) {
    const token = api.token(sent.objectId === undefined ? {} : { objectId: sent.objectId });
    const told = await server.ask(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(sent.body),
    });
    return { ...told, body: JSON.parse(told.body) as ToldOrder };
  }

  const order = (key: string, body: object, objectId?: string) =>
    post('/api/orders', key, {
      body: { registration: 'calendar', order: body },
      ...(objectId === undefined ? {} : { objectId }),
    });
  const resync = (key: string, body: object, objectId?: string) =>
    post('/api/resync', key, { body, ...(objectId === undefined ? {} : { objectId }) });

  return { api, world, order, resync, now, stop: server.stop };
}

interface Sent {
  readonly body: object;
  readonly objectId?: string;
}

interface ToldOrder {
  readonly title?: string;
  readonly order?: string;
  readonly orders?: readonly { readonly registration: string; readonly order: string }[];
}

const leak = { kind: 'compromised', keyIds: [], endGrants: 'accept' };

describe('an order with an Idempotency-Key', () => {
  it('is one order however often it is sent, also when its instants are counted from now', async () => {
    const { api, world, order, now, stop } = await surface();
    const key = keyAt(now());
    const first = await order(key, leak);
    api.wait(10 * 60_000);
    const again = await order(key, leak);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    expect([...world.orders.waiting.keys()]).toEqual([first.body.order]);
    await stop();
  });

  it('is not given anew after it was answered', async () => {
    const { world, order, now, stop } = await surface();
    const key = keyAt(now());
    const { body } = await order(key, { kind: 'thaw' });
    world.orders.waiting.clear();
    world.orders.results.set(body.order ?? '', '{"result":"done"}');
    expect((await order(key, { kind: 'thaw' })).body.order).toBe(body.order);
    expect(world.orders.waiting.size).toBe(0);
    await stop();
  });

  it('is refused under a key that another order has', async () => {
    const { world, order, now, stop } = await surface();
    const key = keyAt(now());
    await order(key, { kind: 'thaw' });
    const { status, body } = await order(key, { kind: 'rotate', reason: 'other' });
    expect({ status, title: body.title }).toEqual({ status: 422, title: 'Key used before' });
    expect(world.orders.waiting.size).toBe(1);
    await stop();
  });

  it('is another order for another caller', async () => {
    const { world, order, now, stop } = await surface();
    const key = keyAt(now());
    await order(key, { kind: 'thaw' });
    await order(key, { kind: 'thaw' }, 'ab5e17e0-0000-4000-8000-0000000000ff');
    expect(world.orders.waiting.size).toBe(2);
    await stop();
  });

  it('sorts by the time of its key', () => {
    const naming = { by: 'a', registration: 'r', now: 1_780_000_000_000 };
    const [early, late] = [naming.now - 1_000, naming.now].map((at) =>
      orderNameOf(keyAt(at), naming),
    );
    expect(JSON.stringify(early) < JSON.stringify(late)).toBe(true);
    expect(late).toMatchObject({ at: naming.now });
  });

  it.each<[string, (now: number) => string]>([
    ['no UUID', () => 'again'],
    ['a UUID of version 4', () => '5d6f0f0e-9a55-4b63-8f2c-2b6f0b7f2a10'],
    ['a key of yesterday', (now) => keyAt(now - 24 * hourMs)],
    ['a key of tomorrow', (now) => keyAt(now + 24 * hourMs)],
    ['two keys', (now) => `${keyAt(now)}, ${keyAt(now)}`],
  ])('is refused with %s, and nothing is written', async (_, keyOf) => {
    const { world, order, now, stop } = await surface();
    const { status, body } = await order(keyOf(now()), { kind: 'thaw' });
    expect({ status, title: body.title }).toEqual({ status: 400, title: 'Key not understood' });
    expect(world.orders.waiting.size).toBe(0);
    await stop();
  });
});

describe('a re-sync with an Idempotency-Key', () => {
  it('of all registrations is one order for each, however often it is sent', async () => {
    const { api, world, resync, now, stop } = await surface();
    const key = keyAt(now());
    const first = await resync(key, {});
    api.wait(10 * 60_000);
    const again = await resync(key, {});
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body).toEqual(first.body);
    const ids = (first.body.orders ?? []).map((one) => one.order);
    expect(ids.length).toBeGreaterThan(1);
    expect([...world.orders.waiting.keys()]).toEqual(ids);
    await stop();
  });

  it('is not given anew after it was answered', async () => {
    const { world, resync, now, stop } = await surface();
    const key = keyAt(now());
    const wish = { registration: 'calendar', mode: 'plan' };
    const { body } = await resync(key, wish);
    world.orders.waiting.clear();
    world.orders.results.set(body.orders?.[0]?.order ?? '', '{"result":"done"}');
    expect((await resync(key, wish)).body).toEqual(body);
    expect(world.orders.waiting.size).toBe(0);
    await stop();
  });

  it('goes on where storage failed half-way', async () => {
    const { world, resync, now, stop } = await surface();
    const key = keyAt(now());
    const { body } = await resync(key, {});
    const [lost] = [...world.orders.waiting.keys()];
    world.orders.waiting.delete(lost ?? '');
    expect((await resync(key, {})).body).toEqual(body);
    expect(world.orders.waiting.size).toBe(body.orders?.length);
    await stop();
  });

  it('is refused under a key that a re-sync of another mode has', async () => {
    const { world, resync, now, stop } = await surface();
    const key = keyAt(now());
    await resync(key, { registration: 'calendar', mode: 'plan' });
    const { status, body } = await resync(key, { registration: 'calendar' });
    expect({ status, title: body.title }).toEqual({ status: 422, title: 'Key used before' });
    expect(world.orders.waiting.size).toBe(1);
    await stop();
  });

  it('is the order that the same key has at the other route', async () => {
    const { world, order, resync, now, stop } = await surface();
    const key = keyAt(now());
    const { body } = await order(key, { kind: 'resync', mode: 'apply' });
    const again = await resync(key, { registration: 'calendar' });
    expect(again.body.orders?.map((one) => one.order)).toEqual([body.order]);
    expect(world.orders.waiting.size).toBe(1);
    await stop();
  });

  it('is another one for another caller', async () => {
    const { world, resync, now, stop } = await surface();
    const key = keyAt(now());
    const wish = { registration: 'calendar' };
    await resync(key, wish);
    await resync(key, wish, 'ab5e17e0-0000-4000-8000-0000000000ff');
    expect(world.orders.waiting.size).toBe(2);
    await stop();
  });

  it.each<[string, (now: number) => string]>([
    ['no UUID', () => 'again'],
    ['a key of yesterday', (now) => keyAt(now - 24 * hourMs)],
  ])('is refused with %s, and nothing is written', async (_, keyOf) => {
    const { world, resync, now, stop } = await surface();
    const { status, body } = await resync(keyOf(now()), {});
    expect({ status, title: body.title }).toEqual({ status: 400, title: 'Key not understood' });
    expect(world.orders.waiting.size).toBe(0);
    await stop();
  });
});
