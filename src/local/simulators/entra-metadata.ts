/**
 * Role: what the token service publishes about a tenant: the OpenID configuration and its signing
 * keys. Addresses are those of the request, so that they hold behind any port.
 * Facts: docs/vendors.md#entra-sign-in.
 */
import type { SigningKey, SigningKeyRing } from './entra-signing-keys.ts';

/** The tenant as Entra names it in what it publishes, and where the request came in. */
interface Place {
  readonly tenantId: string;
  readonly origin: string;
}

/** `GET /{tenant}/v2.0/.well-known/openid-configuration`. */
export function openidConfiguration({ tenantId, origin }: Place): Response {
  const base = `${origin}/${tenantId}`;
  return Response.json(
    {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
        'client_secret_basic',
      ],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    },
    { headers: publicHeaders },
  );
}

/** `GET /{tenant}/discovery/v2.0/keys`. The order of the keys means nothing. */
export function publishedKeys(ring: SigningKeyRing, { tenantId, origin }: Place): Response {
  const keys = ring.published().map((key) => jsonWebKey(key, `${origin}/${tenantId}/v2.0`));
  return Response.json({ keys: keys.toReversed() }, { headers: publicHeaders });
}

const publicHeaders = { 'cache-control': 'max-age=86400, private' };

/** The certificate that Entra adds is left out: nobody may need it. */
function jsonWebKey({ keyId, publicKey }: SigningKey, issuer: string): object {
  const { n, e } = publicKey.export({ format: 'jwk' });
  return { kty: 'RSA', use: 'sig', kid: keyId, x5t: keyId, n, e, issuer };
}
