import { describe, expect, it } from 'vitest';
import { faultOfError, faultOfLibraryError, faultOfReply } from '../../../src/clients/fault.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import { leavesDoubt, type Vendor } from '../../../src/core/fault.ts';
import { canary, expectSilent } from './canary.ts';

const uuid = 'b31c83fd-944c-4663-aa50-5d9ceb367e19';

function graph(code: string, message = '', details: readonly string[] = []): string {
  return JSON.stringify({
    error: {
      code,
      message,
      details: details.map((one) => ({ code: one, message: '', target: '' })),
      innerError: { 'request-id': uuid },
    },
  });
}

const vault = (code: string, inner?: string): string =>
  JSON.stringify({ error: { code, message: '', ...(inner && { innererror: { code: inner } }) } });

const nylas = (type: string): string =>
  JSON.stringify({ request_id: uuid, error: { type, message: '' } });

describe('faultOfReply() of Graph', () => {
  const concurrency = 'Error due to concurrent requests being made to the tenant.';
  it.each([
    [404, graph('Request_ResourceNotFound'), { kind: 'absent' }],
    [409, graph('Error_MsaAppDoesNotExist'), { kind: 'not-yet' }],
    [400, graph('NoBackingApplicationObject'), { kind: 'not-yet' }],
    [400, graph('Request_BadRequest', '', ['NoBackingApplicationObject']), { kind: 'not-yet' }],
    [409, graph('Directory_ConcurrencyViolation'), { kind: 'conflict' }],
    [400, graph('Request_BadRequest', concurrency), { kind: 'conflict' }],
    [503, graph('Directory_ConcurrencyViolation'), { kind: 'unavailable' }],
    [503, graph('ServiceUnavailable', concurrency), { kind: 'unavailable' }],
    [500, graph('InternalServerError'), { kind: 'unavailable' }],
    [502, '<html>Bad Gateway</html>', { kind: 'unavailable' }],
    [504, '', { kind: 'unavailable' }],
    [401, graph('InvalidAuthenticationToken'), { kind: 'denied' }],
    [403, graph('Authorization_RequestDenied'), { kind: 'denied' }],
    [
      400,
      graph(
        'Request_BadRequest',
        'Not allowed to add 3 passwords. You can only add a maximum of 2 passwords.',
      ),
      { kind: 'limit', what: 'credentials' },
    ],
    [
      400,
      graph('Request_BadRequest', 'You can only add a maximum of 2 encrypted credentials.'),
      { kind: 'limit', what: 'credentials' },
    ],
    [
      400,
      graph(
        'Request_BadRequest',
        'Sorry, the credential limit has been reached. Please delete a credential.',
      ),
      { kind: 'limit', what: 'credentials' },
    ],
    [
      400,
      graph(
        'Request_BadRequest',
        'Another object with the same value for property uniqueName already exists.',
      ),
      { kind: 'deleted-holds-name' },
    ],
    [
      400,
      graph('Request_BadRequest', 'Conflict on uniqueName', ['ObjectConflict']),
      { kind: 'deleted-holds-name' },
    ],
    [
      400,
      graph('Request_BadRequest', 'no such key'),
      { kind: 'rejected', code: 'Request_BadRequest' },
    ],
    [
      400,
      graph('Request_BadRequest', "No password credential found with keyId 'x'."),
      { kind: 'rejected', code: 'no-such-credential' },
    ],
    [
      400,
      graph('CredentialTypeNotAllowedAsPerAppPolicy'),
      { kind: 'policy', rule: 'secrets-forbidden' },
    ],
    [
      400,
      graph('CredentialInvalidLifetimeAsPerAppPolicy'),
      { kind: 'policy', rule: 'lifetime-too-long' },
    ],
    [
      400,
      graph('Request_BadRequest', '', ['SignInAudienceNotAllowedAsPerAppPolicy']),
      {
        kind: 'policy',
        rule: 'audience-forbidden',
        code: 'SignInAudienceNotAllowedAsPerAppPolicy',
      },
    ],
    [400, graph('InvalidUniqueTenantIdentifierAsPerAppPolicy'), { kind: 'policy', rule: 'other' }],
    [403, graph('Directory_QuotaExceeded'), { kind: 'limit', what: 'objects' }],
    [403, graph('Directory_ResourceSizeExceeded'), { kind: 'limit', what: 'size' }],
    [429, graph('TooManyRequests'), { kind: 'throttled' }],
    [423, '', { kind: 'conflict' }],
    [302, '', { kind: 'malformed' }],
    [200, 'no json', { kind: 'malformed' }],
  ])('%i %s', (status, body, expected) => {
    expect(faultOfReply('graph', status, {}, body)).toMatchObject({
      vendor: 'graph',
      status,
      ...expected,
    });
  });

  it('leaves in doubt what a server that failed says of concurrent writes, and keeps its wish to wait', () => {
    const body = graph('Directory_ConcurrencyViolation', concurrency);
    const fault = faultOfReply('graph', 503, { 'retry-after': '5' }, body);
    expect(fault).toMatchObject({ kind: 'unavailable', retryAfterMs: 5_000 });
    expect(leavesDoubt(fault)).toBe(true);
    expect(leavesDoubt(faultOfReply('graph', 409, {}, body))).toBe(false);
  });

  it('keeps the request id and the wish to wait', () => {
    const fault = faultOfReply('graph', 429, { 'retry-after': '2.5' }, graph('TooManyRequests'));
    expect(fault).toEqual({
      kind: 'throttled',
      vendor: 'graph',
      status: 429,
      code: 'TooManyRequests',
      requestId: uuid,
      retryAfterMs: 2_500,
    });
  });
});

