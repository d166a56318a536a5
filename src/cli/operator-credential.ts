/** The operator's own sign-in: whatever the Azure identity library finds on this machine. */
import type { AccessToken, TokenCredential } from '@azure/identity';
import { azureCredential } from '../clients/identity.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from './terminal.ts';

/** So long before its end a token is not used any more. */
const marginMs = 300_000;

/**
 * A sign-in for one directory. Tokens are held: each costs a start of `az`, and several libraries ask
 * for the same one.
 */
export function operatorCredential(
  { tenantId, loginUrl }: Pick<Settings, 'tenantId' | 'loginUrl'>,
  inner: TokenCredential = azureCredential({ kind: 'default', authority: loginUrl }),
): TokenCredential {
  const held = new Map<string, Promise<AccessToken | null>>();
  return {
    async getToken(scopes, options) {
      const name = [scopes, options?.tenantId ?? tenantId, options?.claims ?? ''].flat().join(' ');
      const known = await held.get(name)?.catch(() => undefined);
      if (known && known.expiresOnTimestamp - marginMs > Date.now()) return known;
      const asked = inner.getToken(scopes, { tenantId, ...options });
      held.set(name, asked);
      return asked;
    },
  };
}

/** A token for the person who sits here. @throws UsageError with what to do when there is none */
export async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const given = await credential.getToken(scope).catch(() => undefined);
  if (given) return given.token;
  throw new UsageError(
    `nobody is signed in who gets a token for ${scope}. Run az login --tenant TENANT, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_FEDERATED_TOKEN_FILE) of a service principal.`,
  );
}
