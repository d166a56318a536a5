import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostRemembered, rates } from '../../../src/web/door.ts';
import { operator } from './caller-bench.ts';
import { allRoutes, webParts, webServer } from './door-bench.ts';

const bench = webParts();
let server: Awaited<ReturnType<typeof webServer>>;
const bearer = { authorization: '' };
const asJson = { ...bearer, 'content-type': 'application/json' };

beforeAll(async () => {
  server = await webServer(bench.parts);
  bearer.authorization = `Bearer ${bench.api.token()}`;
  asJson.authorization = bearer.authorization;
});
afterAll(() => server.stop());

/** An address of each route, and a call of it that is answered. */
const addresses: Readonly<Record<keyof typeof allRoutes, string>> = {
  audit: '/api/audit/calendar',
  health: '/api/health',
  openapi: '/api/openapi.json',
  order: '/api/orders/an-order',
  orders: '/api/orders',
  resync: '/api/resync',
  status: '/api/status',
  confirmPage: '/registrations/calendar/confirm?kind=rotate',
  orderPage: '/registrations/calendar/orders/an-order',
  formOrders: '/registrations/calendar/orders',
  overviewPage: '/',
  registrationPage: '/registrations/calendar',
};
const every = Object.entries(allRoutes).map(([name, route]) => ({
  name,
  route,
  path: addresses[name] ?? '',
  isPage: !route.path.startsWith('api/'),
}));
const guarded = every.filter(({ route }) => route.role !== 'everybody');
const readable = guarded.filter(({ route }) => route.method === 'GET');
const tagged = readable.filter(({ isPage }) => !isPage);

const thaw = JSON.stringify({ registration: 'calendar', order: { kind: 'thaw' } });
const form = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
};

/** A call that is carried out. */
function goodCall(name: string, path: string) {
  if (name === 'resync') return server.ask(path, { method: 'POST', headers: asJson, body: '{}' });
  if (name === 'orders') return server.ask(path, { method: 'POST', headers: asJson, body: thaw });
  if (name === 'formOrders') {
    return server.ask(path, { method: 'POST', headers: { ...bearer, ...form }, body: 'kind=thaw' });
  }
  return server.ask(path, { headers: bearer });
}

const guards = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
};

/** What stands on every answer, good or bad. */
function expectGuarded(headers: Readonly<Record<string, unknown>>, isPage: boolean): void {
  expect(headers).toMatchObject(guards);
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:|script-src/);
  expect(headers['referrer-policy']).toBe(isPage ? 'same-origin' : 'no-referrer');
  expect(String(headers['cache-control'])).toMatch(/^(?:no-store|private, no-cache)$/);
  expect(Object.keys(headers).filter((one) => one.startsWith('access-control-'))).toEqual([]);
}

