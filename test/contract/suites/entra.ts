/** Role: what Keeper relies on of Entra's token endpoint. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hourMs, minuteMs, replicationMs } from '../../../src/core/limits.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { IssuedCredential, TokenEndpoint, Trial } from '../../../src/reconcile/world.ts';
import {
  ownClient,
  ownRegistration,
  secretRequest,
  type DirectorySurroundings,
  type OwnRegistration,
} from '../../support/contract-directory.ts';
import { contractHookMs, eventually, untilDone, valueOf } from '../../support/contract-run.ts';

const wrong = new Secret('wrong~secret.of-the-contract-suite-00000');

/** The suite; everything that it makes it removes. */
export function describeEntraContract(surroundings: () => DirectorySurroundings): void {
  describe('Entra', () => {
    let own: OwnRegistration;

    beforeAll(async () => {
      own = await ownClient(surroundings(), 'client');
    }, contractHookMs);

    afterAll(() => surroundings().run.cleanUp(), contractHookMs);

    async function newSecret(name: string, lifeMs?: number): Promise<IssuedCredential> {
      const { run, directory } = surroundings();
      const request = secretRequest(surroundings(), name, lifeMs);
      return untilDone(run, () => directory.addCredential(own.objectId, request));
    }

    function answered(
      secret: Secret,
      isSo: (trial: Trial) => boolean,
      withinMs = replicationMs,
    ): Promise<Trial> {
      return trials(surroundings(), { appId: own.appId, secret }, { isSo, withinMs });
    }

    it('says 7000215 of a wrong secret', async () => {
      const trial = await answered(wrong, refusedAs(7_000_215));
      expect(trial).toMatchObject({ kind: 'refused', code: 7_000_215 });
    });

    it('says 700016 of an application that it does not know', async () => {
      const { tokens } = surroundings();
      expect(valueOf(await tokens.tryCredential(randomUUID(), wrong))).toMatchObject({
        kind: 'refused',
        code: 700_016,
      });
    });

    it('says 7000229 of an application without a service principal', async () => {
      const { appId } = await ownRegistration(surroundings(), 'no-principal');
      const client = { appId, secret: wrong };
      const looking = { isSo: refusedAs(7_000_229), withinMs: replicationMs };
      const trial = await trials(surroundings(), client, looking);
      expect(trial).toMatchObject({ kind: 'refused', code: 7_000_229 });
    }, 1_200_000);

    it('says 90002 of a tenant that it does not know', async () => {
      const elsewhere: TokenEndpoint = surroundings().tokensOf(randomUUID());
      expect(valueOf(await elsewhere.tryCredential(own.appId, wrong))).toMatchObject({
        kind: 'refused',
        code: 90_002,
      });
    });

    it('takes a new secret within a quarter of an hour, and refuses it within an hour of its removal', async () => {
      const { run, directory } = surroundings();
      const issued = await newSecret('short-lived');
      expect(await answered(issued.secret, isAccepted)).toMatchObject({ kind: 'accepted' });
      await untilDone(run, () => directory.removeCredential(own.objectId, issued.keyId));
      const trial = await answered(issued.secret, refusedAs(7_000_215), hourMs);
      expect(trial).toMatchObject({ kind: 'refused', code: 7_000_215 });
    }, 5_400_000);

    it('takes both of two secrets', async () => {
      const { run, directory } = surroundings();
      const both = [await newSecret('one'), await newSecret('other')];
      for (const { secret } of both) {
        expect(await answered(secret, isAccepted)).toMatchObject({ kind: 'accepted' });
      }
      for (const { keyId } of both) {
        await untilDone(run, () => directory.removeCredential(own.objectId, keyId));
      }
    }, 2_400_000);

    it('says 7000222 of a secret that has ended', async () => {
      const { run } = surroundings();
      const { secret } = await newSecret('ended', 2 * minuteMs);
      await run.clock.sleep(2 * minuteMs);
      const trial = await answered(secret, refusedAs(7_000_222));
      expect(trial).toMatchObject({ kind: 'refused', code: 7_000_222 });
    }, 2_400_000);
  });
}

function isAccepted(trial: Trial): boolean {
  return trial.kind === 'accepted';
}

function refusedAs(code: number): (trial: Trial) => boolean {
  return (trial) => trial.kind === 'refused' && trial.code === code;
}

/** What five attempts in a row are answered, in time. */
function trials(
  { run, tokens }: DirectorySurroundings,
  { appId, secret }: { readonly appId: string; readonly secret: Secret },
  { isSo, withinMs }: { readonly isSo: (trial: Trial) => boolean; readonly withinMs: number },
): Promise<Trial> {
  return eventually(run, () => tokens.tryCredential(appId, secret), isSo, { withinMs });
}
