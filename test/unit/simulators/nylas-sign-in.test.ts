import { describe, expect, it } from 'vitest';
import { refreshTokenFor } from '../../../src/local/simulators/nylas-custom-auth.ts';
import { activeIdOf, created, start } from './nylas-bench.ts';

function bodyFor(email: string, clientId = 'app', more = {}) {
  const token = refreshTokenFor({ clientId, email });
  return { provider: 'microsoft', settings: { refresh_token: token, ...more } };
}

describe('the list of grants', () => {
  it('has pages of 10, at most 200, and filters', async () => {
    const { call, nylas, id } = await created();
    const ids = Array.from(
      { length: 25 },
      (_, n) => nylas.hand.addGrant(id, `user${n}@example.com`).id,
    );
    expect((await call('GET', '/v3/grants')).body.data).toHaveLength(10);
    expect((await call('GET', '/v3/grants?limit=200&offset=20')).body.data).toHaveLength(5);
    expect((await call('GET', '/v3/grants?limit=201')).status).toBe(400);
    expect((await call('GET', '/v3/grants?provider=google')).body.data).toEqual([]);
    expect((await call('GET', '/v3/grants?grant_status=invalid')).body.data).toEqual([]);
    expect((await call('GET', '/v3/grants?grant_status=odd')).status).toBe(400);
    expect((await call('GET', `/v3/grants/${ids[3]}`)).body.data).toMatchObject({
      id: ids[3],
      email: 'user3@example.com',
      provider: 'microsoft',
      grant_status: 'valid',
      credential_id: activeIdOf(nylas, id),
      updated_at: start / 1000,
    });
    expect((await call('GET', '/v3/grants/none')).body.error?.type).toBe('grant.not_found');
  });
});

describe('custom authentication', () => {
  it('makes a grant, and authenticates the same one again for the same e-mail', async () => {
    const { call, clock } = await created();
    const first = await call('POST', '/v3/connect/custom', bodyFor('a@example.com'));
    expect(first.status).toBe(201);
    clock.at += 60_000;
    const again = await call('POST', '/v3/connect/custom', bodyFor('a@example.com'));
    const { id } = first.body.data as unknown as { id: string };
    expect(again.body.data).toMatchObject({
      id,
      updated_at: start / 1000 + 60,
      created_at: start / 1000,
    });
  });

  it('proves the secret: a dead one is refused with the provider error', async () => {
    const { call, dead } = await created();
    dead.add('hush-1');
    const reply = await call('POST', '/v3/connect/custom', bodyFor('a@example.com'));
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatchObject({
      type: 'token.exchange_failed',
      provider_error: { error: 'invalid_client' },
    });
  });

  it('refuses the refresh token of another application, and an unknown record', async () => {
    const { call } = await created();
    const foreign = await call('POST', '/v3/connect/custom', bodyFor('a@example.com', 'other-app'));
    expect(foreign.body.error?.provider_error).toMatchObject({ error: 'invalid_grant' });
    const unknown = bodyFor('a@example.com', 'app', { credential_id: 'none' });
    expect((await call('POST', '/v3/connect/custom', unknown)).status).toBe(400);
    expect(
      (await call('POST', '/v3/connect/custom', { provider: 'microsoft', settings: {} })).status,
    ).toBe(400);
  });

  it('uses the record it is told', async () => {
    const { call } = await created();
    const { data } = (
      await call('POST', '/v3/connectors/microsoft/creds', {
        name: 'second',
        credential_type: 'connector',
        credential_data: { client_id: 'app-2', client_secret: 'x' },
      })
    ).body;
    const { id } = data as unknown as { id: string };
    const body = bodyFor('a@example.com', 'app-2', { credential_id: id });
    expect((await call('POST', '/v3/connect/custom', body)).body.data).toMatchObject({
      credential_id: id,
    });
  });
});
