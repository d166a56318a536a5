import { describe, expect, it } from 'vitest';
import { TYPICAL_LAG } from '../../../src/local/simulators/directory-replicas.ts';
import { type Answer, DAY_MS, GRAPH, read, SECOND_MS, tenant } from './graph-tenant.ts';

const UNKNOWN_APP = '99999999-9999-4999-8999-999999999999';

/** A tenant with one application, its service principal, and a secret. */
function tenantWithSecret(options: Parameters<typeof tenant>[0] = {}) {
  const world = tenant(options);
  const { appId } = world.directory.addApplicationByHand({ displayName: 'Mail' });
  const { keyId, text } = world.directory.addPasswordByHand(appId, {
    endAt: world.now() + 90 * DAY_MS,
  });
  const form = { client_id: appId, client_secret: text };
  return { ...world, appId, keyId, text, form };
}

/** The codes of many answers at one moment; 0 is success. */
async function codesOf(request: () => Promise<Answer>): Promise<Set<number>> {
  const codes = new Set<number>();
  for (let round = 0; round < 60; round += 1) {
    const { body } = await request();
    codes.add(body.error_codes?.[0] ?? 0);
  }
  return codes;
}

describe('a token request', () => {
  it('with a good secret gets a bearer token for the audience of its scope', async () => {
    const { tryToken, form, directory, appId } = tenantWithSecret();
    const { status, body } = await tryToken(form);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_599 });
    const token = String(body['access_token']);
    expect(directory.principalOf(token, GRAPH)).toEqual({
      principalId: directory.servicePrincipal(appId)?.id,
      appId,
      roles: [],
    });
    expect(directory.principalOf(token, 'https://vault.azure.net')).toBeUndefined();
  });

  it('gets a token that ends after an hour', async () => {
    const { tryToken, form, directory, wait } = tenantWithSecret();
    const token = String((await tryToken(form)).body['access_token']);
    wait(3_598 * SECOND_MS);
    expect(directory.principalOf(token, GRAPH)).toBeDefined();
    wait(SECOND_MS);
    expect(directory.principalOf(token, GRAPH)).toBeUndefined();
  });

  it('may name the tenant by a domain', async () => {
    const { tryToken, form } = tenantWithSecret();
    expect((await tryToken(form, 'contoso.onmicrosoft.com')).status).toBe(200);
  });

  it('takes a secret with characters that need encoding', async () => {
    const { tryToken, appId, directory } = tenantWithSecret();
    const { text } = directory.addPasswordByHand(appId);
    expect(text).toMatch(/[~._-]/u);
    expect((await tryToken({ client_id: appId, client_secret: text })).status).toBe(200);
  });
});

describe('a refused token request', () => {
  it('has the body that the vendor documents', async () => {
    const { tryToken, form } = tenantWithSecret();
    const { status, body } = await tryToken({ ...form, client_secret: 'wrong' });
    expect(status).toBe(401);
    expect(Object.keys(body)).toEqual([
      'error',
      'error_description',
      'error_codes',
      'timestamp',
      'trace_id',
      'correlation_id',
      'error_uri',
    ]);
    expect(body['error']).toBe('invalid_client');
    expect(body['error_description']).toMatch(/^AADSTS7000215: /u);
    expect(body['timestamp']).toBe('2026-11-24 09:00:00Z');
  });

  it.each([
    ['an unknown tenant', {}, 'other.example', 400, 90_002],
    ['the tenant "common"', {}, 'common', 400, 50_059],
    ['an unknown application', { client_id: UNKNOWN_APP }, undefined, 400, 700_016],
    ['a wrong secret', { client_secret: 'wrong' }, undefined, 401, 7_000_215],
    ['no secret', { client_secret: undefined }, undefined, 401, 7_000_218],
    ['no client id', { client_id: undefined }, undefined, 400, 900_144],
    ['another grant', { grant_type: 'password' }, undefined, 400, 70_003],
    ['a scope that is not /.default', { scope: `${GRAPH}/User.Read` }, undefined, 400, 70_011],
  ])('for %s', async (_, change, where, status, code) => {
    const { tryToken, form } = tenantWithSecret();
    const answer = await tryToken({ ...form, ...change }, where);
    expect([answer.status, answer.body.error_codes]).toEqual([status, [code]]);
  });

  it('for the key id in place of the value is 7000215', async () => {
    const { tryToken, form, keyId } = tenantWithSecret();
    const { body } = await tryToken({ ...form, client_secret: keyId });
    expect(body.error_codes).toEqual([7_000_215]);
  });

  it('without a service principal is 7000229, even with a wrong secret', async () => {
    const { tryToken, directory } = tenant();
    const { appId } = directory.addApplicationByHand(
      { displayName: 'Mail' },
      { withoutServicePrincipal: true },
    );
    const { text } = directory.addPasswordByHand(appId);
    for (const client_secret of [text, 'wrong']) {
      const { status, body } = await tryToken({ client_id: appId, client_secret });
      expect([status, body.error_codes]).toEqual([401, [7_000_229]]);
    }
    directory.addServicePrincipalByHand(appId);
    expect((await tryToken({ client_id: appId, client_secret: text })).status).toBe(200);
  });

  it('of a disabled application is 7000112, even with a wrong secret', async () => {
    const { tryToken, directory, form, appId } = tenantWithSecret();
    directory.changeServicePrincipalByHand(appId, { accountEnabled: false });
    for (const client_secret of [form.client_secret, 'wrong']) {
      const { body } = await tryToken({ client_id: appId, client_secret });
      expect(body.error_codes).toEqual([7_000_112]);
    }
  });

  it('with a secret that has ended is 7000222, from the very end on', async () => {
    const { tryToken, form, wait } = tenantWithSecret();
    wait(90 * DAY_MS - 1);
    expect((await tryToken(form)).status).toBe(200);
    wait(1);
    expect((await tryToken(form)).body.error_codes).toEqual([7_000_222]);
  });

  it('with a secret that has not started yet is refused until it starts', async () => {
    const { tryToken, appId, directory, wait, now } = tenantWithSecret();
    const { text } = directory.addPasswordByHand(appId, { startAt: now() + DAY_MS });
    const form = { client_id: appId, client_secret: text };
    expect((await tryToken(form)).body.error_codes).toEqual([7_000_215]);
    wait(DAY_MS);
    expect((await tryToken(form)).status).toBe(200);
  });

  it('of an application in the bin is 700016; restored, the old secret works again', async () => {
    const { tryToken, directory, form, appId } = tenantWithSecret();
    directory.deleteApplicationByHand(appId);
    expect((await tryToken(form)).body.error_codes).toEqual([700_016]);
    directory.restore(appId);
    expect((await tryToken(form)).status).toBe(200);
  });
});

