import { describe, expect, it } from 'vitest';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { durationMs } from '../../../src/clients/graph-policy.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import { canary, expectSilent } from './canary.ts';
import { json, manualClock, scripted, type Scripted } from './scripted.ts';

const base = 'https://graph.microsoft.com';

function directory(...replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const clock = manualClock();
  const tokens = { getToken: async () => success(new Secret(canary)) };
  return { graph: graphDirectory({ baseUrl: base, tokens, transport, clock }), requests, clock };
}

function application(changes: object = {}): object {
  return {
    id: 'object-1',
    appId: 'app-1',
    uniqueName: 'keeper-mail',
    displayName: 'Mail',
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    api: { requestedAccessTokenVersion: 2 },
    web: { redirectUris: ['https://api.us.nylas.com/v3/connect/callback'] },
    requiredResourceAccess: [
      { resourceAppId: 'graph', resourceAccess: [{ id: 'scope-1', type: 'Scope' }] },
    ],
    tags: ['keeper', 'keeper:mail'],
    passwordCredentials: [
      {
        keyId: 'key-1',
        displayName: 'keeper:1',
        hint: 'abc',
        startDateTime: '2026-11-24T00:00:00Z',
        endDateTime: '2027-11-24T00:00:00.1234567Z',
      },
    ],
    ...changes,
  };
}

describe('readRegistration()', () => {
  it('asks by unique name, with quotes doubled and the rest encoded', async () => {
    const { graph, requests } = directory(json(application()));
    await graph.readRegistration({ uniqueName: "a'b&c/d?e" });
    const url = new URL(requests[0]?.url ?? '');
    expect(decodeURIComponent(url.pathname)).toBe(`/v1.0/applications(uniqueName='a''b&c/d?e')`);
    expect(url.searchParams.get('$select')).not.toContain('keyCredentials');
    expect(requests[0]?.headers['authorization']).toBe(`Bearer ${canary}`);
  });

  it('gives GUIDs in lower case, whatever case they come in', async () => {
    const id = '0F8FAD5B-D9CB-469F-A165-70867728950E';
    const { graph } = directory(
      json(
        application({
          id,
          appId: id,
          requiredResourceAccess: [{ resourceAppId: id, resourceAccess: [{ id, type: 'Scope' }] }],
          passwordCredentials: [{ keyId: id }],
        }),
      ),
    );
    const lower = id.toLowerCase();
    expect(await graph.readRegistration({ appId: lower })).toMatchObject({
      value: {
        objectId: lower,
        appId: lower,
        access: [{ resourceAppId: lower, id: lower }],
        credentials: [{ keyId: lower }],
      },
    });
  });

  it('translates, fractions of seconds included', async () => {
    const { graph } = directory(json(application()));
    const seen = await graph.readRegistration({ appId: 'app-1' });
    expect(seen).toMatchObject({
      ok: true,
      value: {
        objectId: 'object-1',
        tokenVersion: 2,
        access: [{ resourceAppId: 'graph', id: 'scope-1', type: 'Scope' }],
        credentials: [
          { keyId: 'key-1', endAt: Date.UTC(2027, 10, 24) + 123, place: 'application' },
        ],
      },
    });
  });

  it('takes only the word of Graph for an absence', async () => {
    const said = json({ error: { code: 'Request_ResourceNotFound', message: '' } }, 404);
    const { graph } = directory(said, { status: 404, body: '<html>not here</html>' });
    expect(await graph.readRegistration({ objectId: 'x' })).toEqual({ ok: true, value: undefined });
    expect(await graph.readRegistration({ objectId: 'x' })).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', status: 404 },
    });
  });

  it.each([
    ['no JSON', { body: 'hello' }],
    ['an empty body', { body: '' }],
    ['a list', json([])],
    ['no credentials at all', json(application({ passwordCredentials: undefined }))],
    ['a credential without a key id', json(application({ passwordCredentials: [{}] }))],
    [
      'an end that is no instant',
      json(application({ passwordCredentials: [{ keyId: 'k', endDateTime: 'never' }] })),
    ],
    ['tags that are no texts', json(application({ tags: [{}] }))],
    ['a number for a name', json(application({ displayName: 7 }))],
    ['a nested id', json(application({ id: { id: canary } }))],
    [
      'a key id that every object has',
      json(application({ passwordCredentials: [{ keyId: '__proto__' }] })),
    ],
    ['a body where none can be', { status: 205, body: canary }],
    ['deep nesting', { body: '['.repeat(50_000) + ']'.repeat(50_000) }],
  ])('calls %s malformed', async (_, reply) => {
    const { graph } = directory(reply);
    const seen = await graph.readRegistration({ objectId: 'x' });
    expect(seen).toMatchObject({ ok: false, fault: { kind: 'malformed', vendor: 'graph' } });
    expectSilent(seen);
  });

  it('reads again when Graph fails in passing, twice at the most', async () => {
    const { graph, requests, clock } = directory(
      { status: 503 },
      new TransportError('broken', 'ECONNRESET'),
      json(application()),
    );
    expect(await graph.readRegistration({ objectId: 'x' })).toMatchObject({ ok: true });
    expect(requests).toHaveLength(3);
    expect(clock.slept).toEqual([500, 1_500]);
  });

  it.each([
    ['throttled', { status: 429 }],
    ['told to wait', { status: 503, headers: { 'retry-after': '5' } }],
    ['late', new TransportError('timeout')],
    ['refused', { status: 403 }],
  ])('does not read again when %s', async (_, reply) => {
    const { graph, requests } = directory(reply);
    expect(await graph.readRegistration({ objectId: 'x' })).toMatchObject({ ok: false });
    expect(requests).toHaveLength(1);
  });
});

