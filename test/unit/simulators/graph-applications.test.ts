import { describe, expect, it } from 'vitest';
import { DAY_MS, KEEPER, refusal, tenant } from './graph-tenant.ts';

const MISSING = '99999999-9999-4999-8999-999999999999';
const CREATE = { prefer: 'create-if-missing' };

describe('POST /applications', () => {
  it('answers 201 with the whole object and the defaults of Graph v1.0', async () => {
    const { ask } = tenant();
    const { status, body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      displayName: 'Mail',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      api: { requestedAccessTokenVersion: 2 },
      uniqueName: null,
      passwordCredentials: [],
      deletedDateTime: null,
    });
    expect(body['id']).not.toBe(body['appId']);
  });

  it('makes the caller owner', async () => {
    const { ask, make } = tenant();
    const { id } = await make();
    const { body } = await ask('GET', `/applications/${id}/owners`);
    expect(body.value).toEqual([expect.objectContaining({ id: KEEPER })]);
  });

  it('requires a displayName', async () => {
    const { ask } = tenant();
    expect(refusal(await ask('POST', '/applications', { body: {} }))).toEqual([
      400,
      'Request_BadRequest',
    ]);
  });

  it('refuses secrets in the body', async () => {
    const { ask } = tenant();
    const body = { displayName: 'Mail', passwordCredentials: [] };
    expect(refusal(await ask('POST', '/applications', { body }))).toEqual([
      400,
      'Request_BadRequest',
    ]);
  });

  it.each([
    ['an unknown property', { displayName: 'Mail', colour: 'red' }],
    ['a read-only property', { displayName: 'Mail', appId: MISSING }],
    ['a value of the wrong type', { displayName: 7 }],
    ['an unknown audience', { displayName: 'Mail', signInAudience: 'Everybody' }],
  ])('refuses %s', async (_, body) => {
    const { ask } = tenant();
    expect((await ask('POST', '/applications', { body })).status).toBe(400);
  });

  it('refuses a body that is no JSON', async () => {
    const { graph, directory } = tenant();
    const token = directory.tokenFor(KEEPER, 'https://graph.microsoft.com');
    const response = await graph.fetch(
      new Request('https://graph.microsoft.com/v1.0/applications', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{"displayName":',
      }),
    );
    expect(response.status).toBe(400);
  });

  it('refuses a uniqueName that a live application holds, with the detail ObjectConflict', async () => {
    const { ask, make } = tenant();
    await make({ uniqueName: 'mail' });
    const answer = await ask('POST', '/applications', {
      body: { displayName: 'Other', uniqueName: 'mail' },
    });
    expect(refusal(answer)).toEqual([400, 'Request_BadRequest']);
    expect(answer.body.error?.details?.[0]?.code).toBe('ObjectConflict');
  });

  it('keeps a uniqueName taken for the 30 days in the bin, and no longer', async () => {
    const { ask, make, wait } = tenant();
    const { id } = await make({ uniqueName: 'mail' });
    await ask('DELETE', `/applications/${id}`);
    const again = { body: { displayName: 'Other', uniqueName: 'mail' } };
    wait(30 * DAY_MS - 1);
    const early = await ask('POST', '/applications', again);
    expect(early.body.error?.details?.[0]?.code).toBe('ObjectConflict');
    wait(1);
    expect((await ask('POST', '/applications', again)).status).toBe(201);
  });
});

