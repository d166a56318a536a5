import { describe, expect, it } from 'vitest';
import { DAY_MS, GRAPH, KEEPER, read, refusal, tenant } from './graph-tenant.ts';

const STRANGER = '22222222-2222-4222-8222-222222222222';
const ADMIN = '33333333-3333-4333-8333-333333333333';
const DENIED = [403, 'Authorization_RequestDenied'];

function tenantWithPeople() {
  return tenant({
    callers: {
      [KEEPER]: ['Application.ReadWrite.OwnedBy'],
      [STRANGER]: ['Application.ReadWrite.OwnedBy'],
      [ADMIN]: ['Application.ReadWrite.All', 'Policy.Read.All'],
    },
  });
}

describe('a bearer token', () => {
  it.each([
    ['missing', undefined],
    ['unknown', 'Bearer forged'],
    ['not a bearer token', 'Basic abc'],
  ])('is needed: %s gets 401', async (_, authorization) => {
    const { graph } = tenant();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await graph.fetch(new Request(`${GRAPH}/v1.0/applications`, { headers }));
    expect(refusal(await read(response))).toEqual([401, 'InvalidAuthenticationToken']);
  });

  it('for another audience gets 401', async () => {
    const { ask, directory } = tenant();
    const token = directory.tokenFor(KEEPER, 'https://vault.azure.net');
    expect((await ask('GET', '/applications', { token })).status).toBe(401);
  });

  it('for the audience of the settings is taken, with or without a slash', async () => {
    const { ask, directory } = tenant({}, { audiences: ['https://graph.localhost'] });
    const token = directory.tokenFor(KEEPER, 'https://graph.localhost/');
    expect((await ask('GET', '/applications', { token })).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each([
    ['a success', '/applications', 200],
    ['a refusal', '/applications/none', 404],
    ['an unknown route', '/groups', 400],
    ['a path that cannot be decoded', '/applications/%zz', 404],
  ])('has a request-id: %s', async (_, path, status) => {
    const { ask } = tenant();
    const answer = await ask('GET', path, { headers: { 'client-request-id': 'mine' } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('request-id')).toMatch(/^[\da-f-]{36}$/u);
    expect(answer.headers.get('client-request-id')).toBe('mine');
  });

  it('that refuses repeats the id in innerError', async () => {
    const { ask } = tenant();
    const { headers, body } = await ask('GET', '/applications/none');
    expect(body.error?.['innerError']).toEqual({
      date: '2026-11-24T09:00:00',
      'request-id': headers.get('request-id'),
      'client-request-id': headers.get('request-id'),
    });
  });
});

describe('roles', () => {
  it('are needed to read and to make anything', async () => {
    const { ask, directory } = tenantWithPeople();
    directory.setCallerRoles(KEEPER, []);
    expect(refusal(await ask('GET', '/applications'))).toEqual(DENIED);
    const body = { displayName: 'Mail' };
    expect(refusal(await ask('POST', '/applications', { body }))).toEqual(DENIED);
  });

  it('to read do not allow writing', async () => {
    const { ask, make, directory } = tenantWithPeople();
    const { id } = await make();
    directory.setCallerRoles(KEEPER, ['Application.Read.All']);
    expect((await ask('GET', `/applications/${id}`)).status).toBe(200);
    const body = { notes: 'x' };
    expect(refusal(await ask('PATCH', `/applications/${id}`, { body }))).toEqual(DENIED);
  });

  it('OwnedBy lists everything, and changes only what the caller owns', async () => {
    const { ask, make } = tenantWithPeople();
    const { id, appId } = await make();
    const asStranger = { as: STRANGER, body: {} };
    const listed = await ask('GET', '/applications', { as: STRANGER });
    expect(listed.body.value).toHaveLength(1);
    const writes: [string, string, object][] = [
      ['PATCH', `/applications/${id}`, { notes: 'x' }],
      ['DELETE', `/applications/${id}`, {}],
      ['POST', `/applications/${id}/addPassword`, {}],
      ['POST', `/applications/${id}/removePassword`, { keyId: id }],
      ['PATCH', `/servicePrincipals(appId='${appId}')`, { notes: 'x' }],
    ];
    for (const [method, path, body] of writes) {
      expect(refusal(await ask(method, path, { ...asStranger, body }))).toEqual(DENIED);
    }
  });

  it('OwnedBy cannot touch what was made in the portal until an admin adds it as owner', async () => {
    const { ask, directory } = tenantWithPeople();
    const { id } = directory.addApplicationByHand({ displayName: 'By hand' });
    const patch = () => ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } });
    expect(refusal(await patch())).toEqual(DENIED);
    const body = { '@odata.id': `${GRAPH}/v1.0/directoryObjects/${KEEPER}` };
    const path = `/applications/${id}/owners/$ref`;
    expect(refusal(await ask('POST', path, { body }))).toEqual(DENIED);
    expect((await ask('POST', path, { body, as: ADMIN })).status).toBe(204);
    expect((await patch()).status).toBe(204);
    const gone = `/applications/${id}/owners/${KEEPER}/$ref`;
    expect((await ask('DELETE', gone, { as: ADMIN })).status).toBe(204);
    expect(refusal(await patch())).toEqual(DENIED);
  });

  it('OwnedBy cannot set acceptMappedClaims at creation, only later', async () => {
    const { ask, make } = tenantWithPeople();
    const api = { acceptMappedClaims: true, requestedAccessTokenVersion: 2 };
    const body = { displayName: 'Mail', api };
    expect(refusal(await ask('POST', '/applications', { body }))).toEqual(DENIED);
    const { id } = await make();
    expect((await ask('PATCH', `/applications/${id}`, { body: { api } })).status).toBe(204);
  });

  it('show at once, or with the next token when they are fixed in tokens', async () => {
    const { ask, directory } = tenant({ rolesFixedInToken: true });
    const token = directory.tokenFor(STRANGER, GRAPH);
    directory.setCallerRoles(STRANGER, ['Application.Read.All']);
    expect((await ask('GET', '/applications', { token })).status).toBe(403);
    directory.setTenant({ rolesFixedInToken: false });
    expect((await ask('GET', '/applications', { token })).status).toBe(200);
  });

  it('Policy.Read.All is needed for policies', async () => {
    const { ask, make, directory } = tenantWithPeople();
    const { id, appId } = await make();
    directory.setPolicy({ displayName: 'Ours' });
    directory.assignPolicy(appId, { passwordCredentials: [], keyCredentials: [] });
    const tenantPolicy = '/policies/defaultAppManagementPolicy';
    const assigned = `/applications/${id}/appManagementPolicies`;
    expect(refusal(await ask('GET', tenantPolicy))).toEqual(DENIED);
    expect(refusal(await ask('GET', assigned))).toEqual(DENIED);
    const { body } = await ask('GET', tenantPolicy, { as: ADMIN });
    expect(body).toMatchObject({ displayName: 'Ours', isEnabled: true });
    expect((await ask('GET', assigned, { as: ADMIN })).body.value).toHaveLength(1);
  });
});

describe('the quota of created objects', () => {
  const create = { body: { displayName: 'Mail', signInAudience: 'AzureADMyOrg' } };
  const exceeded = [403, 'Directory_QuotaExceeded'];

  it('counts applications and service principals, those in the bin too', async () => {
    const { ask, make } = tenant({ createdObjectQuota: 3 });
    const { id } = await make();
    expect((await ask('POST', '/applications', create)).status).toBe(201);
    expect(refusal(await ask('POST', '/applications', create))).toEqual(exceeded);
    await ask('DELETE', `/applications/${id}`);
    expect(refusal(await ask('POST', '/applications', create))).toEqual(exceeded);
  });

  it('counts purged ones a quarter for 30 days', async () => {
    const { ask, wait } = tenant({ createdObjectQuota: 2 });
    for (let round = 0; round < 4; round += 1) {
      const { body } = await ask('POST', '/applications', create);
      await ask('DELETE', `/applications/${String(body['id'])}`);
      await ask('DELETE', `/directory/deletedItems/${String(body['id'])}`);
    }
    expect((await ask('POST', '/applications', create)).status).toBe(201);
    expect(refusal(await ask('POST', '/applications', create))).toEqual(exceeded);
    wait(30 * DAY_MS - 1);
    expect(refusal(await ask('POST', '/applications', create))).toEqual(exceeded);
    wait(1);
    expect((await ask('POST', '/applications', create)).status).toBe(201);
  });

  it('is per principal', async () => {
    const { ask } = tenant({
      createdObjectQuota: 1,
      callers: {
        [KEEPER]: ['Application.ReadWrite.OwnedBy'],
        [STRANGER]: ['Application.ReadWrite.OwnedBy'],
      },
    });
    await ask('POST', '/applications', create);
    expect((await ask('POST', '/applications', create)).status).toBe(403);
    const other = await ask('POST', '/applications', { ...create, as: STRANGER });
    expect(other.status).toBe(201);
  });

  it('exists for the tenant, too', async () => {
    const { ask } = tenant({ tenantObjectQuota: 1 });
    await ask('POST', '/applications', create);
    expect(refusal(await ask('POST', '/applications', create))).toEqual(exceeded);
  });
});
