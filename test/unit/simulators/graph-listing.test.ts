import { describe, expect, it } from 'vitest';
import { tenant } from './graph-tenant.ts';

/** A tenant with three registrations. */
async function threeApplications() {
  const world = tenant();
  await world.make({ displayName: 'Mail EU', uniqueName: 'eu', tags: ['keeper', 'blue'] });
  await world.make({ displayName: 'mail us', uniqueName: 'us', tags: ['keeper'] });
  await world.make({
    displayName: "Bob's tool",
    signInAudience: 'AzureADMyOrg',
    tags: ['keeper-not'],
  });
  return world;
}

/** A tenant with that many applications: App 0, App 1, and so on. */
function manyApplications(count: number) {
  const world = tenant();
  for (let made = 0; made < count; made += 1) {
    world.directory.addApplicationByHand(
      { displayName: `App ${made}` },
      { withoutServicePrincipal: true },
    );
  }
  return world;
}

describe('GET /applications with $filter', () => {
  it.each([
    ["displayName eq 'Mail EU'", ['Mail EU']],
    ["displayName eq 'Bob''s tool'", ["Bob's tool"]],
    ["startsWith(displayName,'mail')", ['Mail EU', 'mail us']],
    ["startswith(displayName, 'mail u')", ['mail us']],
    ["tags/any(t:t eq 'keeper')", ['Mail EU', 'mail us']],
    ["tags/any(tag: tag eq 'blue')", ['Mail EU']],
    ["uniqueName eq 'us'", ['mail us']],
    ["signInAudience eq 'AzureADMyOrg'", ["Bob's tool"]],
    ["tags/any(t:t eq 'keeper') and startsWith(displayName,'Mail E')", ['Mail EU']],
    ["displayName in ('Mail EU', 'mail us', 'none')", ['Mail EU', 'mail us']],
    ["displayName eq 'nobody'", []],
  ])('%s', async (filter, names) => {
    const { ask } = await threeApplications();
    const { body } = await ask('GET', `/applications?$filter=${encodeURIComponent(filter)}`);
    expect(body.value?.map((one) => one['displayName'])).toEqual(names);
  });

  it('finds by client id', async () => {
    const { ask, make } = await threeApplications();
    const { id, appId } = await make();
    const { body } = await ask('GET', `/applications?$filter=appId eq '${appId}'`);
    expect(body.value?.map((one) => one['id'])).toEqual([id]);
  });

  it.each([
    ['passwordCredentials', "passwordCredentials/any(p:p/hint eq 'abc')"],
    ['an advanced operator', "displayName ne 'Mail EU'"],
    ['half a clause', "displayName eq 'Mail EU' and"],
    ['a value of 121 characters', `displayName eq '${'x'.repeat(121)}'`],
    ['16 terms of in', `appId in (${Array.from({ length: 16 }, (_, i) => `'${i}'`).join(',')})`],
  ])('refuses %s', async (_, filter) => {
    const { ask } = tenant();
    const answer = await ask('GET', `/applications?$filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body.error?.code]).toEqual([400, 'Request_UnsupportedQuery']);
  });
});

describe('GET /applications in pages', () => {
  it('gives 100 without $top', async () => {
    const { ask } = manyApplications(101);
    const { body } = await ask('GET', '/applications');
    expect(body.value).toHaveLength(100);
    expect(body['@odata.nextLink']).toBeDefined();
  });

  it('follows absolute links, on the host that was called, through every object once', async () => {
    const { ask } = manyApplications(7);
    const names: unknown[] = [];
    let link: unknown = 'https://graph.localhost:8443/v1.0/applications?$top=3&$select=displayName';
    let pages = 0;
    while (typeof link === 'string') {
      expect(link).toMatch(/^https:\/\/graph\.localhost:8443\/v1\.0\/applications\?/u);
      const { body } = await ask('GET', link);
      names.push(...(body.value ?? []).map((one) => one['displayName']));
      for (const one of body.value ?? []) expect(Object.keys(one)).toEqual(['displayName']);
      link = body['@odata.nextLink'];
      if (link !== undefined) expect(link).toContain('$skiptoken=');
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(names).toEqual(Array.from({ length: 7 }, (_, index) => `App ${index}`));
  });

  it('gives no link on a last page that is full', async () => {
    const { ask } = manyApplications(3);
    const { body } = await ask('GET', '/applications?$top=3');
    expect(body.value).toHaveLength(3);
    expect(body['@odata.nextLink']).toBeUndefined();
  });

  it('keeps its place when an object of an earlier page goes', async () => {
    const { ask, directory } = manyApplications(4);
    const { body } = await ask('GET', '/applications?$top=2');
    directory.deleteApplicationByHand(String(body.value?.[0]?.['appId']));
    const next = await ask('GET', String(body['@odata.nextLink']));
    expect(next.body.value?.map((one) => one['displayName'])).toEqual(['App 2', 'App 3']);
  });

  it.each([
    ['$top=1000', 400],
    ['$top=0', 400],
    ['$top=many', 400],
    ['$top=999', 200],
    ['$skiptoken=forged', 400],
    ['$expand=owners', 400],
    ['$search="displayName:Mail"', 400],
  ])('answers %s with %i', async (option, status) => {
    const { ask } = tenant();
    expect((await ask('GET', `/applications?${option}`)).status).toBe(status);
  });
});
