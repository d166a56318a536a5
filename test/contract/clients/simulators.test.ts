import { describe, expect, it } from 'vitest';
import { entraTokens } from '../../../src/clients/entra.ts';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { tokenSource } from '../../../src/clients/identity.ts';
import { keyVault } from '../../../src/clients/key-vault.ts';
import { azureHttpClient } from '../../../src/clients/key-vault-http.ts';
import { nylasConnectors } from '../../../src/clients/nylas.ts';
import { fetchTransport, type TransportRequest } from '../../../src/clients/transport.ts';
import type { DesiredConnector } from '../../../src/core/desired.ts';
import type { Result } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { simulatedDirectory } from '../../../src/local/simulators/directory-state.ts';
import { simulatedEntra } from '../../../src/local/simulators/entra-simulator.ts';
import { simulatedGraph } from '../../../src/local/simulators/graph-simulator.ts';
import { coveringNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
import { simulatedNylas } from '../../../src/local/simulators/nylas-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { ConnectionCut } from '../../../src/local/simulators/simulator.ts';
import { simulatedVault } from '../../../src/local/simulators/vault-simulator.ts';
import { expectSilent } from '../../unit/clients/canary.ts';
import { manualClock, scripted } from '../../unit/clients/scripted.ts';

const keeper = '11111111-1111-4111-8111-111111111111';
const dayMs = 86_400_000;

/** The value, or the fault as the test's failure. */
function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`fault: ${JSON.stringify(result.fault)}`);
  return result.value;
}

function tenant(roles = ['Application.ReadWrite.All', 'Policy.Read.All'] as const) {
  const clock = manualClock();
  const surroundings = { now: () => clock.now(), random: seededRandom('clients') };
  const directory = simulatedDirectory(surroundings, { ...CALM, callers: { [keeper]: roles } });
  const graphSimulator = simulatedGraph(directory, surroundings);
  const entraSimulator = simulatedEntra(directory, surroundings);
  const credential = {
    getToken: async () => ({
      token: directory.tokenFor(keeper, 'https://graph.microsoft.com'),
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }),
  };
  const graph = graphDirectory({
    baseUrl: 'https://graph.microsoft.com',
    tokens: tokenSource({ credential, clock }),
    transport: fetchTransport((request) => graphSimulator.fetch(request)),
    clock,
  });
  const tokens = entraTokens({
    authority: 'https://login.microsoftonline.com',
    tenant: directory.tenantId,
    transport: fetchTransport((request) => entraSimulator.fetch(request)),
  });
  return { clock, directory, graph, tokens };
}

const wanted = {
  displayName: "Mail & Calendar 'EU'",
  signInAudience: 'AzureADandPersonalMicrosoftAccount',
  tokenVersion: 2,
  redirectUris: ['https://api.eu.nylas.com/v3/connect/callback'],
  access: [
    {
      resourceAppId: '00000003-0000-0000-c000-000000000000',
      id: '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
      type: 'Scope',
    },
    {
      resourceAppId: '00000003-0000-0000-c000-000000000000',
      id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
      type: 'Scope',
    },
  ],
  tags: ['keeper', 'keeper:mail'],
} as const;

