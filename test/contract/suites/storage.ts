/** Role: what Keeper relies on of Azure Storage. */
import { afterAll, describe, expect, it } from 'vitest';
import { blobOrders } from '../../../src/clients/order-store.ts';
import { storageQueue } from '../../../src/clients/queue.ts';
import { blobStates } from '../../../src/clients/state-store.ts';
import {
  blobService,
  isRefusal,
  prepareStorage,
  queueService,
} from '../../../src/clients/storage.ts';
import { blobSwitches } from '../../../src/clients/switch-counter.ts';
import { blobText } from '../../../src/clients/text-store.ts';
import type { Order } from '../../../src/core/order.ts';
import type { StateHead } from '../../../src/reconcile/world.ts';
import { contractHookMs, valueOf } from '../../support/contract-run.ts';
import type { StorageSurroundings } from '../../support/contract-storage.ts';
import { describeChains } from './storage-chains.ts';

/** The suite; everything that it makes it removes. */
export function describeStorageContract(surroundings: () => StorageSurroundings): void {
  describe('storage', () => {
    afterAll(() => surroundings().run.cleanUp(), contractHookMs);
    describeChains(surroundings);
    describeStates(surroundings);
    describeOrders(surroundings);
    describePreparation(surroundings);
    describeConditions(surroundings);
    describeSwitches(surroundings);
    describeQueue(surroundings);
  });
}

/** An order of a registration. */
export function orderOf(registration: string, id: string, changes: Partial<Order> = {}): Order {
  const body = { kind: 'rotate', reason: 'test' } as const;
  return { id, registration, body, by: 'someone', at: 1, ...changes };
}

function describeStates(surroundings: () => StorageSurroundings): void {
  it('keeps the last state, and lists what a tick needs of it', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const states = blobStates(options);
    const head: StateHead = {
      registration,
      nextLookAt: 1_800_000_000_000,
      lookedAt: 1_700_000_000_000,
      fingerprint: 'ab12',
      configuration: 'c0ffee',
      state: 'all-well',
      reason: 'größer ☃ %',
    };
    expect(valueOf(await states.read(registration))).toBeUndefined();
    valueOf(await states.write(registration, '{"v":1}', head));
    valueOf(await states.write(registration, '{"v":2}', { ...head, nextLookAt: 5 }));
    expect(valueOf(await states.read(registration))).toBe('{"v":2}');
    const listed = valueOf(await states.list()).filter((one) => one.registration === registration);
    expect(listed).toEqual([{ ...head, nextLookAt: 5, etag: expect.stringMatching(/./) }]);
  });

  it('lists what an overview tells, and another tag after each write', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const states = blobStates(options);
    const told = { fingerprint: '', configuration: '', state: 'healthy', reason: 'settled' };
    const glance = {
      sinceAt: 3,
      endsAt: 1_900_000_000_000,
      renewsAt: 1_890_000_000_000,
      provedAt: 4,
    };
    const head = { registration, nextLookAt: 1, lookedAt: 2, ...told, ...glance, connectors: 0 };
    const listed = async () =>
      valueOf(await states.list()).find((one) => one.registration === registration);
    valueOf(await states.write(registration, '{"v":1}', head));
    const first = await listed();
    expect(first).toEqual({ ...head, etag: expect.stringMatching(/./) });
    valueOf(await states.write(registration, '{"v":2}', head));
    expect((await listed())?.etag).not.toBe(first?.etag);
  });

  it('leaves out states without metadata', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    await blobService(options)
      .getContainerClient('state')
      .getBlockBlobClient(`${registration}.json`)
      .upload('{}', 2);
    const listed = valueOf(await blobStates(options).list());
    expect(listed.map((one) => one.registration)).not.toContain(registration);
  });

  it('keeps the last text', async () => {
    const { options, newRegistration } = surroundings();
    const text = blobText(options, `${newRegistration()}.yaml`);
    expect(valueOf(await text.read())).toBeUndefined();
    valueOf(await text.write('a: 1\n'));
    valueOf(await text.write('a: ü\n'));
    expect(valueOf(await text.read())).toBe('a: ü\n');
  });
}

/** An order's id begins with an instant. */
const nameOf = (id: string): string => `2026-11-24T10:00:00.000Z-${id}`;

