/** Role: what people do to registrations and their credentials in the portal. */
import { dayMs } from '../../../src/core/limits.ts';
import { addedSecret, appIdOf, hindered, lasting, listedKeyId, type Deed } from './deed.ts';

export const directoryDeeds: readonly Deed[] = [
  {
    kind: 'registration-changed',
    share: 5,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return 'impossible';
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
      return 'done';
    },
  },
  {
    kind: 'credential-removed',
    share: 4,
    act(scene) {
      const appId = appIdOf(scene);
      const keyId = listedKeyId(scene);
      if (appId === undefined || keyId === undefined) return 'impossible';
      scene.stage.byHand(`credential of ${scene.member.key} removed`, () =>
        scene.stage.cloud.directory.removePasswordByHand(appId, keyId),
      );
      return 'done';
    },
  },
  {
    kind: 'credential-added',
    share: 4,
    act: (scene) => addedSecret(scene, { kind: 'credential-added', displayName: 'a test' }),
  },
  {
    kind: 'principal-secret-added',
    share: 2,
    act: (scene) =>
      addedSecret(scene, {
        kind: 'principal-secret-added',
        displayName: 'single sign-on',
        on: 'service-principal',
      }),
  },
  {
    kind: 'registration-deleted',
    share: 2,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return 'impossible';
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
