/** Role: promises about Graph that need a hand in it: lags, faults, policies, throttling. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { HEAVY_LAG, NO_LAG } from '../../../src/local/simulators/directory-replicas.ts';
import { contractPrincipal, type ContractCloud } from '../../support/contract-cloud.ts';
import {
  secretRequest,
  wantedOf,
  type DirectorySurroundings,
} from '../../support/contract-directory.ts';
import { valueOf } from '../../support/contract-run.ts';

/** A simulated tenant and the hand in it. */
export type SimulatedTenant = DirectorySurroundings & { readonly cloud: ContractCloud };

const dayMs = 86_400_000;

/** The block for simulators. The tenant is calm but for what a test asks for. */
export function describeGraphHands(surroundings: () => SimulatedTenant): void {
  describe('Graph, with a hand in it', () => {
    let made = 0;

    beforeEach(() => {
      const { cloud } = surroundings();
      cloud.decide();
      cloud.directory.setTenant(CALM);
      cloud.directory.settle();
    });

    async function newRegistration() {
      made += 1;
      const { directory, run } = surroundings();
      const uniqueName = run.nameOf(`hand-${made}`);
      const { objectId = '', appId = '' } = valueOf(
        await directory.createRegistration(uniqueName, wantedOf(uniqueName)),
      );
      return { uniqueName, objectId, appId };
    }

    describeReplication(surroundings, newRegistration);
    describeRefusals(surroundings, newRegistration);
    describeAnswers(surroundings, newRegistration);
    describePolicies(surroundings, newRegistration);
  });
}

type NewRegistration = () => Promise<{ uniqueName: string; objectId: string; appId: string }>;

function describeReplication(
  surroundings: () => SimulatedTenant,
  newRegistration: NewRegistration,
): void {
  it('shows a new registration and hides it again, as replicas have it', async () => {
    const { cloud, directory } = surroundings();
    cloud.directory.setTenant({ lag: HEAVY_LAG });
    const { objectId } = await newRegistration();
    const seen = new Set<string>();
    for (let read = 0; read < 60; read += 1) {
      seen.add(valueOf(await directory.readRegistration({ objectId })) ? 'there' : 'absent');
      cloud.clock.advance(4_000);
    }
    expect([...seen].toSorted()).toEqual(['absent', 'there']);
  });

  it('calls a write on a registration that a replica lacks a passing refusal', async () => {
    const { cloud, directory } = surroundings();
    cloud.directory.setTenant({ lag: HEAVY_LAG });
    const { objectId } = await newRegistration();
    const kinds = new Set<string>();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const written = await directory.updateRegistration(objectId, { tags: ['keeper'] });
      kinds.add(written.ok ? 'done' : written.fault.kind);
    }
    expect([...kinds].filter((kind) => kind !== 'done').length).toBeGreaterThan(0);
    for (const kind of kinds) expect(['done', 'absent', 'denied']).toContain(kind);
  });

  it('calls a personal registration that consumers do not have yet not-yet', async () => {
    const { cloud, directory } = surroundings();
    cloud.directory.setTenant({ consumerLag: HEAVY_LAG, consumerRefusalChance: 1 });
    const { objectId } = await newRegistration();
    const request = secretRequest(surroundings(), 'early');
    expect(await directory.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'not-yet', code: 'Error_MsaAppDoesNotExist' },
    });
  });

  it('calls a service principal that comes before its application not-yet', async () => {
    const { cloud, directory } = surroundings();
    cloud.directory.setTenant({ lag: { minMs: 60_000, maxMs: 60_000 } });
    const { appId } = await newRegistration();
    expect(await directory.createServicePrincipal(appId)).toMatchObject({
      ok: false,
      fault: { kind: 'not-yet', code: 'NoBackingApplicationObject' },
    });
    cloud.directory.setTenant({ lag: NO_LAG });
  });

  it('lists all registrations over more than one page', async () => {
    const { cloud, directory } = surroundings();
    const before = valueOf(await directory.listRegistrations()).length;
    for (let index = 0; index < 1_005; index += 1) {
      cloud.directory.addApplicationByHand(
        { displayName: `App ${index}`, tags: index % 201 === 0 ? [] : ['keeper'] },
        { withoutServicePrincipal: true },
      );
    }
    expect(valueOf(await directory.listRegistrations())).toHaveLength(before + 1_000);
  });
}

