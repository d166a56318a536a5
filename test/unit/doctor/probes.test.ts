/** Role: what doctor asks vendors: only reads, only where it should, and what odd answers come to. */
import { describe, expect, it } from 'vitest';
import { azureProbes } from '../../../src/clients/doctor-azure.ts';
import { azureUrlOf } from '../../../src/clients/doctor-azure-send.ts';
import { clockWitness } from '../../../src/clients/doctor-clock.ts';
import { entraProbes } from '../../../src/clients/doctor-entra.ts';
import { nylasProbes } from '../../../src/clients/doctor-nylas.ts';
import { storageProbes } from '../../../src/clients/doctor-storage.ts';
import type { TokenSource } from '../../../src/clients/identity.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import { json, manualClock, scripted, type Scripted } from '../clients/scripted.ts';

const tokens: TokenSource = { getToken: async () => success(new Secret('the-token')) };
const subscriptionId = '00000000-0000-4000-8000-000000000001';
const subscriptions = json({ value: [{ subscriptionId }] });
const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv`;

function azureWith(...replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const clock = manualClock();
  const baseUrl = 'https://management.azure.com';
  return { requests, azure: azureProbes({ clock, transport, tokens, baseUrl }) };
}

/** One metric as Azure tells it. */
function metric(value: string, ...totals: readonly (number | undefined)[]) {
  return { name: { value }, timeseries: [{ data: totals.map((total) => ({ total })) }] };
}

describe('azureProbes()', () => {
  it('finds a vault in the subscriptions that the caller sees', async () => {
    const vault = { id: vaultId, properties: { enableRbacAuthorization: true } };
    const { azure, requests } = azureWith(
      subscriptions,
      json({ value: [{ id: vaultId }] }),
      json(vault),
    );
    expect(await azure.findVault('kv')).toEqual(
      success({ id: vaultId, hasPurgeProtection: false, usesRoles: true }),
    );
    expect(requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(requests.every(({ headers }) => headers['authorization'] === 'Bearer the-token')).toBe(
      true,
    );
  });

  it('tells absent from not to be seen', async () => {
    const none = azureWith(subscriptions, json({ value: [] }));
    expect(await none.azure.findVault('kv')).toEqual(success(undefined));
    const blind = azureWith(json({ value: [] }));
    expect(await blind.azure.findVault('kv')).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'no-subscription' },
    });
    const refused = azureWith(json({ error: { code: 'AuthorizationFailed' } }, 403));
    expect(await refused.azure.readAssignments('p')).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'AuthorizationFailed', status: 403 },
    });
  });

  it('takes the token to no other host, wherever a page points', async () => {
    const { azure, requests } = azureWith(
      json({ value: [], nextLink: 'https://management.azure.com.evil.example/subscriptions' }),
    );
    expect(await azure.findStorage('st')).toMatchObject({
      ok: false,
      fault: { code: 'next-link' },
    });
    expect(requests).toHaveLength(1);
  });

  it('reads no more pages than its bound', async () => {
    const { azure, requests } = azureWith(
      json({ value: [], nextLink: 'https://management.azure.com/subscriptions?page=2' }),
    );
    expect(await azure.findStorage('st')).toMatchObject({
      ok: false,
      fault: { code: 'too-many-pages' },
    });
    expect(requests).toHaveLength(20);
  });

  it('refuses a resource whose id could lead elsewhere', async () => {
    const { azure } = azureWith(subscriptions, json({ value: [{ id: '@evil.example/' }] }));
    expect(await azure.findVault('kv')).toMatchObject({ ok: false, fault: { kind: 'malformed' } });
  });

  it('finds the topic of a vault, and what is subscribed to it', async () => {
    const functionId =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/w/functions/vaultEvent';
    const { azure } = azureWith(
      json({
        value: [
          { id: '/topics/other', properties: { source: '/else' } },
          { id: '/topics/ours', properties: { source: vaultId.toUpperCase() } },
        ],
      }),
      json({
        value: [
          {
            name: 'keeper',
            properties: {
              provisioningState: 'Succeeded',
              deliveryWithResourceIdentity: {
                destination: {
                  endpointType: 'AzureFunction',
                  properties: { resourceId: functionId },
                },
              },
              filter: null,
            },
          },
        ],
      }),
    );
    expect(await azure.readEventPath(vaultId)).toEqual(
      success({
        topicId: '/topics/ours',
        subscriptions: [
          { name: 'keeper', state: 'Succeeded', destination: functionId, eventTypes: [] },
        ],
      }),
    );
  });

  it('adds up what was counted, and lost in either way', async () => {
    const { azure, requests } = azureWith(
      json({
        value: [
          metric('MatchedEventCount', 2, undefined, 3),
          metric('DeliverySuccessCount', 4),
          metric('DeadLetteredCount', 1),
          metric('DroppedEventCount', 1),
        ],
      }),
    );
    const span = { fromAt: 0, toAt: 3_600_000, subscription: 'keeper' };
    expect(await azure.countEvents('/topics/ours', span)).toEqual(
      success({ matched: 5, delivered: 4, lost: 2 }),
    );
    const { searchParams } = new URL(requests[0]?.url ?? '');
    expect(searchParams.get('timespan')).toBe('1970-01-01T00:00:00.000Z/1970-01-01T01:00:00.000Z');
    expect(searchParams.get('$filter')).toBe("EventSubscriptionName eq 'keeper'");
  });

  it('reads each role once, and an assignment above all subscriptions once', async () => {
    const role = '/providers/Microsoft.Authorization/roleDefinitions/r';
    const held = { id: 'a1', properties: { roleDefinitionId: role, scope: '/' } };
    const permissions = [{ actions: ['*'], notActions: ['x'], dataActions: null }];
    const { azure, requests } = azureWith(
      json({ value: [{ subscriptionId }, { subscriptionId: subscriptionId.replace('1', '2') }] }),
      json({ value: [held] }),
      json({ value: [held] }),
      json({ properties: { roleName: 'Owner', permissions } }),
    );
    expect(await azure.readAssignments('p')).toEqual(
      success([
        {
          scope: '/',
          role: 'Owner',
          actions: ['*'],
          notActions: ['x'],
          dataActions: [],
          notDataActions: [],
        },
      ]),
    );
    expect(requests).toHaveLength(4);
  });

  it('tells the immutability of a container, or that it has none', async () => {
    const policy = {
      properties: {
        state: 'Locked',
        immutabilityPeriodSinceCreationInDays: 730,
        allowProtectedAppendWrites: true,
      },
    };
    const locked = azureWith(json({ properties: { immutabilityPolicy: policy } }));
    expect(await locked.azure.readRetention('/st', 'audit')).toEqual(
      success({ isLocked: true, days: 730, allowsAppends: true }),
    );
    const open = azureWith(json({ properties: {} }));
    expect(await open.azure.readRetention('/st', 'audit')).toEqual(success(undefined));
  });
});

describe('azureUrlOf()', () => {
  it('is the control plane of the same cloud', () => {
    expect(azureUrlOf('https://graph.microsoft.com')).toBe('https://management.azure.com');
    expect(azureUrlOf('https://graph.microsoft.us')).toBe('https://management.usgovcloudapi.net');
    expect(azureUrlOf('https://microsoftgraph.chinacloudapi.cn')).toBe(
      'https://management.chinacloudapi.cn',
    );
  });
});

function entraWith(...replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const baseUrl = 'https://graph.microsoft.com';
  return { requests, entra: entraProbes({ clock: manualClock(), transport, tokens, baseUrl }) };
}

describe('entraProbes()', () => {
  const notFound = json({ error: { code: 'Request_ResourceNotFound' } }, 404);

  it('names roles where their resource tells the name', async () => {
    const { entra, requests } = entraWith(
      json({
        value: [
          { appRoleId: 'r1', resourceId: 'g' },
          { appRoleId: 'r2', resourceId: 'g' },
        ],
      }),
      json({
        id: 'g',
        appId: 'graph',
        displayName: 'Graph',
        appRoles: [{ id: 'r1', value: 'A.Read' }],
      }),
    );
    expect(await entra.readRoles('p')).toEqual(
      success([
        { roleId: 'r1', name: 'A.Read', resource: 'graph' },
        { roleId: 'r2', resource: 'graph' },
      ]),
    );
    expect(requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('takes for absent what Graph says is not there, and nothing else', async () => {
    expect(await entraWith(notFound).entra.readPrincipal('c')).toEqual(success(undefined));
    const { entra } = entraWith({ status: 404, body: '<html>proxy</html>' });
    expect(await entra.readPrincipal('c')).toMatchObject({ ok: false });
  });

  it('counts who holds a role that the sign-in offers', async () => {
    const { entra } = entraWith(
      json({
        id: 'a',
        appRoles: [
          { id: 'r1', value: 'Keeper.Read', isEnabled: true },
          { id: 'r2', value: 'Keeper.Operate', isEnabled: false },
        ],
      }),
      json({ id: 'sp', appRoleAssignmentRequired: true }),
      json({
        value: [
          { appRoleId: 'r1', resourceId: 'sp' },
          { appRoleId: 'default', resourceId: 'sp' },
        ],
      }),
    );
    expect(await entra.readSignIn('a1')).toEqual(
      success({ roles: ['Keeper.Read'], isAssignmentRequired: true, assigned: 1 }),
    );
  });

  it('tells a sign-in without a service principal', async () => {
    const { entra } = entraWith(json({ id: 'a', appRoles: [] }), notFound);
    expect(await entra.readSignIn('a1')).toEqual(success({ roles: [], assigned: 0 }));
  });
});

describe('nylasProbes()', () => {
  it('asks the region that it is told, with the key from the vault', async () => {
    const { transport, requests } = scripted(
      json({
        data: { application_id: 'app', region: 'mars', callback_uris: [{ url: 'https://a' }, {}] },
      }),
    );
    const nylas = nylasProbes({
      clock: manualClock(),
      transport,
      vault: { readNewest: async () => success(new Secret('nyk_key')) },
      baseUrls: { us: 'https://us.example', eu: 'https://eu.example' },
    });
    const apiKey = { vault: 'kv', name: 'k' };
    expect(await nylas.readApplication({ apiKey, region: 'eu' })).toEqual(
      success({ applicationId: 'app', region: 'unknown', callbackUris: ['https://a'] }),
    );
    expect(requests[0]?.url).toBe('https://eu.example/v3/applications');
  });
});

describe('clockWitness()', () => {
  const at = Date.UTC(2026, 10, 24);

  it('hears how far the caller is ahead of each host, and asks nothing itself', async () => {
    const late = { headers: { date: new Date(at - 300_000).toUTCString() } };
    const { transport, requests } = scripted(late);
    const witness = clockWitness(transport, manualClock(at));
    await witness.transport({ method: 'GET', url: 'https://one.example/x', headers: {} });
    expect(witness.seen()).toEqual([{ host: 'one.example', aheadMs: 299_500 }]);
    expect(requests).toHaveLength(1);
  });

  it('hears nothing of a reply without a date', async () => {
    const witness = clockWitness(scripted({ headers: { date: 'soon' } }).transport, manualClock());
    await witness.transport({ method: 'GET', url: 'https://one.example/', headers: {} });
    expect(witness.seen()).toEqual([]);
  });

  it('lets through what breaks', async () => {
    const witness = clockWitness(scripted(new TransportError('broken')).transport, manualClock());
    const sent = witness.transport({ method: 'GET', url: 'https://one.example/', headers: {} });
    await expect(sent).rejects.toBeInstanceOf(TransportError);
  });
});

function accountWith(status: number, headers: Record<string, string>, body = '') {
  const asked: string[] = [];
  const probes = storageProbes({
    clock: manualClock(),
    account: {
      blobUrl: 'https://st.blob.core.windows.net',
      queueUrl: 'https://st.queue.core.windows.net',
      credential: {
        getToken: async () => ({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
      },
    },
    httpClient: {
      async sendRequest(request) {
        asked.push(`${request.method} ${request.url}`);
        const held = request.headers.clone();
        for (const { name } of held.headersArray()) held.remove(name);
        for (const [name, value] of Object.entries(headers)) held.set(name, value);
        return { request, status, headers: held, bodyAsText: body };
      },
    },
  });
  return { probes, asked };
}

describe('storageProbes()', () => {
  it('tells what guards a container, and asks only to read', async () => {
    const guarded = accountWith(200, {
      'x-ms-has-immutability-policy': 'true',
      'x-ms-has-legal-hold': 'false',
    });
    expect(await guarded.probes.readProtection('audit')).toEqual(
      success({ hasPolicy: true, hasLegalHold: false }),
    );
    expect(guarded.asked).toEqual(['GET https://st.blob.core.windows.net/audit?restype=container']);
    const open = accountWith(200, {});
    expect(await open.probes.readProtection('checkpoints')).toEqual(
      success({ hasPolicy: false, hasLegalHold: false }),
    );
  });

  it('tells that a container is not there, and that it may not look', async () => {
    const none = accountWith(404, { 'x-ms-error-code': 'ContainerNotFound' });
    expect(await none.probes.readProtection('audit')).toEqual(success(undefined));
    const refused = accountWith(403, { 'x-ms-error-code': 'AuthorizationPermissionMismatch' });
    expect(await refused.probes.readProtection('audit')).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'storage' },
    });
  });
});
