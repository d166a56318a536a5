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

  async function order(key: string, body: object, objectId?: string) {
    const token = api.token(objectId === undefined ? {} : { objectId });
    const told = await server.ask('/api/orders', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ registration: 'calendar', order: body }),
    });
    return { ...told, body: JSON.parse(told.body) as { order?: string; title?: string } };
  }

  return { api, world, order, now, stop: server.stop };
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
