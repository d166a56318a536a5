import { describe, expect, it } from 'vitest';
import { type Answer, DAY_MS, GRAPH, KEEPER, read, START_AT, tenant } from './graph-tenant.ts';

const VERSION = '2019-08-01';
const VAULT = 'https://vault.localhost';

function identityOf(world: ReturnType<typeof tenant>) {
  return async (
    query: Record<string, string>,
    header: string | undefined = 'shibboleth',
  ): Promise<Answer> => {
    const url = `http://127.0.0.1:1/msi/token?${new URLSearchParams(query).toString()}`;
    const headers: Record<string, string> = header === '' ? {} : { 'X-IDENTITY-HEADER': header };
    return read(await world.entra.fetch(new Request(url, { headers })));
  };
}

describe('GET /msi/token', () => {
  it('answers as App Service does, with the end in epoch seconds of real time, as text', async () => {
    const world = tenant();
    world.wait(900 * DAY_MS);
    const { status, body } = await identityOf(world)({ resource: GRAPH, 'api-version': VERSION });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      client_id: 'keeper-client',
      expires_on: String(START_AT / 1_000 + 86_400),
      resource: GRAPH,
      token_type: 'Bearer',
    });
  });

  it('gives tokens that Graph takes, for their audience only', async () => {
    const world = tenant();
    const identity = identityOf(world);
    const forGraph = await identity({ resource: GRAPH, 'api-version': VERSION });
    const forVault = await identity({ resource: VAULT, 'api-version': VERSION });
    const [token, vaultToken] = [forGraph, forVault].map(({ body }) =>
      String(body['access_token']),
    );
    expect((await world.ask('GET', '/applications', { token })).status).toBe(200);
    expect((await world.ask('GET', '/applications', { token: vaultToken })).status).toBe(401);
    expect(world.directory.principalOf(vaultToken ?? '', VAULT)?.principalId).toBe(KEEPER);
  });

  it('gives tokens that live on while the simulated clock runs fast', async () => {
    const world = tenant();
    const { body } = await identityOf(world)({ resource: GRAPH, 'api-version': VERSION });
    const token = String(body['access_token']);
    world.wait(700 * DAY_MS);
    expect(world.directory.principalOf(token, GRAPH)).toBeDefined();
    world.waitReally(DAY_MS);
    expect(world.directory.principalOf(token, GRAPH)).toBeUndefined();
  });

  it('hands out the same token for half its life', async () => {
    const world = tenant();
    const token = async () => {
      const { body } = await identityOf(world)({ resource: GRAPH, 'api-version': VERSION });
      return body['access_token'];
    };
    const first = await token();
    world.waitReally(DAY_MS / 2 - 1);
    expect(await token()).toBe(first);
    world.waitReally(1);
    expect(await token()).not.toBe(first);
  });

  it.each([
    ['a wrong header', { resource: GRAPH, 'api-version': VERSION }, 'wrong', 401],
    ['no header', { resource: GRAPH, 'api-version': VERSION }, '', 401],
    ['another version', { resource: GRAPH, 'api-version': '2017-09-01' }, undefined, 400],
    ['no resource', { 'api-version': VERSION }, undefined, 400],
    [
      'another identity',
      { resource: GRAPH, 'api-version': VERSION, client_id: 'other' },
      undefined,
      400,
    ],
  ])('refuses %s', async (_, query: Record<string, string>, header, status) => {
    const answer = await identityOf(tenant())(query, header);
    expect(answer.status).toBe(status);
    expect(answer.body['access_token']).toBeUndefined();
  });
});
