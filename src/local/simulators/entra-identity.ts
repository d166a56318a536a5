/**
 * Role: the managed-identity endpoint, as App Service has it (api-version 2019-08-01). It runs on
 * real time, because the SDKs that call it cache tokens by the real clock.
 */
import type { SimulatedDirectory } from './directory-state.ts';
import { resource } from './directory-tokens.ts';

/** The identity that the endpoint gives tokens for. */
export interface ManagedIdentity {
  /** Object id; give it roles with `directory.setCallerRoles`. */
  principalId: string;
  /** Client id; a request that names another one is refused. */
  clientId: string;
  /** The value that `x-identity-header` has to carry. */
  header: string;
}

const API_VERSION = '2019-08-01';
/** Managed-identity tokens live for about a day. */
const LIFETIME_MS = 86_400_000;

/** Answers token requests of one managed identity. `realNow` is the machine's clock, epoch milliseconds. */
export function identityEndpoint(
  directory: SimulatedDirectory,
  identity: ManagedIdentity,
  realNow: () => number,
): (request: Request) => Response {
  const cached = new Map<string, { token: string; endsAt: number }>();

  /** One token a resource, handed out again for half its life, as the platform does. */
  function tokenOn(audience: string): { token: string; endsAt: number } {
    const key = resource(audience);
    const known = cached.get(key);
    if (known !== undefined && known.endsAt - realNow() > LIFETIME_MS / 2) return known;
    const endsAt = realNow() + LIFETIME_MS;
    const { principalId, clientId } = identity;
    const token = directory.store.tokens.issue({
      principalId,
      appId: clientId,
      audience,
      roles: directory.store.callers.get(principalId) ?? [],
      isExpired: () => realNow() >= endsAt,
    });
    cached.set(key, { token, endsAt });
    return { token, endsAt };
  }

  return (request) => {
    if (request.headers.get('x-identity-header') !== identity.header) {
      return complaint(401, 'The X-IDENTITY-HEADER header is missing or wrong.');
    }
    const { searchParams } = new URL(request.url);
    if (searchParams.get('api-version') !== API_VERSION) {
      return complaint(400, `The api-version must be ${API_VERSION}.`);
    }
    const audience = searchParams.get('resource') ?? '';
    if (audience === '') return complaint(400, 'The resource is missing.');
    const asked = searchParams.get('client_id') ?? identity.clientId;
    const askedObject = searchParams.get('principal_id') ?? identity.principalId;
    if (asked !== identity.clientId || askedObject !== identity.principalId) {
      return complaint(
        400,
        'No User Assigned or Delegated Managed Identity found for specified id.',
      );
    }
    const { token, endsAt } = tokenOn(audience);
    return Response.json({
      access_token: token,
      client_id: identity.clientId,
      expires_on: String(Math.floor(endsAt / 1_000)),
      resource: audience,
      token_type: 'Bearer',
    });
  };
}

function complaint(statusCode: 400 | 401, message: string): Response {
  return Response.json({ statusCode, message }, { status: statusCode });
}
