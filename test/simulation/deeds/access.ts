/** Role: what administrators take away from Keeper and give back: keys, roles, policies. */
import { dayMs } from '../../../src/core/limits.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { appIdOf, connectorOf, hindered, lasting, within, type Deed } from './deed.ts';

export const accessTroubles: readonly Deed[] = [
  {
    kind: 'api-key-revoked',
    share: 3,
    act(scene) {
      const { stage, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      return hindered(
        scene,
        { kind: 'api-key-revoked', blocks: ['push', 'issue'] },
        {
          act: () => hand.revokeKey(one.apiKey),
          undo() {
            one.apiKey = hand.addKey(one.applicationId);
            stage.cloud.vault.putByHand(one.apiKeySecret, { value: one.apiKey });
          },
          afterMs: lasting(random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'api-key-of-a-stranger',
    share: 2,
    act(scene) {
      const { stage, random, member } = scene;
      const one = connectorOf(scene);
      const stranger = stage.fleet.members
        .filter((other) => other.key !== member.key)
        .flatMap((other) => other.connectors)
        .find((other) => other.region === one.region);
      if (!stranger) return 'impossible';
      return hindered(
        scene,
        { kind: 'api-key-of-a-stranger', blocks: ['push', 'issue'] },
        {
          act: () => void stage.cloud.vault.putByHand(one.apiKeySecret, { value: stranger.apiKey }),
          undo: () => void stage.cloud.vault.putByHand(one.apiKeySecret, { value: one.apiKey }),
          afterMs: lasting(random, 2 * dayMs),
        },
      );
    },
  },
  {
    kind: 'graph-role-removed',
    share: 3,
    act(scene) {
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'graph-role-removed', blocks: ['issue', 'see'], all: true },
        {
          act: () => directory.setCallerRoles(keeperIdentity.principalId, []),
          undo: () =>
            directory.setCallerRoles(keeperIdentity.principalId, ['Application.ReadWrite.OwnedBy']),
          afterMs: lasting(scene.random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'ownership-removed',
    share: 3,
    act(scene) {
      const { directory } = scene.stage.cloud;
      const appId = appIdOf(scene);
      if (appId === undefined) return 'impossible';
      return hindered(
        scene,
        { kind: 'ownership-removed', blocks: ['issue', 'see'] },
        {
          act: () => directory.removeOwnerByHand(appId, keeperIdentity.principalId),
          undo: () => directory.addOwnerByHand(appId, keeperIdentity.principalId),
          afterMs: lasting(scene.random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'vault-role-removed',
    share: 3,
    act(scene) {
      const { access } = scene.stage.cloud.vault;
      return hindered(
        scene,
        { kind: 'vault-role-removed', blocks: ['push', 'issue'], all: true },
        {
          act: () => access.forbid(keeperIdentity.principalId),
          undo: () => access.allow(keeperIdentity.principalId),
          afterMs: lasting(scene.random, 3 * dayMs),
        },
      );
    },
  },
  {
    kind: 'policy-forbids-secrets',
    share: 2,
    act(scene) {
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'policy-forbids-secrets', blocks: ['issue'], all: true },
        {
          act: () =>
            directory.setPolicy({
              applicationRestrictions: {
                passwordCredentials: [{ restrictionType: 'passwordAddition' }],
                keyCredentials: [],
              },
            }),
          undo: () => directory.setPolicy(undefined),
          afterMs: lasting(scene.random, 6 * dayMs),
        },
      );
    },
  },
  {
    kind: 'policy-shortens-lifetimes',
    share: 2,
    act({ stage, random }) {
      const { directory } = stage.cloud;
      const maxLifetime = random.pick(['P180D', 'P90D', 'P45D']);
      stage.byHand(`policy ${maxLifetime}`, () =>
        directory.setPolicy({
          applicationRestrictions: {
            passwordCredentials: [{ restrictionType: 'passwordLifetime', maxLifetime }],
            keyCredentials: [],
          },
        }),
      );
      return {
        afterMs: within(random, 10 * dayMs, 200 * dayMs),
        undo: () => stage.byHand('end of policy', () => directory.setPolicy(undefined)),
      };
    },
  },
];
