/**
 * A key in Key Vault as the {@link Signer} of checkpoints (docs/vendors.md#key-vault-keys). To sign
 * changes nothing and may be repeated, so it is treated as reads are.
 */
import { createHash } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import type { PublicKey, Signer } from '../audit/signer.ts';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import { faultOfLibraryError, malformed } from './fault.ts';
import { azureHttpClient, type AzureHttpClient } from './key-vault-http.ts';
import { retryRead, type Patience } from './retry-read.ts';
import type { Transport } from './transport.ts';
import {
  isSameKey,
  keyAddressOf,
  publicKeyOf,
  signatureOf,
  type KeyAddress,
} from './vault-key-shapes.ts';

export interface VaultSignerOptions extends Patience {
  /** The key's address without a version: `https://<vault>.vault.azure.net/keys/<name>`. */
  readonly keyUrl: string;
  readonly credential: TokenCredential;
  readonly transport: Transport;
}

/** What the library gets: without retries and redirects, which are ours to do. */
interface LibraryOptions {
  readonly httpClient: AzureHttpClient;
  readonly retryOptions: { readonly maxRetries: 0 };
  readonly redirectOptions: { readonly maxRetries: 0 };
}

interface Signing {
  readonly version: string;
  readonly client: CryptographyClient;
}

/** The key at an address. @throws TypeError when it is no address of a key. */
export function vaultSigner(options: VaultSignerOptions): Signer {
  const key = keyIn(options);
  const client = new KeyClient(key.origin, options.credential, libraryOptions(options, key));
  let latest: Signing | undefined;

  function signingWith(version: string): CryptographyClient {
    if (latest?.version !== version) {
      latest = { version, client: cryptographyClient(options, key, version) };
    }
    return latest.client;
  }

  return {
    currentKey: () => readKey(options, client, key),
    async readKey(kid) {
      const address = versionAt(kid, key);
      // Of another key: this vault is not asked, and no other is spoken to.
      if (address === undefined) return success(undefined);
      const read = await readKey(options, client, address);
      return !read.ok && read.fault.kind === 'absent' ? success(undefined) : read;
    },
    async sign(kid, bytes) {
      const address = versionAt(kid, key);
      if (address === undefined) {
        return failure({ kind: 'rejected', vendor: 'vault', code: 'foreign-key' });
      }
      return sign(options, signingWith(address.version), { address, bytes });
    },
  };
}

function keyIn({ keyUrl }: VaultSignerOptions): KeyAddress {
  const key = keyAddressOf(keyUrl);
  if (key === undefined || key.version !== undefined) {
    throw new TypeError('The address of the signing key is none of a key without a version');
  }
  return key;
}

type VersionAddress = KeyAddress & { readonly version: string };

/** The version that an address names, if it is one of this key. */
function versionAt(kid: string, key: KeyAddress): VersionAddress | undefined {
  const address = keyAddressOf(kid);
  if (address?.version === undefined || !isSameKey(address, key)) return undefined;
  return { ...key, version: address.version };
}

/** The newest version, where the address names none. One request. */
function readKey(
  options: VaultSignerOptions,
  client: KeyClient,
  { name, version, ...place }: KeyAddress,
): Promise<Result<PublicKey>> {
  return retryRead(options, async (abortSignal) => {
    const asked = version === undefined ? {} : { version };
    const read = await called(() => client.getKey(name, { ...asked, abortSignal }));
    if (!read.ok) return read;
    const seen = publicKeyOf(read.value, { name, version, ...place });
    if (!seen.ok) return seen;
    const { version: got, ...publicKey } = seen.value;
    if (version !== undefined && got !== version) {
      return failure(malformed('vault', { status: 200, code: 'key-id' }));
    }
    return success(publicKey);
  });
}

/** One request. The library says which key it asked for, not which one replied: its reply does. */
function sign(
  options: VaultSignerOptions,
  client: CryptographyClient,
  { address, bytes }: { readonly address: VersionAddress; readonly bytes: Uint8Array },
): Promise<Result<Uint8Array>> {
  const digest = createHash('sha256').update(bytes).digest();
  return retryRead(options, async (abortSignal) => {
    let replied: unknown;
    const made = await called(() =>
      client.sign('ES256', digest, {
        abortSignal,
        onResponse: (reply) => void (replied = reply.parsedBody),
      }),
    );
    return made.ok ? signatureOf(made.value.result, replied, address) : made;
  });
}

/**
 * A client that signs with one version. Given an address alone, the library would read the key
 * before the first signature and judge its dates by this machine's clock; given a bare public key, it
 * would work without the vault, and cannot sign. Given a key with a name it does neither, and since
 * its local algorithms are RSA and AES only, ES256 always goes to the vault.
 */
function cryptographyClient(
  options: VaultSignerOptions,
  key: KeyAddress,
  version: string,
): CryptographyClient {
  const { origin, name } = key;
  const id = `${origin}/keys/${name}/${version}`;
  return new CryptographyClient(
    { id, name, properties: { id, name, version, vaultUrl: origin } },
    options.credential,
    libraryOptions(options, key),
  );
}

/** Anew for each client: the library changes what it is given. */
function libraryOptions({ transport }: VaultSignerOptions, { origin }: KeyAddress): LibraryOptions {
  return {
    httpClient: azureHttpClient(transport, origin),
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
  };
}

async function called<T>(call: () => Promise<T>): Promise<Result<T>> {
  try {
    return success(await call());
  } catch (error) {
    return failure(faultOf(error));
  }
}

/** A 404 counts when Key Vault itself says it; one of anything on the way does not. */
function faultOf(error: unknown): Fault {
  const fault = faultOfLibraryError('vault', error);
  const isForeign = fault.kind === 'absent' && fault.code !== 'KeyNotFound';
  return isForeign ? { ...fault, kind: 'malformed' } : fault;
}
