/** Role: what people do to registrations and their credentials in the portal. */
import { dayMs } from '../../../src/core/limits.ts';
import { appIdOf, hindered, lasting, listedKeyId, within, type Deed } from './deed.ts';

export const directoryDeeds: readonly Deed[] = [
  {
    kind: 'registration-changed',
    share: 5,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { stage, random } = scene;
      const patch = random.pick([
        { web: { redirectUris: ['https://example.com/callback'] } },
        { requiredResourceAccess: [] },
        { displayName: 'Renamed by hand' },
        { tags: [] },
      ]);
      stage.byHand(`registration ${scene.member.key} changed`, () =>
        stage.cloud.directory.changeByHand(appId, patch),
      );
      return undefined;
    },
  },
  {
    kind: 'credential-removed',
    share: 4,
    act(scene) {
      const appId = appIdOf(scene);
      const keyId = listedKeyId(scene);
      if (appId === undefined || keyId === undefined) return undefined;
      scene.stage.byHand(`credential of ${scene.member.key} removed`, () =>
        scene.stage.cloud.directory.removePasswordByHand(appId, keyId),
      );
      return undefined;
    },
  },
  {
    kind: 'credential-added',
    share: 4,
    act(scene) {
      const { stage, random } = scene;
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = stage.cloud;
      let keyId = '';
      return hindered(
        scene,
        { kind: 'credential-added', blocks: ['issue'] },
        {
          act() {
            const endAt = stage.kernel.now() + within(random, dayMs, 700 * dayMs);
            keyId = directory.addPasswordByHand(appId, { displayName: 'a test', endAt }).keyId;
          },
          undo() {
            const listed = directory.application(appId)?.passwords ?? [];
            if (listed.some((one) => one.keyId === keyId))
              directory.removePasswordByHand(appId, keyId);
          },
          afterMs: lasting(random, 9 * dayMs),
        },
      );
    },
  },
  {
    // Anyone can write a display name; it proves nothing.
    kind: 'credential-forged',
    share: 2,
    act(scene) {
      const { stage, random } = scene;
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = stage.cloud;
      let keyId = '';
      return hindered(
        scene,
        { kind: 'credential-forged', blocks: ['issue'] },
        {
          act() {
            const endAt = stage.kernel.now() + within(random, dayMs, 700 * dayMs);
            const displayName = `keeper:${random.uuid()}`;
            keyId = directory.addPasswordByHand(appId, { displayName, endAt }).keyId;
          },
          undo() {
            const listed = directory.application(appId)?.passwords ?? [];
            if (listed.some((one) => one.keyId === keyId))
              directory.removePasswordByHand(appId, keyId);
          },
          afterMs: lasting(random, 9 * dayMs),
        },
      );
    },
  },
  {
    kind: 'registration-deleted',
    share: 2,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'registration-deleted', blocks: ['push', 'issue'] },
        {
          act: () => directory.deleteApplicationByHand(appId),
          undo: () => directory.restore(appId),
          afterMs: lasting(scene.random, 10 * dayMs),
        },
      );
    },
  },
];
