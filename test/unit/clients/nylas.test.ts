import { describe, expect, it } from 'vitest';
import { nylasConnectors } from '../../../src/clients/nylas.ts';
import { shortScopes } from '../../../src/clients/nylas-shapes.ts';
import type { DesiredConnector } from '../../../src/core/desired.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Vault } from '../../../src/reconcile/world.ts';
import { canary, expectSilent } from './canary.ts';
import { json, manualClock, scripted, type Scripted } from './scripted.ts';

const connector: DesiredConnector = {
  id: 'us/app',
  region: 'us',
  applicationId: 'app',
  apiKey: { vault: 'v', name: 'nylas-key' },
  tenant: 'common',
  scopes: ['Mail.Read'],
  records: [],
  takeOver: false,
};

const body = {
  clientId: 'client',
  secret: new Secret(canary),
  tenant: 'common',
  scopes: ['Mail.Read'],
};

function vaultWith(...keys: readonly (string | undefined)[]) {
  let reads = 0;
  const vault: Pick<Vault, 'readNewest'> = {
    readNewest: async () => {
      const key = keys[Math.min(reads, keys.length - 1)];
      reads += 1;
      return success(key === undefined ? undefined : new Secret(key));
    },
  };
  return { vault, reads: () => reads };
}

function client(keys: readonly (string | undefined)[], ...replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const { vault, reads } = vaultWith(...keys);
  const clock = manualClock();
  const baseUrls = { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' };
  // The vault's whole port is not needed, and not given.
  const nylas = nylasConnectors({ baseUrls, transport, clock, vault });
  return { nylas, requests, reads, clock };
}

const rightApplication = json({ data: { application_id: 'app', region: 'us' } });

const error = (status: number, type: string): Scripted =>
  json({ request_id: 'x', error: { type, message: canary } }, status);

describe('the API key', () => {
  it('is read once for a while, and trimmed', async () => {
    const { nylas, requests, reads, clock } = client(
      ['key\n'],
      json({ data: { application_id: 'app', region: 'us' } }),
    );
    await nylas.readApplication(connector);
    await nylas.readApplication(connector);
    expect(reads()).toBe(1);
    expect(requests[1]?.headers['authorization']).toBe('Bearer key');
    await clock.sleep(300_000);
    await nylas.readApplication(connector);
    expect(reads()).toBe(2);
  });

  it.each([
    [undefined, 'api-key-missing'],
    ['two words', 'api-key-unfit'],
    ['', 'api-key-unfit'],
  ])('that is %j is a fault before anything is sent', async (key, code) => {
    const { nylas, requests } = client([key], {});
    expect(await nylas.readApplication(connector)).toEqual({
      ok: false,
      fault: { kind: 'denied', vendor: 'nylas', code },
    });
    expect(requests).toHaveLength(0);
  });

  it('that was exchanged is read again for a read, not for a write', async () => {
    const { nylas, requests, reads } = client(
      ['old', 'new'],
      json({ data: { application_id: 'app' } }),
      error(401, 'api.authentication_error'),
      json({ data: { application_id: 'app' } }),
      error(400, 'token.unauthorized_access'),
      json({ data: { application_id: 'app' } }),
    );
    await nylas.readApplication(connector);
    expect(await nylas.readApplication(connector)).toMatchObject({ ok: true });
    expect(requests.map((one) => one.headers['authorization'])).toEqual([
      'Bearer old',
      'Bearer old',
      'Bearer new',
    ]);
    expect(await nylas.updateConnector(connector, body)).toMatchObject({
      ok: false,
      fault: { kind: 'denied' },
    });
    expect(requests).toHaveLength(4);
    await nylas.readApplication(connector);
    expect(reads()).toBe(3);
  });
});

describe('the reads', () => {
  it('translate a connector with its records', async () => {
    const { nylas, requests } = client(
      ['key'],
      json({
        data: {
          name: 'mail',
          provider: 'microsoft',
          settings: { tenant: 'common' },
          scope: ['https://graph.microsoft.com/Mail.Read', 'offline_access', 'Mail.Read'],
          active_credential_id: 'active',
        },
      }),
      json({ data: { id: 'declared', updated_at: 1_700_000_000 } }),
      error(404, 'not_found_error'),
    );
    expect(await nylas.readConnector(connector, ['declared'])).toEqual({
      ok: true,
      value: {
        name: 'mail',
        tenant: 'common',
        activeRecordId: 'active',
        scopes: ['Mail.Read', 'offline_access'],
        records: [{ id: 'declared', updatedAt: 1_700_000_000_000 }],
      },
    });
    expect(requests.map((one) => new URL(one.url).pathname)).toEqual([
      '/v3/connectors/microsoft',
      '/v3/connectors/microsoft/creds/declared',
      '/v3/connectors/microsoft/creds/active',
    ]);
  });

  it('say nothing of the scopes of a connector that shows none', async () => {
    const { nylas } = client(
      ['key'],
      json({ data: { name: 'mail' } }),
      json({ data: { scope: [] } }),
    );
    const [without, empty] = [
      await nylas.readConnector(connector, []),
      await nylas.readConnector(connector, []),
    ];
    expect(without).toEqual({ ok: true, value: { name: 'mail', records: [] } });
    expect(empty).toEqual({ ok: true, value: { scopes: [], records: [] } });
  });

  it('give ids in lower case where they are GUIDs', async () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const upper = id.toUpperCase();
    const settings = { client_id: upper, tenant: upper };
    const { nylas } = client(
      ['key'],
      json({ data: { application_id: upper } }),
      json({ data: { settings, scope: [], active_credential_id: upper } }),
      json({ data: { id: upper, updated_at: 1 } }),
      json({ data: { application_id: 'App' } }),
    );
    expect(await nylas.readApplication(connector)).toMatchObject({ value: { applicationId: id } });
    expect(await nylas.readConnector(connector, [])).toMatchObject({
      value: { clientId: id, tenant: id, activeRecordId: id, records: [{ id }] },
    });
    expect(await nylas.readApplication(connector)).toMatchObject({
      value: { applicationId: 'App' },
    });
  });

  it('take only the word of Nylas for an absence', async () => {
    const { nylas } = client(['key'], error(404, 'api.not_found_error'), {
      status: 404,
      body: 'nginx',
    });
    expect(await nylas.readConnector(connector, [])).toEqual({ ok: true, value: undefined });
    expect(await nylas.readConnector(connector, [])).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    });
  });

  it.each([
    ['no JSON', { body: '<html>' }],
    ['no data', json({ request_id: 'x' })],
    ['a list', json({ data: [canary] })],
    ['an active record that every object has', json({ data: { active_credential_id: 'valueOf' } })],
    ['a scope that is no list', json({ data: { scope: canary } })],
  ])('call %s malformed', async (_, reply) => {
    const { nylas } = client(['key'], reply);
    const seen = await nylas.readConnector(connector, []);
    expect(seen).toMatchObject({ ok: false, fault: { kind: 'malformed' } });
    expectSilent(seen);
  });

  it('count each grant once, up to the bound of pages', async () => {
    const page = json({
      data: Array.from({ length: 200 }, (_, index) => ({
        id: `g${index}`,
        grant_status: index === 0 ? 'invalid' : 'valid',
        updated_at: 1_700_000_000 + index,
      })),
    });
    const { nylas, requests } = client(['key'], page);
    expect(await nylas.readGrants(connector)).toEqual({
      ok: true,
      value: { total: 200, invalid: 1, oldestAuthenticationAt: 1_700_000_000_000 },
    });
    expect(requests).toHaveLength(50);
  });
});

