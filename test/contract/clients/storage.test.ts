import { randomUUID } from 'node:crypto';
import { QueueServiceClient } from '@azure/storage-queue';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blobChains, type ChainStoreOptions } from '../../../src/clients/chain-store.ts';
import { blobOrders } from '../../../src/clients/order-store.ts';
import { storageQueue } from '../../../src/clients/queue.ts';
import { blobStates } from '../../../src/clients/state-store.ts';
import { prepareStorage, type StorageOptions } from '../../../src/clients/storage.ts';
import { blobSwitches } from '../../../src/clients/switch-counter.ts';
import { blobText } from '../../../src/clients/text-store.ts';
import type { ChainPosition } from '../../../src/audit/chain-store.ts';
import type { Order } from '../../../src/core/order.ts';
import type { StateHead } from '../../../src/reconcile/world.ts';
import { manualClock } from '../../unit/clients/scripted.ts';
import { startAzurite, type Azurite } from './azurite.ts';
import { valueOf } from './outcome.ts';
import { startProxy, type Proxy } from './proxy.ts';

const start: ChainPosition = { blob: 1, offset: 0, blocks: 0 };

let azurite: Azurite;
let proxy: Proxy;
let direct: StorageOptions;
/** The same account through the proxy. */
let proxied: StorageOptions;
let registration: string;

beforeAll(async () => {
  azurite = await startAzurite();
  const port = Number(
    /BlobEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(azurite.connectionString)?.[1],
  );
  proxy = await startProxy(port);
  direct = { account: { connectionString: azurite.connectionString }, clock: manualClock() };
  const connectionString = azurite.connectionString.replace(`:${port}/`, `:${proxy.port}/`);
  proxied = { account: { connectionString }, clock: manualClock() };
  expect(await prepareStorage(direct, ['keeper-work'])).toEqual({ ok: true, value: undefined });
  expect(await prepareStorage(direct, ['keeper-work'])).toEqual({ ok: true, value: undefined });
});

afterAll(async () => {
  await proxy.stop();
  await azurite.stop();
});

beforeEach(() => {
  proxy.decide(() => 'pass');
  registration = `r-${randomUUID()}`;
});

function chains(options: Partial<ChainStoreOptions> = {}) {
  return blobChains({ ...direct, ...options });
}

async function appended(options: Partial<ChainStoreOptions>, lines: readonly string[]) {
  let at = start;
  for (const line of lines) {
    const outcome = valueOf(await chains(options).append(registration, at, line));
    if (outcome.kind !== 'appended') throw new Error('moved');
    at = outcome.end;
  }
  return at;
}

