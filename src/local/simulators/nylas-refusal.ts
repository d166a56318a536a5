/**
 * Role: what simulated Nylas refuses, in its published types. Prefixing is inconsistent at the
 * vendor, so the front drops the `api.` at random; clients match on the status first.
 */

/** A request that Nylas refuses. Thrown by the state machine, made a reply by the routes. */
export class NylasRefusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly providerError: Readonly<Record<string, string>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    type: string,
    message: string,
    more: {
      readonly providerError?: Readonly<Record<string, string>>;
      readonly retryAfterSeconds?: number;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.providerError = more.providerError;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** 400: the body or a query parameter is at fault. */
export function invalidRequest(message: string): NylasRefusal {
  return new NylasRefusal(400, 'api.invalid_request_error', message);
}

/** 404: no such connector, record or path. */
export function notFound(what: string): NylasRefusal {
  return new NylasRefusal(404, 'api.not_found_error', `${what} not found`);
}

const usualTypes: Readonly<Record<number, string>> = {
  400: 'api.invalid_request_error',
  401: 'api.authentication_error',
  403: 'grant.access_denied',
  404: 'api.not_found_error',
  405: 'api.method_not_allowed',
  423: 'api.resource_blocked',
  429: 'nylas_rate_limit_exceeded',
  504: 'api.provider_error',
};

/** A refusal with the vendor's usual type for a status, for faults made from outside. */
export function usualNylasRefusal(status: number, retryAfterSeconds?: number): NylasRefusal {
  const type =
    usualTypes[status] ?? (status < 500 ? 'api.invalid_request_error' : 'api.internal_error');
  return new NylasRefusal(status, type, `The request was refused with status ${status}`, {
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
