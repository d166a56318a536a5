/** Replies that no vendor should send, and what must hold of a client whatever was sent. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { TransportError, type TransportRequest } from '../../src/clients/transport.ts';
import type { Fault, Result } from '../../src/core/fault.ts';
import { canary, expectSilent } from '../unit/clients/canary.ts';
import type { Scripted } from '../unit/clients/scripted.ts';
import { hostileText, hostileValue, inheritedNames, jsonText, mutated } from './hostile-values.ts';

/** One method of a client. */
export interface ClientCall<Client> {
  readonly name: string;
  /** Requests that a write may send: one, and none may be repeated. For a read: its bound. */
  readonly most: number;
  readonly writes: boolean;
  /** The body of a good reply. */
  readonly good: unknown;
  readonly run: (client: Client) => Promise<Result<unknown>>;
}

const statuses = [
  100, 101, 199, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299, 300, 301, 302, 303, 304, 307,
  308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 413, 415, 418, 421, 423, 425, 429, 431,
  451, 500, 501, 502, 503, 504, 507, 511, 520, 599, 600, 999,
];

const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  { weight: 4, arbitrary: fc.constantFrom(...statuses) },
);

/** What is left of a header's text once it has come through the parser of HTTP. */
function parsed(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7E\x80-\xFF]/g, '?').trim();
}

/** A wish to wait, in forms good and bad. */
export const retryAfterText = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '5',
    '1.5',
    '1e9',
    '0x10',
    '999999999999',
    '9999999999999',
    'Infinity',
    'NaN',
    '1, 2',
    '١٢',
    'Wed, 25 Nov 2026 17:37:13 GMT',
    'Wed, 99 Xyz 2026 99:99:99 GMT',
    'Sun, 06 Nov 9999 08:49:37 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '2026-11-25T17:37:13Z',
    '',
  ),
  fc.integer().map(String),
  fc.double().map(String),
  hostileText,
);

const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'date',
    'location',
    'retry-after',
    'retry-after-ms',
    'x-ms-retry-after-ms',
    'request-id',
    'x-request-id',
    'x-ms-request-id',
    'x-ms-error-code',
    'set-cookie',
    'www-authenticate',
    'constructor',
  ),
  fc.oneof(
    retryAfterText.map(parsed),
    fc.constantFrom(
      canary,
      'text/html',
      'application/json',
      `https://evil.example/?${canary}`,
      'Bearer authorization="https://evil.example/t", resource="https://evil.example"',
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhIjoxfQ=="',
      'b31c83fd-944c-4663-aa50-5d9ceb367e19',
    ),
  ),
  { maxKeys: 4 },
);

/** Refusals in the words of all vendors, with a secret wherever text can stand. */
const refusal = fc
  .record({
    code: fc.oneof(
      hostileValue,
      fc.constantFrom(
        canary,
        'Request_ResourceNotFound',
        'SecretNotFound',
        'Directory_ConcurrencyViolation',
        'CredentialInvalidLifetimeAsPerAppPolicy',
        'ObjectIsDeletedButRecoverable',
        'Request_MultipleObjectsWithSameKeyValue',
        'not_found_error',
        'token.unauthorized_access',
        ...inheritedNames,
      ),
    ),
    message: fc.oneof(fc.constant(canary), hostileValue),
    numbers: fc.oneof(fc.constant([7_000_215]), hostileValue),
  })
  .map(({ code, message, numbers }) => ({
    request_id: message,
    trace_id: message,
    error_codes: numbers,
    error_description: message,
    error: {
      code,
      type: code,
      message,
      details: [{ code }, null],
      innerError: { 'request-id': message, code },
      innererror: { code, innererror: { code } },
    },
  }));

const faults = fc
  .tuple(
    fc.constantFrom('timeout', 'broken', 'oversized', 'misdirected'),
    fc.oneof(hostileText, fc.constantFrom('ECONNRESET', 'ENOTFOUND', canary)),
  )
  .map(([kind, code]) => new TransportError(kind as TransportError['kind'], code));

