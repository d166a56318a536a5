import { describe, expect, it } from 'vitest';
import { entraTokens } from '../../../src/clients/entra.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import { Secret } from '../../../src/core/secret.ts';
import { canary, expectSilent } from './canary.ts';
import { json, scripted, type Scripted } from './scripted.ts';

function attempt(reply: Scripted) {
  const { transport, requests } = scripted(reply);
  const authority = 'https://login.microsoftonline.com';
  const tokens = entraTokens({ authority, tenant: 'tenant-1', transport });
  return { result: tokens.tryCredential('app-1', new Secret('a@+[b]: ~&=')), requests };
}

describe('tryCredential()', () => {
  it('encodes the secret, asks the tenant, and throws the token away', async () => {
    const { result, requests } = attempt(json({ access_token: canary, expires_in: 3599 }));
    expect(await result).toEqual({ ok: true, value: { kind: 'accepted' } });
    expectSilent(await result);
    expect(requests[0]?.url).toBe('https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token');
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      client_id: 'app-1',
      client_secret: 'a@+[b]: ~&=',
      scope: 'https://graph.microsoft.com/.default',
      grant_type: 'client_credentials',
    });
  });

  it.each([
    [401, 7_000_215],
    [401, 7_000_222],
    [400, 700_016],
    [401, 7_000_229],
  ])('gives the number of a refusal: %i %i', async (status, code) => {
    const reply = json(
      {
        error: 'invalid_client',
        error_codes: [code],
        error_description: canary,
        trace_id: 'b31c83fd-944c-4663-aa50-5d9ceb367e19',
      },
      status,
    );
    const { result } = attempt(reply);
    expect(await result).toEqual({
      ok: true,
      value: { kind: 'refused', code, requestId: 'b31c83fd-944c-4663-aa50-5d9ceb367e19' },
    });
  });

  it.each([
    [
      'throttling',
      { status: 429, headers: { 'retry-after': '3' } },
      { kind: 'throttled', retryAfterMs: 3_000 },
    ],
    ['a failure', { status: 503 }, { kind: 'unavailable' }],
    [
      'a failure in words',
      json({ error: 'temporarily_unavailable', error_codes: [90033] }, 400),
      { kind: 'unavailable' },
    ],
    ['a refusal without a number', json({ error: 'invalid_client' }, 401), { kind: 'malformed' }],
    ['a page', { status: 401, body: '<html>proxy</html>' }, { kind: 'malformed' }],
    ['a token that is none', json({ access_token: 7 }), { kind: 'malformed' }],
    ['a redirect', { status: 302 }, { kind: 'malformed' }],
    ['silence', new TransportError('timeout'), { kind: 'timeout' }],
    ['a broken line', new TransportError('broken', 'ECONNRESET'), { kind: 'unavailable' }],
  ])('is no verdict after %s', async (_, reply, fault) => {
    const { result } = attempt(reply);
    expect(await result).toMatchObject({ ok: false, fault: { vendor: 'entra', ...fault } });
  });
});
