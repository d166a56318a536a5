/**
 * Role: what the directory answers when it refuses, as values.
 * Callers may rely on codes, never on texts. Facts: docs/vendors.md#graph-registrations,
 * docs/vendors.md#graph-credentials.
 */

/** One line of an error's `details`. */
export interface RefusalDetail {
  code: string;
  message: string;
  target: string;
}

/** A refusal as Microsoft Graph words it: HTTP status, `error.code` and `error.message`. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly RefusalDetail[];
  /** Seconds for a Retry-After header; absent where the vendor gives none. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { details?: readonly RefusalDetail[]; retryAfterSeconds?: number | undefined } = {},
  ) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.details = extra.details ?? [];
    this.retryAfterSeconds = extra.retryAfterSeconds;
  }
}

/** 400 Request_BadRequest about one property. */
export function invalid(target: string, message: string, code = 'InvalidValue'): Refusal {
  return new Refusal(400, 'Request_BadRequest', message, { details: [{ code, message, target }] });
}

/** 404: no such object, or not yet on the replica that was asked. */
export function notFound(name: string): Refusal {
  return new Refusal(
    404,
    'Request_ResourceNotFound',
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** 403: a role is missing, or the caller is not an owner. */
export function denied(): Refusal {
  return new Refusal(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  );
}

/** 409 (or 503 with the same text): two writes on one object came close together. */
export function concurrentWrite(status: 409 | 503, retryAfterSeconds?: number): Refusal {
  return new Refusal(
    status,
    'Directory_ConcurrencyViolation',
    'Error due to concurrent requests being made to the tenant. Please retry after some time.',
    { retryAfterSeconds },
  );
}

/** 409 of a new application that admits personal accounts: the consumer directory lags. */
export function consumerSideMissing(): Refusal {
  return new Refusal(
    409,
    'Error_MsaAppDoesNotExist',
    'The corresponding MSA application does not exist.',
  );
}

/** 400: a `uniqueName` is held by another application, live or in the bin. */
export function nameTaken(): Refusal {
  return invalid(
    'uniqueName',
    'Another object with the same value for property uniqueName already exists.',
    'ObjectConflict',
  );
}

/** 400: the application of a service principal is not known (yet) to the replica that was asked. */
export function noBackingApplication(appId: string): Refusal {
  const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
  const code = 'NoBackingApplicationObject';
  return new Refusal(400, code, message, { details: [{ code, message, target: 'appId' }] });
}

/** 403: the creator, or the whole tenant, holds too many directory objects. */
export function quotaExceeded(whose: 'Principal' | 'Tenant'): Refusal {
  return new Refusal(
    403,
    'Directory_QuotaExceeded',
    `The directory object quota limit for the ${whose} has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.`,
  );
}
