/** Role: what Keeper relies on of keys in Azure Key Vault. It reads and signs, and makes nothing. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignature, type KeySurroundings } from '../../support/contract-keys.ts';
import { memberOf, textAt } from '../../support/contract-raw.ts';
import { valueOf } from '../../support/contract-run.ts';

const bytes = Buffer.from('keeper-contract: a text that means nothing', 'utf8');
const digest = createHash('sha256').update(bytes).digest();
const apiVersion = 'api-version=7.4';

/** The suite. */
export function describeVaultKeysContract(surroundings: () => KeySurroundings): void {
  describe('Keys in Key Vault', () => {
    describeSigning(surroundings);
    describeReplies(surroundings);
  });
}

function describeSigning(surroundings: () => KeySurroundings): void {
  it('sign so that the published half verifies it', async () => {
    const { signer } = surroundings();
    const key = valueOf(await signer.currentKey());
    const signature = valueOf(await signer.sign(key.kid, bytes));
    expect(signature).toHaveLength(64);
    expect(isSignature(key, bytes, signature)).toBe(true);
    expect(isSignature(key, Buffer.concat([bytes, bytes]), signature)).toBe(false);
  });

  it('may sign one text twice', async () => {
    const { signer } = surroundings();
    const key = valueOf(await signer.currentKey());
    for (const signature of [
      await signer.sign(key.kid, bytes),
      await signer.sign(key.kid, bytes),
    ]) {
      expect(isSignature(key, bytes, valueOf(signature))).toBe(true);
    }
  });

  it('have versions that are read by their address, and no others', async () => {
    const { signer } = surroundings();
    const key = valueOf(await signer.currentKey());
    expect(valueOf(await signer.readKey(key.kid))).toEqual(key);
    const none = key.kid.replace(/[0-9a-f]{32}$/, 'f'.repeat(32));
    expect(none).not.toBe(key.kid);
    expect(valueOf(await signer.readKey(none))).toBeUndefined();
    expect(await signer.sign(none, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'absent', vendor: 'vault', code: 'KeyNotFound' },
    });
  });
}

function describeReplies(surroundings: () => KeySurroundings): void {
  it('show no private half, and cannot be exported', async () => {
    const { authenticated, key } = surroundings();
    const { status, json } = await authenticated({
      method: 'GET',
      path: `/keys/${key}?${apiVersion}`,
    });
    expect(status).toBe(200);
    expect(textAt(json, 'key', 'crv')).toBe('P-256');
    expect(textAt(json, 'key', 'kty')).toMatch(/^EC(?:-HSM)?$/);
    for (const secret of ['d', 'k', 'p', 'q']) {
      expect(memberOf(json, 'key', secret) ?? undefined).toBeUndefined();
    }
    expect(memberOf(json, 'attributes', 'exportable') ?? false).toBe(false);
  });

  it.each([
    ['a digest that is too short', 'ES256', digest.subarray(1)],
    ['an algorithm of another curve', 'ES384', Buffer.concat([digest, digest]).subarray(0, 48)],
  ])('refuse %s', async (_, alg, value) => {
    const { authenticated, signer } = surroundings();
    const { pathname } = new URL(valueOf(await signer.currentKey()).kid);
    const { status, json } = await authenticated({
      method: 'POST',
      path: `${pathname}/sign?${apiVersion}`,
      body: { alg, value: value.toString('base64url') },
    });
    expect([status, textAt(json, 'error', 'code')]).toEqual([400, 'BadParameter']);
  });

  it('answer who has no token with where to get one', async () => {
    const { unauthenticated, key } = surroundings();
    const { status, headers } = await unauthenticated({
      method: 'GET',
      path: `/keys/${key}?${apiVersion}`,
    });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(
      /^Bearer authorization="https:\/\/[^"]+\/[0-9a-f-]{36}", resource="https:\/\/vault\.[^"]+"$/,
    );
  });
}
