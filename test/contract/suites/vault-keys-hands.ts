/** Role: promises about keys in Key Vault that need a hand in it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { contractPrincipal, type ContractCloud } from '../../support/contract-cloud.ts';
import { isSignature, type KeySurroundings } from '../../support/contract-keys.ts';
import { valueOf } from '../../support/contract-run.ts';
import { newSigner } from '../../support/contract-simulated.ts';

/** A key in a simulated vault and the hand in it. */
export type SimulatedKeyHands = KeySurroundings & { readonly cloud: ContractCloud };

const bytes = Buffer.from('a checkpoint', 'utf8');

/** The block for simulators. */
export function describeVaultKeysHands(surroundings: () => SimulatedKeyHands): void {
  describe('Keys in Key Vault, with a hand in it', () => {
    beforeEach(() => {
      const { cloud } = surroundings();
      cloud.decide();
      cloud.vault.access.allow(contractPrincipal);
      cloud.clock.advance(60_000);
    });
    describeVersions(surroundings);
    describeRefusals(surroundings);
  });
}

function describeVersions(surroundings: () => SimulatedKeyHands): void {
  it('keep the old version good after a rotation', async () => {
    const { signer, cloud, key } = surroundings();
    const old = valueOf(await signer.currentKey());
    const signature = valueOf(await signer.sign(old.kid, bytes));
    cloud.vault.rotateKeyByHand(key);
    const current = valueOf(await signer.currentKey());
    expect(current.kid).not.toBe(old.kid);
    const readLater = valueOf(await signer.readKey(old.kid));
    expect(readLater).toEqual(old);
    expect(isSignature(old, bytes, signature)).toBe(true);
    expect(isSignature(current, bytes, signature)).toBe(false);
  });

  it('that are disabled can be read, and sign no more', async () => {
    const { signer, cloud, key } = surroundings();
    const current = valueOf(await signer.currentKey());
    cloud.vault.setKeyEnabledByHand(key, false);
    expect(valueOf(await signer.readKey(current.kid))).toEqual(current);
    expect(await signer.sign(current.kid, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'vault', code: 'KeyDisabled' },
    });
    cloud.vault.setKeyEnabledByHand(key, true);
  });

  it('that are deleted are absent until they are recovered', async () => {
    const { signer, cloud, key } = surroundings();
    const current = valueOf(await signer.currentKey());
    cloud.vault.deleteKeyByHand(key);
    expect(await signer.currentKey()).toMatchObject({ ok: false, fault: { kind: 'absent' } });
    expect(valueOf(await signer.readKey(current.kid))).toBeUndefined();
    cloud.vault.recoverKeyByHand(key);
    expect(valueOf(await signer.currentKey())).toEqual(current);
  });
}

function describeRefusals(surroundings: () => SimulatedKeyHands): void {
  it('deny a signature to whom the right was taken, and still show the key', async () => {
    const { signer, cloud } = surroundings();
    cloud.vault.access.forbid(contractPrincipal, ['keys/sign']);
    const { kid } = valueOf(await signer.currentKey());
    expect(await signer.sign(kid, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'vault', code: 'ForbiddenByRbac' },
    });
  });

  it('deny everything without a good token', async () => {
    const { cloud, signer } = surroundings();
    const { kid } = valueOf(await signer.currentKey());
    const stranger = newSigner(cloud);
    cloud.credential.isGood = false;
    const results = [
      await stranger.currentKey(),
      await stranger.readKey(kid),
      await stranger.sign(kid, bytes),
    ];
    cloud.credential.isGood = true;
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'denied', vendor: 'vault' } });
    }
  });

  it('sign again when the answer was lost: nothing comes of a signature', async () => {
    const { signer, cloud } = surroundings();
    const current = valueOf(await signer.currentKey());
    valueOf(await signer.sign(current.kid, bytes));
    const before = cloud.seen.length;
    let lost = 0;
    cloud.decide(() => ((lost += 1) === 1 ? 'lose-answer' : undefined));
    const signature = valueOf(await signer.sign(current.kid, bytes));
    expect(isSignature(current, bytes, signature)).toBe(true);
    expect(cloud.seen.slice(before)).toHaveLength(2);
  });

  it('are asked once when they throttle, and the wish to wait is heard', async () => {
    const { signer, cloud } = surroundings();
    const { kid } = valueOf(await signer.currentKey());
    const before = cloud.seen.length;
    cloud.decide(() => ({ status: 429, retryAfterSeconds: 7 }));
    const fault = { kind: 'throttled', status: 429, retryAfterMs: 7_000 };
    expect(await signer.sign(kid, bytes)).toMatchObject({ ok: false, fault });
    expect(await signer.currentKey()).toMatchObject({ ok: false, fault });
    expect(cloud.seen.slice(before)).toHaveLength(2);
  });

  it.each([
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/create'],
    ['POST', '/backup'],
    ['POST', '/rotate'],
  ] as const)('let no caller %s %s', async (method, ending) => {
    const { authenticated, key } = surroundings();
    const path = `/keys/${key}${ending}?api-version=7.4`;
    const body = method === 'DELETE' ? {} : { body: {} };
    expect((await authenticated({ method, path, ...body })).status).toBe(403);
  });
}
