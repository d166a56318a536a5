/**
 * Role: `POST /{tenant}/oauth2/v2.0/token` with client credentials. Each request lands on a token
 * server of its own choosing; servers learn of new secrets at different times, so answers flap
 * while a change spreads. Facts: docs/vendors.md#entra-tokens.
 */
import type { SimulatedDirectory } from './directory-state.ts';
import { judgeClient } from './directory-credentials.ts';
import { refusedAnswer, tokenRefusal } from './entra-answers.ts';
import type { Surroundings } from './simulator.ts';

const TOKEN_LIFETIME_SECONDS = 3_599;
const ANY_TENANT = ['common', 'organizations', 'consumers'];
const DEFAULT_SCOPE = '/.default';

/** What a token request says. */
interface TokenRequest {
  appId: string;
  secretText: string;
  audience: string;
}

/** The answer to one token request. */
export async function answerTokenRequest(
  directory: SimulatedDirectory,
  own: Surroundings,
  { tenant, request }: { tenant: string; request: Request },
): Promise<Response> {
  const refused = (code: number, subject: string): Response =>
    refusedAnswer(tokenRefusal(code, subject), own);
  const form = new URLSearchParams(await request.text());
  const found = readRequest(form);
  if ('code' in found) return refused(found.code, found.subject);
  if (ANY_TENANT.includes(tenant.toLowerCase())) return refused(50_059, tenant);
  if (!isThisTenant(directory, tenant)) return refused(90_002, tenant);
  const at = own.now();
  const server = own.random.int(directory.store.options.replicas);
  const verdict = judgeClient(directory.store, found, { at, server });
  if (verdict !== 'accepted') return refused(verdict.refused, found.appId);
  return Response.json(
    {
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      ext_expires_in: TOKEN_LIFETIME_SECONDS,
      access_token: issueToken(directory, own, found),
    },
    { headers: { 'cache-control': 'no-store, no-cache', 'x-ms-request-id': own.random.uuid() } },
  );
}

function readRequest(form: URLSearchParams): TokenRequest | { code: number; subject: string } {
  for (const name of ['grant_type', 'client_id', 'scope']) {
    if ((form.get(name) ?? '') === '') return { code: 900_144, subject: name };
  }
  const grantType = form.get('grant_type') ?? '';
  if (grantType !== 'client_credentials') return { code: 70_003, subject: grantType };
  const scope = form.get('scope') ?? '';
  if (!scope.endsWith(DEFAULT_SCOPE) || scope.includes(' '))
    return { code: 70_011, subject: scope };
  const appId = form.get('client_id') ?? '';
  const secretText = form.get('client_secret') ?? '';
  if (secretText === '') return { code: 7_000_218, subject: appId };
  return { appId, secretText, audience: scope.slice(0, -DEFAULT_SCOPE.length) };
}

/** True for the tenant's id and for its domains. */
export function isThisTenant({ tenantId, store }: SimulatedDirectory, tenant: string): boolean {
  return [tenantId, ...store.options.domains].some(
    (name) => name.toLowerCase() === tenant.toLowerCase(),
  );
}

function issueToken(
  directory: SimulatedDirectory,
  own: Surroundings,
  { appId, audience }: TokenRequest,
): string {
  const endsAt = own.now() + TOKEN_LIFETIME_SECONDS * 1_000;
  // The server that answered may still know a service principal that has just gone.
  const principalId = directory.servicePrincipal(appId)?.id ?? appId;
  return directory.store.tokens.issue({
    principalId,
    appId,
    audience,
    roles: directory.store.callers.get(principalId) ?? [],
    isExpired: () => own.now() >= endsAt,
  });
}
