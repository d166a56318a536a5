/**
 * Role: the answers of the token endpoint. Codes may be relied on by number; the `error` word and
 * the HTTP status vary and may not. Facts: docs/vendors.md#entra-tokens.
 */
import type { Surroundings } from './simulator.ts';

/** An AADSTS refusal. */
export interface TokenRefusal {
  code: number;
  /** HTTP status: 400 for requests that make no sense, 401 for clients that prove nothing. */
  status: 400 | 401 | 429 | 500 | 503;
  error: string;
  text: string;
}

/** A refusal with its words; `subject` is what it is about: a tenant, a client id, a scope. */
export function tokenRefusal(code: number, subject: string): TokenRefusal {
  return { code, ...wordsFor(code, subject) };
}

function wordsFor(code: number, subject: string): Omit<TokenRefusal, 'code'> {
  switch (code) {
    case 90_002:
      return {
        status: 400,
        error: 'invalid_request',
        text: `Tenant '${subject}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
      };
    case 50_059:
      return {
        status: 400,
        error: 'invalid_request',
        text: `No tenant-identifying information found in either the request or implied by any provided credentials ('${subject}' names no tenant).`,
      };
    case 900_144:
      return {
        status: 400,
        error: 'invalid_request',
        text: `The request body must contain the following parameter: '${subject}'.`,
      };
    case 70_003:
      return {
        status: 400,
        error: 'unsupported_grant_type',
        text: `The app requested an unsupported grant type '${subject}'.`,
      };
    case 70_011:
      return {
        status: 400,
        error: 'invalid_scope',
        text: `The provided request must include a 'scope' input parameter that is valid. The scope '${subject}' is not valid.`,
      };
    case 700_016:
      return {
        status: 400,
        error: 'unauthorized_client',
        text: `Application with identifier '${subject}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
      };
    case 7_000_229:
      return {
        status: 401,
        error: 'invalid_client',
        text: `The client application '${subject}' is missing service principal in the tenant.`,
      };
    case 7_000_112:
      return {
        status: 401,
        error: 'unauthorized_client',
        text: `Application '${subject}' is disabled.`,
      };
    case 7_000_218:
      return {
        status: 401,
        error: 'invalid_client',
        text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      };
    case 7_000_222:
      return {
        status: 401,
        error: 'invalid_client',
        text: `The provided client secret keys for app '${subject}' are expired.`,
      };
    case 90_055:
      return {
        status: 429,
        error: 'temporarily_unavailable',
        text: 'There are too many incoming requests.',
      };
    case 90_033:
      return {
        status: 503,
        error: 'temporarily_unavailable',
        text: 'A transient error has occurred. Please try again.',
      };
    default:
      return {
        status: 401,
        error: 'invalid_client',
        text: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${subject}'.`,
      };
  }
}

/** The refusal as the endpoint sends it. `status` overrides the usual one, for the fault layer. */
export function refusedAnswer(
  refusal: TokenRefusal,
  surroundings: Surroundings,
  extra: { status?: number; retryAfterSeconds?: number | undefined } = {},
): Response {
  const traceId = surroundings.random.uuid();
  const correlationId = surroundings.random.uuid();
  const timestamp = new Date(surroundings.now()).toISOString().slice(0, 19).replace('T', ' ') + 'Z';
  const body = {
    error: refusal.error,
    error_description: `AADSTS${refusal.code}: ${refusal.text}\r\nTrace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
  };
  const { status = refusal.status, retryAfterSeconds } = extra;
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Response.json(body, {
    status,
    headers: { ...wait, 'cache-control': 'no-store, no-cache', 'x-ms-request-id': traceId },
  });
}
