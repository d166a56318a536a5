/**
 * Role: surroundings of the suites before real vendors, by settings. Each is checked against what the
 * vendor itself says before anything is made: a mistaken sign-in must not lead into another tenant.
 */
import type { TokenCredential } from '@azure/identity';
import { entraTokens } from '../../src/clients/entra.ts';
import { graphDirectory } from '../../src/clients/graph.ts';
import { azureCredential, tokenSource } from '../../src/clients/identity.ts';
import { keyVault } from '../../src/clients/key-vault.ts';
import { nylasConnectors } from '../../src/clients/nylas.ts';
import { undiciTransport } from '../../src/clients/transport.ts';
import { vaultSigner } from '../../src/clients/vault-key.ts';
import { Secret } from '../../src/core/secret.ts';
import type { DirectorySurroundings } from './contract-directory.ts';
import {
  checkSandboxApplication,
  contractConnector,
  type NylasSurroundings,
} from './contract-nylas.ts';
import { parsedJson, rawCalls, textAt } from './contract-raw.ts';
import { contractRun, machineClock } from './contract-run.ts';
import {
  contractSettings,
  type ContractSettings,
  type KeySettings,
  type NylasSettings,
  type TenantSettings,
  type VaultSettings,
} from './contract-settings.ts';
import { ownStorage, type StorageSurroundings } from './contract-storage.ts';
import type { KeySurroundings } from './contract-keys.ts';
import { deletingClient, type VaultSurroundings } from './contract-vault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The tenant that the settings name. @throws Error when the caller signed in to another. */
export async function realTenant(env: Environment): Promise<DirectorySurroundings> {
  return tenantFrom(named('tenant', contractSettings(env)), azureCredential({ kind: 'default' }));
}

/** A tenant with a sign-in. @throws Error when that is one to another tenant. */
export async function tenantFrom(
  settings: TenantSettings,
  credential: TokenCredential,
): Promise<DirectorySurroundings> {
  const scope = `${settings.graphUrl}/.default`;
  checkTenantOfToken(await tokenOf(credential, scope), settings.tenantId);
  const transport = undiciTransport();
  const tokensOf = (tenant: string) =>
    entraTokens({ authority: settings.loginUrl, tenant, scope, transport });
  return {
    run: contractRun(),
    directory: graphDirectory({
      baseUrl: settings.graphUrl,
      tokens: tokenSource({ credential, clock: machineClock }),
      transport,
      clock: machineClock,
    }),
    tokens: tokensOf(settings.tenantId),
    tokensOf,
    graph: rawCalls(transport, settings.graphUrl, () => tokenOf(credential, scope)),
  };
}

/** The vault that the settings name. */
export async function realVault(env: Environment): Promise<VaultSurroundings> {
  return vaultFrom(named('vault', contractSettings(env)), azureCredential({ kind: 'default' }));
}

/** A vault with a sign-in. */
export function vaultFrom(
  { name, suffix }: VaultSettings,
  credential: TokenCredential,
): VaultSurroundings {
  const transport = undiciTransport();
  const vaultUrlOf = (vault: string): string => `https://${vault}.${suffix}`;
  return {
    run: contractRun(),
    name,
    vault: keyVault({ vaultUrlOf, credential, transport, clock: machineClock }),
    remover: deletingClient({ url: vaultUrlOf(name), credential, transport }),
    unauthenticated: rawCalls(transport, vaultUrlOf(name)),
  };
}

/** The key that the settings name. */
export async function realKey(env: Environment): Promise<KeySurroundings> {
  return keyFrom(named('key', contractSettings(env)), azureCredential({ kind: 'default' }));
}

/** A key with a sign-in. */
function keyFrom({ name, suffix, key }: KeySettings, credential: TokenCredential): KeySurroundings {
  const transport = undiciTransport();
  const origin = `https://${name}.${suffix}`;
  return {
    key,
    signer: vaultSigner({
      keyUrl: `${origin}/keys/${key}`,
      credential,
      transport,
      clock: machineClock,
    }),
    unauthenticated: rawCalls(transport, origin),
    authenticated: rawCalls(transport, origin, () => tokenOf(credential, vaultScopeOf(suffix))),
  };
}

/** What a token for a vault is asked for: `https://vault.azure.net/.default`. */
function vaultScopeOf(suffix: string): string {
  return `https://${suffix}/.default`;
}

/** The storage account that the settings name. */
export async function realStorage(env: Environment): Promise<StorageSurroundings> {
  const settings = named('storage', contractSettings(env));
  const account =
    'connectionString' in settings
      ? { connectionString: settings.connectionString.reveal() }
      : { ...settings, credential: azureCredential({ kind: 'default' }) };
  return ownStorage({ account, clock: machineClock });
}

/** The Nylas application that the settings name. @throws Error unless it is that and small. */
export async function realNylas(env: Environment): Promise<NylasSurroundings> {
  const settings = contractSettings(env);
  const nylas = named('nylas', settings);
  const made = await nylasFrom(nylas);
  if (nylas.grant === undefined || settings.tenant === undefined) return made;
  return { ...made, grant: { ...nylas.grant, tenant: await realTenant(env) } };
}

/** An application with a key. @throws Error unless the key opens it, and few people use it. */
export async function nylasFrom(settings: NylasSettings): Promise<NylasSurroundings> {
  const transport = undiciTransport();
  const good = {
    clientId: settings.clientId,
    secret: settings.clientSecret,
    tenant: settings.tenant,
  };
  const clientWith = (key: Secret) =>
    nylasConnectors({
      baseUrls: { us: settings.url, eu: settings.url },
      transport,
      clock: machineClock,
      vault: { readNewest: async () => ({ ok: true, value: key }) },
    });
  const made: NylasSurroundings = {
    run: contractRun(),
    connectors: clientWith(settings.apiKey),
    connectorsWith: clientWith,
    connector: contractConnector(settings.region, settings.applicationId, settings.tenant),
    nylas: rawCalls(transport, settings.url, async () => settings.apiKey.reveal()),
    good,
  };
  await checkSandboxApplication(made);
  return made;
}

/** @throws Error when the token is for another tenant; the message names neither token nor claim. */
export function checkTenantOfToken(token: string, tenantId: string): void {
  const part = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  if (textAt(parsedJson(part), 'tid')?.toLowerCase() !== tenantId) {
    throw new Error('You are not signed in to the tenant of KEEPER_CONTRACT_TENANT_ID');
  }
}

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const answer = await credential.getToken(scope);
  if (answer === null) throw new Error('The sign-in gave no token');
  return answer.token;
}

function named<K extends keyof ContractSettings>(
  part: K,
  settings: ContractSettings,
): NonNullable<ContractSettings[K]> {
  const found = settings[part];
  if (found === undefined) throw new Error(`No settings name a ${part}`);
  return found;
}