/** Any reply to a call whose good body is known, or what the network does instead. */
export function hostileReply(good: unknown): fc.Arbitrary<Scripted> {
  const body = fc.oneof(
    { weight: 4, arbitrary: mutated(good).map(jsonText) },
    { weight: 2, arbitrary: refusal.map(jsonText) },
    { weight: 1, arbitrary: mutated(good).map((value) => truncated(jsonText(value))) },
    { weight: 1, arbitrary: fc.oneof(hostileText, hostileValue.map(jsonText)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        `<!doctype html><title>${canary}</title>`,
        `\ufeff${jsonText(good)}`,
        `${jsonText(good)}${canary}`,
        `"${canary}"`,
        `)]}'\n${jsonText(good)}`,
        ' '.repeat(300_000),
      ),
    },
  );
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ status, headers, body }) },
    { weight: 1, arbitrary: faults },
  );
}

function truncated(text: string): string {
  return text.slice(0, Math.floor(text.length * 0.7));
}

const kinds: Readonly<Record<Fault['kind'], true>> = {
  'not-yet': true,
  throttled: true,
  unavailable: true,
  timeout: true,
  conflict: true,
  denied: true,
  policy: true,
  limit: true,
  'deleted-holds-name': true,
  absent: true,
  rejected: true,
  malformed: true,
  unsent: true,
};

const members = new Set([
  'kind',
  'vendor',
  'code',
  'status',
  'requestId',
  'retryAfterMs',
  'rule',
  'what',
]);

/** Holds when the fault is one of the closed union, bounded, and quotes nothing. */
function expectPreciseFault(fault: Fault): void {
  expect(Object.keys(kinds)).toContain(fault.kind);
  expect(Object.keys(fault).filter((name) => !members.has(name))).toEqual([]);
  if (fault.code !== undefined) expect(fault.code).toMatch(/^[A-Za-z][\w.-]{0,79}$/);
  if (fault.requestId !== undefined) expect(fault.requestId).toMatch(/^[\dA-Fa-f-]{8,64}$/);
  if (fault.status !== undefined) expect(Number.isSafeInteger(fault.status)).toBe(true);
  if ('retryAfterMs' in fault && fault.retryAfterMs !== undefined) {
    expect(Number.isSafeInteger(fault.retryAfterMs)).toBe(true);
    expect(fault.retryAfterMs).toBeGreaterThanOrEqual(0);
    expect(fault.retryAfterMs).toBeLessThanOrEqual(86_400_000);
  }
  expectSilent(fault);
}

/** Holds when a result is a precise fault, or a value that later code can rely on. */
export function expectPrecise(result: Result<unknown>): void {
  if (result.ok) expectUsable(result.value);
  else expectPreciseFault(result.fault);
}

const ids = /^(?:id|keyId|objectId|appId|activeRecordId)$/;

/** Ids become names of members in memory; numbers become instants. */
function expectUsable(value: unknown, name = ''): void {
  const isUnfit =
    (typeof value === 'number' && !Number.isFinite(value)) ||
    (typeof value === 'string' && ids.test(name) && (value in {} || value.length > 200));
  if (isUnfit) expect.fail(`unfit as ${name}: ${String(value)}`);
  if (typeof value !== 'object' || value === null) return;
  for (const [inner, member] of Object.entries(value)) {
    // Tags are anybody's words, and only compared.
    if (inner !== 'tags') expectUsable(member, inner);
  }
}

/** Holds when the fault after one refusal names its status: what follows depends on it. */
export function expectStatusKept(reply: Scripted, result: Result<unknown>): void {
  if (result.ok || reply instanceof TransportError || (reply.status ?? 200) < 400) return;
  if ((reply.status ?? 200) < 600) expect(result.fault.status).toBe(reply.status);
}

/** Holds when everything went to one of the vendor's addresses, over TLS. */
export function expectOnlyTo(
  origins: readonly string[],
  requests: readonly TransportRequest[],
): void {
  const strangers = requests.map(({ url }) => new URL(url).origin);
  expect(strangers.filter((origin) => !origins.includes(origin))).toEqual([]);
}