describe('the writes', () => {
  it('send client id, secret and tenant together, once, and never a DELETE or a PUT', async () => {
    const { nylas, requests } = client(['key'], rightApplication, { status: 504 });
    await nylas.readApplication(connector);
    const results = [
      await nylas.createConnector(connector, body),
      await nylas.updateConnector(connector, body),
      await nylas.updateRecord(connector, 'r/1', body),
    ];
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'unavailable' } });
      expectSilent(result);
    }
    expect(requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      'GET /v3/applications',
      'POST /v3/connectors',
      'PATCH /v3/connectors/microsoft',
      'PATCH /v3/connectors/microsoft/creds/r%2F1',
    ]);
    const settings = { client_id: 'client', client_secret: canary, tenant: 'common' };
    expect(JSON.parse(requests[2]?.body ?? '')).toEqual({ settings, scope: ['Mail.Read'] });
    expect(JSON.parse(requests[3]?.body ?? '')).toEqual({ credential_data: settings });
  });

  it('count an unreadable 2xx as done', async () => {
    const { nylas } = client(['key'], rightApplication, { status: 200, body: 'ok' });
    await nylas.readApplication(connector);
    expect(await nylas.updateConnector(connector, body)).toEqual({ ok: true, value: {} });
  });
});

/** What comes of each of the three writes. */
async function writesOf({ nylas }: Pick<ReturnType<typeof client>, 'nylas'>) {
  return [
    await nylas.createConnector(connector, body),
    await nylas.updateConnector(connector, body),
    await nylas.updateRecord(connector, 'r', body),
  ];
}

