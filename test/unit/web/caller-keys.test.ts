/** Keys that roll, that are withdrawn, and that Entra does not tell. */
import { describe, expect, it } from 'vitest';
import {
  coolDownMs,
  failurePauseMs,
  refreshMs,
  signingKeys,
  trustMs,
} from '../../../src/clients/signing-keys.ts';
import { TransportError, type TransportReply } from '../../../src/clients/transport.ts';
import { signingKey, signingKeyRing } from '../../../src/local/simulators/entra-signing-keys.ts';
import { json, manualClock, scripted, type Scripted } from '../clients/scripted.ts';
import { operatorApi, type Setting } from './caller-bench.ts';

type Api = ReturnType<typeof operatorApi>;

async function statusOf(api: Api, token: string): Promise<number> {
  return (await api.send('GET', '/api/status', { token })).status;
}

/** An API whose Entra can be made to fail. */
function failing() {
  const sim = operatorApi();
  const state = { isDown: false, asked: 0 };
  const setting: Setting = {
    transport: async ({ url }): Promise<TransportReply> => {
      state.asked += 1;
      if (state.isDown) return { status: 503, headers: {}, body: '' };
      const reply = await sim.entra.fetch(new Request(url));
      return { status: reply.status, headers: {}, body: await reply.text() };
    },
  };
  return { api: operatorApi({}, setting), state };
}

describe('keys of Entra', () => {
  it('are read once for many callers, also when they come at the same time', async () => {
    const api = operatorApi();
    const tokens = Array.from({ length: 8 }, () => api.token());
    const statuses = await Promise.all(tokens.map((token) => statusOf(api, token)));
    expect(statuses).toEqual(tokens.map(() => 200));
    expect(await statusOf(api, api.token())).toBe(200);
    expect(api.asked).toEqual([`/${api.directory.tenantId}/discovery/v2.0/keys`]);
  });

  it('may roll: both the old and the new one count, without another reading', async () => {
    const api = operatorApi({}, { ring: signingKeyRing() });
    const old = api.token();
    expect(await statusOf(api, old)).toBe(200);
    api.entra.hand.keys.rotateByHand();
    expect(await statusOf(api, api.token())).toBe(200);
    expect(await statusOf(api, old)).toBe(200);
    expect(api.asked).toHaveLength(1);
  });

  it('are read again for a new one that was not published before, after the cool-down', async () => {
    const api = operatorApi({}, { ring: signingKeyRing() });
    expect(await statusOf(api, api.token())).toBe(200);
    api.entra.hand.keys.rotateByHand();
    api.entra.hand.keys.rotateByHand();
    const token = api.token();
    api.wait(coolDownMs - 1);
    expect(await statusOf(api, token)).toBe(401);
    api.wait(1);
    expect(await statusOf(api, token)).toBe(200);
    expect(api.asked).toHaveLength(2);
  });

  it('are not read more often for however many made-up key ids', async () => {
    const api = operatorApi();
    const good = api.token();
    expect(await statusOf(api, good)).toBe(200);
    const forged = api.forged('unknown-key');
    for (let round = 0; round < 50; round += 1) expect(await statusOf(api, forged)).toBe(401);
    expect(api.asked).toHaveLength(1);
    for (let round = 0; round < 10; round += 1) {
      api.wait(coolDownMs / 5);
      expect(await statusOf(api, forged)).toBe(401);
    }
    expect(api.asked).toHaveLength(3);
    expect(await statusOf(api, good)).toBe(200);
  });

  it('that are withdrawn count for an hour at the most', async () => {
    const api = operatorApi({}, { ring: signingKeyRing() });
    const stolen = api.token({ lifetimeMs: 2 * refreshMs });
    expect(await statusOf(api, stolen)).toBe(200);
    const { keys } = api.entra.hand;
    keys.withdrawByHand(keys.current().keyId);
    api.wait(refreshMs);
    expect(await statusOf(api, stolen)).toBe(401);
    expect(await statusOf(api, api.token())).toBe(200);
  });
});

describe('keys that Entra does not tell', () => {
  it('let nobody in, and do not call a good token bad', async () => {
    const { api, state } = failing();
    state.isDown = true;
    const reply = await api.send('GET', '/api/status', { token: api.token() });
    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toBe('30');
    expect(reply.headers.get('www-authenticate')).toBeNull();
    expect(api.log.map(({ fields }) => fields['why'])).toEqual(['keys-unknown']);
    expect(await statusOf(api, api.token())).toBe(503);
    expect(state.asked).toBe(1);
    state.isDown = false;
    api.wait(failurePauseMs);
    expect(await statusOf(api, api.token())).toBe(200);
    expect(state.asked).toBe(2);
  });

  it('leave those in force that were read before', async () => {
    const { api, state } = failing();
    expect(await statusOf(api, api.token())).toBe(200);
    state.isDown = true;
    api.wait(refreshMs);
    expect(await statusOf(api, api.token())).toBe(200);
    expect(await statusOf(api, api.token())).toBe(200);
    expect(state.asked).toBe(2);
    api.wait(trustMs - refreshMs - 1);
    expect(await statusOf(api, api.token())).toBe(200);
    api.wait(1);
    expect(await statusOf(api, api.token())).toBe(503);
  });

  it('leave open whether a key that is not known exists', async () => {
    const { api, state } = failing();
    expect(await statusOf(api, api.token())).toBe(200);
    state.isDown = true;
    api.wait(coolDownMs);
    expect(await statusOf(api, api.forged('unknown-key'))).toBe(503);
    expect(await statusOf(api, api.token())).toBe(200);
  });
});