describe('a secret on the service principal', () => {
  it('is accepted for the same client id, beside two on the application', async () => {
    const { tryToken, directory, appId } = tenantWithSecret();
    directory.addPasswordByHand(appId);
    const { text, keyId } = directory.addPasswordByHand(appId, { on: 'service-principal' });
    const form = { client_id: appId, client_secret: text };
    expect((await tryToken(form)).status).toBe(200);
    directory.removePasswordByHand(appId, keyId);
    expect((await tryToken(form)).body.error_codes).toEqual([7_000_215]);
  });
});

describe('while a change spreads', () => {
  const lagging = { acceptanceLag: TYPICAL_LAG, removalLag: TYPICAL_LAG };

  it('a new secret is refused at first, flaps, then works everywhere', async () => {
    const world = tenantWithSecret(lagging);
    const { directory, tryToken, appId, wait } = world;
    directory.settle();
    const { text } = directory.addPasswordByHand(appId);
    const codes = () => codesOf(() => tryToken({ client_id: appId, client_secret: text }));
    expect(await codes()).toEqual(new Set([7_000_215]));
    let flapped = false;
    for (let second = 0; second < 20; second += 1) {
      wait(SECOND_MS);
      flapped ||= (await codes()).size === 2;
    }
    expect(flapped).toBe(true);
    expect(await codes()).toEqual(new Set([0]));
  });

  it('a removed secret is accepted for a short time, then nowhere', async () => {
    const { directory, tryToken, form, appId, keyId, wait } = tenantWithSecret({
      removalLag: TYPICAL_LAG,
    });
    directory.removePasswordByHand(appId, keyId);
    expect(await codesOf(() => tryToken(form))).toEqual(new Set([0]));
    wait(20 * SECOND_MS);
    expect(await codesOf(() => tryToken(form))).toEqual(new Set([7_000_215]));
  });

  it('a new application is unknown at first', async () => {
    const { tryToken, form, wait } = tenantWithSecret(lagging);
    expect(await codesOf(() => tryToken(form))).toEqual(new Set([700_016]));
    wait(20 * SECOND_MS);
    expect(await codesOf(() => tryToken(form))).toEqual(new Set([0]));
  });

  it('Graph may list a secret that is not accepted yet, and the other way round', async () => {
    const { directory, tryToken, form, ask, appId } = tenantWithSecret(lagging);
    const { body } = await ask('GET', `/applications(appId='${appId}')`);
    expect(body['passwordCredentials']).toHaveLength(1);
    expect((await tryToken(form)).status).not.toBe(200);
    expect(directory.credentialWorks(appId, form.client_secret, 0)).not.toBe('accepted');
  });
});

describe('credentialWorks()', () => {
  it('tells the truth at once, whatever the lags', async () => {
    const options = { acceptanceLag: TYPICAL_LAG, removalLag: TYPICAL_LAG };
    const { directory, appId, keyId, text, now } = tenantWithSecret(options);
    expect(directory.credentialWorks(appId, text, now())).toBe('accepted');
    expect(directory.credentialWorks(appId, 'wrong', now())).toEqual({ refused: 7_000_215 });
    const later = now() + 90 * DAY_MS;
    expect(directory.credentialWorks(appId, text, later)).toEqual({ refused: 7_000_222 });
    directory.removePasswordByHand(appId, keyId);
    expect(directory.credentialWorks(appId, text, now())).toEqual({ refused: 7_000_215 });
    directory.deleteApplicationByHand(appId);
    expect(directory.credentialWorks(appId, text, now())).toEqual({ refused: 700_016 });
  });
});

describe('refusal()', () => {
  it.each([
    [429, 90_055],
    [503, 90_033],
    [401, 7_000_215],
  ])('words %i with a code', async (status, code) => {
    const { entra } = tenant();
    const answer = await read(entra.refusal(status, 3));
    expect([answer.status, answer.body.error_codes]).toEqual([status, [code]]);
    expect(answer.headers.get('retry-after')).toBe('3');
  });
});