describe('graphDirectory() before the simulated Graph', () => {
  it('creates, reads, changes and lists a registration', async () => {
    const { graph } = tenant();
    const ref = { uniqueName: 'keeper-mail' };
    expect(valueOf(await graph.readRegistration(ref))).toBeUndefined();
    const created = valueOf(await graph.createRegistration('keeper-mail', wanted));
    expect(created.requestId).toBeDefined();
    const seen = valueOf(await graph.readRegistration(ref));
    expect(seen).toMatchObject({
      ...wanted,
      objectId: created.objectId,
      uniqueName: 'keeper-mail',
      credentials: [],
    });
    expect(valueOf(await graph.createRegistration('keeper-mail', wanted)).appId).toBeUndefined();
    const [before] = valueOf(await graph.listRegistrations());
    expect(before).toMatchObject({
      appId: created.appId,
      tags: wanted.tags,
      uniqueName: 'keeper-mail',
    });
    const objectId = created.objectId ?? '';
    valueOf(await graph.updateRegistration(objectId, { redirectUris: [], displayName: 'Mail' }));
    expect(valueOf(await graph.readRegistration({ objectId }))).toMatchObject({
      displayName: 'Mail',
      redirectUris: [],
      access: wanted.access,
    });
    const [after] = valueOf(await graph.listRegistrations());
    expect(after?.fingerprint).not.toBe(before?.fingerprint);
  });

  it('finds what lies in the bin, and what holds a name there', async () => {
    const { graph, directory } = tenant();
    const { appId = '', objectId = '' } = valueOf(
      await graph.createRegistration('keeper-mail', wanted),
    );
    expect(valueOf(await graph.findDeletedRegistration({ appId }))).toBeUndefined();
    directory.deleteApplicationByHand(appId);
    for (const ref of [{ appId }, { objectId }, { uniqueName: 'keeper-mail' }]) {
      expect(valueOf(await graph.findDeletedRegistration(ref))).toEqual({ appId, objectId });
    }
    expect(valueOf(await graph.readRegistration({ objectId }))).toBeUndefined();
    expect(await graph.createRegistration('keeper-mail', wanted)).toMatchObject({
      ok: false,
      fault: { kind: 'deleted-holds-name' },
    });
  });

  it('adds two credentials, no third, and removes one', async () => {
    const { graph, clock, tokens } = tenant();
    const { appId = '', objectId = '' } = valueOf(
      await graph.createRegistration('keeper-mail', wanted),
    );
    expect(valueOf(await graph.readServicePrincipal(appId))).toBeUndefined();
    valueOf(await graph.createServicePrincipal(appId));
    valueOf(await graph.createServicePrincipal(appId));
    expect(valueOf(await graph.readServicePrincipal(appId))).toMatchObject({
      enabled: true,
      credentials: [],
    });
    const request = { displayName: 'keeper:1', endAt: clock.now() + 365 * dayMs };
    const issued = valueOf(await graph.addCredential(objectId, request));
    expect(issued).toMatchObject({ ...request, hint: issued.secret.hint, place: 'application' });
    valueOf(await graph.addCredential(objectId, { ...request, displayName: 'keeper:2' }));
    expect(await graph.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'limit', what: 'credentials' },
    });
    expect(valueOf(await tokens.tryCredential(appId, issued.secret))).toEqual({ kind: 'accepted' });
    expect(valueOf(await graph.removeCredential(objectId, issued.keyId))).toMatchObject({
      found: true,
    });
    expect(valueOf(await graph.removeCredential(objectId, issued.keyId))).toMatchObject({
      found: false,
    });
    expect(valueOf(await tokens.tryCredential(appId, issued.secret))).toMatchObject({
      kind: 'refused',
      code: 7_000_215,
    });
    const seen = valueOf(await graph.readRegistration({ objectId }));
    expect(seen?.credentials.map((one) => one.displayName)).toEqual(['keeper:2']);
  });

  it('pages through many registrations', async () => {
    const { graph, directory } = tenant();
    for (let index = 0; index < 1_005; index += 1) {
      directory.addApplicationByHand(
        { displayName: `App ${index}`, tags: index % 201 === 0 ? [] : ['keeper'] },
        { withoutServicePrincipal: true },
      );
    }
    expect(valueOf(await graph.listRegistrations())).toHaveLength(1_000);
  });

  it('reads the policy that a refusal follows from', async () => {
    const { graph, directory, clock } = tenant();
    const { objectId = '', appId = '' } = valueOf(
      await graph.createRegistration('keeper-mail', wanted),
    );
    expect(valueOf(await graph.readSecretPolicy(objectId))).toEqual({ forbidden: false });
    const capped = {
      passwordCredentials: [{ restrictionType: 'passwordLifetime', maxLifetime: 'P90D' }],
      keyCredentials: [],
    } as const;
    directory.setPolicy({ applicationRestrictions: capped });
    expect(valueOf(await graph.readSecretPolicy(objectId))).toEqual({
      forbidden: false,
      maxLifetimeMs: 90 * dayMs,
    });
    const request = { displayName: 'k', endAt: clock.now() + 365 * dayMs };
    expect(await graph.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'policy', rule: 'lifetime-too-long' },
    });
    directory.assignPolicy(appId, {
      passwordCredentials: [{ restrictionType: 'passwordAddition' }],
      keyCredentials: [],
    });
    expect(valueOf(await graph.readSecretPolicy(objectId))).toEqual({ forbidden: true });
    expect(await graph.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'policy', rule: 'secrets-forbidden' },
    });
  });

  it('is denied without its role', async () => {
    const { graph, directory } = tenant();
    directory.setCallerRoles(keeper, []);
    expect(await graph.listRegistrations()).toMatchObject({ ok: false, fault: { kind: 'denied' } });
    expect(await graph.createRegistration('keeper-x', wanted)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'Authorization_RequestDenied' },
    });
  });
});

