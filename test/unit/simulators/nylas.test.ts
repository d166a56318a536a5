import { describe, expect, it } from 'vitest';
import { allNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
import { simulatedNylas } from '../../../src/local/simulators/nylas-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { bench, created, plain, read, settings, start } from './nylas-bench.ts';

describe('the front door of simulated Nylas', () => {
  it('tells which application a key belongs to, in its region and environment', async () => {
    const { call, id } = bench();
    expect((await call('GET', '/v3/applications')).body.data).toMatchObject({
      application_id: id,
      region: 'us',
      environment: 'production',
    });
  });

  it('refuses a missing, wrong, revoked or ended key: mostly 401, sometimes 400', async () => {
    const { nylas, call, id, apiKey, clock } = bench();
    const ending = nylas.hand.addKey(id, 'ending', start + 1000);
    expect((await call('GET', '/v3/applications', undefined, ending)).status).toBe(200);
    clock.at += 1000;
    expect([401, 400]).toContain((await call('GET', '/v3/applications', undefined, ending)).status);
    nylas.hand.revokeKey(apiKey);
    const replies = await Promise.all(
      Array.from({ length: 40 }, () => call('GET', '/v3/connectors')),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([400, 401]));
    const odd = replies.filter(({ status }) => status === 400);
    expect(odd.every(({ body }) => body.error?.type === 'token.unauthorized_access')).toBe(true);
    expect(odd.length).toBeLessThan(20);
  });

  it('does not know the keys of the other region', async () => {
    const { apiKey } = bench();
    const eu = simulatedNylas({ now: () => start, random: seededRandom(1) }, { region: 'eu' });
    eu.hand.addApplication({ mode: plain });
    const reply = await eu.fetch(
      new Request('https://api.eu.nylas.localhost/v3/applications', {
        headers: { authorization: `Bearer ${apiKey}` },
      }),
    );
    expect([400, 401]).toContain(reply.status);
  });

  it('says the same request id in body and header, of refusals too', async () => {
    const { call } = bench();
    for (const path of ['/v3/applications', '/v3/connectors/microsoft']) {
      // oxlint-disable-next-line no-await-in-loop
      const { body, headers } = await call('GET', path);
      expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/u);
      expect(headers.get('x-request-id')).toBe(body.request_id);
    }
  });

  it('allows each application 50 requests a second', async () => {
    const { nylas, call, clock } = bench();
    const other = nylas.hand.addApplication({ mode: plain });
    const replies = await Promise.all(
      Array.from({ length: 80 }, () => call('GET', '/v3/connectors')),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBe(30);
    expect(refused[0]?.body.error?.type).toBe('nylas_rate_limit_exceeded');
    expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(
      new Set([null, '1']),
    );
    expect((await call('GET', '/v3/connectors', undefined, other.apiKey)).status).toBe(200);
    clock.at += 1000;
    expect((await call('GET', '/v3/connectors')).status).toBe(200);
  });

  it('does not take PUT, and knows no other paths', async () => {
    const { call } = await created();
    expect((await call('PUT', '/v3/connectors/microsoft', { settings })).status).toBe(405);
    expect((await call('DELETE', '/v3/grants/x')).status).toBe(405);
    expect((await call('GET', '/v3/nowhere')).status).toBe(404);
    expect((await call('GET', '/v3/connectors/google')).status).toBe(404);
  });

  it('makes refusals in its own shape for the fault layer; gateways sometimes answer in HTML', async () => {
    const { nylas } = bench();
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => read(nylas.refusal(503, 9))),
    );
    expect(replies.every(({ headers }) => headers.get('retry-after') === '9')).toBe(true);
    expect(new Set(replies.map(({ text }) => text.startsWith('<html>')))).toEqual(
      new Set([true, false]),
    );
    const { body } = await read(nylas.refusal(400));
    expect(body.error?.type).toMatch(/invalid_request_error$/u);
  });
});

