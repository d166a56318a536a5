/** Role: the rules of the embedded mode's host, shown on a small app. */
import { request as rawRequest } from 'node:http';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAzurite, type Azurite } from '../../../src/local/azurite.ts';
import { simulatedClock } from '../../../src/local/clock.ts';
import { startHost, type Host } from '../../../src/local/host.ts';
import { nativeImport } from './native-import.ts';

interface Seen {
  readonly events: { event: unknown; metadata: unknown }[];
  readonly messages: { message: unknown; metadata: Record<string, unknown> }[];
  readonly poisoned: unknown[];
  readonly timers: { isPastDue: boolean; scheduleStatus: { last: string; next: string } }[];
  readonly started: number;
  readonly ended: number;
}

const startAt = Date.parse('2026-01-01T10:20:00Z');
const clock = simulatedClock(startAt, Date.now);
const log: string[] = [];
let azurite: Azurite;
let host: Host;

beforeAll(async () => {
  azurite = await startAzurite();
  host = await startHost({
    bundle: new URL('small-app/app/main.mjs', import.meta.url),
    port: 0,
    clock,
    storage: azurite.connectionString,
    settings: { HOURLY: '0 0 * * * *', STAGE: 'test' },
    log: (line) => log.push(line),
    load: nativeImport,
    systemKey: 'the-system-key',
  });
});

afterAll(async () => {
  await host?.stop();
  await azurite?.stop();
  expect(seen()).toMatchObject({ started: 1, ended: 1 });
});

beforeEach(() => {
  log.length = 0;
});