describe('entraTokens() before the simulated token service', () => {
  it.each([
    ['no such application', undefined, 700_016],
    ['no service principal', { withoutServicePrincipal: true }, 7_000_229],
    ['a wrong secret', {}, 7_000_215],
  ])('hears %s', async (_, made, code) => {
    const { directory, tokens } = tenant();
    const appId =
      made === undefined
        ? '99999999-9999-4999-8999-999999999999'
        : directory.addApplicationByHand({ displayName: 'App' }, made).appId;
    expect(valueOf(await tokens.tryCredential(appId, new Secret('wrong')))).toMatchObject({
      kind: 'refused',
      code,
    });
  });
});

function vaultBench() {
  const clock = manualClock();
  const simulator = simulatedVault(
    { now: () => clock.now(), random: seededRandom('clients') },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/00000000-0000-0000-0000-000000000001',
      resource: 'https://vault.localhost',
      accepts: (token) => token === 'good',
    },
  );
  const sent: string[] = [];
  const state = { token: 'good', lose: (_: Request): boolean => false };
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.localhost`,
    credential: {
      getToken: async () => ({ token: state.token, expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    transport: fetchTransport(async (request) => {
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
      const isLost = state.lose(request);
      const reply = await simulator.fetch(request);
      if (isLost) throw new ConnectionCut();
      return reply;
    }),
    clock,
  });
  return { clock, simulator, vault, sent, state };
}

const ref = { vault: 'demo', name: 'mail-secret' };

describe('keyVault() before the simulated vault', () => {
  const put = { tags: { keeper: 'intent-1' }, expiresAt: Date.UTC(2027, 5, 1) };

  it('puts, reads, orders and disables versions', async () => {
    const { vault, clock } = vaultBench();
    expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
    const first = valueOf(await vault.putValue(ref, new Secret('abc-first'), put)).version;
    expect(first).toMatchObject({ enabled: true, expiresAt: put.expiresAt, tags: put.tags });
    // Within the same second, which is all that the vault tells of an instant.
    const second = valueOf(await vault.putValue(ref, new Secret('def-second'), put)).version;
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...second, hint: 'def' });
    expect(seen?.versions).toEqual([second, first]);
    expect(valueOf(await vault.readValue(ref, first.version))?.reveal()).toBe('abc-first');
    expect(valueOf(await vault.readValue(ref, 'f'.repeat(32)))).toBeUndefined();
    await clock.sleep(5_000);
    valueOf(await vault.disableVersion(ref, first.version));
    expect(await vault.readValue(ref, first.version)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'SecretDisabled' },
    });
    expect(valueOf(await vault.readSecret(ref))?.versions[1]).toMatchObject({
      enabled: false,
      tags: put.tags,
    });
  });

  it('shows a disabled current version without a hint', async () => {
    const { vault } = vaultBench();
    const { version } = valueOf(await vault.putValue(ref, new Secret('abc'), put));
    valueOf(await vault.disableVersion(ref, version.version));
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...version, enabled: false });
  });

  it('reads all pages of versions', async () => {
    const { vault, simulator, clock } = vaultBench();
    for (let index = 0; index < 60; index += 1) {
      simulator.putByHand(ref.name, { value: `v${index}`, tags: {} });
      await clock.sleep(500);
    }
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.versions).toHaveLength(60);
    expect(seen?.current.hint).toBe('v59');
  });

  it('tells a deleted secret from one that never was', async () => {
    const { vault, simulator, clock } = vaultBench();
    expect(valueOf(await vault.isDeleted(ref))).toBe(false);
    valueOf(await vault.putValue(ref, new Secret('abc'), put));
    simulator.deleteByHand(ref.name);
    await clock.sleep(120_000);
    expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
    expect(valueOf(await vault.isDeleted(ref))).toBe(true);
    expect(await vault.putValue(ref, new Secret('abc'), put)).toMatchObject({
      ok: false,
      fault: { kind: 'deleted-holds-name' },
    });
  });

  it('puts once when the answer is lost', async () => {
    const { vault, simulator, sent, state } = vaultBench();
    valueOf(await vault.putValue(ref, new Secret('abc'), put));
    sent.length = 0;
    state.lose = (request) => request.method === 'PUT';
    const lost = await vault.putValue(ref, new Secret('def'), put);
    expect(lost).toMatchObject({ ok: false, fault: { kind: 'unavailable', vendor: 'vault' } });
    expectSilent(lost);
    expect(sent.filter((one) => one.startsWith('PUT'))).toHaveLength(1);
    expect(simulator.state.read(ref.name).version.value).toBe('def');
  });

  it.each([
    [
      'without a good token',
      (bench: ReturnType<typeof vaultBench>) => void (bench.state.token = 'bad'),
    ],
    [
      'without the right',
      (bench: ReturnType<typeof vaultBench>) => bench.simulator.access.forbid('good'),
    ],
  ])('is denied %s', async (_, spoil) => {
    const bench = vaultBench();
    spoil(bench);
    for (const result of [
      await bench.vault.readSecret(ref),
      await bench.vault.putValue(ref, new Secret('abc'), put),
      await bench.vault.isDeleted(ref),
    ]) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'denied', vendor: 'vault' } });
    }
  });
});

describe('keyVault() before a hostile vault', () => {
  function hostile(reply: (request: Request) => Response) {
    const requests: string[] = [];
    const clock = manualClock();
    const vault = keyVault({
      vaultUrlOf: (name) => `https://${name}.vault.localhost`,
      credential: {
        getToken: async () => ({ token: 'good', expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
      transport: fetchTransport((request) => {
        requests.push(request.url);
        if (request.headers.has('authorization')) return reply(request);
        const challenge =
          'Bearer authorization="https://login.localhost/t", resource="https://vault.localhost"';
        return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
      }),
      clock,
    });
    return { vault, requests };
  }

  it.each([
    ['no JSON', () => new Response('<html>', { headers: { 'content-type': 'application/json' } })],
    ['null', () => Response.json(null)],
    ['a list', () => Response.json([1])],
    ['versions that are none', () => Response.json({ value: 7 })],
    ['a version without an id', () => Response.json({ value: [{}] })],
    [
      'attributes of the wrong type',
      () =>
        Response.json({
          value: [{ id: 'https://demo.vault.localhost/secrets/a/b', attributes: 7 }],
        }),
    ],
    ['a 404 that is not its own', () => new Response('nginx', { status: 404 })],
    [
      'a redirect',
      () => new Response('', { status: 307, headers: { location: 'https://evil.example/' } }),
    ],
  ])('calls %s malformed', async (_, reply) => {
    const { vault, requests } = hostile(reply);
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault' },
    });
    expect(requests.every((url) => url.startsWith('https://demo.vault.localhost/'))).toBe(true);
  });

  it('sends no token where a page points away', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://evil.example/secrets' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    });
    expect(requests.some((url) => url.includes('evil'))).toBe(false);
  });

  it('refuses to send to another address, whatever the library wants', async () => {
    const { transport, requests } = scripted({});
    const client = azureHttpClient(transport, 'https://demo.vault.localhost');
    const request = { url: 'https://evil.example/', method: 'GET' };
    const sent = client.sendRequest(request as Parameters<typeof client.sendRequest>[0]);
    await expect(sent).rejects.toMatchObject({ kind: 'misdirected' });
    expect(requests).toHaveLength(0);
  });

  it('ends after its bound of pages', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://demo.vault.localhost/secrets/a/versions?x=1' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'too-many-pages' },
    });
    expect(requests.length).toBeLessThan(50);
  });
});

