/** Role: promises about the token endpoint that need a hand in it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { HEAVY_LAG } from '../../../src/local/simulators/directory-replicas.ts';
import { Secret } from '../../../src/core/secret.ts';
import { valueOf } from '../../support/contract-run.ts';
import { expectSilent, canary } from '../../unit/clients/canary.ts';
import type { SimulatedTenant } from './graph-hands.ts';

/** The block for simulators. */
export function describeEntraHands(surroundings: () => SimulatedTenant): void {
  describe('Entra, with a hand in it', () => {
    beforeEach(() => {
      const { cloud } = surroundings();
      cloud.decide();
      cloud.directory.setTenant(CALM);
      cloud.directory.settle();
    });

    it('takes a new secret and refuses it again, as token servers have it', async () => {
      const { cloud, tokens } = surroundings();
      const { appId } = newClient(surroundings());
      cloud.directory.setTenant({ acceptanceLag: HEAVY_LAG });
      const { text } = cloud.directory.addPasswordByHand(appId);
      const answers = new Set<string>();
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const trial = valueOf(await tokens.tryCredential(appId, new Secret(text)));
        answers.add(trial.kind === 'accepted' ? 'accepted' : String(trial.code));
        cloud.clock.advance(5_000);
      }
      expect([...answers].toSorted()).toEqual(['7000215', 'accepted']);
    });

    it('says 7000112 of a disabled service principal', async () => {
      const { cloud, tokens } = surroundings();
      const { appId } = newClient(surroundings());
      const { text } = cloud.directory.addPasswordByHand(appId);
      cloud.directory.changeServicePrincipalByHand(appId, { accountEnabled: false });
      expect(valueOf(await tokens.tryCredential(appId, new Secret(text)))).toMatchObject({
        kind: 'refused',
        code: 7_000_112,
      });
    });

    it.each([
      [
        { status: 429, retryAfterSeconds: 3 },
        { kind: 'throttled', retryAfterMs: 3_000 },
      ],
      [{ status: 503 }, { kind: 'unavailable' }],
      ['lose-answer' as const, { kind: 'unavailable' }],
    ])('that ends with %j says nothing of the secret, and is asked once', async (fate, fault) => {
      const { cloud, tokens } = surroundings();
      const { appId } = newClient(surroundings());
      cloud.decide(() => fate);
      const before = cloud.seen.length;
      const tried = await tokens.tryCredential(appId, new Secret(canary));
      expect(tried).toMatchObject({ ok: false, fault });
      expectSilent(tried);
      expect(cloud.seen.slice(before)).toHaveLength(1);
    });
  });
}

/** An application with a service principal, made by a person. */
function newClient({ cloud }: SimulatedTenant) {
  return cloud.directory.addApplicationByHand({ displayName: 'Client' });
}