describe('the chains', () => {
  it('are empty before the first line', async () => {
    const tail = valueOf(await chains().readTail(registration, start));
    expect(tail).toMatchObject({ text: '', end: start });
    expect(Math.abs(tail.storageAt - Date.now())).toBeLessThan(5_000);
  });

  it('give back what was appended, from any position, in one request', async () => {
    const end = await appended({}, ['{"a":"é☃"}', '{"b":2}\n']);
    expect(end).toEqual({ blob: 1, offset: 22, blocks: 2 });
    const store = blobChains(proxied);
    const before = proxy.seen.length;
    expect(valueOf(await store.readTail(registration, start))).toMatchObject({
      text: '{"a":"é☃"}\n{"b":2}\n',
      end,
    });
    const middle = { blob: 1, offset: 14, blocks: 1 };
    expect(valueOf(await store.readTail(registration, middle))).toMatchObject({
      text: '{"b":2}\n',
      end,
    });
    expect(valueOf(await store.readTail(registration, end))).toMatchObject({ text: '', end });
    expect(proxy.seen.length - before).toBe(3);
  });

  it('take the line of one of two writers at one position', async () => {
    for (const round of [0, 1, 2]) {
      const { end } = valueOf(await chains().readTail(registration, start));
      const outcomes = await Promise.all(
        ['one', 'other'].map((name) => chains().append(registration, end, `${name} ${round}`)),
      );
      expect(outcomes.map((outcome) => valueOf(outcome).kind).toSorted()).toEqual([
        'appended',
        'moved',
      ]);
    }
    const { end } = valueOf(await chains().readTail(registration, start));
    expect(end.blocks).toBe(3);
  });

  it('recognise their own line when the answer was lost', async () => {
    const at = await appended({}, ['first']);
    proxy.decide((method, url) =>
      method === 'PUT' && url.includes('comp=appendblock') ? 'lose-answer' : 'pass',
    );
    const store = blobChains(proxied);
    const outcome = await store.append(registration, at, 'second');
    expect(outcome).toEqual({
      ok: true,
      value: { kind: 'appended', end: { blob: 1, offset: 13, blocks: 2 } },
    });
    expect(await store.append(registration, at, 'second')).toEqual(outcome);
    expect(await store.append(registration, at, 'third')).toEqual({
      ok: true,
      value: { kind: 'moved' },
    });
    const tail = valueOf(await chains().readTail(registration, start));
    expect(tail.text).toBe('first\nsecond\n');
  });

  it('say so when the request was lost, and send it once', async () => {
    const at = await appended({}, ['first']);
    proxy.decide((_, url) => (url.includes('comp=appendblock') ? 'lose-request' : 'pass'));
    const before = proxy.seen.length;
    expect(await blobChains(proxied).append(registration, at, 'second')).toMatchObject({
      ok: false,
      fault: { kind: 'unavailable', vendor: 'storage' },
    });
    const sent = proxy.seen.slice(before).filter((one) => one.includes('comp=appendblock'));
    expect(sent).toHaveLength(1);
  });

  it('go on in a new blob after so many blocks', async () => {
    const lines = ['1', '2', '3', '4', '5', '6', '7'];
    const end = await appended({ maxBlocks: 3 }, lines);
    expect(end).toEqual({ blob: 3, offset: 2, blocks: 1 });
    const store = chains({ maxBlocks: 3 });
    const tail = valueOf(await store.readTail(registration, start));
    expect(tail).toMatchObject({ text: lines.map((line) => `${line}\n`).join(''), end });
    const full = { blob: 2, offset: 6, blocks: 3 };
    expect(valueOf(await store.readTail(registration, full))).toMatchObject({ text: '7\n', end });
    expect(valueOf(await store.append(registration, full, '8')).kind).toBe('moved');
  });

  it('stay at the end of a full blob while there is no next', async () => {
    const end = await appended({ maxBlocks: 2 }, ['1', '2']);
    expect(valueOf(await chains({ maxBlocks: 2 }).readTail(registration, start))).toMatchObject({
      end,
    });
    await BlobServiceClient.fromConnectionString(azurite.connectionString)
      .getContainerClient('audit')
      .getAppendBlobClient(`${registration}/2.jsonl`)
      .create();
    const store = chains({ maxBlocks: 2 });
    expect(valueOf(await store.readTail(registration, end))).toMatchObject({ text: '', end });
    expect(valueOf(await store.append(registration, end, '3'))).toEqual({
      kind: 'appended',
      end: { blob: 2, offset: 2, blocks: 1 },
    });
  });

  it('do not take a lost or shortened chain for a new one', async () => {
    const gone = { blob: 1, offset: 100, blocks: 3 };
    expect(await chains().readTail(registration, gone)).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'chain-lost' },
    });
    expect(await chains().append(registration, gone, 'x')).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'BlobNotFound' },
    });
    await appended({}, ['short']);
    expect(await chains().readTail(registration, gone)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'chain-shortened' },
    });
  });

  it('are told the time of the given clock', async () => {
    const store = chains({ storageClock: () => 42 });
    expect(valueOf(await store.readTail(registration, start)).storageAt).toBe(42);
  });

  it('are listed by registration', async () => {
    await appended({ maxBlocks: 1 }, ['1', '2']);
    const keys = valueOf(await chains().list());
    expect(keys.filter((key) => key === registration)).toHaveLength(1);
  });

  it('refuse names that lead elsewhere', async () => {
    await expect(chains().readTail('../state', start)).rejects.toThrow(RangeError);
    await expect(chains().readTail('..', start)).rejects.toThrow(RangeError);
  });
});

describe('the states', () => {
  it('are written, read and listed with what a tick needs', async () => {
    const states = blobStates(direct);
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
    expect(listed).toEqual([{ ...head, nextLookAt: 5 }]);
  });

  it('leave out blobs without metadata', async () => {
    await BlobServiceClient.fromConnectionString(azurite.connectionString)
      .getContainerClient('state')
      .getBlockBlobClient(`${registration}.json`)
      .upload('{}', 2);
    const listed = valueOf(await blobStates(direct).list());
    expect(listed.map((one) => one.registration)).not.toContain(registration);
  });
});

function order(id: string, changes: Partial<Order> = {}): Order {
  const body = { kind: 'rotate', reason: 'test' } as const;
  return { id, registration, body, by: 'someone', at: 1, ...changes };
}

