/**
 * What vendors say when they refuse, in one shape. Foreign and possibly hostile text: only codes and
 * request ids of a harmless form leave this file; messages are matched against, and never kept.
 */
import type { Vendor } from '../core/fault.ts';
import { errorCharacters } from './limits.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** A refusal as its vendor worded it. */
export interface VendorError {
  /** The vendor's codes, the most general first. */
  readonly codes: readonly string[];
  /** The AADSTS numbers of Entra. */
  readonly numbers: readonly number[];
  /** For matching only: it can hold anything. */
  readonly message: string;
  readonly requestId?: string;
}

/** Reads an error reply. Total: whatever the body is, there is an answer. */
export function vendorError(vendor: Vendor, headers: Headers, body: string): VendorError {
  switch (vendor) {
    case 'graph':
      return graphError(headers, jsonOf(body));
    case 'vault':
      return vaultError(headers, jsonOf(body));
    case 'entra':
      return entraError(headers, jsonOf(body));
    case 'nylas':
      return nylasError(headers, jsonOf(body));
    case 'storage':
      return storageError(headers, body);
  }
}

/**
 * A code of the vendor, if it has the form of one: up to 80 letters, digits and `_ . -`, with one
 * run of at most 8 digits. A secret, or a sentence, that a vendor puts there does not pass.
 */
export function safeCode(code: unknown): string | undefined {
  if (typeof code !== 'string' || !/^[A-Za-z][\w.-]{0,79}$/.test(code)) return undefined;
  const digits = code.match(/\d+/g) ?? [];
  return digits.length > 1 || (digits[0]?.length ?? 0) > 8 ? undefined : code;
}

/** A request id, if it has the form of one: hexadecimal digits and hyphens, as all vendors send. */
export function safeRequestId(id: unknown): string | undefined {
  return typeof id === 'string' && /^[\dA-Fa-f-]{8,64}$/.test(id) ? id : undefined;
}

/**
 * `{error:{code,message,details:[{code}],innerError:{"request-id"}}}`
 * (docs/vendors.md#graph-registrations).
 */
function graphError(headers: Headers, body: unknown): VendorError {
  const details = at(body, 'error', 'details');
  return shaped({
    codes: [
      at(body, 'error', 'code'),
      ...(Array.isArray(details) ? details.slice(0, 20).map((one) => at(one, 'code')) : []),
    ],
    message: at(body, 'error', 'message'),
    requestIds: [at(body, 'error', 'innerError', 'request-id'), headers['request-id']],
  });
}

/** `{error:{code,message,innererror:{code}}}` (docs/vendors.md#key-vault). */
function vaultError(headers: Headers, body: unknown): VendorError {
  return shaped({
    codes: [
      at(body, 'error', 'code'),
      at(body, 'error', 'innererror', 'code') ?? at(body, 'error', 'innerError', 'code'),
      at(body, 'error', 'innererror', 'innererror', 'code'),
    ],
    message: at(body, 'error', 'message'),
    requestIds: [headers['x-ms-request-id']],
  });
}

/** `{error,error_description,error_codes:[7000215],trace_id}` (docs/vendors.md#entra-tokens). */
function entraError(headers: Headers, body: unknown): VendorError {
  const numbers = at(body, 'error_codes');
  return shaped({
    codes: [at(body, 'error')],
    numbers: Array.isArray(numbers) ? numbers.slice(0, 20) : [],
    message: at(body, 'error_description'),
    requestIds: [at(body, 'trace_id'), headers['x-ms-request-id']],
  });
}

/**
 * `{request_id,error:{type,message}}`; OAuth endpoints differ
 * (docs/vendors.md#nylas-errors-and-limits).
 */
function nylasError(headers: Headers, body: unknown): VendorError {
  return shaped({
    codes: [at(body, 'error', 'type'), at(body, 'error')],
    message: at(body, 'error', 'message'),
    requestIds: [at(body, 'request_id'), headers['x-request-id']],
  });
}

/** A header, or XML `<Error><Code>…</Code>`. */
function storageError(headers: Headers, body: string): VendorError {
  return shaped({
    codes: [
      headers['x-ms-error-code'],
      /<Code>([^<]{1,80})<\/Code>/.exec(body.slice(0, 4_096))?.[1],
    ],
    message: '',
    requestIds: [headers['x-ms-request-id']],
  });
}

function shaped(raw: {
  readonly codes: readonly unknown[];
  readonly numbers?: readonly unknown[];
  readonly message: unknown;
  readonly requestIds: readonly unknown[];
}): VendorError {
  const requestId = raw.requestIds.map(safeRequestId).find((id) => id !== undefined);
  return {
    codes: raw.codes.map(safeCode).filter((code) => code !== undefined),
    numbers: (raw.numbers ?? []).filter(
      (one): one is number => Number.isSafeInteger(one) && (one as number) > 0,
    ),
    message: typeof raw.message === 'string' ? raw.message.slice(0, 2_000) : '',
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function jsonOf(text: string): unknown {
  if (text.length > errorCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The value at a path of own properties. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}
