/** Role: what Keeper relies on of Microsoft Graph where registrations are concerned. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationRef } from '../../../src/reconcile/world.ts';
import {
  ownRegistration,
  wantedOf,
  type DirectorySurroundings,
  type OwnRegistration,
} from '../../support/contract-directory.ts';
import { contractHookMs, eventually, untilDone, valueOf } from '../../support/contract-run.ts';
import { describeGraphCredentials } from './graph-credentials.ts';

/** The suite; everything that it makes it removes. */
export function describeGraphContract(surroundings: () => DirectorySurroundings): void {
  describe('Graph', () => {
    afterAll(() => surroundings().run.cleanUp(), contractHookMs);
    describeRegistrations(surroundings);
    describeGraphCredentials(surroundings);
    describeBin(surroundings);
  });
}

function describeRegistrations(surroundings: () => DirectorySurroundings): void {
  describe('a registration', () => {
    let own: OwnRegistration;

    beforeAll(async () => {
      own = await ownRegistration(surroundings(), 'registration');
    }, contractHookMs);

    /** What five reads in a row show. */
    function shown(isSo: (seen: { readonly displayName: string }) => boolean = () => true) {
      const { run, directory } = surroundings();
      const read = () => directory.readRegistration(own);
      return eventually(run, read, (seen) => seen !== undefined && isSo(seen));
    }

    it('has what it was made with', async () => {
      expect(await shown()).toMatchObject({
        ...wantedOf(own.uniqueName),
        objectId: own.objectId,
        appId: own.appId,
        credentials: [],
      });
    });

    it('is found by object id, client id and unique name', async () => {
      const { run, directory } = surroundings();
      const refs: RegistrationRef[] = [
        { objectId: own.objectId },
        { appId: own.appId },
        { uniqueName: own.uniqueName },
      ];
      for (const ref of refs) {
        const read = () => directory.readRegistration(ref);
        const seen = await eventually(run, read, (one) => one !== undefined);
        expect(seen?.objectId).toBe(own.objectId);
      }
    });

    it('is made once: the same call again answers without ids and makes nothing', async () => {
      const { run, directory } = surroundings();
      const again = await untilDone(run, () =>
        directory.createRegistration(own.uniqueName, wantedOf(own.uniqueName)),
      );
      expect([again.objectId, again.appId]).toEqual([undefined, undefined]);
      const named = { uniqueName: own.uniqueName };
      const read = () => directory.readRegistration(named);
      expect((await eventually(run, read, (one) => one !== undefined))?.objectId).toBe(
        own.objectId,
      );
    });

    it('keeps what a change leaves out, and has lists replaced', async () => {
      const { run, directory } = surroundings();
      const redirectUris = ['https://api.us.nylas.com/v3/connect/callback'];
      await untilDone(run, () => directory.updateRegistration(own.objectId, { redirectUris }));
      const displayName = run.nameOf('changed');
      await untilDone(run, () => directory.updateRegistration(own.objectId, { displayName }));
      const { access, tags } = wantedOf(own.uniqueName);
      const seen = await shown((one) => one.displayName === displayName);
      expect(seen).toMatchObject({ redirectUris, access, tags, uniqueName: own.uniqueName });
    });

    it('can have a list emptied', async () => {
      const { run, directory } = surroundings();
      await untilDone(run, () => directory.updateRegistration(own.objectId, { redirectUris: [] }));
      const read = () => directory.readRegistration(own);
      const seen = await eventually(run, read, (one) => one?.redirectUris.length === 0);
      expect(seen?.access).toHaveLength(2);
    });

    it('is listed by its tag, and the line changes when it does', async () => {
      const { run, directory } = surroundings();
      const listed = async () => {
        const all = await directory.listRegistrations();
        return all.ok ? { ...all, value: all.value.find((one) => one.appId === own.appId) } : all;
      };
      const before = await eventually(run, listed, (one) => one !== undefined);
      expect(before).toMatchObject({
        uniqueName: own.uniqueName,
        tags: wantedOf(own.uniqueName).tags,
      });
      const displayName = run.nameOf('listed');
      await untilDone(run, () => directory.updateRegistration(own.objectId, { displayName }));
      const isNew = (one: typeof before) => one?.fingerprint !== before?.fingerprint;
      expect(await eventually(run, listed, isNew)).toBeDefined();
    });

    it('that nobody made is absent', async () => {
      const { directory, run } = surroundings();
      const id = randomUUID();
      for (const ref of [{ objectId: id }, { appId: id }, { uniqueName: run.nameOf('none') }]) {
        expect(valueOf(await directory.readRegistration(ref))).toBeUndefined();
      }
      expect(valueOf(await directory.readServicePrincipal(id))).toBeUndefined();
    });

    it('gets a service principal when asked, and one only', async () => {
      const { run, directory } = surroundings();
      await untilDone(run, () => directory.createServicePrincipal(own.appId));
      const read = () => directory.readServicePrincipal(own.appId);
      const first = await eventually(run, read, (one) => one !== undefined);
      expect(first).toMatchObject({ enabled: true, credentials: [] });
      await untilDone(run, () => directory.createServicePrincipal(own.appId));
      const second = await eventually(run, read, (one) => one !== undefined);
      expect(second?.objectId).toBe(first?.objectId);
    });

    it('tells what the tenant allows of secrets, or that this caller may not know', async () => {
      const policy = await surroundings().directory.readSecretPolicy(own.objectId);
      expect(policy.ok ? typeof policy.value.forbidden : policy.fault.kind).toMatch(
        /^(?:boolean|denied)$/,
      );
    });
  });
}

function describeBin(surroundings: () => DirectorySurroundings): void {
  describe('a deleted registration', () => {
    let own: OwnRegistration;

    beforeAll(async () => {
      const { run, directory, graph } = surroundings();
      own = await ownRegistration(surroundings(), 'deleted');
      const read = () => directory.findDeletedRegistration(own);
      expect(valueOf(await read())).toBeUndefined();
      await graph({ method: 'DELETE', path: `/v1.0/applications/${own.objectId}` });
      await eventually(run, read, (seen) => seen !== undefined);
    }, contractHookMs);

    it('is found in the bin by object id, client id and unique name', async () => {
      const { run, directory } = surroundings();
      const { objectId, appId, uniqueName } = own;
      for (const ref of [{ objectId }, { appId }, { uniqueName }]) {
        const read = () => directory.findDeletedRegistration(ref);
        expect(await eventually(run, read, (one) => one !== undefined)).toEqual({
          objectId,
          appId,
        });
      }
    });

    it('is absent from reads', async () => {
      const { run, directory } = surroundings();
      const read = () => directory.readRegistration({ objectId: own.objectId });
      expect(await eventually(run, read, (seen) => seen === undefined)).toBeUndefined();
    });

    it('holds its name', async () => {
      const { run, directory } = surroundings();
      await run.clock.sleep(10_000);
      const wanted = wantedOf(own.uniqueName);
      expect(await directory.createRegistration(own.uniqueName, wanted)).toMatchObject({
        ok: false,
        fault: { kind: 'deleted-holds-name' },
      });
    });
  });
}