describe('faultOfReply() of the other vendors', () => {
  it.each<[Vendor, number, string, Record<string, string>, object]>([
    ['vault', 401, vault('Unauthorized'), {}, { kind: 'denied' }],
    [
      'vault',
      403,
      vault('Forbidden', 'ForbiddenByRbac'),
      {},
      { kind: 'denied', code: 'ForbiddenByRbac' },
    ],
    ['vault', 403, vault('Forbidden', 'ForbiddenByPolicy'), {}, { kind: 'denied' }],
    ['vault', 403, vault('Forbidden', 'ForbiddenByFirewall'), {}, { kind: 'denied' }],
    ['vault', 403, vault('Forbidden', 'ForbiddenByConnection'), {}, { kind: 'denied' }],
    [
      'vault',
      403,
      vault('Forbidden', 'SecretDisabled'),
      {},
      { kind: 'denied', code: 'SecretDisabled' },
    ],
    ['vault', 404, vault('SecretNotFound'), {}, { kind: 'absent' }],
    [
      'vault',
      409,
      vault('Conflict', 'ObjectIsDeletedButRecoverable'),
      {},
      { kind: 'deleted-holds-name' },
    ],
    ['vault', 409, vault('Conflict', 'ObjectIsBeingDeleted'), {}, { kind: 'conflict' }],
    ['vault', 409, vault('Conflict', 'ObjectIsBeingRecovered'), {}, { kind: 'conflict' }],
    ['vault', 429, vault('Throttled'), {}, { kind: 'throttled' }],
    ['vault', 503, '', {}, { kind: 'unavailable' }],
    ['vault', 400, vault('BadParameter'), {}, { kind: 'rejected', code: 'BadParameter' }],
    ['nylas', 401, nylas('api.authentication_error'), {}, { kind: 'denied' }],
    ['nylas', 400, nylas('token.unauthorized_access'), {}, { kind: 'denied' }],
    ['nylas', 400, nylas('unauthorized_access'), {}, { kind: 'denied' }],
    ['nylas', 403, nylas('grant.access_denied'), {}, { kind: 'denied' }],
    ['nylas', 400, nylas('api.invalid_request_error'), {}, { kind: 'rejected' }],
    ['nylas', 400, nylas('bad_request'), {}, { kind: 'rejected', code: 'bad_request' }],
    ['nylas', 404, nylas('api.not_found_error'), {}, { kind: 'absent' }],
    ['nylas', 409, nylas('integration_already_exists'), {}, { kind: 'conflict' }],
    ['nylas', 423, nylas('api.resource_blocked'), {}, { kind: 'denied' }],
    ['nylas', 429, nylas('nylas_rate_limit_exceeded'), {}, { kind: 'throttled' }],
    ['nylas', 500, nylas('api.internal_error'), {}, { kind: 'unavailable' }],
    ['nylas', 504, nylas('api.provider_error'), {}, { kind: 'unavailable' }],
    ['nylas', 502, '<html></html>', {}, { kind: 'unavailable' }],
    [
      'entra',
      401,
      JSON.stringify({ error: 'invalid_client', error_codes: [7000215] }),
      {},
      { kind: 'denied', code: 'AADSTS7000215' },
    ],
    [
      'entra',
      400,
      JSON.stringify({ error: 'temporarily_unavailable' }),
      {},
      { kind: 'unavailable' },
    ],
    ['entra', 429, '', {}, { kind: 'throttled' }],
    ['entra', 503, '', {}, { kind: 'unavailable' }],
    [
      'storage',
      403,
      '',
      { 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
      { kind: 'denied', code: 'AuthorizationPermissionMismatch' },
    ],
    [
      'storage',
      404,
      '<Error><Code>BlobNotFound</Code></Error>',
      {},
      { kind: 'absent', code: 'BlobNotFound' },
    ],
    ['storage', 409, '', { 'x-ms-error-code': 'BlobAlreadyExists' }, { kind: 'conflict' }],
    [
      'storage',
      409,
      '',
      { 'x-ms-error-code': 'BlockCountExceedsLimit' },
      { kind: 'limit', what: 'size' },
    ],
    ['storage', 409, '', { 'x-ms-error-code': 'BlobImmutableDueToPolicy' }, { kind: 'rejected' }],
    [
      'storage',
      412,
      '',
      { 'x-ms-error-code': 'AppendPositionConditionNotMet' },
      { kind: 'conflict' },
    ],
    [
      'storage',
      412,
      '',
      { 'x-ms-error-code': 'MaxBlobSizeConditionNotMet' },
      { kind: 'limit', what: 'size' },
    ],
    ['storage', 413, '', {}, { kind: 'limit', what: 'size' }],
    ['storage', 503, '', { 'x-ms-error-code': 'ServerBusy' }, { kind: 'unavailable' }],
    ['storage', 500, '', { 'x-ms-error-code': 'OperationTimedOut' }, { kind: 'unavailable' }],
  ])('%s %i %s', (vendor, status, body, headers, expected) => {
    expect(faultOfReply(vendor, status, headers, body)).toMatchObject({
      vendor,
      status,
      ...expected,
    });
  });
});

describe('faultOfReply() of a hostile reply', () => {
  const bodies: readonly unknown[] = [
    { error: canary },
    { error: { code: canary, message: canary, innerError: { 'request-id': canary } } },
    { error: { code: { code: canary }, details: [canary, { code: canary }], message: [canary] } },
    { error: { type: canary, message: canary }, request_id: canary, trace_id: canary },
    { error: { code: 'A'.repeat(81), innererror: { code: canary, innererror: canary } } },
    { error_codes: [canary, -1, 1.5, null, {}], error_description: canary },
    { __proto__: { error: { code: canary } }, error: { __proto__: { code: canary } } },
    [[[canary]]],
    canary,
    null,
    7,
  ];
  const vendors: readonly Vendor[] = ['graph', 'entra', 'vault', 'nylas', 'storage'];
  const headers = {
    'request-id': canary,
    'x-ms-request-id': canary,
    'x-request-id': canary,
    'x-ms-error-code': canary,
    'retry-after': canary,
  };

  it.each(vendors)('says nothing of what %s wrote', (vendor) => {
    for (const body of bodies) {
      for (const status of [200, 301, 400, 401, 403, 404, 409, 429, 500]) {
        expectSilent(faultOfReply(vendor, status, headers, JSON.stringify(body)));
        expectSilent(faultOfReply(vendor, status, headers, `<Code>${canary}</Code>${canary}`));
      }
    }
  });

  it('does not choke on deep nesting or on size', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(faultOfReply('graph', 400, {}, deep)).toMatchObject({ kind: 'rejected' });
    expect(faultOfReply('graph', 400, {}, `"${'x'.repeat(5_000_000)}"`)).toMatchObject({
      kind: 'rejected',
    });
  });
});