describe('listRegistrations()', () => {
  it('follows the pages, with the token to Graph only', async () => {
    const { graph, requests } = directory(
      json({
        value: [application()],
        '@odata.nextLink': `${base}/v1.0/applications?$skiptoken=a%26b`,
      }),
      json({ value: [application({ appId: 'app-2' })] }),
    );
    const listed = await graph.listRegistrations();
    expect(listed).toMatchObject({ ok: true, value: [{ appId: 'app-1' }, { appId: 'app-2' }] });
    expect(requests[0]?.url).toContain('$top=999');
    expect(requests[0]?.url).toContain("$filter=tags/any(t:t%20eq%20'keeper')");
    expect(requests[1]?.url).toBe(`${base}/v1.0/applications?$skiptoken=a%26b`);
  });

  it.each([
    'https://evil.example/v1.0/applications',
    'https://graph.microsoft.com.evil.example/v1.0/applications',
    'http://graph.microsoft.com/v1.0/applications',
    `${base}/beta/applications`,
    // The client library would read the host out of the middle of this path.
    `${base}/v1.0/evil.example?a=https://b/c`,
    'no address',
  ])('sends no token to %s', async (link) => {
    const { graph, requests } = directory(json({ value: [], '@odata.nextLink': link }));
    expect(await graph.listRegistrations()).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'next-link' },
    });
    expect(requests).toHaveLength(1);
  });

  it('ends after its bound of pages', async () => {
    const page = json({ value: [], '@odata.nextLink': `${base}/v1.0/applications?$skiptoken=x` });
    const { graph, requests } = directory(page);
    expect(await graph.listRegistrations()).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'too-many-pages' },
    });
    expect(requests).toHaveLength(100);
  });
});

