/** Role: what the suite of Key Vault runs in, and how it removes the secrets that it made. */
import type { TokenCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { azureHttpClient } from '../../src/clients/key-vault-http.ts';
import type { Transport } from '../../src/clients/transport.ts';
import type { Vault } from '../../src/reconcile/world.ts';
import type { RawCalls } from './contract-raw.ts';
import type { ContractRun } from './contract-run.ts';

/** A vault, real or simulated, as the suite meets it. */
export interface VaultSurroundings {
  readonly run: ContractRun;
  /** The vault's name. */
  readonly name: string;
  readonly vault: Vault;
  readonly remover: SecretRemover;
  /** Requests to the vault without a token. */
  readonly unauthenticated: RawCalls;
}

/** Deletes secrets, which no client of Keeper can. */
export interface SecretRemover {
  /** Into the deleted secrets, where it keeps its name. */
  remove(name: string): Promise<void>;
  /** For good. In a vault with purge protection it stays until its time is over. */
  purge(name: string): Promise<void>;
}

/** Deletes through the vendor's library. */
export function deletingClient({
  url,
  credential,
  transport,
}: {
  readonly url: string;
  readonly credential: TokenCredential;
  readonly transport: Transport;
}): SecretRemover {
  const client = new SecretClient(url, credential, {
    httpClient: azureHttpClient(transport, new URL(url).origin),
  });
  return {
    remove: async (name) => {
      await client.beginDeleteSecret(name);
    },
    purge: (name) => client.purgeDeletedSecret(name),
  };
}

/**
 * A name of this run, whose secret goes at the end: deleted, and purged as soon as the vault lets it.
 * A vault with purge protection keeps the deleted secret for its days.
 */
export function ownSecret(
  { run, name: vault, remover }: VaultSurroundings,
  what: string,
): { readonly vault: string; readonly name: string } {
  const name = run.nameOf(what);
  run.atEnd(`secret ${name}`, async () => {
    await remover.remove(name).catch(ignoreMissing);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const refusal = await remover.purge(name).then(() => undefined, statusOf);
      if (refusal === undefined || refusal === 403 || refusal === 404) return;
      await run.clock.sleep(5_000);
    }
    throw new Error('still there');
  });
  return { vault, name };
}

/** Deleted already, or never made. */
function ignoreMissing(error: unknown): void {
  if (statusOf(error) !== 404) throw error;
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
}
