import { describe, expect, it } from 'vitest';
import { entraTokens } from '../../../src/clients/entra.ts';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { tokenSource } from '../../../src/clients/identity.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { Secret } from '../../../src/core/secret.ts';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { simulatedDirectory } from '../../../src/local/simulators/directory-state.ts';
import { simulatedEntra } from '../../../src/local/simulators/entra-simulator.ts';
import { simulatedGraph } from '../../../src/local/simulators/graph-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { manualClock } from '../../unit/clients/scripted.ts';
import { valueOf } from './outcome.ts';

const keeper = '11111111-1111-4111-8111-111111111111';
const dayMs = 86_400_000;

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
