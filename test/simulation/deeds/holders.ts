/** Role: what people do to those who hold the secret: the vault and the connectors. */
import { dayMs, hourMs, minuteMs } from '../../../src/core/limits.ts';
import { basePermissions } from '../../../src/core/permissions.ts';
import { appIdOf, connectorOf, hindered, lasting, within, type Deed } from './deed.ts';
import { ordered } from './operators.ts';

export const holderDeeds: readonly Deed[] = [
  {
    kind: 'version-put-by-hand',
    share: 3,
    act(scene) {
      const { stage, member, random } = scene;
      const appId = appIdOf(scene);
      stage.byHand(`version of ${member.secretName}`, () => {
        const { directory, vault } = stage.cloud;
        const isGood = appId !== undefined && random.chance(0.4);
        const value = isGood
          ? directory.addPasswordByHand(appId, {
              displayName: 'by hand',
              endAt: stage.kernel.now() + 600 * dayMs,
            }).text
          : `abc8Q~garbage-${random.hex(24)}`;
        vault.putByHand(member.secretName, { value });
      });
      return 'done';
    },
  },
  {
    kind: 'version-disabled',
    share: 3,
    act({ stage, member, random }) {
      const name = random.chance(0.6) ? member.secretName : `${member.secretName}-pending`;
      stage.byHand(`${name} disabled`, () => stage.cloud.vault.disableByHand(name));
      return 'done';
    },
  },
  {
    kind: 'vault-secret-deleted',
    share: 3,
    act(scene) {
      const { stage, member, random } = scene;
      const name = random.chance(0.6) ? member.secretName : `${member.secretName}-pending`;
      return hindered(
        scene,
        { kind: `deleted ${name}`, blocks: ['push', 'issue'] },
        {
          act: () => stage.cloud.vault.deleteByHand(name),
          undo: () => stage.cloud.vault.recoverByHand(name),
          afterMs: lasting(random, 4 * dayMs),
        },
      );
    },
  },
  {
    // Gone for good. Keeper asks for a rotation then, and a person orders it.
    kind: 'vault-secret-purged',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const { vault } = stage.cloud;
      const name = random.chance(0.6) ? member.secretName : `${member.secretName}-pending`;
      const remedy = hindered(
        scene,
        { kind: `purged ${name}`, blocks: ['push', 'issue'] },
        {
          act: () => vault.deleteByHand(name),
          undo() {
            vault.purge(name);
            stage.fortune.met('vault-secret-purged');
            ordered(() => ({ kind: 'rotate', reason: 'purged' }))(scene);
          },
          afterMs: within(random, minuteMs, 3 * hourMs),
        },
      );
      return { ...remedy, isMetLater: true };
    },
  },
  {
    kind: 'connector-overwritten',
    share: 8,
    act(scene) {
      const { stage, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      const held = hand.activeRecord(one.applicationId)?.data;
      if (!held) return 'impossible';
      stage.byHand(`connector ${one.applicationId} overwritten`, () =>
        hand.connectorByHand(one.applicationId, {
          settings: random.pick([
            {
              clientId: held.clientId,
              clientSecret: `abc8Q~garbage-${random.hex(24)}`,
              tenant: 'common',
            },
            { clientId: held.clientId, clientSecret: held.clientSecret, tenant: 'organizations' },
          ]),
          ...(random.chance(0.3) ? { scope: ['User.Read'] } : {}),
        }),
      );
      return 'done';
    },
  },
  {
    kind: 'connector-deleted',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      const held = hand.activeRecord(one.applicationId)?.data;
      if (!held) return 'impossible';
      return hindered(
        scene,
        { kind: 'connector-deleted', blocks: ['push', 'issue'] },
        {
          act: () => hand.deleteConnectorByHand(one.applicationId),
          undo() {
            const current = stage.cloud.vault.state.current(member.secretName)?.value;
            hand.connectorByHand(one.applicationId, {
              name: 'Contoso',
              settings: {
                clientId: held.clientId,
                clientSecret: current ?? held.clientSecret,
                tenant: 'common',
              },
              scope: [...basePermissions, 'Calendars.ReadWrite'],
            });
          },
          afterMs: lasting(random, 3 * dayMs),
        },
      );
    },
  },
];
