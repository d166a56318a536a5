/** Role: surroundings of the suites in the simulated cloud, with the clients that production has. */
import type { Signer } from '../../src/audit/signer.ts';
import { entraTokens } from '../../src/clients/entra.ts';
import { graphDirectory } from '../../src/clients/graph.ts';
import { tokenSource } from '../../src/clients/identity.ts';
import { keyVault } from '../../src/clients/key-vault.ts';
import { nylasConnectors } from '../../src/clients/nylas.ts';
import { vaultSigner } from '../../src/clients/vault-key.ts';
import { Secret } from '../../src/core/secret.ts';
import { CALM } from '../../src/local/simulators/directory-options.ts';
import type { Vault } from '../../src/reconcile/world.ts';
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import { contractPrincipal, contractVault, type ContractCloud } from './contract-cloud.ts';
import type { DirectorySurroundings } from './contract-directory.ts';
import type { KeySurroundings } from './contract-keys.ts';
import { contractConnector, type NylasSurroundings } from './contract-nylas.ts';
import { rawCalls } from './contract-raw.ts';
import { contractPrefix, contractRun } from './contract-run.ts';
import { deletingClient, type VaultSurroundings } from './contract-vault.ts';

/** The tenant of a cloud. Its servers lag and flap, as the vendor's do, unless they are told not to. */
export function tenantIn(
  cloud: ContractCloud,
): DirectorySurroundings & { readonly cloud: ContractCloud } {
  const { clock, transport, credential, urls } = cloud;
  const tokens = tokenSource({ credential, clock: { now: Date.now } });
  const tokensOf = (tenant: string) => entraTokens({ authority: urls.login, tenant, transport });
  return {
    cloud,
    run: contractRun(clock),
    directory: graphDirectory({ baseUrl: urls.graph, tokens, transport, clock }),
    tokens: tokensOf(cloud.directory.tenantId),
    tokensOf,
    graph: rawCalls(transport, urls.graph, async () => {
      const { token } = (await credential.getToken(`${urls.graph}/.default`)) ?? { token: '' };
      return token;
    }),
  };
}

/** A client of the simulated vaults that has not met them yet: the library keeps tokens. */
export function newVaultClient({ clock, transport, credential, urls }: ContractCloud): Vault {
  const vaultUrlOf = (name: string): string => `https://${name}.${urls.vaultSuffix}`;
  return keyVault({ vaultUrlOf, credential, transport, clock });
}

/** The vault of a cloud. */
export function vaultIn(
  cloud: ContractCloud,
): VaultSurroundings & { readonly cloud: ContractCloud } {
  const { clock, transport, credential, urls } = cloud;
  const url = `https://${contractVault}.${urls.vaultSuffix}`;
  return {
    cloud,
    run: contractRun(clock),
    name: contractVault,
    vault: newVaultClient(cloud),
    remover: deletingClient({ url, credential, transport }),
    unauthenticated: rawCalls(transport, url),
  };
}

/** The name of the one key in the simulated vault. */
const contractKey = 'keeper-contract';

/** A signer that has not met the simulated vault yet. */
export function newSigner({ clock, transport, credential, urls }: ContractCloud): Signer {
  const keyUrl = `https://${contractVault}.${urls.vaultSuffix}/keys/${contractKey}`;
  return vaultSigner({ keyUrl, credential, transport, clock });
}

/** A key in the vault of a cloud. */
export function keyIn(cloud: ContractCloud): KeySurroundings & { readonly cloud: ContractCloud } {
  const { transport, credential, urls } = cloud;
  const url = `https://${contractVault}.${urls.vaultSuffix}`;
  cloud.vault.createKeyByHand(contractKey);
  return {
    cloud,
    key: contractKey,
    signer: newSigner(cloud),
    unauthenticated: rawCalls(transport, url),
    authenticated: rawCalls(transport, url, async () => {
      const { token } = (await credential.getToken(`https://${urls.vaultSuffix}/.default`)) ?? {
        token: '',
      };
      return token;
    }),
  };
}

/** A simulated Nylas application with the registration whose secrets its connector may hold. */
export interface SimulatedApplication extends NylasSurroundings {
  readonly cloud: ContractCloud;
  /** Of the registration. */
  readonly appId: string;
  /** Key id of the good pair's secret. */
  readonly goodKeyId: string;
}

/** An application in one mode, on a cloud that may hold several; its tenant does not lag. */
export function simulatedApplication(cloud: ContractCloud, mode: NylasMode): SimulatedApplication {
  const { clock, transport, directory, nylas, urls } = cloud;
  directory.setTenant(CALM);
  const { id, apiKey } = nylas.hand.addApplication({ mode, statusMode: 'never' });
  const { appId } = directory.addApplicationByHand(
    // For organisations alone: the probes need more than two secrets at a time.
    { displayName: `Contract ${id}`, signInAudience: 'AzureADMultipleOrgs' },
    { owners: [contractPrincipal] },
  );
  const { keyId, text } = directory.addPasswordByHand(appId, {
    displayName: `${contractPrefix}good`,
  });
  const clientWith = (key: Secret) =>
    nylasConnectors({
      baseUrls: { us: urls.nylas, eu: urls.nylas },
      transport,
      clock,
      vault: { readNewest: async () => ({ ok: true, value: key }) },
    });
  const tenant = 'common';
  return {
    cloud,
    appId,
    goodKeyId: keyId,
    run: contractRun(clock),
    connectors: clientWith(new Secret(apiKey)),
    connectorsWith: clientWith,
    connector: contractConnector('eu', id, tenant),
    nylas: rawCalls(transport, urls.nylas, async () => apiKey),
    good: { clientId: appId, secret: new Secret(text), tenant },
  };
}