describe('GET /applications/{key}', () => {
  it.each([
    ['object id', (ids: { id: string; appId: string }) => `/applications/${ids.id}`],
    ['client id', (ids: { id: string; appId: string }) => `/applications(appId='${ids.appId}')`],
    ['unique name', () => "/applications(uniqueName='nylas/mail ''eu''')"],
    [
      'unique name, escaped',
      () => '/applications%28uniqueName=%27nylas%2Fmail%20%27%27eu%27%27%27%29',
    ],
  ])('finds an application by its %s', async (_, path) => {
    const { ask, make } = tenant();
    const ids = await make({ uniqueName: "nylas/mail 'eu'" });
    const { status, body } = await ask('GET', path(ids).replace('nylas/mail', 'nylas%2Fmail'));
    expect(status).toBe(200);
    expect(body['id']).toBe(ids.id);
  });

  it('answers 404 Request_ResourceNotFound for what is not there', async () => {
    const { ask } = tenant();
    for (const path of [`/applications/${MISSING}`, `/applications(appId='${MISSING}')`]) {
      expect(refusal(await ask('GET', path))).toEqual([404, 'Request_ResourceNotFound']);
    }
  });

  it('shows only what $select names', async () => {
    const { ask, make } = tenant();
    const { id, appId } = await make();
    const { body } = await ask('GET', `/applications/${id}?$select=appId,tags`);
    expect(Object.keys(body).toSorted()).toEqual(['@odata.context', 'appId', 'tags']);
    expect(body['appId']).toBe(appId);
  });

  it('refuses a $select of a property that does not exist', async () => {
    const { ask, make } = tenant();
    const { id } = await make();
    expect((await ask('GET', `/applications/${id}?$select=secretText`)).status).toBe(400);
  });
});

describe('PATCH /applications/{key}', () => {
  it('answers 204, keeps what is absent, and replaces a collection that is sent', async () => {
    const { ask, make } = tenant();
    const { id } = await make({ tags: ['one', 'two'], notes: 'hello' });
    const patch = { body: { tags: ['three'] } };
    const answer = await ask('PATCH', `/applications/${id}`, patch);
    expect([answer.status, answer.body]).toEqual([204, {}]);
    const { body } = await ask('GET', `/applications/${id}`);
    expect(body).toMatchObject({ tags: ['three'], notes: 'hello', displayName: 'Mail' });
  });

  it('merges complex properties and keeps their absent parts', async () => {
    const { ask, make } = tenant();
    const { id } = await make({
      web: { redirectUris: ['https://a.example/cb'], homePageUrl: null },
    });
    const web = { implicitGrantSettings: { enableIdTokenIssuance: true } };
    await ask('PATCH', `/applications/${id}`, { body: { web } });
    const { body } = await ask('GET', `/applications/${id}`);
    expect(body['web']).toMatchObject({
      redirectUris: ['https://a.example/cb'],
      implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false },
    });
  });

  it('refuses passwordCredentials', async () => {
    const { ask, make, addPassword } = tenant();
    const { id } = await make();
    await addPassword(id);
    const answer = await ask('PATCH', `/applications/${id}`, { body: { passwordCredentials: [] } });
    expect(refusal(answer)).toEqual([400, 'Request_BadRequest']);
    const { body } = await ask('GET', `/applications/${id}`);
    expect(body['passwordCredentials']).toHaveLength(1);
  });

  it('refuses to change a uniqueName, and takes one where there is none', async () => {
    const { ask, make } = tenant();
    const { id } = await make();
    const path = `/applications/${id}`;
    expect((await ask('PATCH', path, { body: { uniqueName: 'mail' } })).status).toBe(204);
    expect((await ask('PATCH', path, { body: { uniqueName: 'post' } })).status).toBe(400);
    expect((await ask('GET', "/applications(uniqueName='mail')")).body['id']).toBe(id);
  });
});

