/**
 * Role: what the simulated Key Vault refuses, and how a refusal looks on the wire.
 * Shapes and codes from Microsoft's REST reference: `{error: {code, message, innererror}}`.
 */

/** A request that the vault refuses. Thrown by the state machine, made a reply by the routes. */
export class VaultRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly inner?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = more.inner;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** 400: the request itself is at fault. */
export function badParameter(message: string): VaultRefusal {
  return new VaultRefusal(400, 'BadParameter', message);
}

/** 404: no such secret or version; said of soft-deleted names too. */
export function secretNotFound(name: string, version = ''): VaultRefusal {
  return new VaultRefusal(
    404,
    'SecretNotFound',
    `A secret with (name/id) ${name}${version && '/'}${version} was not found in this key vault.`,
  );
}

/** 404: no such key or version; said of deleted keys too. */
export function keyNotFound(name: string, version = ''): VaultRefusal {
  return new VaultRefusal(
    404,
    'KeyNotFound',
    `A key with (name/id) ${name}${version && '/'}${version} was not found in this key vault.`,
  );
}

/** 403 with the inner code that tells why. */
export function forbidden(inner: string, message: string): VaultRefusal {
  return new VaultRefusal(403, 'Forbidden', message, { inner });
}

/** 409 with the inner code that tells which state the name is in. */
export function conflict(inner: string, message: string): VaultRefusal {
  return new VaultRefusal(409, 'Conflict', message, { inner });
}

const faults: Readonly<Record<number, readonly [code: string, inner?: string]>> = {
  400: ['BadParameter'],
  401: ['Unauthorized'],
  403: ['Forbidden', 'ForbiddenByRbac'],
  404: ['SecretNotFound'],
  405: ['MethodNotAllowed'],
  409: ['Conflict', 'ObjectIsBeingDeleted'],
  429: ['Throttled'],
  500: ['InternalServerError'],
  503: ['ServiceUnavailable'],
};

/** A refusal with the vendor's usual code for a status, for faults made from outside. */
export function usualRefusal(status: number, retryAfterSeconds?: number): VaultRefusal {
  const [code, inner] = faults[status] ?? [status < 500 ? 'BadParameter' : 'InternalServerError'];
  return new VaultRefusal(status, code, `The request was refused with status ${status}.`, {
    ...(inner !== undefined && { inner }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** The body of a refusal. */
export function refusalBody(refusal: VaultRefusal): object {
  return {
    error: {
      code: refusal.code,
      message: refusal.message,
      ...(refusal.inner !== undefined && { innererror: { code: refusal.inner } }),
    },
  };
}
