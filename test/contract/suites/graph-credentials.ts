/** Role: what Keeper relies on of Microsoft Graph where client secrets are concerned. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IssuedCredential } from '../../../src/reconcile/world.ts';
import {
  ownRegistration,
  secretRequest,
  type DirectorySurroundings,
  type OwnRegistration,
} from '../../support/contract-directory.ts';
import { textAt } from '../../support/contract-raw.ts';
import { contractHookMs, eventually, untilDone, valueOf } from '../../support/contract-run.ts';

/** The part of the suite about secrets; one after the other, on one registration. */
export function describeGraphCredentials(surroundings: () => DirectorySurroundings): void {
  describe('a client secret', () => {
    let own: OwnRegistration;
    let first: IssuedCredential;
    let second: IssuedCredential;

    beforeAll(async () => {
      const { run, directory } = surroundings();
      own = await ownRegistration(surroundings(), 'secrets');
      const request = secretRequest(surroundings(), 'same-name');
      first = await untilDone(run, () => directory.addCredential(own.objectId, request));
      second = await untilDone(run, () => directory.addCredential(own.objectId, request));
    }, contractHookMs);

    /** The listed secrets, once five reads show so many. */
    async function listed(count: number) {
      const { run, directory } = surroundings();
      const read = () => directory.readRegistration({ objectId: own.objectId });
      const seen = await eventually(run, read, (one) => one?.credentials.length === count);
      return seen?.credentials ?? [];
    }

    it('comes with its text, its name, its end and an id', () => {
      const { displayName } = secretRequest(surroundings(), 'same-name');
      expect(first).toMatchObject({ displayName, place: 'application' });
      expect(first.secret.reveal().length).toBeGreaterThanOrEqual(16);
      expect(first.endAt - surroundings().run.clock.now()).toBeGreaterThan(364 * 86_400_000);
    });

    it('added twice under one name is two secrets', () => {
      expect(second.displayName).toBe(first.displayName);
      expect(second.keyId).not.toBe(first.keyId);
      expect(second.secret.equals(first.secret)).toBe(false);
    });

    it('is later known by the first three characters alone', async () => {
      const seen = await listed(2);
      const hints = new Map(seen.map(({ keyId, hint }) => [keyId, hint]));
      expect(hints.get(first.keyId)).toBe(first.secret.hint);
      expect(hints.get(second.keyId)).toBe(second.secret.hint);
      const raw = await surroundings().graph({
        method: 'GET',
        path: `/v1.0/applications/${own.objectId}`,
      });
      expect(textAt(raw.json, 'id')).toBe(own.objectId);
      // Compared here, not by the test's own words: those would print the secret.
      const isShown = [first, second].some(({ secret }) => raw.text.includes(secret.reveal()));
      expect(isShown).toBe(false);
    });

    it('is refused as the third of a registration for personal accounts', async () => {
      const { run, directory } = surroundings();
      await run.clock.sleep(10_000);
      const request = secretRequest(surroundings(), 'third');
      expect(await directory.addCredential(own.objectId, request)).toMatchObject({
        ok: false,
        fault: { kind: 'limit', what: 'credentials' },
      });
      expect(await listed(2)).toHaveLength(2);
    });

    it('that is unknown cannot be removed, and the answer says so', async () => {
      const { run, directory } = surroundings();
      await run.clock.sleep(10_000);
      const removed = await directory.removeCredential(own.objectId, randomUUID());
      expect(valueOf(removed).found).toBe(false);
    });

    it('goes when it is removed, and no other with it', async () => {
      const { run, directory } = surroundings();
      const removed = await untilDone(run, () =>
        directory.removeCredential(own.objectId, first.keyId),
      );
      expect(removed.found).toBe(true);
      expect((await listed(1)).map(({ keyId }) => keyId)).toEqual([second.keyId]);
      await run.clock.sleep(10_000);
      const again = await directory.removeCredential(own.objectId, first.keyId);
      expect(valueOf(again).found).toBe(false);
    });
  });
}