describe('faultOfError()', () => {
  it.each([
    [
      new TransportError('timeout', 'UND_ERR_CONNECT_TIMEOUT'),
      { kind: 'timeout', code: 'UND_ERR_CONNECT_TIMEOUT' },
    ],
    [new TransportError('broken', 'ECONNRESET'), { kind: 'unavailable', code: 'ECONNRESET' }],
    [new TransportError('broken', 'ECONNREFUSED'), { kind: 'unavailable', code: 'ECONNREFUSED' }],
    [new TransportError('broken', 'ENOTFOUND'), { kind: 'unavailable', code: 'ENOTFOUND' }],
    [new TransportError('oversized'), { kind: 'malformed', code: 'oversized' }],
    [new TransportError('misdirected'), { kind: 'malformed', code: 'misdirected' }],
    [named('AbortError'), { kind: 'timeout' }],
    [named('TimeoutError'), { kind: 'timeout' }],
    [named('RestError', { code: 'ECONNRESET' }), { kind: 'unavailable', code: 'ECONNRESET' }],
    [named('RestError', { code: 'ETIMEDOUT' }), { kind: 'timeout' }],
    [named('RestError', { code: 'PARSE_ERROR' }), { kind: 'malformed' }],
    [named('RestError'), { kind: 'malformed' }],
    [named('Error', { code: 'ECONNRESET' }), { kind: 'unavailable' }],
    [named('CredentialUnavailableError'), { kind: 'denied', vendor: 'entra' }],
    [named('AuthenticationError', { statusCode: 401 }), { kind: 'denied', vendor: 'entra' }],
    [named('AuthenticationError', { statusCode: 429 }), { kind: 'throttled', vendor: 'entra' }],
    [named('AuthenticationError', { statusCode: 503 }), { kind: 'unavailable', vendor: 'entra' }],
  ])('%s', (error, expected) => {
    const fault = faultOfError('vault', error);
    expect(fault).toMatchObject(expected);
    expectSilent(fault);
  });

  it('reads the reply inside an error of an Azure library', () => {
    const response = {
      status: 409,
      headers: { toJSON: () => ({ 'x-ms-request-id': uuid }) },
      bodyAsText: vault('Conflict', 'ObjectIsDeletedButRecoverable'),
    };
    expect(faultOfError('vault', named('RestError', { statusCode: 409, response }))).toEqual({
      kind: 'deleted-holds-name',
      vendor: 'vault',
      status: 409,
      code: 'ObjectIsDeletedButRecoverable',
      requestId: uuid,
    });
  });

  it('throws a defect on, and takes it for a wrong reply only around a library', () => {
    const defect = new TypeError(canary);
    expect(() => faultOfError('graph', defect)).toThrow(defect);
    const fault = faultOfLibraryError('graph', defect);
    expect(fault).toEqual({ kind: 'malformed', vendor: 'graph', code: 'unreadable' });
  });
});

function named(name: string, fields: object = {}): Error {
  return Object.assign(new Error(canary), { name, ...fields });
}
