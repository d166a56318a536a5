/** Who is let in: tried over the whole HTTP surface with tokens of the simulated Entra. */
import { describe, expect, it } from 'vitest';
import { forgedKinds, type ForgedKind } from '../../../src/local/simulators/entra-forged-token.ts';
import type { Refusal } from '../../../src/web/caller-refusal.ts';
import { verifyCaller } from '../../../src/web/caller.ts';
import { asJson, clientId, operator, operatorApi, problemOf } from './caller-bench.ts';

const second = 1_000;
const minute = 60 * second;

/** Each way in which a token can be wrong, and what is said of it. */
const attacks: Readonly<Record<ForgedKind, readonly [status: number, why: Refusal]>> = {
  expired: [401, 'expired'],
  'not-yet-valid': [401, 'not-yet-valid'],
  'issued-ahead': [401, 'not-yet-valid'],
  'wrong-audience': [401, 'audience'],
  'audience-list': [401, 'claims'],
  'wrong-issuer': [401, 'issuer'],
  'issuer-with-slash': [401, 'issuer'],
  'version-1': [401, 'issuer'],
  'old-version-number': [401, 'claims'],
  'other-tenant': [401, 'issuer'],
  'wrong-tenant-claim': [401, 'tenant'],
  'without-end': [401, 'claims'],
  'end-as-text': [401, 'claims'],
  'without-start': [401, 'claims'],
  'without-object': [401, 'claims'],
  'name-for-object': [401, 'claims'],
  'without-roles': [403, 'role'],
  'role-of-another': [403, 'role'],
  'roles-as-text': [401, 'claims'],
  'roles-as-object': [401, 'claims'],
  'scope-for-role': [403, 'role'],
  oversized: [431, 'oversized'],
  'other-type': [401, 'malformed'],
  'without-type': [401, 'malformed'],
  'critical-header': [401, 'malformed'],
  'without-key-id': [401, 'malformed'],
  'long-key-id': [401, 'malformed'],
  'key-id-as-path': [401, 'unknown-key'],
  'other-rsa-algorithm': [401, 'algorithm'],
  'alg-none': [401, 'algorithm'],
  'alg-none-signed': [401, 'algorithm'],
  'hs256-with-public-key': [401, 'algorithm'],
  'hs256-with-key-bytes': [401, 'algorithm'],
  'hs256-with-modulus': [401, 'algorithm'],
  'unknown-key': [401, 'unknown-key'],
  'borrowed-key-id': [401, 'signature'],
  'key-in-header': [401, 'signature'],
  'key-address-in-header': [401, 'signature'],
  'altered-claims': [401, 'signature'],
  'cut-signature': [401, 'signature'],
  'without-signature': [401, 'signature'],
  'two-parts': [401, 'malformed'],
  'claims-as-list': [401, 'malformed'],
  'claims-no-json': [401, 'malformed'],
  'header-no-json': [401, 'malformed'],
  'not-base64': [401, 'malformed'],
  nothing: [401, 'malformed'],
};

