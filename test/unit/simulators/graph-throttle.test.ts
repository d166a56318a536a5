import { describe, expect, it } from 'vitest';
import { type Answer, read, refusal, SECOND_MS, tenant } from './graph-tenant.ts';

const THROTTLED = [429, 'TooManyRequests'];

/** The last of that many answers. */
async function lastOf(count: number, request: () => Promise<Answer>): Promise<Answer> {
  let answer = await request();
  for (let asked = 1; asked < count; asked += 1) answer = await request();
  return answer;
}

describe('writes on applications with personal accounts', () => {
  const create = { body: { displayName: 'Mail' } };

  it('are limited to 60 a minute: creates, changes, secrets and deletions together', async () => {
    const { ask, make, addPassword } = tenant();
    const { id } = await make();
    await ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } });
    await addPassword(id);
    await ask('POST', '/applications', create);
    const sixtieth = await lastOf(56, () =>
      ask('GET', '/applications').then(() => addPassword(id)),
    );
    expect(sixtieth.status).toBe(400);
    expect(refusal(await addPassword(id))).toEqual(THROTTLED);
    expect(refusal(await ask('DELETE', `/applications/${id}`))).toEqual(THROTTLED);
  });

  it('say when to come back, in seconds, and are allowed then', async () => {
    const { ask, make, wait } = tenant();
    const { id } = await make();
    const patch = () => ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } });
    expect((await lastOf(59, patch)).status).toBe(204);
    const { status, headers } = await patch();
    expect(status).toBe(429);
    expect(headers.get('x-ms-throttle-information')).toBe('WriteLimitExceeded');
    expect(headers.get('x-ms-throttle-scope')).toMatch(/^Tenant_Application\/Write\//u);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(10);
    wait(seconds * SECOND_MS - 200);
    expect((await patch()).status).toBe(429);
    wait(60 * SECOND_MS);
    expect((await patch()).status).toBe(204);
  });

  it('count also while they are refused', async () => {
    const { ask } = tenant();
    const post = () => ask('POST', '/applications', create);
    const first = Number((await lastOf(61, post)).headers.get('retry-after'));
    const second = Number((await post()).headers.get('retry-after'));
    expect(second).toBeGreaterThan(first);
  });

  it('do nothing when they are refused', async () => {
    const { ask, directory } = tenant({}, { personalWritesPerMinute: 1 });
    await lastOf(3, () => ask('POST', '/applications', create));
    expect(directory.applications()).toHaveLength(1);
  });

  it('leave reads, service principals and other applications alone', async () => {
    const { ask } = tenant({ createdObjectQuota: 1_000 }, { personalWritesPerMinute: 1 });
    await lastOf(2, () => ask('POST', '/applications', create));
    const body = { displayName: 'Mail', signInAudience: 'AzureADMyOrg' };
    const answer = await lastOf(70, () => ask('POST', '/applications', { body }));
    expect(answer.status).toBe(201);
    const sp = { body: { appId: answer.body['appId'] } };
    expect((await ask('POST', '/servicePrincipals', sp)).status).toBe(201);
    const path = `/applications/${String(answer.body['id'])}`;
    expect((await ask('PATCH', path, { body: { notes: 'x' } })).status).toBe(204);
    expect((await ask('GET', '/applications')).status).toBe(200);
  });
});

describe('resource units', () => {
  it.each([
    ['/applications', '2'],
    ['/applications?$select=id', '1'],
    ['/applications?$top=19', '1'],
    ['/applications?$top=20', '2'],
    ['/applications?$top=1&$select=id', '1'],
    ['/servicePrincipals', '1'],
  ])('GET %s costs %s', async (path, units) => {
    const { ask } = tenant();
    expect((await ask('GET', path)).headers.get('x-ms-resource-unit')).toBe(units);
  });

  it('are limited to 3,500 in 10 s for a small tenant, and the header warns from 0.8 on', async () => {
    const { ask } = tenant();
    const get = () => ask('GET', '/applications');
    const header = 'x-ms-throttle-limit-percentage';
    expect((await lastOf(1_399, get)).headers.get(header)).toBeNull();
    expect((await get()).headers.get(header)).toBe('0.80');
    expect((await lastOf(350, get)).headers.get(header)).toBe('1.00');
    const answer = await get();
    expect(refusal(answer)).toEqual(THROTTLED);
    expect(answer.headers.get('x-ms-throttle-information')).toBe('ResourceUnitLimitExceeded');
  });

  it('are more for a large tenant', async () => {
    const { ask } = tenant({}, { tenantSize: 'L' });
    expect((await lastOf(1_751, () => ask('GET', '/applications'))).status).toBe(200);
  });
});

describe('$select=keyCredentials', () => {
  it('has a limit of its own: 150 a minute', async () => {
    const { ask } = tenant();
    const get = () => ask('GET', '/applications?$select=id,keyCredentials');
    expect((await lastOf(150, get)).status).toBe(200);
    expect((await get()).status).toBe(429);
    expect((await ask('GET', '/applications?$select=id')).status).toBe(200);
  });
});

describe('refusal()', () => {
  it.each([
    [429, 'TooManyRequests'],
    [503, 'ServiceUnavailable'],
    [409, 'Directory_ConcurrencyViolation'],
    [418, 'UnknownError'],
  ])('words %i as the vendor does', async (status, code) => {
    const { graph } = tenant();
    const answer = await read(graph.refusal(status, 7));
    expect(refusal(answer)).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.headers.get('request-id')).not.toBeNull();
  });
});
