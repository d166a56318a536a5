/**
 * A token of Entra: where a request carries it, and whether it is good. Whoever calls may have made
 * it up, every byte of it; so nothing in it counts before its signature, and the signature counts
 * only with a key of the tenant and the one algorithm that Entra uses (docs/vendors.md#entra-sign-in).
 */
import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Result } from '../core/fault.ts';
import type { Refusal, Role } from './caller-refusal.ts';

/** The longest token that is looked at, in characters. */
const tokenCharacters = 16_384;

/** How far the clocks of Entra and Keeper may differ, in seconds. */
const clockToleranceSeconds = 120;

/** The only algorithm that Entra signs with. */
const algorithm = 'RS256';

/** Where the public keys come from. */
export interface KeySource {
  find(keyId: string): Promise<Result<KeyObject | undefined>>;
}

/** Whose tokens count. */
export interface TokenRules {
  /** `https://login.microsoftonline.com`, or that of a sovereign cloud. */
  readonly loginUrl: string;
  readonly tenantId: string;
  /** Client id of the application that operators sign in to. */
  readonly clientId: string;
  readonly keys: KeySource;
}

/** A token, and how it came: sent by the caller, or put there by App Service. */
export interface CarriedToken {
  readonly text: string;
  readonly how: 'bearer' | 'app-service';
}

/** Who the token speaks for. */
export interface Holder {
  readonly objectId: string;
  readonly roles: ReadonlySet<Role>;
}

/**
 * The token of a request. App Service puts the one of a signed-in person into a header of its own.
 * That it does so says nothing: without App Service's sign-in anybody can send that header. It is
 * one more place where a token may be, and is verified like any other.
 */
export function carriedToken(headers: {
  get(name: string): string | null;
}): CarriedToken | undefined {
  const sent = /^bearer(?: +(.*))?$/is.exec(headers.get('authorization') ?? '');
  if (sent) return { text: sent[1] ?? '', how: 'bearer' };
  const forwarded = headers.get('x-ms-token-aad-id-token');
  return forwarded === null ? undefined : { text: forwarded, how: 'app-service' };
}

/** Who holds the token at `now` (epoch milliseconds), or why it does not count. */
export async function holderOf(
  text: string,
  rules: TokenRules,
  now: number,
): Promise<Holder | Refusal> {
  if (text.length > tokenCharacters) return 'oversized';
  const keyId = keyIdOf(text);
  if (typeof keyId !== 'object') return keyId;
  const key = await rules.keys.find(keyId.id);
  if (!key.ok) return 'keys-unknown';
  if (key.value === undefined) return 'unknown-key';
  try {
    const { payload } = await jwtVerify(text, key.value, {
      algorithms: [algorithm],
      typ: 'JWT',
      issuer: `${rules.loginUrl}/${rules.tenantId}/v2.0`,
      audience: [rules.clientId, `api://${rules.clientId}`],
      requiredClaims: ['exp', 'nbf', 'iat'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now),
    });
    return holderIn(payload, rules, now);
  } catch (error) {
    return refusalOf(error);
  }
}

const headerShape = z.object({ alg: z.string(), kid: z.string().min(1).max(256) });

/** Which key signed it, as it says itself. Other ways to name a key (`jwk`, `jku`, `x5u`) are none. */
function keyIdOf(text: string): { readonly id: string } | Refusal {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return 'malformed';
  const header = headerShape.safeParse(headerOf(text));
  if (!header.success) return 'malformed';
  return header.data.alg === algorithm ? { id: header.data.kid } : 'algorithm';
}

function headerOf(text: string): unknown {
  try {
    return decodeProtectedHeader(text);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const claimsShape = z.object({
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  ver: z.literal('2.0'),
  tid: z.string(),
  oid: z.guid(),
  roles: z.array(z.string()).optional(),
});

/** The holder, after signature, issuer, audience and times were found good. */
function holderIn(payload: JWTPayload, { tenantId }: TokenRules, now: number): Holder | Refusal {
  const claims = claimsShape.safeParse(payload);
  if (!claims.success) return 'claims';
  const { tid, oid, iat, roles = [] } = claims.data;
  if (tid !== tenantId) return 'tenant';
  if (iat > now / 1_000 + clockToleranceSeconds) return 'not-yet-valid';
  return { objectId: oid.toLowerCase(), roles: rolesIn(roles) };
}

function rolesIn(names: readonly string[]): ReadonlySet<Role> {
  if (names.includes('Keeper.Operate')) return new Set(['Keeper.Read', 'Keeper.Operate']);
  return new Set(names.includes('Keeper.Read') ? ['Keeper.Read'] : []);
}

const claimRefusals: Readonly<Record<string, Refusal>> = {
  nbf: 'not-yet-valid',
  iss: 'issuer',
  aud: 'audience',
  typ: 'malformed',
};

/** Errors of the library hold the claims: of them only the kind goes on. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const isOther = error.reason === 'check_failed';
    return (isOther ? claimRefusals[error.claim] : undefined) ?? 'claims';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEError) return 'malformed';
  throw error;
}
