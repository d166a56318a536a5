/** A key in Key Vault signs, and what the vault replies is checked. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PublicKey } from '../../../src/audit/signer.ts';
import { fetchTransport, TransportError } from '../../../src/clients/transport.ts';
import { vaultSigner } from '../../../src/clients/vault-key.ts';
import type { Result } from '../../../src/core/fault.ts';
import { bench } from '../simulators/vault-bench.ts';
import { canary, expectSilent } from './canary.ts';
import { json, manualClock, scripted, type Scripted } from './scripted.ts';

const keyUrl = 'https://demo.vault.localhost:8443/keys/keeper-checkpoint';
const place = 'https://demo.vault.localhost/keys/keeper-checkpoint';
const kid = `${place}/${'a'.repeat(32)}`;
const credential = {
  getToken: async () => ({ token: 'keeper', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** The real library before a simulated vault that holds the key. */
function simulated() {
  const { vault } = bench();
  vault.createKeyByHand('keeper-checkpoint');
  const seen: string[] = [];
  const transport = fetchTransport((request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return vault.fetch(request);
  });
  return {
    vault,
    seen,
    signer: vaultSigner({ keyUrl, credential, transport, clock: manualClock() }),
  };
}

function against(...replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const clock = manualClock();
  return { requests, clock, signer: vaultSigner({ keyUrl, credential, transport, clock }) };
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`Fault: ${JSON.stringify(result.fault)}`);
  return result.value;
}

function isGood({ x, y }: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

const bytes = Buffer.from('{"end":17,"hash":"…"}', 'utf8');

describe('vaultSigner() before a simulated vault', () => {
  it('signs so that the published key verifies it, and nothing else', async () => {
    const { signer } = simulated();
    const key = valueOf(await signer.currentKey());
    const signature = valueOf(await signer.sign(key.kid, bytes));
    expect(signature).toHaveLength(64);
    expect(isGood(key, bytes, signature)).toBe(true);
    expect(isGood(key, Buffer.from('another text'), signature)).toBe(false);
  });

  it('asks once for a key and once for a signature, after the challenge of each', async () => {
    const { signer, seen } = simulated();
    const { kid: current } = valueOf(await signer.currentKey());
    const version = new URL(current).pathname;
    valueOf(await signer.sign(current, bytes));
    expect(seen.splice(0)).toEqual([
      'GET /keys/keeper-checkpoint/',
      'GET /keys/keeper-checkpoint/',
      `POST ${version}/sign`,
      `POST ${version}/sign`,
    ]);
    valueOf(await signer.currentKey());
    valueOf(await signer.sign(current, bytes));
    valueOf(await signer.readKey(current));
    expect(seen).toEqual([
      `GET /keys/keeper-checkpoint/`,
      `POST ${version}/sign`,
      `GET ${version}`,
    ]);
  });

  it('signs with the version that is named, also after a rotation', async () => {
    const { signer, vault } = simulated();
    const old = valueOf(await signer.currentKey());
    vault.rotateKeyByHand('keeper-checkpoint');
    const current = valueOf(await signer.currentKey());
    expect(current.kid).not.toBe(old.kid);
    for (const key of [old, current, old]) {
      expect(isGood(key, bytes, valueOf(await signer.sign(key.kid, bytes)))).toBe(true);
    }
    expect(await signer.readKey(old.kid)).toEqual({ ok: true, value: old });
  });

  it('names keys without the port that this vault happens to have', async () => {
    const { signer } = simulated();
    expect(valueOf(await signer.currentKey()).kid).toMatch(
      /^https:\/\/demo\.vault\.localhost\/keys\/keeper-checkpoint\/[0-9a-f]{32}$/,
    );
  });

  it('still reads a disabled version, which signs no more', async () => {
    const { signer, vault } = simulated();
    const key = valueOf(await signer.currentKey());
    vault.setKeyEnabledByHand('keeper-checkpoint', false);
    expect(await signer.readKey(key.kid)).toEqual({ ok: true, value: key });
    expect(await signer.sign(key.kid, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'vault', code: 'KeyDisabled', status: 403 },
    });
  });

  it('has no version that the vault does not have, and calls a missing key absent', async () => {
    const { signer, vault } = simulated();
    const { kid: current } = valueOf(await signer.currentKey());
    expect(await signer.readKey(kid)).toEqual({ ok: true, value: undefined });
    vault.deleteKeyByHand('keeper-checkpoint');
    expect(await signer.readKey(current)).toEqual({ ok: true, value: undefined });
    const fault = { kind: 'absent', vendor: 'vault', code: 'KeyNotFound' };
    expect(await signer.currentKey()).toMatchObject({ ok: false, fault });
    expect(await signer.sign(current, bytes)).toMatchObject({ ok: false, fault });
  });

  it.each([
    ['another vault', `https://evil.vault.localhost/keys/keeper-checkpoint/${'a'.repeat(32)}`],
    ['another key', `https://demo.vault.localhost/keys/other/${'a'.repeat(32)}`],
    ['no version', place],
    ['no https', kid.replace('https', 'http')],
    ['more than a version', `${kid}/sign`],
    ['a query', `${kid}?x=1`],
    ['a user', kid.replace('demo', 'me@demo')],
    ['no address', 'keeper-checkpoint'],
  ])('speaks to nobody about a key id of %s', async (_, foreign) => {
    const { signer, seen } = simulated();
    expect(await signer.readKey(foreign)).toEqual({ ok: true, value: undefined });
    expect(await signer.sign(foreign, bytes)).toEqual({
      ok: false,
      fault: { kind: 'rejected', vendor: 'vault', code: 'foreign-key' },
    });
    expect(seen).toEqual([]);
  });
});