function describeRefusals(
  surroundings: () => SimulatedTenant,
  newRegistration: NewRegistration,
): void {
  it('calls two writes close together a conflict', async () => {
    const { cloud, directory } = surroundings();
    cloud.directory.setTenant({
      concurrencyWindowMs: 60_000,
      concurrencyChance: 1,
      concurrencyAs503Chance: 0,
    });
    const { objectId } = await newRegistration();
    valueOf(await directory.updateRegistration(objectId, { tags: ['keeper'] }));
    expect(await directory.updateRegistration(objectId, { tags: [] })).toMatchObject({
      ok: false,
      fault: { kind: 'conflict', code: 'Directory_ConcurrencyViolation' },
    });
  });

  it('denies a caller without its role', async () => {
    const { cloud, directory, run } = surroundings();
    cloud.directory.setCallerRoles(contractPrincipal, []);
    const wanted = wantedOf(run.nameOf('denied'));
    expect(await directory.listRegistrations()).toMatchObject({
      ok: false,
      fault: { kind: 'denied' },
    });
    expect(await directory.createRegistration(run.nameOf('denied'), wanted)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'Authorization_RequestDenied' },
    });
    const roles = ['Application.ReadWrite.OwnedBy', 'Policy.Read.All'] as const;
    cloud.directory.setCallerRoles(contractPrincipal, roles);
  });

  it('says how long to wait when the writes of a minute are used up', async () => {
    const { cloud, directory } = surroundings();
    const { objectId } = await newRegistration();
    cloud.clock.advance(120_000);
    const before = cloud.seen.length;
    let writes = 0;
    for (;;) {
      writes += 1;
      const written = await directory.updateRegistration(objectId, { tags: ['keeper'] });
      if (written.ok && writes < 100) continue;
      expect(written).toMatchObject({
        ok: false,
        fault: { kind: 'throttled', status: 429, retryAfterMs: expect.any(Number) },
      });
      break;
    }
    expect(writes).toBeGreaterThan(60);
    expect(cloud.seen.length - before).toBe(writes);
    cloud.clock.advance(120_000);
    valueOf(await directory.updateRegistration(objectId, { tags: ['keeper'] }));
  });

  it('shows how full a limit is, from four fifths on', async () => {
    const { cloud, graph } = surroundings();
    const { objectId } = await newRegistration();
    cloud.clock.advance(120_000);
    const fills: (string | undefined)[] = [];
    for (let write = 0; write < 55; write += 1) {
      const path = `/v1.0/applications/${objectId}`;
      const { headers } = await graph({ method: 'PATCH', path, body: { tags: ['keeper'] } });
      fills.push(headers['x-ms-throttle-limit-percentage']);
    }
    expect(fills[0]).toBeUndefined();
    expect(Number(fills.at(-1))).toBeGreaterThanOrEqual(0.8);
    cloud.clock.advance(120_000);
  });
}

function describeAnswers(
  surroundings: () => SimulatedTenant,
  newRegistration: NewRegistration,
): void {
  it('may have made a secret whose answer was lost, once', async () => {
    const { cloud, directory } = surroundings();
    const { objectId } = await newRegistration();
    const before = cloud.seen.length;
    cloud.decide((request) => (request.url.endsWith('/addPassword') ? 'lose-answer' : undefined));
    const request = secretRequest(surroundings(), 'lost');
    expect(await directory.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'unavailable', vendor: 'graph' },
    });
    expect(cloud.seen.slice(before)).toHaveLength(1);
    const seen = valueOf(await directory.readRegistration({ objectId }));
    expect(seen?.credentials.map((one) => one.displayName)).toEqual([request.displayName]);
  });

  it.each([500, 503, 504])('is asked once to add a secret when it answers %i', async (status) => {
    const { cloud, directory } = surroundings();
    const { objectId } = await newRegistration();
    const before = cloud.seen.length;
    cloud.decide(() => ({ status }));
    const request = secretRequest(surroundings(), 'failed');
    expect(await directory.addCredential(objectId, request)).toMatchObject({
      ok: false,
      fault: { kind: 'unavailable', status },
    });
    expect(cloud.seen.slice(before)).toHaveLength(1);
  });

  it('is asked again to read when it fails in passing', async () => {
    const { cloud, directory } = surroundings();
    const { objectId } = await newRegistration();
    let failures = 2;
    cloud.decide(() => {
      failures -= 1;
      return failures >= 0 ? { status: 503 } : undefined;
    });
    expect(valueOf(await directory.readRegistration({ objectId }))?.objectId).toBe(objectId);
  });

  it('names each call by a request id', async () => {
    const { directory, run } = surroundings();
    const made = await directory.createRegistration(
      run.nameOf('named'),
      wantedOf(run.nameOf('named')),
    );
    expect(valueOf(made).requestId).toBeDefined();
  });
}

function describePolicies(
  surroundings: () => SimulatedTenant,
  newRegistration: NewRegistration,
): void {
  describe('with a policy on secrets', () => {
    let objectId: string;
    let appId: string;

    beforeAll(async () => {
      ({ objectId, appId } = await newRegistration());
    });

    it('tells of none where there is none', async () => {
      const { cloud, directory } = surroundings();
      cloud.directory.setPolicy(undefined);
      expect(valueOf(await directory.readSecretPolicy(objectId))).toEqual({ forbidden: false });
    });

    it('tells the longest life, and refuses a longer one', async () => {
      const { cloud, directory } = surroundings();
      cloud.directory.setPolicy({
        applicationRestrictions: {
          passwordCredentials: [{ restrictionType: 'passwordLifetime', maxLifetime: 'P90D' }],
          keyCredentials: [],
        },
      });
      expect(valueOf(await directory.readSecretPolicy(objectId))).toEqual({
        forbidden: false,
        maxLifetimeMs: 90 * dayMs,
      });
      const request = secretRequest(surroundings(), 'long');
      expect(await directory.addCredential(objectId, request)).toMatchObject({
        ok: false,
        fault: { kind: 'policy', rule: 'lifetime-too-long' },
      });
    });

    it('tells that secrets are forbidden, and refuses one', async () => {
      const { cloud, directory } = surroundings();
      cloud.directory.assignPolicy(appId, {
        passwordCredentials: [{ restrictionType: 'passwordAddition' }],
        keyCredentials: [],
      });
      expect(valueOf(await directory.readSecretPolicy(objectId))).toEqual({ forbidden: true });
      const request = secretRequest(surroundings(), 'forbidden');
      expect(await directory.addCredential(objectId, request)).toMatchObject({
        ok: false,
        fault: { kind: 'policy', rule: 'secrets-forbidden' },
      });
      cloud.directory.setPolicy(undefined);
    });
  });
}
