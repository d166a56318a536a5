/** Key Vault as the loop's {@link Vault} (docs/vendors.md#key-vault). Writes are sent once. */
import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { SecretRef } from '../core/desired.ts';
import { failure, success, type Result } from '../core/fault.ts';
import type { SeenVersion } from '../core/observed.ts';
import { Secret } from '../core/secret.ts';
import type { Done, Vault } from '../reconcile/world.ts';
import { safeRequestId } from './error-shape.ts';
import { azureHttpClient } from './key-vault-http.ts';
import { faultOf, isNotFound } from './key-vault-refusals.ts';
import { readSecret } from './key-vault-versions.ts';
import { valueOf, versionOf } from './key-vault-shapes.ts';
import { limitOf, retryRead, type Patience } from './retry-read.ts';
import type { Transport } from './transport.ts';

export interface KeyVaultOptions extends Patience {
  /** A vault's address from its name: `https://<name>.vault.azure.net`, or a sovereign cloud's. */
  vaultUrlOf(name: string): string;
  readonly credential: TokenCredential;
  readonly transport: Transport;
}

/** All vaults; one client each, made when it is first needed. */
export function keyVault(options: KeyVaultOptions): Vault {
  const clients = new Map<string, SecretClient>();

  function clientOf({ vault }: SecretRef): SecretClient {
    const client = clients.get(vault) ?? newClient(options, vault);
    clients.set(vault, client);
    return client;
  }

  return {
    readSecret: (ref, named) =>
      readSecret({ patience: options, client: clientOf(ref), name: ref.name }, named),
    readNewest: (ref) => readNewestText(options, clientOf(ref), ref.name),
    readValue: (ref, version) => readValue(options, clientOf(ref), ref.name, version),
    putValue: (ref, value, put) =>
      putValue(options, clientOf(ref), { name: ref.name, value, ...put }),
    disableVersion: (ref, version) => disableVersion(options, clientOf(ref), ref.name, version),
    isDeleted: (ref) => isDeleted(options, clientOf(ref), ref.name),
  };
}

/** Without retries and redirects: the library repeats PUT, and each one makes a version. */
function newClient(options: KeyVaultOptions, vault: string): SecretClient {
  const url = options.vaultUrlOf(vault);
  return new SecretClient(url, options.credential, {
    httpClient: azureHttpClient(options.transport, new URL(url).origin),
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  });
}

function readValue(
  options: KeyVaultOptions,
  client: SecretClient,
  name: string,
  version: string,
): Promise<Result<Secret | undefined>> {
  return retryRead(options, async (abortSignal) => {
    try {
      const value = valueOf((await client.getSecret(name, { version, abortSignal })).value);
      return value.ok ? success(new Secret(value.value)) : value;
    } catch (error) {
      return isNotFound(error) ? success(undefined) : failure(faultOf(error));
    }
  });
}

function readNewestText(
  options: KeyVaultOptions,
  client: SecretClient,
  name: string,
): Promise<Result<Secret | undefined>> {
  return retryRead(options, async (abortSignal) => {
    try {
      const value = valueOf((await client.getSecret(name, { abortSignal })).value);
      return value.ok ? success(new Secret(value.value)) : value;
    } catch (error) {
      return isNotFound(error) ? success(undefined) : failure(faultOf(error));
    }
  });
}

/** The library computes `exp` in 32 bits, which end in January 2038. */
const lastExpiryAt = 2_147_483_647_000;

async function putValue(
  options: KeyVaultOptions,
  client: SecretClient,
  put: {
    readonly name: string;
    readonly value: Secret;
    readonly tags: Readonly<Record<string, string>>;
    readonly expiresAt: number;
  },
): Promise<Result<Done & { readonly version: SeenVersion }>> {
  let requestId: string | undefined;
  try {
    const made = await client.setSecret(put.name, put.value.reveal(), {
      tags: { ...put.tags },
      expiresOn: new Date(Math.min(put.expiresAt, lastExpiryAt)),
      abortSignal: limitOf(options),
      onResponse: (reply) => {
        requestId = requestIdOf(reply);
      },
    });
    const version = versionOf(made.properties);
    if (!version.ok) return version;
    return success({ version: version.value, ...(requestId === undefined ? {} : { requestId }) });
  } catch (error) {
    return failure(faultOf(error));
  }
}

/** The vendor's own name for the request, to be found in the vault's log. */
function requestIdOf({
  headers,
}: {
  headers: { get(name: string): string | undefined };
}): string | undefined {
  return safeRequestId(headers.get('x-ms-request-id'));
}

async function disableVersion(
  options: KeyVaultOptions,
  client: SecretClient,
  name: string,
  version: string,
): Promise<Result<Done>> {
  try {
    let requestId: string | undefined;
    await client.updateSecretProperties(name, version, {
      enabled: false,
      abortSignal: limitOf(options),
      onResponse: (reply) => {
        requestId = requestIdOf(reply);
      },
    });
    return success(requestId === undefined ? {} : { requestId });
  } catch (error) {
    return failure(faultOf(error));
  }
}

function isDeleted(
  options: KeyVaultOptions,
  client: SecretClient,
  name: string,
): Promise<Result<boolean>> {
  return retryRead(options, async (abortSignal) => {
    try {
      await client.getDeletedSecret(name, { abortSignal });
      return success(true);
    } catch (error) {
      return isNotFound(error) ? success(false) : failure(faultOf(error));
    }
  });
}