function seen(): Seen {
  return (globalThis as unknown as { smallApp: Seen }).smallApp;
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${host.url}${path}`, init);
}

/** A request that `fetch` would not send. */
async function rawStatus(options: { path: string; host?: string }): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = options.host === undefined ? {} : { host: options.host };
  const request = rawRequest(host.url, { path: options.path, headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  request.on('error', reject).end();
  return promise;
}

async function sendToEcho(body: NonNullable<RequestInit['body']>): Promise<number> {
  return (await call('/api/things/x', { method: 'POST', body, duplex: 'half' })).status;
}

async function callWithKey(key: string): Promise<Response> {
  return call('/api/ruling', { headers: { 'x-functions-key': key } });
}

async function fire(name: string, key: string, method = 'POST'): Promise<number> {
  const headers = { 'x-functions-key': key };
  return (await call(`/admin/functions/${name}`, { method, headers })).status;
}

function nextTick(after: string): string {
  return new Date(host.nextTickAt(Date.parse(after))).toISOString();
}

function queueOf(name: string): QueueClient {
  return QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
}

describe('HTTP functions', () => {
  it('carries request and answer whole', async () => {
    const answer = await call('/api/THINGS/a%20b?x=1&x=2&y=', {
      method: 'PUT',
      body: 'grüße',
      headers: { 'x-given': 'yes' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-one')).toBe('1');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({
      url: '/api/THINGS/a%20b',
      id: 'a b',
      query: [
        ['x', '1,2'],
        ['y', ''],
      ],
      body: 'grüße',
      header: 'yes',
    });
  });

  it('prefers the fixed route, and answers 404 and 405', async () => {
    expect(await (await call('/api/things/fixed')).text()).toBe('the fixed one');
    expect((await call('/api/things')).status).toBe(404);
    expect((await call('/things/fixed')).status).toBe(404);
    expect((await call('/api/things/%E0%A4%A')).status).toBe(404);
    const wrong = await call('/api/things/fixed', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, POST, PUT');
  });

  it('answers HEAD like GET, without the body', async () => {
    const answer = await call('/api/things/fixed', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('13');
    expect(await answer.text()).toBe('');
    expect((await call('/api/things/x', { method: 'HEAD' })).status).toBe(405);
  });

  it('answers 204 when a function returns nothing', async () => {
    expect((await call('/api/nothing')).status).toBe(204);
  });

  it('takes a body of 1 MiB and refuses more', async () => {
    const bound = 1_048_576;
    expect(await sendToEcho('x'.repeat(bound))).toBe(201);
    expect(await sendToEcho('x'.repeat(bound + 1))).toBe(413);
    expect(await sendToEcho(new Blob(['x'.repeat(bound + 1)]).stream())).toBe(413);
  });

  it('tells nothing of a failure but to the log', async () => {
    const answer = await call('/api/failing?code=some-key');
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('');
    expect(log.join('\n')).toContain('error failing failed: Error: the detail of the failure');
    expect(log.join('\n')).not.toContain('some-key');
  });

  it('opens functions of level admin to the master key alone', async () => {
    expect((await callWithKey(host.functionKey)).status).toBe(401);
    expect((await callWithKey(host.masterKey)).status).toBe(200);
  });

  it('answers to names of this machine only', async () => {
    const path = '/api/things/fixed';
    expect(await rawStatus({ path, host: 'keeper.localhost:1' })).toBe(200);
    expect(await rawStatus({ path, host: 'evil.example' })).toBe(421);
    expect(await rawStatus({ path, host: 'localhost.evil.example' })).toBe(421);
    expect(await rawStatus({ path: 'http://evil.example/api/things/fixed' })).toBe(400);
  });
});

describe('hooks', () => {
  it('runs those around an invocation', async () => {
    expect(await (await call('/api/hooked')).text()).toBe('added, seen after');
  });

  it('lets a log hook change a line', async () => {
    await call('/api/failing');
    expect(log).toContain('warning failing: a [left out] line');
  });
});

describe('the webhook of Event Grid', () => {
  const path = '/runtime/webhooks/eventgrid?functionName=event';
  const event = { id: '1', eventType: 'A.B', data: { VaultName: 'v', EXP: '1' } };

  async function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return call(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'aeg-sas-key': 'the-system-key', ...headers },
    });
  }

  it('gives each event of an array to the function, as it is', async () => {
    seen().events.length = 0;
    expect((await post([event, { ...event, id: '2' }])).status).toBe(202);
    expect(seen().events).toEqual([
      { event, metadata: { data: { vaultName: 'v', eXP: '1' } } },
      { event: { ...event, id: '2' }, metadata: { data: { vaultName: 'v', eXP: '1' } } },
    ]);
  });

  it('takes one CloudEvent', async () => {
    seen().events.length = 0;
    const cloudEvent = { specversion: '1.0', id: '3', type: 'A.B', data: { VaultName: 'v' } };
    expect((await post(cloudEvent)).status).toBe(202);
    expect(await host.deliverEvent(cloudEvent)).toBe(202);
    expect(seen().events.map((one) => one.event)).toEqual([cloudEvent, cloudEvent]);
  });

  it('answers 500 when one event fails, and still gives the others', async () => {
    seen().events.length = 0;
    expect((await post([{ data: { Fail: true } }, event])).status).toBe(500);
    expect(seen().events).toHaveLength(1);
    expect(await host.deliverEvent({ data: { Fail: true } })).toBe(500);
  });

  it('takes the key from the address too, and refuses a wrong one', async () => {
    const body = JSON.stringify([event]);
    const method = 'POST';
    expect((await call(`${path}&code=the-system-key`, { method, body })).status).toBe(202);
    expect((await call(path, { method, body })).status).toBe(401);
    expect((await call(`${path}&code=${host.functionKey}`, { method, body })).status).toBe(401);
  });

  it('refuses unknown functions, other methods and what is not JSON', async () => {
    const headers = { 'aeg-sas-key': 'the-system-key' };
    const unknown = path.replace('=event', '=echo');
    expect((await call(unknown, { method: 'POST', body: '[]', headers })).status).toBe(404);
    expect((await call(path, { headers })).status).toBe(405);
    for (const body of ['{', '"text"', '[1]', 'null', '']) {
      expect((await post(body)).status).toBe(400);
    }
  });

  it('shakes hands in both schemas', async () => {
    const handshake = [
      {
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        data: { validationCode: 'the code' },
      },
    ];
    const answer = await post(handshake, { 'aeg-event-type': 'SubscriptionValidation' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ validationResponse: 'the code' });

    const consent = await call(path, {
      method: 'OPTIONS',
      headers: { 'aeg-sas-key': 'the-system-key', 'webhook-request-origin': 'eventgrid.azure.net' },
    });
    expect(consent.status).toBe(200);
    expect(consent.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
  });
});

describe('timers', () => {
  it('fires all of them, tells their schedule, and logs what fails', async () => {
    await host.tick();
    clock.advance(3_600_000);
    await host.tick();
    expect(seen().timers[1]).toMatchObject({
      isPastDue: false,
      scheduleStatus: { last: '2026-01-01T10:20:00.000Z', next: '2026-01-01T12:00:00.000Z' },
    });
    expect(log.join('\n')).toContain('everyHour failed: Error: timer failed');
  });

  it('finds the next instant of any timer', () => {
    expect(nextTick('2026-01-01T10:20:00Z')).toBe('2026-01-01T11:00:00.000Z');
    expect(nextTick('2026-01-05T09:00:00Z')).toBe('2026-01-05T09:30:00.000Z');
  });

  it('fires one by the admin route with the master key', async () => {
    const before = seen().timers.length;
    expect(await fire('everyHour', host.functionKey)).toBe(401);
    expect(await fire('everyHour', host.masterKey, 'GET')).toBe(405);
    expect(await fire('echo', host.masterKey)).toBe(404);
    expect(await fire('everyHour', host.masterKey)).toBe(202);
    expect(seen().timers).toHaveLength(before + 1);
  });
});

describe('queues', () => {
  it('gives text and what is known of the message', async () => {
    await queueOf('letters-test').sendMessage(Buffer.from('grüße').toString('base64'));
    expect(await host.drainQueue()).toBe(1);
    expect(seen().messages.at(-1)).toEqual({
      message: 'grüße',
      metadata: {
        queueTrigger: 'grüße',
        dequeueCount: 1,
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        popReceipt: expect.any(String),
        insertionTime: expect.stringMatching(/^20.*Z$/),
        expirationTime: expect.stringMatching(/^20.*Z$/),
        nextVisibleTime: expect.stringMatching(/^20.*Z$/),
      },
    });
  });

  it('tries as often as host.json says, then moves the message to the poison queue', async () => {
    seen().messages.length = 0;
    await queueOf('letters-test').sendMessage(Buffer.from('bad').toString('base64'));
    expect(await host.drainQueue()).toBe(3);
    expect(seen().messages.map((one) => one.metadata['dequeueCount'])).toEqual([1, 2]);
    expect(seen().poisoned).toEqual(['bad']);
  });

  it('leaves a message alone that fails on the poison queue', async () => {
    await queueOf('letters-test-poison').sendMessage(Buffer.from('worse').toString('base64'));
    expect(await host.drainQueue()).toBe(1);
    expect(await host.drainQueue()).toBe(0);
    expect((await queueOf('letters-test-poison').getProperties()).approximateMessagesCount).toBe(1);
  });

  it('moves what is not base64 to the poison queue as it is', async () => {
    await queueOf('letters-test').sendMessage('{not base64}');
    expect(await host.drainQueue()).toBe(2);
    expect(log).toContain('error a message of queue letters-test is not base64');
    expect(log).toContain('error a message of queue letters-test-poison is not base64');
  });
});
