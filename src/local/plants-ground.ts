/**
 * Role: what surrounds a simulated cloud when doctor looks at it: Azure's control plane, Keeper's identity
 * and sign-in as a deployment would have made them, an operator who may read, and the way to all of it.
 */
import type { TokenCredential } from '@azure/identity';
import { fetchTransport, TransportError, type Transport } from '../clients/transport.ts';
import type { Desired } from '../core/desired.ts';
import { containerRights } from '../doctor/needs.ts';
import { cloudHosts, keeperIdentity, type Cloud } from './cloud.ts';
import { checkpointKey } from './made-cloud.ts';
import { demoAudience, operatorId } from './operator.ts';
import { simulatedAzure, type SimulatedAzure } from './simulators/azure-simulator.ts';

/** Where the simulated Azure answers. */
export const azureHost = 'management.localhost';

/** Of the account that the deployment would have. */
const storageAccount = 'stdemodata';

/** The simulated Azure, and which account is Keeper's there. */
export interface LocalAzure extends SimulatedAzure {
  readonly storageAccount: string;
}

const operatorRole = '1f4b8a52-0000-4000-8000-00000000a0b1';
const readerRole = '1f4b8a52-0000-4000-8000-00000000a0b2';

/** Makes all of it, as a deployment does. */
export function furnish(cloud: Cloud, desired: Desired): LocalAzure {
  const { directory } = cloud;
  const { principalId, clientId } = keeperIdentity;
  directory.addIdentityByHand({ principalId, clientId, displayName: 'id-keeper-demo-worker' });
  directory.setCallerRoles(operatorId, ['Application.Read.All', 'Policy.Read.All']);
  directory.addApplicationByHand(
    {
      displayName: 'Keeper (demo)',
      signInAudience: 'AzureADMyOrg',
      appRoles: [
        { id: readerRole, value: 'Keeper.Read', isEnabled: true },
        { id: operatorRole, value: 'Keeper.Operate', isEnabled: true },
      ],
    },
    { appId: demoAudience },
  );
  directory.setEnterpriseByHand(demoAudience, {
    isAssignmentRequired: true,
    holders: [{ principalId: operatorId, roleId: operatorRole }],
  });
  const azure = simulatedAzure({
    principalId,
    storageAccount,
    accepts: (token) => directory.principalOf(token, `https://${azureHost}`) !== undefined,
    versionsIn: (vault) => versionsIn(cloud, vault),
  });
  deploy(azure, desired);
  return { ...azure, storageAccount };
}

function versionsIn(cloud: Cloud, vault: string): readonly number[] {
  return cloud
    .vaultNamed(vault)
    .state.secrets()
    .flatMap((one) => one.versions.map((version) => version.createdAt));
}

/** Resources and roles, as the templates of `infra` make them. */
function deploy(azure: SimulatedAzure, { registrations }: Desired): void {
  const { hand, storageId } = azure;
  const vaults = new Set(
    registrations.flatMap((one) => [
      one.secret.vault,
      ...one.connectors.map((connector) => connector.apiKey.vault),
    ]),
  );
  for (const name of vaults) {
    hand.addVault(name);
    hand.assign({
      scope: azure.vaultId(name),
      role: 'Key Vault Secrets Officer',
      dataActions: ['Microsoft.KeyVault/vaults/secrets/*'],
    });
    hand.assign({
      scope: `${azure.vaultId(name)}/keys/${checkpointKey}`,
      role: 'Keeper Checkpoint Signer',
      dataActions: [
        'Microsoft.KeyVault/vaults/keys/read',
        'Microsoft.KeyVault/vaults/keys/sign/action',
      ],
    });
  }
  for (const [name, { role, rights }] of Object.entries(containerRights)) {
    hand.assign({
      scope: `${storageId}/blobServices/default/containers/${name}`,
      role: `${role} on ${name}`,
      dataActions: rights.map((one) => one.name),
    });
  }
  for (const queue of ['keeper-work', 'keeper-work-poison']) {
    hand.assign({
      scope: `${storageId}/queueServices/default/queues/${queue}`,
      role: 'Storage Queue Data Contributor',
      dataActions: ['Microsoft.Storage/storageAccounts/queueServices/queues/messages/*'],
    });
  }
  hand.setImmutability('audit', 'Locked');
  hand.setImmutability('checkpoints', 'Locked');
}

/** Tokens of the operator, for any resource. */
export function operatorToken({ directory }: Cloud): TokenCredential {
  return {
    async getToken(scopes) {
      const [scope = ''] = [scopes].flat();
      const token = directory.tokenFor(operatorId, scope.replace(/\/\.default$/, ''));
      return { token, expiresOnTimestamp: Date.now() + 86_400_000 };
    },
  };
}

/** The way to the cloud and to Azure, which counts what changes anything. */
export function localTransport({
  cloud,
  azure,
}: {
  readonly cloud: Cloud;
  readonly azure: SimulatedAzure;
}): {
  readonly transport: Transport;
  readonly writes: () => number;
} {
  let writes = 0;
  return {
    writes: () => writes,
    transport: fetchTransport(async (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') writes += 1;
      const { hostname } = new URL(request.url);
      if (hostname === azureHost) return azure.fetch(request);
      const [name, ...suffix] = hostname.split('.');
      const isVault = suffix.join('.') === cloudHosts.vaultSuffix;
      // The cloud makes a vault for every name; the world has those that somebody deployed.
      if (isVault && !azure.vaultNames().includes(name ?? '')) {
        throw new TransportError('broken', 'ENOTFOUND');
      }
      return cloud.fetch(request);
    }),
  };
}