describe('the writes', () => {
  it.each([500, 502, 503, 504])('are sent once, also when answered %i', async (status) => {
    const { graph, requests } = directory({ status });
    const results = [
      await graph.addCredential('x', { displayName: 'keeper', endAt: 0 }),
      await graph.removeCredential('x', 'k'),
      await graph.createRegistration('keeper-a', { displayName: 'A' }),
      await graph.updateRegistration('x', { displayName: 'A' }),
      await graph.createServicePrincipal('a'),
    ];
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'unavailable' } });
    }
    expect(requests).toHaveLength(results.length);
  });

  it('never hand out a secret in words', async () => {
    const issued = {
      ...application(),
      keyId: 'k',
      hint: 'Cny',
      secretText: canary,
      endDateTime: '2027-11-24T00:00:00Z',
    };
    const { graph } = directory(json(issued));
    const result = await graph.addCredential('x', { displayName: 'keeper', endAt: 0 });
    expect(result).toMatchObject({ ok: true, value: { keyId: 'k', hint: 'Cny' } });
    expectSilent(result);
  });

  it('call an answer without a secret malformed: there may be one', async () => {
    const { graph } = directory(
      json({ keyId: 'k', secretText: null, endDateTime: '2027-11-24T00:00:00Z' }),
    );
    expect(await graph.addCredential('x', { displayName: 'keeper', endAt: 0 })).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    });
  });

  it('create by unique name if missing', async () => {
    const { graph, requests } = directory({ status: 204 });
    const body = { displayName: 'A', tokenVersion: 2, tags: ['keeper'], redirectUris: [] } as const;
    expect(await graph.createRegistration('keeper-a', body)).toEqual({ ok: true, value: {} });
    expect(requests[0]).toMatchObject({
      method: 'PATCH',
      url: `${base}/v1.0/applications(uniqueName='keeper-a')`,
      body: JSON.stringify({
        displayName: 'A',
        api: { requestedAccessTokenVersion: 2 },
        web: { redirectUris: [] },
        tags: ['keeper'],
      }),
    });
    expect(requests[0]?.headers['prefer']).toBe('create-if-missing');
  });

  it('find the service principal that is there already', async () => {
    const reply = json(
      { error: { code: 'Request_MultipleObjectsWithSameKeyValue', message: '' } },
      409,
    );
    const { graph } = directory(reply);
    expect(await graph.createServicePrincipal('a')).toMatchObject({ ok: true });
  });
});

describe('readSecretPolicy()', () => {
  const lifetime = { restrictionType: 'passwordLifetime', state: 'enabled', maxLifetime: 'P90D' };
  const addition = { restrictionType: 'passwordAddition', state: 'enabled', maxLifetime: null };

  it('reads the tenant default where the application has none of its own', async () => {
    const { graph } = directory(
      json({ value: [] }),
      json({ isEnabled: true, applicationRestrictions: { passwordCredentials: [lifetime] } }),
    );
    expect(await graph.readSecretPolicy('x')).toEqual({
      ok: true,
      value: { forbidden: false, maxLifetimeMs: 90 * 86_400_000 },
    });
  });

  it('takes a disabled default for none', async () => {
    const { graph } = directory(
      json({ value: [] }),
      json({ isEnabled: false, applicationRestrictions: { passwordCredentials: [addition] } }),
    );
    expect(await graph.readSecretPolicy('x')).toEqual({ ok: true, value: { forbidden: false } });
  });

  it.each([
    ['2026-01-01T00:00:00Z', true],
    ['2027-01-01T00:00:00Z', false],
  ])('spares applications that are older than %s', async (since, forbidden) => {
    const dated = { ...addition, restrictForAppsCreatedAfterDateTime: since };
    const { graph } = directory(
      json({ value: [{ isEnabled: true, restrictions: { passwordCredentials: [dated] } }] }),
      json({ createdDateTime: '2026-06-01T00:00:00Z' }),
    );
    expect(await graph.readSecretPolicy('x')).toEqual({ ok: true, value: { forbidden } });
  });
});

describe('durationMs()', () => {
  it.each([
    ['P90D', 7_776_000_000],
    ['P4DT12H30M5S', 390_605_000],
    ['P1Y', 31_536_000_000],
    ['PT0.5S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['90', undefined],
    ['P-1D', undefined],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
