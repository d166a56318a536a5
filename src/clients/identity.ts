/** Who Keeper is: credentials of the Azure identity library, and bearer tokens from them. */
import {
  DefaultAzureCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { failure, success, type Result } from '../core/fault.ts';
import { Secret } from '../core/secret.ts';
import type { Clock } from '../reconcile/world.ts';
import { faultOfLibraryError, malformed } from './fault.ts';
import { tokenMarginMs, totalMs as defaultTotalMs } from './limits.ts';

export type IdentityOptions =
  /**
   * In Azure. `clientId` names a user-assigned identity; without it the system's own is used. The platform
   * beside the app answers, and knows its cloud, so no authority is named.
   */
  | { readonly kind: 'managed-identity'; readonly clientId?: string }
  /**
   * On an operator's machine: `az login`, and what else the library finds. The command line's sign-in
   * follows its own cloud (`az cloud set`); all others ask `authority`, the sign-in of the cloud, or,
   * without it, that in AZURE_AUTHORITY_HOST or of the public cloud.
   */
  | { readonly kind: 'default'; readonly authority?: string };

/** The credential that the options ask for. */
export function azureCredential(options: IdentityOptions): TokenCredential {
  if (options.kind === 'default') {
    const { authority } = options;
    return withTimeLimit(
      new DefaultAzureCredential(authority === undefined ? {} : { authorityHost: authority }),
    );
  }
  return withTimeLimit(
    options.clientId === undefined
      ? new ManagedIdentityCredential()
      : new ManagedIdentityCredential({ clientId: options.clientId }),
  );
}

/**
 * The library's managed identity has no time limit and does not heed the signal that it is given: an
 * endpoint that does not answer would hold up this process, and all who ask it, for good.
 */
export function withTimeLimit(
  credential: TokenCredential,
  totalMs = defaultTotalMs,
): TokenCredential {
  return {
    async getToken(scopes, options) {
      const limits = [AbortSignal.timeout(totalMs), options?.abortSignal];
      const signal = AbortSignal.any(limits.filter((one) => one instanceof AbortSignal));
      signal.throwIfAborted();
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const asked = credential.getToken(scopes, { ...options, abortSignal: signal });
      return Promise.race([asked, promise]);
    },
  };
}

/** Bearer tokens by scope. */
export interface TokenSource {
  /** Faults: `denied` when the identity is refused or missing, `unavailable`, `timeout`. */
  getToken(scope: string): Promise<Result<Secret>>;
}

interface HeldToken {
  readonly token: Secret;
  readonly expiresAt: number;
}

export interface TokenSourceOptions {
  readonly credential: TokenCredential;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds for one request of a token. */
  readonly totalMs?: number;
}

/** Tokens of a credential, each held until five minutes before its end; one request at a time. */
export function tokenSource(options: TokenSourceOptions): TokenSource {
  const held = new Map<string, HeldToken>();
  const asked = new Map<string, Promise<Result<HeldToken>>>();

  async function getToken(scope: string): Promise<Result<Secret>> {
    const known = held.get(scope);
    if (known !== undefined && options.clock.now() < known.expiresAt - tokenMarginMs) {
      return success(known.token);
    }
    const pending = asked.get(scope) ?? requestToken(options, scope);
    asked.set(scope, pending);
    try {
      const fresh = await pending;
      if (!fresh.ok) return fresh;
      held.set(scope, fresh.value);
      return success(fresh.value.token);
    } finally {
      asked.delete(scope);
    }
  }

  return { getToken };
}

async function requestToken(
  { credential, totalMs = defaultTotalMs }: TokenSourceOptions,
  scope: string,
): Promise<Result<HeldToken>> {
  try {
    const answer = await credential.getToken(scope, { abortSignal: AbortSignal.timeout(totalMs) });
    if (answer === null || answer.token === '') {
      return failure(malformed('entra', { code: 'no-token' }));
    }
    return success({ token: new Secret(answer.token), expiresAt: answer.expiresOnTimestamp });
  } catch (error) {
    return failure(faultOfLibraryError('entra', error));
  }
}
