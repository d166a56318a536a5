/**
 * Role: tokens of version 2.0 for people and programs that call an API of the tenant. The signature
 * is made here, without the library that Keeper verifies with, so that the two keep each other
 * honest. Facts: docs/vendors.md#entra-sign-in.
 */
import type { SigningKey } from './entra-signing-keys.ts';
import type { Random } from './random.ts';

/** Who a token is for, and for which API. It holds no name: Keeper asks for none. */
export interface TokenWish {
  /** Object id of the person or service principal. */
  readonly objectId: string;
  /** Roles that were assigned on the API; none: the claim is left out, as Entra does. */
  readonly roles?: readonly string[];
  /** Client id of the API. */
  readonly audience: string;
  /** Default 75 minutes, the mean of Entra's. */
  readonly lifetimeMs?: number;
}

/** Where and when a token is made. */
export interface TokenPlace {
  /** `https://login.microsoftonline.com`, or where the simulator listens. */
  readonly loginUrl: string;
  readonly tenantId: string;
  readonly now: number;
  readonly random: Random;
}

/** Header and claims of a token, before they are signed. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const defaultLifetimeMs = 4_500_000;
/** Entra dates tokens back by this much, for clocks that are late. */
const headStartSeconds = 300;

/** What Entra would put into a token. */
export function tokenParts(keyId: string, wish: TokenWish, place: TokenPlace): TokenParts {
  const { objectId, roles = [], audience, lifetimeMs = defaultLifetimeMs } = wish;
  const { loginUrl, tenantId, now, random } = place;
  const at = Math.floor(now / 1_000);
  return {
    header: { typ: 'JWT', alg: 'RS256', kid: keyId },
    claims: {
      aud: audience,
      iss: `${loginUrl}/${tenantId}/v2.0`,
      iat: at - headStartSeconds,
      nbf: at - headStartSeconds,
      exp: at + Math.floor(lifetimeMs / 1_000),
      aio: random.hex(40),
      oid: objectId,
      rh: random.hex(40),
      ...(roles.length === 0 ? {} : { roles }),
      sub: random.hex(43),
      tid: tenantId,
      uti: random.hex(22),
      ver: '2.0',
    },
  };
}

/** The token, signed. */
export function signedToken(key: SigningKey, parts: TokenParts): string {
  const text = unsignedToken(parts);
  return `${text}.${key.sign(text).toString('base64url')}`;
}

/** Header and claims as they are signed. */
export function unsignedToken({ header, claims }: TokenParts): string {
  return `${encoded(header)}.${encoded(claims)}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
