import { createECDH, createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/local/simulators/vault-key-pair.ts';
import { bench, inner } from './vault-bench.ts';

interface KeyBody {
  key: { kid: string; kty: string; crv: string; key_ops: string[]; x: string; y: string };
  attributes: Record<string, unknown>;
}

const text = Buffer.from('a checkpoint');
const digest = createHash('sha256').update(text).digest();
const value = digest.toString('base64url');
const path = '/keys/checkpoint';

function isGood({ x, y }: { x: string; y: string }, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** A vault with a key, and calls whose replies are of keys. */
function keyBench(seed = 1) {
  const { vault, call, clock } = bench({}, seed);
  const made = vault.createKeyByHand('checkpoint');
  async function read(at: string = path): Promise<KeyBody> {
    return JSON.parse((await call('GET', at)).text) as KeyBody;
  }
  async function sign(version: string, body: unknown) {
    return call('POST', `${path}/${version}/sign`, { body });
  }
  return { vault, call, clock, made, read, sign };
}

describe('keyPair()', () => {
  it.each(['0'.repeat(64), 'f'.repeat(64), '1'.padStart(64, '0'), 'a5'.repeat(32)])(
    'makes of %s a pair whose signatures node:crypto accepts',
    (drawn) => {
      const pair = keyPair(drawn);
      expect(isGood(pair, pair.sign(digest))).toBe(true);
      expect(pair.sign(digest)).toEqual(keyPair(drawn).sign(digest));
    },
  );

  it('never uses a nonce for two digests', () => {
    const pair = keyPair('a5'.repeat(32));
    const other = createHash('sha256').update('another').digest();
    expect(pair.sign(digest).subarray(0, 32)).not.toEqual(pair.sign(other).subarray(0, 32));
  });
});

describe('keys of a simulated vault', () => {
  it('show their public half under the address of a version without a port', async () => {
    const { read, made } = keyBench();
    const shown = await read();
    expect(shown).toEqual({
      key: {
        kid: `https://demo.vault.localhost/keys/checkpoint/${made.version}`,
        kty: 'EC',
        key_ops: ['sign', 'verify'],
        crv: 'P-256',
        x: made.x,
        y: made.y,
      },
      attributes: {
        enabled: true,
        created: made.createdAt / 1000,
        updated: made.createdAt / 1000,
        recoveryLevel: 'Recoverable+Purgeable',
        recoverableDays: 90,
        exportable: false,
      },
    });
    expect(await read(`${path}/`)).toEqual(shown);
    expect(await read(`${path}/${made.version}`)).toEqual(shown);
  });

  it('sign a digest with the version that is named', async () => {
    const { sign, made, vault } = keyBench();
    const second = vault.rotateKeyByHand('Checkpoint');
    for (const version of [made, second]) {
      const { status, text: reply } = await sign(version.version, { alg: 'ES256', value });
      expect(status).toBe(200);
      const { kid, value: signature } = JSON.parse(reply) as { kid: string; value: string };
      expect(kid.endsWith(`/keys/checkpoint/${version.version}`)).toBe(true);
      expect(isGood(version, Buffer.from(signature, 'base64url'))).toBe(true);
    }
  });

  it.each([
    ['another algorithm', { alg: 'ES384', value }],
    ['no algorithm', { value }],
    ['no digest', { alg: 'ES256' }],
    ['31 bytes', { alg: 'ES256', value: digest.subarray(1).toString('base64url') }],
    ['the digest in hexadecimal', { alg: 'ES256', value: digest.toString('hex') }],
    ['what is no base64url', { alg: 'ES256', value: `${value.slice(1)}!` }],
    ['a list', []],
  ])('refuse to sign %s', async (_, body) => {
    const { sign, made } = keyBench();
    const reply = await sign(made.version, body);
    expect([reply.status, ...inner(reply.body)]).toEqual([400, 'BadParameter', undefined]);
  });

  it('let the newest version be read where none is named', async () => {
    const { read, vault, clock } = keyBench();
    clock.at += 5000;
    const second = vault.rotateKeyByHand('checkpoint');
    expect((await read()).key.x).toBe(second.x);
  });

  it('refuse to sign with a disabled version, which can be read all the same', async () => {
    const { read, sign, made, vault, clock } = keyBench();
    clock.at += 5000;
    vault.setKeyEnabledByHand('checkpoint', false, made.version);
    expect((await read()).attributes).toMatchObject({
      enabled: false,
      updated: made.createdAt / 1000 + 5,
    });
    const refused = await sign(made.version, { alg: 'ES256', value });
    expect([refused.status, ...inner(refused.body)]).toEqual([403, 'Forbidden', 'KeyDisabled']);
    vault.setKeyEnabledByHand('checkpoint', true);
    expect((await sign(made.version, { alg: 'ES256', value })).status).toBe(200);
  });

  it('are not found by another name or version, nor while deleted', async () => {
    const { call, sign, made, vault } = keyBench();
    const missing = [
      await call('GET', '/keys/other'),
      await call('GET', `${path}/${'f'.repeat(32)}`),
      await sign('f'.repeat(32), { alg: 'ES256', value }),
    ];
    vault.deleteKeyByHand('checkpoint');
    missing.push(await call('GET', path), await sign(made.version, { alg: 'ES256', value }));
    for (const { status, body } of missing) {
      expect([status, ...inner(body)]).toEqual([404, 'KeyNotFound', undefined]);
    }
    vault.recoverKeyByHand('checkpoint');
    expect((await call('GET', path)).status).toBe(200);
  });

  it('have the challenge of secrets', async () => {
    const { vault } = keyBench();
    const reply = await vault.fetch(new Request(`https://demo.vault.localhost${path}`));
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toContain('resource="https://vault.localhost"');
  });

  it.each([
    ['PUT', path],
    ['POST', `${path}/create`],
    ['PATCH', `${path}/any`],
    ['DELETE', path],
    ['POST', `${path}/backup`],
    ['POST', `${path}/any/release`],
    ['POST', `${path}/rotate`],
    ['POST', '/keys/restore'],
    ['GET', '/keys'],
    ['GET', `/deletedkeys/checkpoint`],
  ])('let no caller do %s %s', async (method, asked) => {
    const { call, vault } = keyBench();
    const body = method === 'GET' ? {} : { body: {} };
    const refused = await call(method, asked, body);
    expect([refused.status, ...inner(refused.body)]).toEqual([403, 'Forbidden', 'ForbiddenByRbac']);
    expect((await call('GET', path)).status).toBe(200);
    expect(() => vault.recoverKeyByHand('checkpoint')).toThrow('not found');
  });

  it('have rights of their own', async () => {
    const { call, sign, made, vault } = keyBench();
    vault.access.forbid('keeper', ['keys/sign']);
    expect((await sign(made.version, { alg: 'ES256', value })).status).toBe(403);
    expect((await call('GET', path)).status).toBe(200);
    expect((await call('PUT', '/secrets/a', { body: { value: 'x' } })).status).toBe(200);
    vault.access.forbid('keeper', ['get', 'set']);
    expect((await sign(made.version, { alg: 'ES256', value })).status).toBe(200);
  });

  it('come out the same from the same seed, and move no other draw', async () => {
    const [one, same, other] = [keyBench(7), keyBench(7), keyBench(8)];
    expect(same.made).toEqual(one.made);
    expect(other.made.x).not.toBe(one.made.x);
    const plain = bench({}, 7).vault.putByHand('a', { value: 'x' });
    expect(one.vault.putByHand('a', { value: 'x' })).toEqual(plain);
    const [first, again] = [await one.call('GET', path), await bench({}, 7).call('GET', '/none')];
    expect(first.headers.get('x-ms-request-id')).toBe(again.headers.get('x-ms-request-id'));
  });

  it('say nothing of their private half in any reply', async () => {
    const { call, sign, made, vault } = keyBench();
    const replies = [
      await call('GET', path),
      await call('GET', `${path}/${made.version}`),
      await sign(made.version, { alg: 'ES256', value }),
      await sign(made.version, { alg: 'ES256', value: 'AA' }),
      await call('POST', `${path}/backup`, { body: {} }),
      await call('GET', '/secrets'),
    ];
    const said = [...replies.map((reply) => reply.text), JSON.stringify([made, vault])].join('\n');
    const held = said.match(/[\w-]{32,}/g) ?? [];
    const numbers = held.flatMap((one) => [
      Buffer.from(one, 'base64url').subarray(0, 32),
      Buffer.from(one, 'base64url').subarray(-32),
      Buffer.from(one, 'hex').subarray(0, 32),
    ]);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.map(publicXOf)).not.toContain(made.x);
  });

  it('are made once under a name', () => {
    const { vault } = keyBench();
    expect(() => vault.createKeyByHand('Checkpoint')).toThrow('There is a key');
    expect(() => vault.rotateKeyByHand('other')).toThrow('not found');
  });
});

/** What would be published if these bytes were a private key. */
function publicXOf(bytes: Buffer): string {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(bytes);
  } catch {
    return '';
  }
  return curve.getPublicKey().subarray(1, 33).toString('base64url');
}
