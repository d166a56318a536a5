/** Role: promises about Key Vault that need a hand in it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { contractPrincipal, type ContractCloud } from '../../support/contract-cloud.ts';
import { valueOf } from '../../support/contract-run.ts';
import { newVaultClient } from '../../support/contract-simulated.ts';
import { ownSecret, type VaultSurroundings } from '../../support/contract-vault.ts';
import { canary, expectSilent } from '../../unit/clients/canary.ts';

/** A simulated vault and the hand in it. */
export type SimulatedVaultHands = VaultSurroundings & { readonly cloud: ContractCloud };

const put = { tags: { keeper: 'intent-1' }, expiresAt: Date.UTC(2027, 5, 1) };

/** The block for simulators. */
export function describeKeyVaultHands(surroundings: () => SimulatedVaultHands): void {
  describe('Key Vault, with a hand in it', () => {
    beforeEach(() => {
      const { cloud } = surroundings();
      cloud.decide();
      cloud.vault.access.allow(contractPrincipal);
      cloud.clock.advance(60_000);
    });

    it('has the version of a put whose answer was lost, once', async () => {
      const { vault, cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'lost');
      valueOf(await vault.putValue(ref, new Secret('abc'), put));
      const before = cloud.seen.length;
      cloud.decide(({ method }) => (method === 'PUT' ? 'lose-answer' : undefined));
      const lost = await vault.putValue(ref, new Secret(canary), put);
      expect(lost).toMatchObject({ ok: false, fault: { kind: 'unavailable', vendor: 'vault' } });
      expectSilent(lost);
      expect(cloud.seen.slice(before).filter((one) => one.startsWith('PUT'))).toHaveLength(1);
      expect(cloud.vault.state.read(ref.name).version.value).toBe(canary);
    });

    it('reads sixty versions that people made', async () => {
      const { vault, cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'sixty');
      for (let index = 0; index < 60; index += 1) {
        cloud.vault.putByHand(ref.name, { value: `v${index}`, tags: {} });
        cloud.clock.advance(500);
      }
      const seen = valueOf(await vault.readSecret(ref));
      expect(seen?.versions).toHaveLength(60);
      expect(seen?.current.hint).toBe('v59');
    });

    it.each([
      ['without a right', () => surroundings().cloud.vault.access.forbid(contractPrincipal)],
      [
        'by an administrator who took the right to write',
        () => surroundings().cloud.vault.access.forbid(contractPrincipal, ['set']),
      ],
    ])('denies a put %s', async (_, spoil) => {
      const { vault } = surroundings();
      const ref = ownSecret(surroundings(), 'forbidden');
      spoil();
      expect(await vault.putValue(ref, new Secret('abc'), put)).toMatchObject({
        ok: false,
        fault: { kind: 'denied', vendor: 'vault' },
      });
    });

    it('denies everything without a good token', async () => {
      const { cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'stranger');
      const vault = newVaultClient(cloud);
      cloud.credential.isGood = false;
      const results = [
        await vault.readSecret(ref),
        await vault.putValue(ref, new Secret('abc'), put),
        await vault.isDeleted(ref),
      ];
      cloud.credential.isGood = true;
      for (const result of results) {
        expect(result).toMatchObject({ ok: false, fault: { kind: 'denied', vendor: 'vault' } });
      }
    });

    it('sends no secret before it knows whom it speaks to', async () => {
      const { cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'first-request');
      const bodies: Promise<string>[] = [];
      cloud.decide((request) => {
        bodies.push(request.text());
        return undefined;
      });
      valueOf(await newVaultClient(cloud).putValue(ref, new Secret(canary), put));
      const [first, second] = await Promise.all(bodies);
      expect(first).toBe('');
      expect(second).toContain(canary);
    });

    it('denies reads without a right', async () => {
      const { vault, cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'unreadable');
      cloud.vault.access.forbid(contractPrincipal);
      for (const read of [vault.readSecret(ref), vault.isDeleted(ref), vault.readNewest(ref)]) {
        expect(await read).toMatchObject({ ok: false, fault: { kind: 'denied' } });
      }
    });

    it('that throttles is asked once, and its wish to wait is heard', async () => {
      const { vault, cloud } = surroundings();
      const ref = ownSecret(surroundings(), 'throttled');
      valueOf(await vault.putValue(ref, new Secret('abc'), put));
      const before = cloud.seen.length;
      cloud.decide(() => ({ status: 429, retryAfterSeconds: 7 }));
      const fault = { kind: 'throttled', status: 429, retryAfterMs: 7_000 };
      expect(await vault.putValue(ref, new Secret('def'), put)).toMatchObject({ ok: false, fault });
      expect(await vault.isDeleted(ref)).toMatchObject({ ok: false, fault });
      expect(cloud.seen.slice(before)).toHaveLength(2);
    });
  });
}