describe('a simulated connector', () => {
  it('is created once; a second POST is refused and changes nothing', async () => {
    const { call, held } = await created();
    const second = { provider: 'microsoft', settings: { ...settings, client_secret: 'other' } };
    expect((await call('POST', '/v3/connectors', second)).status).toBe(400);
    expect(held()).toBe('hush-1');
  });

  it.each([
    ['no provider', { settings }],
    ['an unknown provider', { provider: 'icloud', settings }],
    ['no settings', { provider: 'microsoft' }],
    ['flat settings', { provider: 'microsoft', ...settings }],
    ['no client id', { provider: 'microsoft', settings: { client_secret: 'x' } }],
    ['no secret', { provider: 'microsoft', settings: { client_id: 'x' } }],
    ['scopes instead of scope', { provider: 'microsoft', settings, scopes: ['Mail.Read'] }],
    ['a scope that is no list', { provider: 'microsoft', settings, scope: 'Mail.Read' }],
    ['no JSON', '{'],
  ])('is not created from a body with %s', async (_, body) => {
    const { call, nylas, id } = bench();
    expect((await call('POST', '/v3/connectors', body)).status).toBe(400);
    expect(nylas.hand.application(id).connector).toBeUndefined();
  });

  it.each(allNylasModes())(
    'never shows the secret, and the client id by mode: %o',
    async (mode) => {
      const { call } = await created(mode);
      const replies = [
        await call('PATCH', '/v3/connectors/microsoft', {
          settings: { ...settings, client_secret: 'hush-2' },
        }),
        await call('GET', '/v3/connectors/microsoft'),
        await call('GET', '/v3/connectors'),
        await call('GET', '/v3/connectors/microsoft/creds'),
      ];
      for (const { status, text } of replies) {
        expect(status).toBe(200);
        expect(text).not.toContain('hush');
      }
      expect(replies[1]!.text.includes('"client_id":"app"')).toBe(mode.clientIdReturned);
      expect(replies[1]!.text).toContain('"tenant":"common"');
    },
  );

  it('shortens scopes in replies, and replaces the whole list when one is sent', async () => {
    const { call } = await created();
    const scope = ['https://graph.microsoft.com/Mail.Read', 'offline_access'];
    await call('PATCH', '/v3/connectors/microsoft', { scope });
    await call('PATCH', '/v3/connectors/microsoft', { name: 'mail' });
    expect((await call('GET', '/v3/connectors/microsoft')).body.data).toMatchObject({
      name: 'mail',
      provider: 'microsoft',
      scope: ['Mail.Read', 'offline_access'],
    });
  });

  it('is absent before it is made, and in the list after', async () => {
    const { call } = bench();
    expect((await call('GET', '/v3/connectors/microsoft')).status).toBe(404);
    expect((await call('PATCH', '/v3/connectors/microsoft', { settings })).status).toBe(404);
    expect((await call('GET', '/v3/connectors')).body).toMatchObject({
      data: [],
      limit: 10,
      offset: 0,
    });
    await call('POST', '/v3/connectors', { provider: 'microsoft', settings });
    expect((await call('GET', '/v3/connectors?limit=5')).body).toMatchObject({
      data: [{ provider: 'microsoft' }],
      limit: 5,
    });
    expect((await call('GET', '/v3/connectors?offset=1')).body.data).toEqual([]);
  });

  it('takes any secret: nothing is tried when it is written', async () => {
    const { call, dead, held } = await created();
    dead.add('nonsense');
    const body = { settings: { ...settings, client_secret: 'nonsense' } };
    expect((await call('PATCH', '/v3/connectors/microsoft', body)).status).toBe(200);
    expect(held()).toBe('nonsense');
  });

  it('merges settings, or replaces them and wipes what was left out', async () => {
    const merging = await created({ settings: 'merge' });
    await merging.call('PATCH', '/v3/connectors/microsoft', { settings: { tenant: 'other' } });
    expect(merging.nylas.hand.activeRecord(merging.id)?.data).toEqual({
      clientId: 'app',
      clientSecret: 'hush-1',
      tenant: 'other',
    });
    const replacing = await created({ settings: 'replace' });
    await replacing.call('PATCH', '/v3/connectors/microsoft', { settings: { client_id: 'app' } });
    expect(replacing.nylas.hand.activeRecord(replacing.id)?.data).toEqual({
      clientId: 'app',
      clientSecret: '',
    });
  });

  it('is deleted with its records', async () => {
    const { call, nylas, id } = await created();
    expect(Object.keys((await call('DELETE', '/v3/connectors/microsoft')).body)).toEqual([
      'request_id',
    ]);
    expect((await call('GET', '/v3/connectors/microsoft')).status).toBe(404);
    expect(nylas.hand.application(id).connector).toBeUndefined();
  });
});

describe('people at the dashboard', () => {
  it('create, change and delete the connector', async () => {
    const { nylas, call, id, held } = bench();
    nylas.hand.connectorByHand(id, { settings: { clientId: 'app', clientSecret: 'by-hand' } });
    expect((await call('GET', '/v3/connectors/microsoft')).status).toBe(200);
    nylas.hand.connectorByHand(id, { settings: { clientSecret: 'again' } });
    expect(held()).toBe('again');
    nylas.hand.deleteConnectorByHand(id);
    expect((await call('GET', '/v3/connectors/microsoft')).status).toBe(404);
  });

  it('cannot sign in through a dead credential', async () => {
    const { nylas, id, dead } = await created();
    const grant = nylas.hand.addGrant(id, 'a@example.com');
    dead.add('hush-1');
    expect(() => nylas.hand.addGrant(id, 'b@example.com')).toThrow('no working credential');
    expect(nylas.hand.reauthenticate(id, grant.id)).toBe(false);
  });
});