describe('a caller with a good token', () => {
  it('may operate with the role Keeper.Operate, and the order names their object id', async () => {
    const api = operatorApi();
    const reply = await api.send('POST', '/api/resync', { token: api.token() });
    expect(reply.status).toBe(202);
    expect(api.orders().map(({ by }) => by)).toEqual([operator, operator]);
    expect(api.callers).toEqual([
      {
        objectId: operator,
        roles: new Set(['Keeper.Read', 'Keeper.Operate']),
        how: 'bearer',
      },
    ]);
  });

  it('may read with either role', async () => {
    const api = operatorApi();
    for (const roles of [['Keeper.Read'], ['Keeper.Operate']]) {
      const reply = await api.send('GET', '/api/status', { token: api.token({ roles }) });
      expect(reply.status).toBe(200);
    }
    expect(api.log).toEqual([]);
  });

  it('may not operate with the role Keeper.Read, and is told which role it takes', async () => {
    const api = operatorApi();
    const token = api.token({ roles: ['Keeper.Read'] });
    const reply = await api.send('POST', '/api/resync', { token });
    expect(reply.status).toBe(403);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect((await problemOf(reply)).detail).toBe('This needs the role Keeper.Operate.');
    expect(api.effects()).toEqual([]);
    expect(api.log).toEqual([
      { line: 'caller refused', fields: { why: 'role', needed: 'Keeper.Operate' } },
    ]);
  });

  it('may not read without a role', async () => {
    const api = operatorApi();
    const reply = await api.send('GET', '/api/status', { token: api.token({ roles: [] }) });
    expect(reply.status).toBe(403);
    expect((await problemOf(reply)).detail).toContain('Keeper.Read or Keeper.Operate');
  });

  it('may have one for the address of the application instead of its id', async () => {
    const api = operatorApi();
    const token = api.token({ audience: `api://${clientId}` });
    expect((await api.send('GET', '/api/status', { token })).status).toBe(200);
  });

  it('may have an object id in capitals, which is told in small letters', async () => {
    const api = operatorApi();
    await api.send('GET', '/api/status', {
      token: api.token({ objectId: operator.toUpperCase() }),
    });
    expect(api.callers.map(({ objectId }) => objectId)).toEqual([operator]);
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('may write the scheme as %j', async (scheme) => {
    const api = operatorApi();
    const headers = { authorization: `${scheme} ${api.token()}` };
    expect((await api.send('GET', '/api/status', { headers })).status).toBe(200);
  });

  it('is let in for the two minutes that clocks may differ, and not for longer', async () => {
    const api = operatorApi();
    const statusAfter = async (lifetimeMs: number): Promise<number> =>
      (await api.send('GET', '/api/status', { token: api.token({ lifetimeMs }) })).status;
    expect(await statusAfter(-119 * second)).toBe(200);
    expect(await statusAfter(-120 * second)).toBe(401);
  });
});

describe('a caller behind the sign-in of App Service', () => {
  it('is known by the token that App Service forwards', async () => {
    const api = operatorApi();
    const headers = { ...asJson, 'X-MS-TOKEN-AAD-ID-TOKEN': api.token() };
    const reply = await api.send('POST', '/api/resync', { headers, body: '{}' });
    expect(reply.status).toBe(202);
    expect(api.callers.map(({ how, objectId }) => [how, objectId])).toEqual([
      ['app-service', operator],
    ]);
  });

  it('is who the token that they sent themselves says, where there are two', async () => {
    const api = operatorApi();
    const token = api.token({ roles: ['Keeper.Read'] });
    const headers = { 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('POST', '/api/resync', { token, headers })).status).toBe(403);
    expect(api.effects()).toEqual([]);
  });

  it('is not let in by the forwarded token when the one that they sent is bad', async () => {
    const api = operatorApi();
    const headers = { 'x-ms-token-aad-id-token': api.token() };
    const token = api.forged('expired');
    expect((await api.send('GET', '/api/status', { token, headers })).status).toBe(401);
  });

  it('is known in spite of an Authorization header of another scheme', async () => {
    const api = operatorApi();
    const headers = { authorization: 'Basic a2VlcGVy', 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('GET', '/api/status', { headers })).status).toBe(200);
  });
});

describe('a token that must not count', () => {
  it.each(forgedKinds)('is refused with a reason and without an echo: %s', async (kind) => {
    const api = operatorApi();
    const [status, why] = attacks[kind];
    const token = api.forged(kind);
    const ways = [{ authorization: `Bearer ${token}` }, { 'x-ms-token-aad-id-token': token }];
    for (const way of ways) {
      const headers = { ...asJson, ...way };
      const reply = await api.send('POST', '/api/resync', { headers, body: '{}' });
      expect(reply.status).toBe(status);
      expect(reply.headers.get('content-type')).toContain('problem+json');
      expect(reply.headers.get('cache-control')).toBe('no-store');
      const error = why === 'role' ? 'insufficient_scope' : 'invalid_token';
      expect(reply.headers.get('www-authenticate')).toBe(`Bearer error="${error}"`);
      const said = JSON.stringify([await problemOf(reply), [...reply.headers], api.log]);
      for (const part of token.split('.').filter((text) => text.length > 8)) {
        expect(said).not.toContain(part);
      }
      expect(said).not.toContain(operator);
    }
    const line = { line: 'caller refused', fields: { why, needed: 'Keeper.Operate' } };
    expect(api.log).toEqual([line, line]);
    expect(api.effects()).toEqual([]);
    expect(api.callers).toEqual([]);
  });

  it.each(['oversized', 'alg-none', 'hs256-with-public-key', 'without-key-id', 'nothing'] as const)(
    'does not make Keeper ask Entra: %s',
    async (kind) => {
      const api = operatorApi();
      await api.send('GET', '/api/status', { token: api.forged(kind) });
      expect(api.asked).toEqual([]);
    },
  );

  it('is refused when good ones are sent beside it', async () => {
    const api = operatorApi();
    const token = `${api.forged('expired')}, Bearer ${api.token()}`;
    expect((await api.send('GET', '/api/status', { token })).status).toBe(401);
  });
});