const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'jwk',
});
const good = { kid, kty: 'EC', crv: 'P-256', key_ops: ['sign'], x, y };

describe('vaultSigner() before a vault that replies wrongly', () => {
  it('takes a key in hardware', async () => {
    const { signer } = against(json({ key: { ...good, kty: 'EC-HSM' } }));
    expect(await signer.currentKey()).toEqual({ ok: true, value: { kid, x, y } });
  });

  it('hands out nothing of a private half that a vault might leak', async () => {
    const { signer } = against(json({ key: { ...good, d: canary } }));
    expectSilent(await signer.currentKey());
  });

  it.each([
    ['null', 'unreadable', null],
    ['no key', 'unreadable', {}],
    ['a key id that is no text', 'unreadable', { key: { ...good, kid: 7 } }],
    ['another type', 'key-type', { key: { ...good, kty: 'RSA' } }],
    ['another curve', 'key-type', { key: { ...good, crv: 'P-384' } }],
    ['a key id without a version', 'key-id', { key: { ...good, kid: place } }],
    ['a key id elsewhere', 'key-id', { key: { ...good, kid: kid.replace('demo', 'evil') } }],
    ['a short coordinate', 'key-point', { key: { ...good, x: 'AAAA' } }],
    ['no coordinate', 'key-point', { key: { kid, kty: 'EC', crv: 'P-256', x } }],
    ['a coordinate that is no text', 'shape', { key: { ...good, y: 7 } }],
    ['a point off the curve', 'key-point', { key: { ...good, y: 'A'.repeat(43) } }],
  ])('calls %s malformed', async (_, code, body) => {
    const { signer } = against(json(body));
    expect(await signer.currentKey()).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault', code },
    });
  });

  it('calls what is no JSON malformed', async () => {
    const { signer } = against({
      headers: { 'content-type': 'application/json' },
      body: `<html>${canary}</html>`,
    });
    for (const result of [await signer.currentKey(), await signer.sign(kid, bytes)]) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'malformed', vendor: 'vault' } });
      expectSilent(result);
    }
  });

  it('calls another version than the one asked for malformed', async () => {
    const { signer } = against(json({ key: good }));
    expect(await signer.readKey(`${place}/${'b'.repeat(32)}`)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'key-id' },
    });
  });

  it.each([
    ['63 bytes', 'signature', { kid, value: Buffer.alloc(63, 1).toString('base64url') }],
    ['65 bytes', 'signature', { kid, value: Buffer.alloc(65, 1).toString('base64url') }],
    ['no value', 'signature', { kid }],
    ['a value that is no text', 'signature', { kid, value: 7 }],
    [
      'a signature of another version',
      'key-id',
      { kid: `${place}/${'b'.repeat(32)}`, value: Buffer.alloc(64, 1).toString('base64url') },
    ],
    ['no key id', 'key-id', { value: Buffer.alloc(64, 1).toString('base64url') }],
  ])('calls %s malformed', async (_, code, body) => {
    const { signer } = against(json(body));
    expect(await signer.sign(kid, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault', code },
    });
  });

  it('does not take a 404 of something on the way for an absence', async () => {
    const { signer } = against({ status: 404, body: 'nginx' });
    for (const result of [await signer.readKey(kid), await signer.currentKey()]) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'malformed', status: 404 } });
    }
  });

  it('signs again after a passing failure, and not when it is throttled', async () => {
    const value = Buffer.alloc(64, 1);
    const passing = against(
      new TransportError('broken', 'ECONNRESET'),
      { status: 503 },
      json({ kid, value: value.toString('base64url') }),
    );
    expect(Buffer.from(valueOf(await passing.signer.sign(kid, bytes)))).toEqual(value);
    expect(passing.clock.slept).toEqual([500, 1_500]);
    const throttled = against({ status: 429, headers: { 'retry-after': '7' } });
    expect(await throttled.signer.sign(kid, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'throttled', retryAfterMs: 7_000 },
    });
    expect(throttled.requests).toHaveLength(1);
  });

  it('keeps the words of the vault to itself', async () => {
    const { signer } = against(json({ error: { code: 'Forbidden', message: canary } }, 403));
    for (const result of [await signer.currentKey(), await signer.sign(kid, bytes)]) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'denied', code: 'Forbidden' } });
      expectSilent(result);
    }
  });

  it.each([
    ['of a version', kid],
    ['of a secret', 'https://demo.vault.localhost/secrets/keeper-checkpoint'],
    ['without https', 'http://demo.vault.localhost/keys/keeper-checkpoint'],
  ])('is not made with an address %s', (_, wrong) => {
    const { transport } = scripted({});
    const make = () => vaultSigner({ keyUrl: wrong, credential, transport, clock: manualClock() });
    expect(make).toThrow(TypeError);
  });
});
