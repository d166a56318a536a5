/**
 * The one place where replies and errors of vendors become faults. It knows the status codes and
 * error codes that vendors document, and those that were seen in the wild: docs/vendors.md, each
 * vendor's sections.
 */
import type { Fault, Vendor } from '../core/fault.ts';
import { safeCode, vendorError, type VendorError } from './error-shape.ts';
import { retryAfterMs } from './retry-after.ts';
import { TransportError } from './transport.ts';

type Headers = Readonly<Record<string, string | undefined>>;

export interface ReplyContext {
  /** Epoch milliseconds, to measure a Retry-After date where the reply has no `date` header. */
  readonly now?: number;
}

/** What all faults carry, and the wish to wait where there was one. */
interface Told {
  readonly vendor: Vendor;
  readonly code?: string;
  readonly status?: number;
  readonly requestId?: string;
}

type Wait = { readonly retryAfterMs?: number };

/** The fault of a reply that is no success; a reply of 2xx or 3xx given here is `malformed`. */
export function faultOfReply(
  vendor: Vendor,
  status: number,
  headers: Headers,
  bodyText: string,
  context: ReplyContext = {},
): Fault {
  const error = vendorError(vendor, headers, bodyText);
  const waitMs = retryAfterMs(headers, context.now);
  const wait: Wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  const told = toldBy(vendor, status, error);
  switch (vendor) {
    case 'graph':
      return graphFault(told, status, error, wait) ?? commonFault(told, status, wait);
    case 'vault':
      return vaultFault(told, status, error, wait) ?? commonFault(told, status, wait);
    case 'entra':
      return entraFault(told, status, error, wait) ?? commonFault(told, status, wait);
    case 'nylas':
      return nylasFault(told, status, error) ?? commonFault(told, status, wait);
    case 'storage':
      return storageFault(told, status, error) ?? commonFault(told, status, wait);
  }
}

