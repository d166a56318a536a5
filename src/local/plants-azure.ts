/** Role: what people set wrong in Azure: vaults, events, storage, roles. */
import { demoVault } from './cloud.ts';
import { connectorOf, registrationIn } from './plants-words.ts';
import type { Plant } from './plants-plant.ts';

const dayMs = 86_400_000;

export const azurePlants: readonly Plant[] = [
  {
    name: 'vault-unknown',
    what: 'keeper.yaml names a vault that does not exist',
    finds: 'vault',
    plant(ground) {
      const { name } = registrationIn(ground, 'scheduler').secret;
      ground.file = ground.file.replace(
        `vault: ${demoVault}, name: ${name} }`,
        `vault: nowhere, name: ${name} }`,
      );
    },
  },
  {
    name: 'vault-role-missing',
    what: "Keeper's role on the vault was taken away",
    finds: 'vault-rights',
    plant: ({ azure }) => azure.hand.unassign('Key Vault Secrets Officer'),
  },
  {
    name: 'vault-access-policies',
    what: 'the vault goes by access policies, not by roles',
    finds: 'vault-model',
    plant: ({ azure }) => azure.hand.changeVault(demoVault, { usesRoles: false }),
  },
  {
    name: 'vault-unprotected',
    what: 'the vault has no purge protection',
    finds: 'purge-protection',
    plant: ({ azure }) => azure.hand.changeVault(demoVault, { hasPurgeProtection: false }),
  },
  {
    name: 'secret-deleted',
    what: 'a secret was deleted and not purged',
    finds: 'deleted-secret',
    plant(ground) {
      ground.cloud.vault.deleteByHand(registrationIn(ground, 'mail').secret.name);
      // The vault needs some seconds to say so.
      ground.clock.advance(15_000);
    },
  },
  {
    name: 'secret-disabled',
    what: 'the current version of a secret was disabled',
    finds: 'stored-secret',
    plant: (ground) => ground.cloud.vault.disableByHand(registrationIn(ground, 'mail').secret.name),
  },
  {
    name: 'api-key-not-stored',
    what: 'keeper.yaml names an API key that is not in the vault',
    finds: 'api-key',
    plant(ground) {
      const { name } = connectorOf(ground, 'mail').apiKey;
      ground.file = ground.file.replace(`apiKeySecret: ${name}`, 'apiKeySecret: nylas-api-kye');
    },
  },
  {
    name: 'api-key-ends',
    what: 'an API key ends in ten days',
    finds: 'api-key-end',
    plant(ground) {
      const { name } = connectorOf(ground, 'mail').apiKey;
      const value = ground.cloud.vault.state.current(name)?.value ?? '';
      const expSeconds = Math.floor((ground.clock.now() + 10 * dayMs) / 1_000);
      ground.cloud.vault.putByHand(name, { value, expSeconds });
    },
  },
  {
    name: 'signing-key-missing',
    what: 'KEEPER_CHECKPOINT_KEY names a key that is not there',
    finds: 'signing-key',
    plant: ({ settings }) => {
      settings['KEEPER_CHECKPOINT_KEY'] = `${settings['KEEPER_CHECKPOINT_KEY']}-old`;
    },
  },
  {
    name: 'signing-right-missing',
    what: 'Keeper may not sign with its key',
    finds: 'signing-key',
    plant: ({ azure }) => azure.hand.unassign('Keeper Checkpoint Signer'),
  },
  {
    name: 'events-unsubscribed',
    what: 'nobody is subscribed to the events of the vault',
    finds: 'event-subscription',
    plant: ({ azure }) => azure.hand.changeVault(demoVault, { events: 'unsubscribed' }),
  },
  {
    name: 'events-undelivered',
    what: 'no event came of the last version that was written',
    finds: 'event-delivery',
    plant: ({ azure }) => azure.hand.changeVault(demoVault, { events: 'undelivered' }),
  },
  {
    name: 'audit-not-immutable',
    what: 'the container of the audit log has no immutability policy',
    finds: 'audit-immutable',
    plant: ({ azure }) => azure.hand.setImmutability('audit', undefined),
  },
  {
    name: 'audit-not-locked',
    what: 'the immutability of the audit log is not locked',
    finds: 'audit-immutable',
    plant: ({ azure }) => azure.hand.setImmutability('audit', 'Unlocked'),
  },
  {
    name: 'storage-role-missing',
    what: 'Keeper may not use its queue',
    finds: 'storage-rights',
    plant: ({ azure }) => azure.hand.unassign('Storage Queue Data Contributor'),
  },
  {
    name: 'azure-role-excess',
    what: 'Keeper owns its resource group',
    finds: 'azure-excess',
    plant: ({ azure }) =>
      azure.hand.assign({
        scope: azure.storageId.replace(/\/providers\/.*$/, ''),
        role: 'Owner',
        actions: ['*'],
      }),
  },
];
