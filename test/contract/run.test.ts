/** Role: what the suites rest on: patience that ends, removal that is complete, doors that stay shut. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, success, type Fault } from '../../src/core/fault.ts';
import { Secret } from '../../src/core/secret.ts';
import { allNylasModes } from '../../src/local/simulators/nylas-modes.ts';
import {
  contractVault,
  startContractCloud,
  type ContractCloud,
} from '../support/contract-cloud.ts';
import { checkTenantOfToken, nylasFrom, tenantFrom, vaultFrom } from '../support/contract-real.ts';
import type { NylasSettings } from '../support/contract-settings.ts';
import {
  checkSandboxApplication,
  ensureConnector,
  ownRecord,
  recordIds,
} from '../support/contract-nylas.ts';
import {
  contractRun,
  eventually,
  contractHookMs,
  untilDone,
  valueOf,
} from '../support/contract-run.ts';
import { ownClient } from '../support/contract-directory.ts';
import { memberOf } from '../support/contract-raw.ts';
import { ownSecret } from '../support/contract-vault.ts';
import { simulatedApplication, vaultIn, tenantIn } from '../support/contract-simulated.ts';
import { manualClock } from '../unit/clients/scripted.ts';

const [firstMode] = allNylasModes();
if (firstMode === undefined) throw new Error('no mode');
const anyMode = firstMode;

let cloud: ContractCloud;

beforeAll(async () => {
  cloud = await startContractCloud();
}, contractHookMs);

beforeEach(() => {
  cloud.seen.length = 0;
});

afterAll(() => cloud.stop());

const absent: Fault = { kind: 'absent', vendor: 'graph' };

describe('eventually()', () => {
  it('counts agreeing reads anew after one that does not agree', async () => {
    const clock = manualClock();
    const values = [1, 1, 0, 1, 1, 1];
    const read = async () => success(values.shift() ?? 0);
    expect(await eventually({ clock }, read, (value) => value === 1, { inARow: 3 })).toBe(1);
    expect(values).toEqual([]);
  });

  it('gives up after its time, and tells the last fault', async () => {
    const clock = manualClock();
    const looking = eventually(
      { clock },
      async () => failure(absent),
      () => true,
    );
    await expect(looking).rejects.toThrow('"kind":"absent"');
    expect(clock.monotonic()).toBeLessThan(16 * 60_000);
  });
});

describe('untilDone()', () => {
  it('repeats what a replica could not carry out yet', async () => {
    const clock = manualClock();
    const replies = [failure(absent), failure({ ...absent, kind: 'conflict' }), success('done')];
    expect(await untilDone({ clock }, async () => replies.shift() ?? failure(absent))).toBe('done');
  });

  it.each<Fault['kind']>(['timeout', 'unavailable', 'malformed'])(
    'does not repeat a write that ended %s: it may be done',
    async (kind) => {
      let writes = 0;
      const writing = untilDone({ clock: manualClock() }, async () => {
        writes += 1;
        return failure({ kind, vendor: 'graph' } as Fault);
      });
      await expect(writing).rejects.toThrow(kind);
      expect(writes).toBe(1);
    },
  );
});

describe('a run', () => {
  it('removes the last things first, goes on after a failure, and names it', async () => {
    const run = contractRun(manualClock());
    const removed: string[] = [];
    run.atEnd('first', async () => void removed.push('first'));
    run.atEnd('second', () => Promise.reject(new Error('no')));
    run.atEnd('third', async () => void removed.push('third'));
    await expect(run.cleanUp()).rejects.toThrow('Could not remove: second');
    expect(removed).toEqual(['third', 'first']);
    await run.cleanUp();
  });

  it('leaves nothing of its own in a tenant, and all that it did not make', async () => {
    const tenant = tenantIn(cloud);
    const foreign = cloud.directory.addApplicationByHand({ displayName: 'keeper-contract-like' });
    const own = await ownClient(tenant, 'to-remove');
    expect(cloud.directory.application(own.appId)).toBeDefined();
    await tenant.run.cleanUp();
    cloud.directory.settle();
    expect(cloud.directory.applications().map(({ appId }) => appId)).toEqual([foreign.appId]);
    for (const kind of ['application', 'servicePrincipal']) {
      const path = `/v1.0/directory/deletedItems/microsoft.graph.${kind}`;
      const bin = await tenant.graph({ method: 'GET', path });
      expect(memberOf(bin.json, 'value')).toEqual([]);
    }
  });

  it('leaves nothing of its own in a vault, and all that it did not make', async () => {
    const vault = vaultIn(cloud);
    cloud.vault.putByHand('keeper-contract-like', { value: 'x' });
    const ref = ownSecret(vault, 'to-remove');
    const put = { tags: {}, expiresAt: Date.UTC(2027, 5, 1) };
    valueOf(await vault.vault.putValue(ref, new Secret('x'), put));
    ownSecret(vault, 'never-made');
    await vault.run.cleanUp();
    const { state } = cloud.vault;
    expect(state.secrets().map(({ name }) => name)).toEqual(['keeper-contract-like']);
    expect(state.deletedSecrets()).toEqual([]);
  });
});

const tenantId = '11111111-2222-4333-8444-555555555555';
const anotherId = '99999999-2222-4333-8444-555555555555';

function tokenFor(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

describe('checkTenantOfToken()', () => {
  it('takes a token of the named tenant', () => {
    expect(() => checkTenantOfToken(tokenFor({ tid: tenantId }), tenantId)).not.toThrow();
  });

  it.each(['', 'opaque', 'a.b.c', `e30.${Buffer.from('null').toString('base64url')}.x`])(
    'refuses the text %j, and repeats none of it',
    (token) => {
      const check = () => checkTenantOfToken(token, tenantId);
      expect(check).toThrow(/^You are not signed in to the tenant of KEEPER_CONTRACT_TENANT_ID$/);
    },
  );

  it.each([{ tid: anotherId }, {}, { tid: 7 }])('refuses a token with claims %j', (claims) => {
    expect(() => checkTenantOfToken(tokenFor(claims), tenantId)).toThrow('not signed in');
  });
});

describe('surroundings from settings', () => {
  it('send nothing to a tenant that the sign-in is not for', async () => {
    const { graph: graphUrl, login: loginUrl } = cloud.urls;
    const settings = { tenantId: cloud.directory.tenantId, graphUrl, loginUrl };
    await expect(tenantFrom(settings, cloud.credential)).rejects.toThrow('not signed in');
    expect(cloud.seen).toEqual([]);
  });

  it('lead to a tenant that the sign-in is for', async () => {
    const { tenantId: ownId } = cloud.directory;
    const { graph: graphUrl, login: loginUrl } = cloud.urls;
    const claims = Buffer.from(JSON.stringify({ tid: ownId })).toString('base64url');
    const getToken = async () => ({ token: `e30.${claims}.x`, expiresOnTimestamp: Infinity });
    const tenant = await tenantFrom({ tenantId: ownId, graphUrl, loginUrl }, { getToken });
    // The simulator knows no such token, and says so.
    expect(await tenant.directory.listRegistrations()).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'graph' },
    });
    expect(cloud.seen).toEqual(['GET /v1.0/applications']);
    const trial = await tenant.tokens.tryCredential(anotherId, new Secret('x'));
    expect(trial).toMatchObject({ ok: true, value: { code: 700_016 } });
  });

  it('lead to a vault, to be written to and left', async () => {
    const settings = { name: contractVault, suffix: cloud.urls.vaultSuffix };
    const vault = vaultFrom(settings, cloud.credential);
    const ref = ownSecret(vault, 'by-settings');
    const put = { tags: {}, expiresAt: Date.UTC(2027, 5, 1) };
    valueOf(await vault.vault.putValue(ref, new Secret('x'), put));
    expect(cloud.vault.state.current(ref.name)?.value).toBe('x');
    cloud.clock.advance(60_000);
    await vault.remover.remove(ref.name);
    cloud.clock.advance(60_000);
    await vault.run.cleanUp();
    expect(cloud.vault.state.deletedSecrets()).toEqual([]);
  });

  it('lead to a Nylas application', async () => {
    const { id, apiKey } = cloud.nylas.hand.addApplication({ mode: anyMode });
    const settings: NylasSettings = {
      region: 'eu',
      url: cloud.urls.nylas,
      applicationId: id,
      apiKey: new Secret(apiKey),
      clientId: 'client',
      clientSecret: new Secret('text'),
      tenant: 'common',
      probes: [],
    };
    const nylas = await nylasFrom(settings);
    await ensureConnector(nylas);
    expect(cloud.nylas.hand.activeRecord(id)?.data.clientSecret).toBe('text');
    const another = nylasFrom({ ...settings, applicationId: 'another' });
    await expect(another).rejects.toThrow('KEEPER_CONTRACT_NYLAS_APPLICATION_ID');
  });
});

describe('the door to Nylas', () => {
  const mode = anyMode;

  it('stays shut before an application that is not the named one, or that people use', async () => {
    const application = simulatedApplication(cloud, mode);
    await checkSandboxApplication(application);
    const connector = { ...application.connector, applicationId: 'another' };
    await expect(checkSandboxApplication({ ...application, connector })).rejects.toThrow(
      'KEEPER_CONTRACT_NYLAS_APPLICATION_ID',
    );
    const elsewhere = { ...application.connector, region: 'us' } as const;
    await expect(checkSandboxApplication({ ...application, connector: elsewhere })).rejects.toThrow(
      'KEEPER_CONTRACT_NYLAS_REGION',
    );
    await ensureConnector(application);
    for (let user = 0; user < 6; user += 1) {
      cloud.nylas.hand.addGrant(application.connector.applicationId, `user-${user}@example.com`);
    }
    await expect(checkSandboxApplication(application)).rejects.toThrow('it is no sandbox');
  });

  it('lets only own records be removed, and never the connector', async () => {
    const application = simulatedApplication(cloud, mode);
    await ensureConnector(application);
    const before = await recordIds(application.nylas);
    const twin = await ownRecord(application, 'twin', application.good);
    expect(twin).toEqual({ id: before[0], isOwn: false });
    await application.run.cleanUp();
    expect(await recordIds(application.nylas)).toEqual(before);
    const deletions = cloud.seen.filter((one) => one.startsWith('DELETE'));
    expect(deletions).toEqual([]);
  });
});