/** The fault of a reply of 2xx whose body is not what was asked for. `code` says what is wrong. */
export function malformed(
  vendor: Vendor,
  reply: { status?: number; headers?: Headers; code?: string },
): Fault {
  const { requestId } = vendorError(vendor, reply.headers ?? {}, '');
  return {
    kind: 'malformed',
    vendor,
    ...(reply.code === undefined ? {} : { code: reply.code }),
    ...(reply.status === undefined ? {} : { status: reply.status }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/**
 * The fault of something thrown by a transport or by a vendor's library. What it does not know is
 * a defect of this program, and thrown on.
 */
export function faultOfError(vendor: Vendor, error: unknown): Fault {
  if (error instanceof TransportError) return transportFault(vendor, error);
  if (!(error instanceof Error)) throw error;
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    return faultOfReply(vendor, refusal.status, refusal.headers, refusal.body);
  }
  const code = safeCode('code' in error ? error.code : undefined);
  const told: Told = { vendor, ...(code === undefined ? {} : { code }) };
  switch (error.name) {
    case 'AbortError':
    case 'TimeoutError':
      return { kind: 'timeout', ...told };
    case 'RestError':
      // Errors of the network have a code; without one the library did not like the reply.
      if (code === 'PARSE_ERROR' || !('code' in error) || error.code === undefined) {
        return { kind: 'malformed', ...told };
      }
      return { kind: code === 'ETIMEDOUT' ? 'timeout' : 'unavailable', ...told };
    case 'CredentialUnavailableError':
    case 'AuthenticationRequiredError':
      return { kind: 'denied', vendor: 'entra', code: error.name };
    case 'AuthenticationError':
    case 'AggregateAuthenticationError':
      return identityFault(error);
    default:
      if (code !== undefined && /^E[A-Z]{3,20}$|^EAI_|^UND_ERR_/.test(code)) {
        return { kind: 'unavailable', ...told };
      }
      throw error;
  }
}

/**
 * The same for a library that decodes replies by itself: it runs into a wrong shape with any kind
 * of error. Only for a `try` that holds nothing but the library's call.
 */
export function faultOfLibraryError(vendor: Vendor, error: unknown): Fault {
  try {
    return faultOfError(vendor, error);
  } catch (unknown) {
    if (unknown === error) return { kind: 'malformed', vendor, code: 'unreadable' };
    throw unknown;
  }
}

/** The reply inside an error of an Azure library, if that is what it is about. */
export function refusalOf(
  error: unknown,
):
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  | undefined {
  if (!(error instanceof Error) || error.name !== 'RestError' || !('response' in error)) {
    return undefined;
  }
  const reply = error.response as
    | {
        status?: unknown;
        bodyAsText?: unknown;
        headers?: { toJSON?: () => Record<string, string> };
      }
    | undefined;
  if (typeof reply?.status !== 'number') return undefined;
  return {
    status: reply.status,
    headers: reply.headers?.toJSON?.() ?? {},
    body: typeof reply.bodyAsText === 'string' ? reply.bodyAsText : decodedBody(error),
  };
}

/**
 * The Key Vault library keeps the body of a refusal decoded only, with some names in another case;
 * of a refusal to list it keeps the code. A body nested deeper than the stack says nothing.
 */
function decodedBody(error: Error): string {
  const listing = 'code' in error ? { error: { code: error.code } } : undefined;
  const decoded = 'details' in error && error.details ? error.details : listing;
  try {
    return JSON.stringify(decoded) ?? '';
  } catch (unwritable) {
    if (unwritable instanceof RangeError) return '';
    throw unwritable;
  }
}

/** All codes that the reply inside an error of an Azure library gives. */
export function codesOf(vendor: Vendor, error: unknown): readonly string[] {
  const refusal = refusalOf(error);
  return refusal === undefined ? [] : vendorError(vendor, refusal.headers, refusal.body).codes;
}

function toldBy(vendor: Vendor, status: number, error: VendorError): Told {
  const code = vendor === 'vault' ? error.codes.at(-1) : error.codes[0];
  const number = error.numbers[0];
  const best = vendor === 'entra' && number !== undefined ? `AADSTS${number}` : code;
  return {
    vendor,
    status,
    ...(best === undefined ? {} : { code: best }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

/** What status codes mean at every vendor. */
function commonFault(told: Told, status: number, wait: Wait): Fault {
  if (status >= 500 || status === 408) return { kind: 'unavailable', ...told, ...wait };
  if (status === 429) return { kind: 'throttled', ...told, ...wait };
  if (status === 401 || status === 403) return { kind: 'denied', ...told };
  if (status === 404 || status === 410) return { kind: 'absent', ...told };
  if (status === 409 || status === 412 || status === 423)
    return { kind: 'conflict', ...told, ...wait };
  return { kind: status >= 400 ? 'rejected' : 'malformed', ...told };
}

/**
 * Our own code for removePassword of a key id that is not listed (any more): only Graph's text tells
 * (docs/vendors.md#graph-credentials).
 */
export const noSuchCredential = 'no-such-credential';

/**
 * Texts of the two-secret limit, whose error code is not known (docs/vendors.md#graph-credentials).
 */
const secretLimit =
  /not allowed to add \d+ passwords|maximum of \d+ (?:encrypted credentials|passwords)|credential limit has been reached/i;

function graphFault(told: Told, status: number, error: VendorError, wait: Wait): Fault | undefined {
  // A server that failed may have done the work, whatever its text says: only 4xx is a refusal.
  if (status < 400 || status >= 500) return undefined;
  const has = (code: string): boolean => error.codes.includes(code);
  if (
    has('Directory_ConcurrencyViolation') ||
    /concurrent requests being made/i.test(error.message)
  ) {
    return { kind: 'conflict', ...told, ...wait };
  }
  const policy = error.codes.find((code) => code.endsWith('AsPerAppPolicy'));
  if (policy !== undefined) {
    return { kind: 'policy', rule: ruleOf(policy), ...told, code: policy };
  }
  for (const code of ['Error_MsaAppDoesNotExist', 'NoBackingApplicationObject']) {
    if (has(code)) return { kind: 'not-yet', ...told, code };
  }
  if (has('Directory_QuotaExceeded')) return { kind: 'limit', what: 'objects', ...told };
  if (has('Directory_ResourceSizeExceeded')) return { kind: 'limit', what: 'size', ...told };
  if (/no password credential found with keyid/i.test(error.message)) {
    return { kind: 'rejected', ...told, code: noSuchCredential };
  }
  if (secretLimit.test(error.message)) return { kind: 'limit', what: 'credentials', ...told };
  if (status === 400 && holdsName(error)) return { kind: 'deleted-holds-name', ...told };
  return undefined;
}

/** An upsert meets a holder of its name only in the bin; a live one it would have updated. */
function holdsName({ codes, message }: VendorError): boolean {
  return (
    /same value for property uniqueName/i.test(message) ||
    (codes.includes('ObjectConflict') && /uniqueName/i.test(message))
  );
}

function ruleOf(
  code: string,
): 'secrets-forbidden' | 'lifetime-too-long' | 'audience-forbidden' | 'other' {
  if (code.startsWith('CredentialTypeNotAllowed')) return 'secrets-forbidden';
  if (code.startsWith('CredentialInvalidLifetime')) return 'lifetime-too-long';
  return code.startsWith('SignInAudienceNotAllowed') ? 'audience-forbidden' : 'other';
}

function vaultFault(told: Told, status: number, error: VendorError, wait: Wait): Fault | undefined {
  if (status !== 409) return undefined;
  return error.codes.includes('ObjectIsDeletedButRecoverable')
    ? { kind: 'deleted-holds-name', ...told }
    : { kind: 'conflict', ...told, ...wait };
}

/** OAuth's own words for a passing failure come with 400 as well (RFC 6749, section 4.1.2.1). */
function entraFault(told: Told, status: number, error: VendorError, wait: Wait): Fault | undefined {
  const isPassing = error.codes.some((code) =>
    /^(?:temporarily_unavailable|server_error)$/.test(code),
  );
  return isPassing && status < 500 && status !== 429
    ? { kind: 'unavailable', ...told, ...wait }
    : undefined;
}

/** A bad API key is 400 or 401; types come with and without their prefix. */
function nylasFault(told: Told, status: number, error: VendorError): Fault | undefined {
  if (status === 423) return { kind: 'denied', ...told };
  const isKey = error.codes.some((code) =>
    /(?:^|\.)(?:unauthorized_access|unauthorized|authentication_error)$/.test(code),
  );
  return status === 400 && isKey ? { kind: 'denied', ...told } : undefined;
}

function storageFault(told: Told, status: number, error: VendorError): Fault | undefined {
  const has = (code: string): boolean => error.codes.includes(code);
  if (status === 413 || has('BlockCountExceedsLimit') || has('MaxBlobSizeConditionNotMet')) {
    return { kind: 'limit', what: 'size', ...told };
  }
  return has('BlobImmutableDueToPolicy') ? { kind: 'rejected', ...told } : undefined;
}

function transportFault(vendor: Vendor, { kind, code: raw }: TransportError): Fault {
  const code = safeCode(raw);
  const told: Told = { vendor, ...(code === undefined ? {} : { code }) };
  switch (kind) {
    case 'timeout':
      return { kind: 'timeout', ...told };
    case 'broken':
      return { kind: 'unavailable', ...told };
    case 'oversized':
    case 'misdirected':
      return { kind: 'malformed', vendor, code: kind };
    case 'late':
      return { kind: 'unsent', vendor };
  }
}

/** The identity endpoint answered: a refusal is for a person, a failure passes. */
function identityFault(error: Error): Fault {
  const status =
    'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 401;
  const told: Told = { vendor: 'entra', code: error.name, status };
  if (status === 429) return { kind: 'throttled', ...told };
  return { kind: status >= 500 ? 'unavailable' : 'denied', ...told };
}