function describeOrders(surroundings: () => StorageSurroundings): void {
  it('makes an order once, and refuses another under its id', async () => {
    const { options, newRegistration, run } = surroundings();
    const registration = newRegistration();
    const orders = blobOrders(options);
    const first = orderOf(registration, `2026-11-24T10:00:00.000Z-${run.nameOf('a')}`);
    valueOf(await orders.write(first));
    valueOf(await orders.write(first));
    expect(await orders.write({ ...first, by: 'another' })).toMatchObject({
      ok: false,
      fault: { kind: 'rejected', code: 'exists' },
    });
    expect(valueOf(await orders.list(registration))).toEqual([first]);
  });

  it('lists orders oldest first, until they are finished with their first result', async () => {
    const { options, newRegistration, run } = surroundings();
    const registration = newRegistration();
    const orders = blobOrders(options);
    const first = orderOf(registration, `2026-11-24T10:00:00.000Z-${run.nameOf('b')}`);
    const second = orderOf(registration, `2026-11-24T11:00:00.000Z-${run.nameOf('c')}`, {
      body: { kind: 'thaw' },
    });
    valueOf(await orders.write(second));
    valueOf(await orders.write(first));
    expect(valueOf(await orders.list(registration))).toEqual([first, second]);
    run.atEnd('result', async () => {
      const results = blobService(options).getContainerClient('results');
      await results.getBlobClient(`${first.id}.json`).deleteIfExists();
    });
    valueOf(await orders.finish(first, { done: true }));
    valueOf(await orders.finish(first, { done: 'again' }));
    expect(valueOf(await orders.list(registration))).toEqual([second]);
    expect(valueOf(await orders.readResult(first.id))).toBe('{"done":true}');
  });

  it('passes over what is no order of the registration', async () => {
    const { options, newRegistration } = surroundings();
    const registration = newRegistration();
    const container = blobService(options).getContainerClient('orders');
    const order = (id: string, changes: Partial<Order> = {}) =>
      orderOf(registration, nameOf(id), changes);
    const texts = {
      a: 'no json',
      b: JSON.stringify(order('b', { registration: 'another' })),
      c: JSON.stringify({ ...order('c'), body: { kind: 'delete-everything' } }),
      d: JSON.stringify({ ...order('d'), more: 1 }),
      e: JSON.stringify(order('e')),
    };
    for (const [id, text] of Object.entries(texts)) {
      const name = `${registration}/${nameOf(id)}.json`;
      await container.getBlockBlobClient(name).upload(text, text.length);
    }
    const found = valueOf(await blobOrders(options).list(registration));
    expect(found.map((one) => one.id)).toEqual([nameOf('e')]);
  });

  it.each(['keeper-contract-none', '../../audit/x', '..', ''])(
    'has no result under %j',
    async (id) => {
      const orders = blobOrders(surroundings().options);
      expect(valueOf(await orders.readResult(id))).toBeUndefined();
    },
  );
}

function describePreparation(surroundings: () => StorageSurroundings): void {
  it('can be prepared again, with all that it holds', async () => {
    const { options, queue, newRegistration } = surroundings();
    const text = blobText(options, `${newRegistration()}.yaml`);
    valueOf(await text.write('kept'));
    expect(await prepareStorage(options, [queue])).toEqual({ ok: true, value: undefined });
    expect(valueOf(await text.read())).toBe('kept');
  });
}

function describeConditions(surroundings: () => StorageSurroundings): void {
  it('ties a write to the tag of a version, and gives each version another', async () => {
    const { options, newRegistration } = surroundings();
    const container = blobService(options).getContainerClient('config');
    const client = container.getBlockBlobClient(`${newRegistration()}.txt`);
    const first = await client.upload('1', 1);
    const ifMatch = first.etag ?? '';
    const second = await client.upload('2', 1, { conditions: { ifMatch } });
    expect(second.etag).not.toBe(first.etag);
    expect(await statusOf(client.upload('3', 1, { conditions: { ifMatch } }))).toBe(412);
    expect((await client.downloadToBuffer()).toString()).toBe('2');
  });

  it('refuses with 409 to make what is there', async () => {
    const { options, newRegistration } = surroundings();
    const container = blobService(options).getContainerClient('config');
    const client = container.getBlockBlobClient(`${newRegistration()}.txt`);
    const conditions = { ifNoneMatch: '*' };
    expect(await statusOf(client.upload('1', 1, { conditions }))).toBe(0);
    expect(await statusOf(client.upload('2', 1, { conditions }))).toBe(409);
  });
}

function describeSwitches(surroundings: () => StorageSurroundings): void {
  it('gives away exactly so many switches an hour, also to many at once', async () => {
    const { options, newHourAt } = surroundings();
    const switches = blobSwitches(options);
    const hourAt = newHourAt();
    expect(valueOf(await switches.take(hourAt, 0))).toBe(false);
    const taken = await Promise.all(Array.from({ length: 9 }, () => switches.take(hourAt, 5)));
    expect(taken.map((one) => valueOf(one)).filter(Boolean)).toHaveLength(5);
    expect(valueOf(await switches.take(hourAt, 6))).toBe(true);
  });

  it('counts each hour by itself', async () => {
    const { options, newHourAt } = surroundings();
    const switches = blobSwitches(options);
    expect(valueOf(await switches.take(newHourAt(), 1))).toBe(true);
    expect(valueOf(await switches.take(newHourAt(), 1))).toBe(true);
  });
}

function describeQueue(surroundings: () => StorageSurroundings): void {
  it('carries JSON in base64, hides what was received, and shows it again', async () => {
    const { options, queue, newRegistration, run } = surroundings();
    const message = { v: 1, registration: newRegistration(), cause: 'due' } as const;
    valueOf(await storageQueue(options, queue).send(message));
    const client = queueService(options).getQueueClient(queue);
    const receive = async () =>
      (await client.receiveMessages({ visibilityTimeout: 1 })).receivedMessageItems[0];
    const received = await receive();
    const text = Buffer.from(received?.messageText ?? '', 'base64').toString();
    expect(JSON.parse(text)).toEqual(message);
    expect(received?.dequeueCount).toBe(1);
    expect(await receive()).toBeUndefined();
    await run.clock.sleep(1_500);
    expect(await receive()).toMatchObject({ messageId: received?.messageId, dequeueCount: 2 });
  });

  it('that is not there is a fault', async () => {
    const { options, newRegistration, run } = surroundings();
    const message = { v: 1, registration: newRegistration(), cause: 'due' } as const;
    expect(await storageQueue(options, run.nameOf('no-queue')).send(message)).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'QueueNotFound' },
    });
  });
}

/** The status of a refusal; 0 when the call was carried out. */
async function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 0,
    (error: unknown) => [409, 412].find((status) => isRefusal(error, status)) ?? -1,
  );
}