describe('a replayed token', () => {
  it('is good until it ends, and what it causes is written once for each request', async () => {
    const api = operatorApi();
    const token = api.token({ lifetimeMs: 5 * minute });
    const replay = async (): Promise<number> =>
      (await api.send('POST', '/api/resync', { token })).status;
    expect([await replay(), await replay()]).toEqual([202, 202]);
    expect(new Set(api.orders().map(({ id }) => id)).size).toBe(4);
    api.wait(7 * minute);
    expect(await replay()).toBe(401);
    expect(api.orders()).toHaveLength(4);
  });

  it('that is good at another API of the tenant gives nothing here', async () => {
    const other = '11111111-2222-4333-8444-555555555555';
    const [here, there] = [operatorApi(), operatorApi({ clientId: other })];
    const token = here.token({ audience: other });
    expect((await there.send('POST', '/api/resync', { token })).status).toBe(202);
    const reply = await here.send('POST', '/api/resync', { token });
    expect(reply.status).toBe(401);
    expect((await problemOf(reply)).detail).toContain('another application');
    expect(here.effects()).toEqual([]);
  });

  it('that is good at the same API in another tenant, with the same keys, gives nothing here', async () => {
    const [here, there] = [operatorApi(), operatorApi({}, { seed: 'elsewhere' })];
    const token = there.token();
    expect((await there.send('POST', '/api/resync', { token })).status).toBe(202);
    const reply = await here.send('POST', '/api/resync', { token });
    expect(reply.status).toBe(401);
    expect((await problemOf(reply)).detail).toContain('another tenant');
    expect(here.effects()).toEqual([]);
  });
});

describe('a caller without a token', () => {
  it('is refused with a challenge that names no error', async () => {
    const api = operatorApi();
    const reply = await api.send('GET', '/api/status');
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    expect(api.log.map(({ fields }) => fields['why'])).toEqual(['missing']);
    expect(api.asked).toEqual([]);
  });

  const claims = [
    { typ: 'roles', val: 'Keeper.Operate' },
    { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: operator },
  ];
  const principal = { auth_typ: 'aad', claims, role_typ: 'roles' };
  const spoofed: Readonly<Record<string, string>> = {
    'X-MS-CLIENT-PRINCIPAL': Buffer.from(JSON.stringify(principal)).toString('base64'),
    'X-MS-CLIENT-PRINCIPAL-ID': operator,
    'X-MS-CLIENT-PRINCIPAL-NAME': 'admin@contoso.example',
    'X-MS-CLIENT-PRINCIPAL-IDP': 'aad',
    'X-MS-TOKEN-AAD-ACCESS-TOKEN': 'eyJ0eXAiOiJKV1QifQ.e30.AAAA',
    'X-Forwarded-User': operator,
    'X-Forwarded-Host': 'keeper.example',
    'X-Forwarded-For': '127.0.0.1',
    'X-Original-URL': '/api/status',
    'X-HTTP-Method-Override': 'GET',
    'X-Keeper-Role': 'Keeper.Operate',
  };

  it.each(Object.keys(spoofed))('is not let in by %s', async (name) => {
    const api = operatorApi();
    const headers = { [name]: spoofed[name] ?? '' };
    for (const method of ['GET', 'POST']) {
      const path = method === 'GET' ? '/api/status' : '/api/resync';
      expect((await api.send(method, path, { headers })).status).toBe(401);
    }
    expect(api.effects()).toEqual([]);
  });

  it('gains nothing from all identity headers beside a token that may only read', async () => {
    const api = operatorApi();
    const token = api.token({ roles: ['Keeper.Read'], objectId: clientId });
    const headers = spoofed;
    expect((await api.send('POST', '/api/resync', { token, headers })).status).toBe(403);
    expect((await api.send('GET', '/api/status', { token, headers })).status).toBe(200);
    expect(api.callers.map(({ objectId, roles }) => [objectId, ...roles])).toEqual([
      [clientId, 'Keeper.Read'],
    ]);
  });

  it('gains nothing from a function key, in a header or in the address', async () => {
    const api = operatorApi();
    const headers = { 'x-functions-key': 'a-master-key' };
    expect((await api.send('POST', '/api/resync', { headers })).status).toBe(401);
    expect((await api.send('POST', '/api/resync?code=a-master-key')).status).toBe(401);
    expect(api.effects()).toEqual([]);
  });

  it('gains nothing from a token in the address, a cookie or the body', async () => {
    const api = operatorApi();
    const token = api.token();
    const tries = [
      api.send('GET', `/api/status?access_token=${token}`),
      api.send('GET', '/api/status', { headers: { cookie: `AppServiceAuthSession=${token}` } }),
      api.send('POST', '/api/resync', {
        headers: asJson,
        body: JSON.stringify({ access_token: token }),
      }),
    ];
    for (const reply of await Promise.all(tries)) expect(reply.status).toBe(401);
  });
});

describe('a deployment without sign-in', () => {
  it('answers nobody', async () => {
    const api = operatorApi();
    const request = new Request('https://keeper.example/api/status', {
      headers: { authorization: `Bearer ${api.token()}` },
    });
    const { method, url, headers } = request;
    const verified = await verifyCaller(
      { method, url, headers, hasBody: false },
      { role: 'Keeper.Read' },
      undefined,
    );
    expect(verified).toMatchObject({ ok: false, reply: { status: 503 } });
  });
});