describe('the orders', () => {
  it('are created once, listed oldest first, and finished with a result', async () => {
    const orders = blobOrders(direct);
    const first = order('2026-11-24T10:00:00.000Z-a');
    const second = order('2026-11-24T11:00:00.000Z-b', { body: { kind: 'thaw' } });
    valueOf(await orders.write(second));
    valueOf(await orders.write(first));
    valueOf(await orders.write(first));
    expect(await orders.write({ ...first, by: 'another' })).toMatchObject({
      ok: false,
      fault: { kind: 'rejected', code: 'exists' },
    });
    expect(valueOf(await orders.list(registration))).toEqual([first, second]);
    valueOf(await orders.finish(first, { done: true }));
    valueOf(await orders.finish(first, { done: 'again' }));
    expect(valueOf(await orders.list(registration))).toEqual([second]);
    expect(valueOf(await orders.readResult(first.id))).toBe('{"done":true}');
  });

  it('keep the order while its result could not be written', async () => {
    const orders = blobOrders(direct);
    const one = order(`x-${randomUUID()}`);
    valueOf(await orders.write(one));
    proxy.decide((_, url) => (url.includes('/results/') ? 'lose-request' : 'pass'));
    expect(await blobOrders(proxied).finish(one, {})).toMatchObject({ ok: false });
    expect(valueOf(await orders.list(registration))).toEqual([one]);
  });

  it('pass over what is no order of this registration', async () => {
    const container = BlobServiceClient.fromConnectionString(
      azurite.connectionString,
    ).getContainerClient('orders');
    const texts = {
      a: 'no json',
      b: JSON.stringify(order('b', { registration: 'another' })),
      c: JSON.stringify({ ...order('c'), body: { kind: 'delete-everything' } }),
      d: JSON.stringify({ ...order('d'), more: 1 }),
      e: JSON.stringify(order('e')),
    };
    for (const [id, text] of Object.entries(texts)) {
      await container.getBlockBlobClient(`${registration}/${id}.json`).upload(text, text.length);
    }
    expect(valueOf(await blobOrders(direct).list(registration)).map((one) => one.id)).toEqual([
      'e',
    ]);
  });

  it.each(['nothing', '../../audit/x', '..', ''])('have no result under %j', async (id) => {
    expect(valueOf(await blobOrders(direct).readResult(id))).toBeUndefined();
  });
});

describe('the counter of switches', () => {
  it('gives away exactly so many an hour, also to many at once', async () => {
    const switches = blobSwitches(direct);
    const hourAt = Date.UTC(2030, 0, 1, 7);
    expect(valueOf(await switches.take(hourAt, 0))).toBe(false);
    const taken = await Promise.all(Array.from({ length: 9 }, () => switches.take(hourAt, 5)));
    expect(taken.map((one) => valueOf(one)).filter(Boolean)).toHaveLength(5);
    expect(valueOf(await switches.take(hourAt + 3_600_000, 5))).toBe(true);
    expect(valueOf(await switches.take(hourAt, 6))).toBe(true);
  });
});

describe('a text', () => {
  it('is what was written last', async () => {
    const text = blobText(direct, `${registration}.yaml`);
    expect(valueOf(await text.read())).toBeUndefined();
    valueOf(await text.write('a: 1\n'));
    valueOf(await text.write('a: ü\n'));
    expect(valueOf(await text.read())).toBe('a: ü\n');
  });
});

describe('the queue', () => {
  it('carries JSON in base64', async () => {
    const message = { v: 1, registration, cause: 'due' } as const;
    valueOf(await storageQueue(direct, 'keeper-work').send(message));
    const client = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(
      'keeper-work',
    );
    const { receivedMessageItems } = await client.receiveMessages();
    const [received] = receivedMessageItems;
    expect(JSON.parse(Buffer.from(received?.messageText ?? '', 'base64').toString())).toEqual(
      message,
    );
  });

  it('that is not there is a fault', async () => {
    const message = { v: 1, registration, cause: 'due' } as const;
    expect(await storageQueue(direct, 'no-such-queue').send(message)).toMatchObject({
      ok: false,
      fault: { kind: 'absent', code: 'QueueNotFound' },
    });
  });
});

describe('a storage account that cannot be reached', () => {
  it('is unavailable, and late after its time', async () => {
    const connectionString = azurite.connectionString.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    const dead = { ...direct, account: { connectionString } };
    expect(await blobText(dead, 'x').write('x')).toMatchObject({
      ok: false,
      fault: { kind: 'unavailable', code: 'ECONNREFUSED' },
    });
    expect(await blobText({ ...direct, totalMs: 1 }, 'x').write('x')).toMatchObject({
      ok: false,
      fault: { kind: 'timeout' },
    });
  });
});
