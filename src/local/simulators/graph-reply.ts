/**
 * Role: the shape of every answer of the simulated Graph: ids, error body, headers.
 * Facts: docs/vendors.md#graph-registrations (errors), docs/vendors.md#graph-throttling (headers).
 */
import type { Refusal } from './directory-refusal.ts';
import type { Surroundings } from './simulator.ts';

const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

/** Makes the answers to one request; each carries its `request-id`. */
export interface Reply {
  json(body: Readonly<Record<string, unknown>>, status?: 200 | 201): Response;
  nothing(): Response;
  refused(refusal: Refusal, headers?: Readonly<Record<string, string>>): Response;
}

/** The answers to a request; without one, to nobody in particular. */
export function replyTo(
  request: Request | undefined,
  surroundings: Surroundings,
  { upperCaseIds = false } = {},
): Reply {
  const requestId = surroundings.random.uuid();
  const clientRequestId = request?.headers.get('client-request-id') ?? requestId;
  const common = {
    'request-id': requestId,
    'client-request-id': clientRequestId,
    date: new Date(surroundings.now()).toUTCString(),
  };

  function refused(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
    const { status, code, message, details, retryAfterSeconds } = refusal;
    const innerError = {
      date: new Date(surroundings.now()).toISOString().slice(0, 19),
      'request-id': requestId,
      'client-request-id': clientRequestId,
    };
    const error = {
      code,
      message,
      ...(details.length > 0 ? { details } : {}),
      innerError,
    };
    const wait =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    return new Response(JSON.stringify({ error }), {
      status,
      headers: { ...common, ...wait, ...headers, 'content-type': JSON_TYPE },
    });
  }

  return {
    json: (body, status = 200) =>
      new Response(JSON.stringify(upperCaseIds ? withUpperCaseIds(body) : body), {
        status,
        headers: { ...common, 'content-type': JSON_TYPE },
      }),
    nothing: () => new Response(null, { status: 204, headers: common }),
    refused,
  };
}

/** The same with all its ids in upper case. */
function withUpperCaseIds(body: object): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    idKeys.has(key) && typeof value === 'string' ? value.toUpperCase() : value,
  );
}

const idKeys: ReadonlySet<string> = new Set(['id', 'appId', 'keyId', 'resourceAppId']);
