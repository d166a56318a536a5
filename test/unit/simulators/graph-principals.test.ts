import { describe, expect, it } from 'vitest';
import { KEEPER, refusal, tenant } from './graph-tenant.ts';

const MISSING = '99999999-9999-4999-8999-999999999999';
const CREATE = { prefer: 'create-if-missing' };

/** An application without a service principal. */
async function bareApplication() {
  const world = tenant();
  const body = { displayName: 'Mail', tags: ['keeper'] };
  const { body: made } = await world.ask('POST', '/applications', { body });
  const appId = String(made['appId']);
  return { ...world, id: String(made['id']), appId, path: `/servicePrincipals(appId='${appId}')` };
}

describe('/servicePrincipals', () => {
  it('has none for an application that was just made', async () => {
    const { ask, path } = await bareApplication();
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('creates one by POST, with the name and the tags of its application', async () => {
    const { ask, appId, path } = await bareApplication();
    const answer = await ask('POST', '/servicePrincipals', { body: { appId } });
    expect(answer.status).toBe(201);
    const expected = { appId, displayName: 'Mail', tags: ['keeper'], accountEnabled: true };
    expect(answer.body).toMatchObject(expected);
    expect((await ask('GET', path)).body).toMatchObject(expected);
  });

  it('answers 400 NoBackingApplicationObject for an unknown application', async () => {
    const { ask } = tenant();
    const answer = await ask('POST', '/servicePrincipals', { body: { appId: MISSING } });
    expect(refusal(answer)).toEqual([400, 'NoBackingApplicationObject']);
  });

  it('answers 409 to a second POST', async () => {
    const { ask, appId } = await bareApplication();
    await ask('POST', '/servicePrincipals', { body: { appId } });
    const answer = await ask('POST', '/servicePrincipals', { body: { appId } });
    expect(refusal(answer)).toEqual([409, 'Request_MultipleObjectsWithSameKeyValue']);
  });

  it('upserts: 201 when missing, 204 when there, 404 without the header', async () => {
    const { ask, path } = await bareApplication();
    expect((await ask('PATCH', path, { body: {} })).status).toBe(404);
    expect((await ask('PATCH', path, { body: {}, headers: CREATE })).status).toBe(201);
    expect((await ask('PATCH', path, { body: {}, headers: CREATE })).status).toBe(204);
  });

  it('copies the tags of its application when they change', async () => {
    const { ask, id, path } = await bareApplication();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    await ask('PATCH', `/applications/${id}`, { body: { tags: ['other'] } });
    expect((await ask('GET', path)).body['tags']).toEqual(['other']);
  });

  it('lists by client id', async () => {
    const { ask, make, appId, path } = await bareApplication();
    await make();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    const { body } = await ask('GET', `/servicePrincipals?$filter=appId eq '${appId}'`);
    expect(body.value?.map((one) => one['appId'])).toEqual([appId]);
  });

  it('goes to the bin with its application', async () => {
    const { ask, id, path } = await bareApplication();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    await ask('DELETE', `/applications/${id}`);
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('comes back with its application when the portal restores that', async () => {
    const { directory, appId, ask, path } = await bareApplication();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    directory.deleteApplicationByHand(appId);
    directory.restore(appId);
    expect((await ask('GET', path)).status).toBe(200);
  });

  it('can be changed only by an owner of its application, too', async () => {
    const { ask, appId, path, directory } = await bareApplication();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    const patch = () => ask('PATCH', path, { body: { notes: 'x' } });
    expect((await patch()).status).toBe(204);
    directory.removeOwnerByHand(appId, KEEPER);
    expect(refusal(await patch())).toEqual([403, 'Authorization_RequestDenied']);
  });

  it('has secrets of its own, outside the limit of two', async () => {
    const { ask, addPassword, id, path } = await bareApplication();
    await ask('PATCH', path, { body: {}, headers: CREATE });
    await addPassword(id);
    await addPassword(id);
    const answers = [
      await ask('POST', `${path}/addPassword`),
      await ask('POST', `${path}/addPassword`),
      await ask('POST', `${path}/addPassword`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await ask('GET', path);
    expect(body['passwordCredentials']).toHaveLength(3);
    const keyId = answers[0]?.body['keyId'];
    expect((await ask('POST', `${path}/removePassword`, { body: { keyId } })).status).toBe(204);
    expect((await ask('GET', path)).body['passwordCredentials']).toHaveLength(2);
  });
});