describe('signingKeys()', () => {
  const place = { authority: 'https://login.example', tenantId: 'a-tenant' };
  const issuer = 'https://login.example/{tenantid}/v2.0';
  const good = signingKey();
  const jwk = (over: object = {}) => ({
    ...good.publicKey.export({ format: 'jwk' }),
    kid: good.keyId,
    use: 'sig',
    issuer,
    ...over,
  });

  async function find(reply: Scripted, keyId = good.keyId) {
    const { transport, requests } = scripted(reply);
    const found = await signingKeys({ ...place, clock: manualClock(), transport }).find(keyId);
    return { found, requests };
  }

  it('asks with one GET for the keys of the tenant', async () => {
    const { found, requests } = await find(json({ keys: [jwk()] }));
    expect(found).toMatchObject({ ok: true, value: { type: 'public' } });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://login.example/a-tenant/discovery/v2.0/keys',
    ]);
  });

  it('takes https addresses only', () => {
    const { transport } = scripted();
    const options = {
      ...place,
      authority: 'http://login.example',
      clock: manualClock(),
      transport,
    };
    expect(() => signingKeys(options)).toThrow(TypeError);
  });

  const other = { kid: 'other' };
  it.each([
    ['an issuer of consumers', { issuer: 'https://login.example/9188040d/v2.0' }],
    ['another use', { use: 'enc' }],
    ['another algorithm', { alg: 'PS256' }],
    ['another kind', { kty: 'EC' }],
    ['a secret kind', { kty: 'oct', k: 'c2VjcmV0' }],
    ['no modulus', { n: undefined }],
    ['no id', { kid: undefined }],
    ['a short modulus', signingKey(1_024).publicKey.export({ format: 'jwk' })],
  ])('passes over a key with %s', async (_, changes) => {
    const reply = json({ keys: [jwk(other), jwk(changes)] });
    expect((await find(reply)).found).toEqual({ ok: true, value: undefined });
    expect((await find(reply, 'other')).found).toMatchObject({ ok: true, value: {} });
  });

  it.each([
    ['no JSON', { status: 200, body: '<html>' }],
    ['no list', json({ keys: {} })],
    ['a list without a usable key', json({ keys: [{ kty: 'EC' }] })],
    ['an empty list', json({ keys: [] })],
    ['a list without end', json({ keys: [jwk(), ...Array.from({ length: 1_000 }, () => 0)] })],
    ['a long text', json({ keys: [jwk()], x: 'x'.repeat(262_144) })],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example' } }],
  ])('knows no keys after %s', async (_, reply) => {
    const { found } = await find(reply);
    expect(found).toMatchObject({ ok: false, fault: { kind: 'malformed', vendor: 'entra' } });
  });

  it.each([
    [new TransportError('timeout'), 'timeout'],
    [new TransportError('broken', 'ECONNRESET'), 'unavailable'],
    [{ status: 429 }, 'throttled'],
    [{ status: 500 }, 'unavailable'],
  ])('passes on that Entra cannot be read: %#', async (reply, kind) => {
    expect((await find(reply)).found).toMatchObject({ ok: false, fault: { kind } });
  });

  it('measures an end of the pause that is a date by its own clock', async () => {
    const clock = manualClock();
    const until = new Date(clock.now() + 60_000).toUTCString();
    const { transport, requests } = scripted({ status: 503, headers: { 'retry-after': until } });
    const keys = signingKeys({ ...place, clock, transport });
    await keys.find(good.keyId);
    await clock.sleep(59_999);
    await keys.find(good.keyId);
    expect(requests).toHaveLength(1);
    await clock.sleep(1);
    await keys.find(good.keyId);
    expect(requests).toHaveLength(2);
  });

  it('waits as long as Entra asks to, five minutes at the most', async () => {
    const clock = manualClock();
    const { transport, requests } = scripted({ status: 429, headers: { 'retry-after': '90' } });
    const keys = signingKeys({ ...place, clock, transport });
    await keys.find(good.keyId);
    await clock.sleep(89_999);
    await keys.find(good.keyId);
    expect(requests).toHaveLength(1);
    await clock.sleep(1);
    await keys.find(good.keyId);
    expect(requests).toHaveLength(2);
    const long = scripted({ status: 429, headers: { 'retry-after': '86400' } });
    const patient = signingKeys({ ...place, clock, transport: long.transport });
    await patient.find(good.keyId);
    await clock.sleep(coolDownMs);
    await patient.find(good.keyId);
    expect(long.requests).toHaveLength(2);
  });
});