describe.each(coveringNylasModes().map((mode, index) => [index, mode] as const))(
  'nylasConnectors() before simulated Nylas, mode %i',
  (_, mode) => {
    function bench() {
      const clock = manualClock();
      const simulator = simulatedNylas(
        { now: () => clock.now(), random: seededRandom('clients') },
        { region: 'eu' },
      );
      const { id, apiKey } = simulator.hand.addApplication({ mode });
      const current = { version: 'v1', createdAt: 0, enabled: true, tags: {} };
      const requests: TransportRequest[] = [];
      const send = fetchTransport((request) => simulator.fetch(request));
      const nylas = nylasConnectors({
        baseUrls: { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' },
        transport: (request) => {
          requests.push(request);
          return send(request);
        },
        clock,
        vault: {
          readSecret: async () => ({ ok: true, value: { current, versions: [current] } }),
          readValue: async () => ({ ok: true, value: new Secret(apiKey) }),
        },
      });
      const connector: DesiredConnector = {
        id: `eu/${id}`,
        region: 'eu',
        applicationId: id,
        apiKey: { vault: 'demo', name: 'nylas' },
        tenant: 'common',
        scopes: ['Mail.Read', 'offline_access'],
        records: [],
        takeOver: false,
      };
      return { clock, simulator, nylas, connector, id };
    }

    const body = (secret: string) => ({
      clientId: 'client-1',
      secret: new Secret(secret),
      tenant: 'common',
      scopes: ['Mail.Read', 'offline_access'],
      name: 'mail',
    });

    it('creates, reads and updates the connector, its record and its grants', async () => {
      const { clock, simulator, nylas, connector, id } = bench();
      expect(valueOf(await nylas.readApplication(connector))).toEqual({
        applicationId: id,
        region: 'eu',
      });
      expect(valueOf(await nylas.readConnector(connector, []))).toBeUndefined();
      valueOf(await nylas.createConnector(connector, body('first')));
      const created = valueOf(await nylas.readConnector(connector, ['no-such-record']));
      expect(created).toMatchObject({ tenant: 'common', scopes: ['Mail.Read', 'offline_access'] });
      expect(created?.records.map((one) => one.id)).toEqual([created?.activeRecordId]);

      await clock.sleep(10_000);
      valueOf(await nylas.updateConnector(connector, body('second')));
      valueOf(await nylas.updateRecord(connector, created?.activeRecordId ?? '', body('third')));
      const record = valueOf(await nylas.readRecord(connector, created?.activeRecordId ?? ''));
      expect(record?.updatedAt).toBeGreaterThanOrEqual(clock.now() - 1_000);
      expect(valueOf(await nylas.readRecord(connector, 'none'))).toBeUndefined();

      simulator.hand.addGrant(id, 'a@example.com');
      simulator.hand.addGrant(id, 'b@example.com');
      expect(valueOf(await nylas.readGrants(connector))).toMatchObject({ total: 2, invalid: 0 });
    });

    it('refuses a second create, and hears of a bad key', async () => {
      const { nylas, connector, simulator, id } = bench();
      valueOf(await nylas.createConnector(connector, body('first')));
      const again = await nylas.createConnector(connector, body('first'));
      expect(again.ok ? 'done' : again.fault.kind).toMatch(/^(?:rejected|conflict)$/);
      for (const key of simulator.hand.application(id).keys.keys()) simulator.hand.revokeKey(key);
      expect(await nylas.readApplication(connector)).toMatchObject({
        ok: false,
        fault: { kind: 'denied' },
      });
    });
  },
);
