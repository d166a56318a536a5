/** Whatever a vault says of the signing key: a whole key or a whole signature, or a precise fault. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublicKey, Signer } from '../../../src/audit/signer.ts';
import { vaultSigner } from '../../../src/clients/vault-key.ts';
import { keyAddressOf } from '../../../src/clients/vault-key-shapes.ts';
import type { Result } from '../../../src/core/fault.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
  type ClientCall,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileText } from '../../support/hostile-values.ts';
import { canary, expectSilent } from '../../unit/clients/canary.ts';
import { json, manualClock, scripted, type Scripted } from '../../unit/clients/scripted.ts';

const origin = 'https://demo.vault.azure.net';
const keyUrl = `${origin}/keys/keeper-checkpoint`;
const kid = `${keyUrl}/${'a'.repeat(32)}`;
const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'jwk',
});
const key = { kid, kty: 'EC', crv: 'P-256', key_ops: ['sign'], x, y, d: canary };
const bundle = { key, attributes: { enabled: true, created: 1_700_000_000 }, tags: {} };
const signature = { kid, value: Buffer.alloc(64, 7).toString('base64url') };
const bytes = Buffer.from('{"a":1}', 'utf8');

const read = { writes: false, most: 3 };
const calls: readonly ClientCall<Signer>[] = [
  { ...read, name: 'currentKey', good: bundle, run: (signer) => signer.currentKey() },
  { ...read, name: 'readKey', good: bundle, run: (signer) => signer.readKey(kid) },
  { ...read, name: 'sign', good: signature, run: (signer) => signer.sign(kid, bytes) },
];

function bench(...script: readonly Scripted[]) {
  const { transport, requests } = scripted(...script);
  const credential = {
    getToken: async () => ({ token: canary, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  return { requests, signer: vaultSigner({ keyUrl, credential, transport, clock: manualClock() }) };
}

/** Holds when a value is a key of this name on its curve, or a signature of the right length. */
function expectWhole(value: unknown): void {
  if (value === undefined) return;
  if (value instanceof Uint8Array) {
    expect(value).toHaveLength(64);
    return;
  }
  const { kid: named, ...point } = value as PublicKey;
  expect(Object.keys(point)).toEqual(['x', 'y']);
  createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...point }, format: 'jwk' });
  expect(named.toLowerCase().startsWith(`${keyUrl}/`)).toBe(true);
  expectSilent(value);
}

describe('vaultSigner()', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async ({ run, good, most }) => {
      const replies = fc.array(hostileReply(good), { minLength: 1, maxLength: 4 });
      const whole: Result<unknown> = await run(bench(json(good)).signer);
      expect(whole.ok).toBe(true);
      await fc.assert(
        fc.asyncProperty(replies, async (script) => {
          const { signer, requests } = bench(...script);
          const result = await run(signer);
          expectUnpolluted();
          if (result.ok) expectWhole(result.value);
          else expectPrecise(result);
          if (script[0] && script.length === 1) expectStatusKept(script[0], result);
          expectOnlyTo([origin], requests);
          // One challenge before each try.
          expect(requests.length).toBeLessThanOrEqual(most + 1);
          const again = await run(bench(...script).signer);
          expect(JSON.stringify(again)).toBe(JSON.stringify(result));
        }),
        cases(40),
      );
    },
    patience(),
  );

  it(
    'speaks to nobody about a key that is not its own, for any key id',
    async () => {
      const put = fc.constantFrom('', '/', '?', '#', '@', 'b', ':', '.', '%2f', '\\', ' ', '..');
      const near = fc
        .tuple(fc.nat(kid.length), fc.nat(2), put)
        .map(([at, count, text]) => kid.slice(0, at) + text + kid.slice(at + count));
      await fc.assert(
        fc.asyncProperty(fc.oneof(near, hostileText), async (foreign) => {
          const { signer, requests } = bench(json(bundle));
          const found = await signer.readKey(foreign);
          await signer.sign(foreign, bytes);
          expectOnlyTo([origin], requests);
          const paths = requests.map(({ url }) => new URL(url).pathname);
          const version = /^\/keys\/keeper-checkpoint\/[0-9A-Za-z]{1,64}(?:\/sign)?$/;
          expect(paths.filter((path) => !version.test(path))).toEqual([]);
          // Only what names this version is given what was replied about it.
          if (found.ok && found.value !== undefined) {
            expect(keyAddressOf(foreign)).toEqual({ ...keyAddressOf(kid) });
          }
        }),
        cases(100),
      );
    },
    patience(),
  );
});