describe('the key of a write', () => {
  const unsent = { ok: false, fault: { kind: 'unsent', vendor: 'nylas', code: 'api-key-changed' } };

  it('is the one that opened the application: one exchanged since then sends nothing', async () => {
    const made = client(['a', 'b'], rightApplication);
    await made.nylas.readApplication(connector);
    await made.clock.sleep(300_000);
    expect(await writesOf(made)).toEqual([unsent, unsent, unsent]);
    expect(made.requests).toHaveLength(1);
  });

  it('is not one that was read anew because another read was refused', async () => {
    const made = client(
      ['a', 'b'],
      rightApplication,
      error(401, 'api.authentication_error'),
      json({ data: { scope: [] } }),
    );
    await made.nylas.readApplication(connector);
    expect(await made.nylas.readConnector(connector, [])).toMatchObject({ ok: true });
    expect(await writesOf(made)).toEqual([unsent, unsent, unsent]);
    expect(made.requests).toHaveLength(3);
  });

  it('is the same one after it was read again, and a new one once it has opened the application', async () => {
    const { nylas, clock, requests } = client(['a', 'a', 'b'], rightApplication);
    await nylas.readApplication(connector);
    await clock.sleep(300_000);
    expect(await nylas.updateConnector(connector, body)).toEqual({ ok: true, value: {} });
    await clock.sleep(300_000);
    await nylas.readApplication(connector);
    expect(await nylas.updateConnector(connector, body)).toEqual({ ok: true, value: {} });
    expect(requests.map((one) => one.headers['authorization'])).toEqual([
      'Bearer a',
      'Bearer a',
      'Bearer b',
      'Bearer b',
    ]);
  });

  it.each([
    ['was never asked', []],
    ['opens another application', [json({ data: { application_id: 'stranger' } })]],
    [
      'opened it once, and now another',
      [rightApplication, json({ data: { application_id: 'stranger' } })],
    ],
    ['opened it once, and was refused since', [rightApplication, error(403, 'forbidden')]],
  ])('is none that %s', async (_, answers) => {
    const made = client(['a'], ...answers, json({ data: {} }));
    for (let asked = 0; asked < answers.length; asked += 1)
      await made.nylas.readApplication(connector);
    expect(await writesOf(made)).toEqual([unsent, unsent, unsent]);
    expect(made.requests).toHaveLength(answers.length);
  });

  it('of one application is none of another', async () => {
    const made = client(['a'], rightApplication);
    await made.nylas.readApplication(connector);
    for (const change of [{ applicationId: 'other' }, { region: 'eu' as const }]) {
      expect(await made.nylas.updateConnector({ ...connector, ...change }, body)).toEqual(unsent);
    }
  });
});

describe('shortScopes()', () => {
  it('shortens, sorts and counts each once', () => {
    expect(
      shortScopes(['openid', 'https://graph.microsoft.com/Mail.Send', 'Mail.Read', 'Mail.Send']),
    ).toEqual(['Mail.Read', 'Mail.Send', 'openid']);
  });
});