describe("PATCH /applications(uniqueName='…')", () => {
  const PATH = "/applications(uniqueName='mail')";
  const body = { displayName: 'Mail' };

  it('creates with 201 and a body when Prefer: create-if-missing is there', async () => {
    const { ask } = tenant();
    const answer = await ask('PATCH', PATH, { body, headers: CREATE });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ uniqueName: 'mail', displayName: 'Mail' });
  });

  it('answers 404 when the application is missing and the header too', async () => {
    const { ask } = tenant();
    expect((await ask('PATCH', PATH, { body })).status).toBe(404);
  });

  it('updates with 204 and no body when the application is there', async () => {
    const { ask, make } = tenant();
    await make({ uniqueName: 'mail' });
    const changed = { displayName: 'Post' };
    const answer = await ask('PATCH', PATH, { body: changed, headers: CREATE });
    expect([answer.status, answer.body]).toEqual([204, {}]);
    expect((await ask('GET', PATH)).body['displayName']).toBe('Post');
  });

  it.each(['missing', 'there'])(
    'requires a displayName when the application is %s',
    async (state) => {
      const { ask, make } = tenant();
      if (state === 'there') await make({ uniqueName: 'mail' });
      const answer = await ask('PATCH', PATH, { body: { tags: ['a'] }, headers: CREATE });
      expect(answer.status).toBe(400);
    },
  );

  it('fails like POST when an application in the bin holds the name', async () => {
    const { ask, make } = tenant();
    const { id } = await make({ uniqueName: 'mail' });
    await ask('DELETE', `/applications/${id}`);
    const answer = await ask('PATCH', PATH, { body, headers: CREATE });
    expect(refusal(answer)).toEqual([400, 'Request_BadRequest']);
    expect(answer.body.error?.details?.[0]?.code).toBe('ObjectConflict');
  });

  it('gives the second of two simultaneous upserts 204', async () => {
    const { ask } = tenant();
    const upsert = () => ask('PATCH', PATH, { body, headers: CREATE });
    const answers = await Promise.all([upsert(), upsert()]);
    expect(answers.map(({ status }) => status)).toEqual([201, 204]);
  });

  it('may give both 201 in the mode for it, within the window only', async () => {
    const { ask, wait, directory } = tenant({ simultaneousUpserts: 'both-create' });
    const upsert = () => ask('PATCH', PATH, { body, headers: CREATE });
    expect([(await upsert()).status, (await upsert()).status]).toEqual([201, 201]);
    wait(1_000);
    expect((await upsert()).status).toBe(204);
    expect(directory.applications()).toHaveLength(2);
  });
});

describe('DELETE /applications/{key} and the bin', () => {
  it('moves the application to the bin, where it is listed and can be read', async () => {
    const { ask, make } = tenant();
    const { id } = await make({ uniqueName: 'mail' });
    expect((await ask('DELETE', `/applications/${id}`)).status).toBe(204);
    expect((await ask('GET', `/applications/${id}`)).status).toBe(404);
    const bin = await ask('GET', '/directory/deletedItems/microsoft.graph.application');
    expect(bin.body.value).toEqual([expect.objectContaining({ id, uniqueName: 'mail' })]);
    const one = await ask('GET', `/directory/deletedItems/${id}`);
    expect(one.body['deletedDateTime']).toBe('2026-11-24T09:00:00Z');
  });

  it('filters the bin by client id', async () => {
    const { ask, make } = tenant();
    const [first, second] = [await make(), await make()];
    for (const { id } of [first, second]) await ask('DELETE', `/applications/${id}`);
    const path = '/directory/deletedItems/microsoft.graph.application';
    const { body } = await ask('GET', `${path}?$filter=appId eq '${second.appId}'`);
    expect(body.value?.map((one) => one['id'])).toEqual([second.id]);
  });

  it('restores the application with its secrets, but leaves its service principal in the bin', async () => {
    const { ask, make, addPassword, directory } = tenant();
    const { id, appId } = await make();
    const { body: password } = await addPassword(id);
    await ask('DELETE', `/applications/${id}`);
    expect((await ask('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(200);
    const { body } = await ask('GET', `/applications/${id}`);
    expect(body['passwordCredentials']).toMatchObject([{ keyId: password['keyId'] }]);
    expect(directory.servicePrincipal(appId)).toBeUndefined();
    const bin = await ask('GET', '/directory/deletedItems/microsoft.graph.servicePrincipal');
    const principalId = String(bin.body.value?.[0]?.['id']);
    await ask('POST', `/directory/deletedItems/${principalId}/restore`);
    expect(directory.servicePrincipal(appId)?.id).toBe(principalId);
  });

  it('answers 404 to a restore of what is not in the bin', async () => {
    const { ask, make } = tenant();
    const { id } = await make();
    expect((await ask('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(404);
  });

  it('frees the name when the application is purged', async () => {
    const { ask, make } = tenant();
    const { id } = await make({ uniqueName: 'mail' });
    await ask('DELETE', `/applications/${id}`);
    expect((await ask('DELETE', `/directory/deletedItems/${id}`)).status).toBe(204);
    expect((await ask('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(404);
    const again = { body: { displayName: 'Mail', uniqueName: 'mail' } };
    expect((await ask('POST', '/applications', again)).status).toBe(201);
  });
});
