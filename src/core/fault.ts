/**
 * What can go wrong at a vendor, as values (never exceptions), and what each means for the loop.
 * A fault carries only fields from this list: no vendor text, no body, no header.
 */

/** Whom a request went to. */
export type Vendor = 'graph' | 'entra' | 'vault' | 'nylas' | 'storage';

interface Common {
  readonly vendor: Vendor;
  /** The vendor's own error code or type, cut to 80 characters of a safe alphabet. */
  readonly code?: string;
  readonly status?: number;
  /** The vendor's request id, to match with its logs. */
  readonly requestId?: string;
}

export type Fault =
  /** Not known yet on the replica asked: just created, not replicated. Cured by waiting. */
  | (Common & { readonly kind: 'not-yet' })
  /** Throttled. The request was not carried out. */
  | (Common & { readonly kind: 'throttled'; readonly retryAfterMs?: number })
  /** The vendor failed (5xx), or the connection broke before or after sending. */
  | (Common & { readonly kind: 'unavailable'; readonly retryAfterMs?: number })
  /** No answer within the time limit. */
  | (Common & { readonly kind: 'timeout' })
  /** Two writes on one object too close together. Not carried out. */
  | (Common & { readonly kind: 'conflict'; readonly retryAfterMs?: number })
  /** Who we are is not accepted (401), or may not do this (403). A person must grant it. */
  | (Common & { readonly kind: 'denied' })
  /** The tenant's application management policy forbids it. */
  | (Common & {
      readonly kind: 'policy';
      readonly rule: 'secrets-forbidden' | 'lifetime-too-long' | 'audience-forbidden' | 'other';
    })
  /** A limit of the vendor: secrets a registration, directory objects, object size. */
  | (Common & { readonly kind: 'limit'; readonly what: 'credentials' | 'objects' | 'size' })
  /** The name is held by something deleted, which can still be restored. */
  | (Common & { readonly kind: 'deleted-holds-name' })
  /** The thing addressed is not there (404 on a write). */
  | (Common & { readonly kind: 'absent' })
  /** The vendor understood and refused: a defect of the request. Repeating it is useless. */
  | (Common & { readonly kind: 'rejected' })
  /** An answer of the wrong shape. */
  | (Common & { readonly kind: 'malformed' })
  /** Not sent: the deadline of its intent had passed (law 4). */
  | (Common & { readonly kind: 'unsent' });

/** What the loop does about a fault. */
export type Consequence =
  | { readonly kind: 'wait'; readonly ms?: number }
  | { readonly kind: 'person' }
  | { readonly kind: 'next-pass' };

/** What follows from a fault. Total over {@link Fault}. */
export function consequenceOf(fault: Fault): Consequence {
  switch (fault.kind) {
    case 'throttled':
    case 'unavailable':
    case 'conflict':
      return fault.retryAfterMs === undefined
        ? { kind: 'next-pass' }
        : { kind: 'wait', ms: fault.retryAfterMs };
    case 'not-yet':
    case 'timeout':
    case 'malformed':
    case 'absent':
    case 'unsent':
      return { kind: 'next-pass' };
    case 'denied':
    case 'policy':
    case 'limit':
    case 'deleted-holds-name':
    case 'rejected':
      return { kind: 'person' };
  }
}

/** Codes of connections that were never opened: nothing was sent over them. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** True when a write that ended so may have been carried out all the same. */
export function leavesDoubt(fault: Fault): boolean {
  if (fault.code !== undefined && neverSent.has(fault.code)) return false;
  return fault.kind === 'timeout' || fault.kind === 'unavailable' || fault.kind === 'malformed';
}

/** A value, or the fault that stood in its way. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** Wraps a value. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps a fault. */
export function failure(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}