describe('every route', () => {
  it.each(every)('answers a good call with all guards: $name', async ({ name, path, isPage }) => {
    const { status, headers } = await goodCall(name, path);
    expect([200, 202, 303]).toContain(status);
    expectGuarded(headers, isPage);
  });

  it.each(guarded)('refuses a call without a token, guarded: $name', async (one) => {
    const { route, path, isPage } = one;
    const { status, headers, body } = await server.ask(path, { method: route.method });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(headers['cache-control']).toBe('no-store');
    expectGuarded(headers, isPage);
    if (!isPage) expect(JSON.parse(body)).toMatchObject({ status: 401, type: 'about:blank' });
    else expect(body).toContain('<h1>');
  });

  it.each(every)('tells what may be called, to anybody, and grants nothing: $name', async (one) => {
    const { status, headers, body } = await server.ask(one.path, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    const allow = one.route.method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS';
    expect({ status, allow: headers.allow, body }).toEqual({ status: 204, allow, body: '' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each(
    every.flatMap((one) =>
      ['PUT', 'PATCH', 'DELETE', 'PROPFIND', one.route.method === 'GET' ? 'POST' : 'GET'].map(
        (method) => ({ ...one, method }),
      ),
    ),
  )('refuses $method with what is allowed: $name', async ({ method, path, route }) => {
    const { status, headers } = await server.ask(path, { method, headers: asJson });
    expect(status).toBe(405);
    expect(headers.allow).toContain(route.method);
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each(every.filter(({ route }) => route.method === 'GET'))(
    'answers HEAD as GET, without a body: $name',
    async ({ path }) => {
      const whole = await server.ask(path, { headers: bearer });
      const head = await server.ask(path, { method: 'HEAD', headers: bearer });
      expect(head.status).toBe(whole.status);
      expect(head.headers.etag).toBe(whole.headers.etag);
      expect(head.headers['content-type']).toBe(whole.headers['content-type']);
      expect(head.body).toBe('');
    },
  );

  it.each(guarded)('reads no body past its bound, and changes nothing: $name', async (one) => {
    const before = JSON.stringify([...bench.world.orders.waiting.values()]);
    const { status } = await server.ask(one.path, {
      method: one.route.method,
      headers: asJson,
      body: 'x'.repeat(100_000),
    });
    expect(status).toBe(one.route.method === 'GET' ? 200 : 413);
    expect(JSON.stringify([...bench.world.orders.waiting.values()])).toBe(before);
  });
});

/** The tag of all statuses. */
async function tagNow(): Promise<string> {
  return (await server.ask('/api/status', { headers: bearer })).headers.etag ?? '';
}

describe('entity tags', () => {
  it.each(tagged)('say 304 without a body to who has the answer: $name', async ({ path }) => {
    const first = await server.ask(path, { headers: bearer });
    const tag = first.headers.etag ?? '';
    expect(tag).toMatch(/^(?:W\/)?"[\w-]{27}"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect(first.headers.vary).toBe('Authorization, Cookie');
    const again = await server.ask(path, {
      headers: { ...bearer, 'if-none-match': `"x", ${tag}` },
    });
    expect({ status: again.status, body: again.body }).toEqual({ status: 304, body: '' });
    expect(again.headers.etag).toBe(tag);
    expect(again.headers['content-type']).toBeUndefined();
    expectGuarded(again.headers, false);
  });

  it('differ from one thing to another', async () => {
    const paths = [...tagged.map(({ path }) => path), '/api/status?registration=calendar'];
    const all = await Promise.all(paths.map((path) => server.ask(path, { headers: bearer })));
    const tags = all.map(({ headers }) => headers.etag);
    expect(new Set(tags).size).toBe(paths.length);
  });

  it('are told to nobody who may not read', async () => {
    const { headers } = await server.ask('/api/status', { headers: bearer });
    const refused = await server.ask('/api/status', {
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect(refused.status).toBe(401);
    expect(refused.headers.etag).toBeUndefined();
  });

  it('change with a status, and not with the time', async () => {
    const before = await tagNow();
    bench.api.wait(1_000);
    expect(await tagNow()).toBe(before);
    const { bodies } = bench.world.states;
    const saved = bodies.get('calendar') ?? '';
    bodies.set('calendar', saved.replace('"total":7', '"total":8'));
    expect(await tagNow()).not.toBe(before);
    bodies.set('calendar', saved);
  });

  it.each(readable.filter(({ isPage }) => isPage))(
    'are not on a page, which no store may keep: $name',
    async ({ path }) => {
      const { headers } = await server.ask(path, { headers: bearer });
      expect(headers.etag).toBeUndefined();
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('are not on what has no answer yet', async () => {
    const { status, headers } = await server.ask('/api/orders/none', { headers: bearer });
    expect({ status, tag: headers.etag }).toEqual({ status: 404, tag: undefined });
  });
});

/** A door that nobody has been at. */
async function fresh() {
  const { api, parts } = webParts();
  const own = await webServer(parts);
  const as = (objectId: string) => ({ authorization: `Bearer ${api.token({ objectId })}` });
  const statusOf = async (headers: Readonly<Record<string, string>>) =>
    (await own.ask('/api/status', { headers })).status;
  return { api, ...own, as, statusOf };
}

describe('bounds on calls', () => {
  const another = 'ab5e17e0-0000-4000-8000-0000000000ff';

  it('refuse a caller who reads too often, say when to come again, and hold back nobody else', async () => {
    const { as, ask, statusOf, pass, stop } = await fresh();
    const mine = as(operator);
    for (let count = 0; count < rates.reads.burst; count += 1)
      expect(await statusOf(mine)).toBe(200);
    const { status, headers, body } = await ask('/api/status', { headers: mine });
    expect({ status, retry: headers['retry-after'] }).toEqual({ status: 429, retry: '1' });
    expect(JSON.parse(body)).toMatchObject({ status: 429, title: 'Too many calls of yours' });
    expect(await statusOf(as(another))).toBe(200);
    pass(1_000);
    expect(await statusOf(mine)).toBe(200);
    await stop();
  });

  it('are tighter for orders than for reads, and a page says so as a page', async () => {
    const { as, ask, stop } = await fresh();
    const headers = { ...as(operator), 'content-type': 'application/json' };
    const answers: number[] = [];
    for (let count = 0; count <= rates.orders.burst; count += 1) {
      answers.push((await ask('/api/orders', { method: 'POST', headers, body: thaw })).status);
    }
    expect(answers.indexOf(429)).toBe(rates.orders.burst);
    expect(rates.orders.burst).toBeLessThan(rates.reads.burst);
    expect(rates.orders.perSecond).toBeLessThan(rates.reads.perSecond);
    const page = await ask('/registrations/calendar/orders', {
      method: 'POST',
      headers: { ...as(operator), ...form },
      body: 'kind=thaw',
    });
    expect(page.status).toBe(429);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['retry-after']).toBe('1');
    await stop();
  });

  it('end a flood of bad calls, and let those through who were there before', async () => {
    const { api, as, ask, statusOf, pass, stop } = await fresh();
    const mine = as(operator);
    expect(await statusOf(mine)).toBe(200);
    const lines = () => api.log.length;
    for (let count = 0; count < rates.bad.burst; count += 1) expect(await statusOf({})).toBe(401);
    const logged = lines();
    const { status, headers } = await ask('/api/status');
    expect({ status, retry: headers['retry-after'] }).toEqual({ status: 429, retry: '1' });
    expect(await statusOf(as(another))).toBe(429);
    expect(lines()).toBe(logged);
    expect(await statusOf(mine)).toBe(200);
    pass(1_000);
    expect(await statusOf(as(another))).toBe(200);
    await stop();
  });

  it('do not count good calls among the bad ones', async () => {
    const { as, statusOf, pass, stop } = await fresh();
    for (let count = 0; count < rates.bad.burst + 10; count += 1) {
      const id = `ab5e17e0-0000-4000-8000-${String(count).padStart(12, '0')}`;
      expect(await statusOf(as(id))).toBe(200);
    }
    pass(0);
    await stop();
  });

  it('leave health to everybody, at any time', async () => {
    const { ask, statusOf, stop } = await fresh();
    for (let count = 0; count <= rates.bad.burst; count += 1) await statusOf({});
    expect(await statusOf({})).toBe(429);
    expect((await ask('/api/health')).status).toBe(200);
    await stop();
  });

  it('forget the token that is no longer good', async () => {
    const { api, as, statusOf, stop } = await fresh();
    const mine = as(operator);
    expect(await statusOf(mine)).toBe(200);
    api.wait(48 * 3_600_000);
    expect(await statusOf(mine)).toBe(401);
    for (let count = 0; count < rates.bad.burst; count += 1) await statusOf({});
    expect(await statusOf(mine)).toBe(429);
    await stop();
  });

  it('remember a bounded number of callers', () => {
    expect(mostRemembered).toBeLessThanOrEqual(10_000);
  });
});
