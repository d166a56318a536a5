import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { forgedKinds } from '../../../src/local/simulators/entra-forged-token.ts';
import { webParts, webServer, type Asked } from './door-bench.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after all that can go has gone. */
async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

type Bad = readonly [path: string, asked: Asked];

/** The body of an order. */
function order(body: object): string {
  return JSON.stringify({ registration: 'calendar', order: body });
}

/** Bad requests of every kind: who asks, where, how, and with what. */
function badRequests({ api }: ReturnType<typeof webParts>): readonly Bad[] {
  const good = { authorization: `Bearer ${api.token()}` };
  const json = { ...good, 'content-type': 'application/json' };
  const post = (path: string, body: string, headers: Asked['headers'] = json): Bad => [
    path,
    { method: 'POST', headers, body },
  ];
  const get = (path: string, headers: Asked['headers'] = good): Bad => [path, { headers }];
  const forged = forgedKinds.map((kind) =>
    get('/api/status', { authorization: `Bearer ${api.forged(kind)}` }),
  );
  const forgedPosts = forgedKinds.map((kind) =>
    post('/api/resync', '{}', {
      'content-type': 'application/json',
      authorization: `Bearer ${api.forged(kind)}`,
    }),
  );
  const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
  return [
    ...forged,
    ...forgedPosts,
    get('/api/status', {}),
    get('/', {}),
    get('/', { 'x-ms-token-aad-id-token': 'x'.repeat(9_000), 'x-ms-client-principal': 'e30=' }),
    get('/api/status', { authorization: `Bearer ${'x'.repeat(12_000)}` }),
    get('/api/nowhere'),
    get('/../../etc/passwd'),
    get('/api/audit/nobody'),
    get('/registrations/nobody'),
    get('/registrations/calendar/confirm?kind=destroy'),
    get(`/api/orders/${'x'.repeat(500)}`),
    get('/api/orders/..%2f..%2faudit'),
    get('/api/status?cursor=AAAA'),
    get(`/api/status?limit=${'9'.repeat(50)}`),
    get('/api/audit/calendar?cursor=bm90aGluZw'),
    get('/api/audit/calendar?before=-1'),
    [`/api/status`, { method: 'DELETE', headers: good }],
    post('/api/orders', '{"registration":'),
    post('/api/orders', deep),
    post('/api/orders', 'x'.repeat(60_000)),
    post('/api/orders', order({ kind: 'destroy' })),
    post('/api/orders', order({ kind: 'retire', keyId: '__proto__' })),
    post('/api/orders', order({ kind: 'freeze', until: '1990-01-01T00:00:00Z' })),
    post('/api/orders', order({ kind: 'thaw' }), { ...json, 'idempotency-key': 'again' }),
    post('/api/orders', order({ kind: 'thaw' }), { ...json, origin: 'https://evil.example' }),
    post('/api/orders', order({ kind: 'thaw' }), { ...good, 'content-type': 'text/plain' }),
    post('/api/resync', '{"registration":"nobody"}'),
    post('/api/resync', '{"__proto__":{"mode":"apply"}}'),
    post('/api/resync', 'x'.repeat(60_000)),
    post('/registrations/calendar/orders', 'kind=thaw', {
      ...good,
      'content-type': 'application/x-www-form-urlencoded',
    }),
  ];
}

describe('ten thousand bad requests in a row', () => {
  it('are all refused, and leave state and memory as they were', async () => {
    const bench = webParts();
    const { api, world, files } = bench;
    const server = await webServer(bench.parts);
    const requests = badRequests(bench);
    const kept = () =>
      JSON.stringify([
        [...world.orders.waiting],
        [...world.orders.results],
        [...world.states.bodies],
        [...world.states.heads],
        world.queue.messages,
        [...files.bytes].map(([name, bytes]) => [name, bytes.toString('hex')]),
      ]);
    const answers = new Map<number, number>();

    async function send(count: number): Promise<void> {
      let sent = 0;
      const hand = async (): Promise<void> => {
        while (sent < count) {
          const [path, asked] = requests[sent % requests.length] ?? ['/', {}];
          sent += 1;
          // So much later that no bound on calls stands before what is meant to be reached.
          server.pass(1_000);
          const { status } = await server.ask(path, asked);
          answers.set(status, (answers.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: 8 }, hand));
      // What the test itself has written down is none of Keeper's memory.
      for (const list of [api.log, api.asked, api.callers, files.asked]) list.length = 0;
    }

    const before = kept();
    await send(2_000);
    const heapBefore = await heapBytes();
    answers.clear();
    await send(10_000);
    const heapAfter = await heapBytes();
    await server.stop();

    expect(kept()).toBe(before);
    expect((heapAfter - heapBefore) / 1_048_576).toBeLessThan(2);
    const statuses = [...answers.keys()].toSorted((a, b) => a - b);
    expect(statuses.every((status) => status >= 400 && status < 500)).toBe(true);
    // Each kind of refusal was reached, and none by a bound on calls.
    expect(statuses).toEqual([400, 401, 403, 404, 405, 413, 415, 431]);
    expect([...answers.values()].reduce((sum, one) => sum + one, 0)).toBe(10_000);
  }, 60_000);
});
