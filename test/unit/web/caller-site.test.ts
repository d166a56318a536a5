/** What pages of other sites can cause: nothing, whoever is signed in. */
import { describe, expect, it } from 'vitest';
import { asJson, operatorApi, site } from './caller-bench.ts';

type Headers = Readonly<Record<string, string>>;
type Attempt = readonly [label: string, headers: Headers, body?: string];

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** What a page elsewhere can make a browser send. */
const attempts: readonly Attempt[] = [
  [
    'a form, in a browser of today',
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', ...form },
    'mode=apply',
  ],
  [
    'a form of a sibling host',
    { 'sec-fetch-site': 'same-site', origin: 'https://evil.keeper.example', ...form },
    'mode=apply',
  ],
  [
    'a form of a sandboxed page',
    { 'sec-fetch-site': 'cross-site', origin: 'null', ...form },
    'mode=apply',
  ],
  [
    'a form, in a browser without fetch metadata',
    { origin: 'https://evil.example', ...form },
    'mode=apply',
  ],
  ['a form, in a browser that tells nothing', form, 'mode=apply'],
  ['an empty form, in a browser that tells nothing', form],
  [
    'text that looks like JSON',
    { origin: 'https://evil.example', 'content-type': 'text/plain' },
    '{}',
  ],
  ['text, in a browser that tells nothing', { 'content-type': 'text/plain' }, '{}'],
  ['a file', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
  ['no body at all', {}],
  [
    'JSON, after a preflight that was not granted',
    { origin: 'https://evil.example', ...asJson },
    '{}',
  ],
  ['an origin with the same beginning', { origin: `${site}.evil.example`, ...asJson }, '{}'],
  ['an origin with another port', { origin: `${site}:8443`, ...asJson }, '{}'],
  ['an origin without encryption', { origin: 'http://keeper.example', ...asJson }, '{}'],
  [
    'an origin that hides the name in its user part',
    { origin: 'https://keeper.example@evil.example', ...asJson },
    '{}',
  ],
  ['two origins', { origin: `${site}, https://evil.example`, ...asJson }, '{}'],
  ['two kinds of site', { 'sec-fetch-site': 'same-origin, cross-site', ...asJson }, '{}'],
  ['a kind of site that there is not', { 'sec-fetch-site': 'Same-Origin', ...asJson }, '{}'],
  [
    'a forged forwarded host',
    { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', ...asJson },
    '{}',
  ],
];

describe('a request that a page of another site sends for a signed-in person', () => {
  it.each(attempts.map((one) => ({ label: one[0], sent: one[1], body: one[2] })))(
    'changes nothing: $label',
    async ({ sent, body }) => {
      const api = operatorApi();
      const headers = { ...sent, 'x-ms-token-aad-id-token': api.token() };
      for (const path of ['/api/resync', '/form']) {
        const ask = body === undefined ? { headers } : { headers, body };
        expect((await api.send('POST', path, ask)).status).toBe(403);
      }
      expect(api.effects()).toEqual([]);
      expect(api.callers).toEqual([]);
      expect(api.log.map(({ fields }) => fields['why'])).toEqual(['cross-site', 'cross-site']);
      expect(api.asked).toEqual([]);
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'changes nothing with %s either',
    async (method) => {
      const api = operatorApi();
      const headers = { origin: 'https://evil.example', 'x-ms-token-aad-id-token': api.token() };
      expect((await api.send(method, '/api/resync', { headers })).status).toBe(403);
    },
  );

  it('is refused with a token of its own, too', async () => {
    const api = operatorApi();
    const headers = { origin: 'https://evil.example', ...asJson };
    const reply = await api.send('POST', '/api/resync', {
      headers,
      body: '{}',
      token: api.token(),
    });
    expect(reply.status).toBe(403);
    expect(api.effects()).toEqual([]);
  });

  it('may be a plain read, which changes nothing', async () => {
    const api = operatorApi();
    const headers = { 'sec-fetch-site': 'cross-site', 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('GET', '/api/status', { headers })).status).toBe(200);
    expect(api.effects()).toEqual([]);
  });
});

describe("a request of Keeper's own page", () => {
  const signs: readonly (readonly [string, Headers])[] = [
    ['fetch metadata', { 'sec-fetch-site': 'same-origin' }],
    ['its origin', { origin: site }],
    ['both', { 'sec-fetch-site': 'same-origin', origin: site }],
  ];

  it.each(signs)('is let in, known by %s', async (_, sign) => {
    const api = operatorApi();
    const headers = { ...sign, ...asJson, 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('POST', '/api/resync', { headers, body: '{}' })).status).toBe(202);
    expect((await api.send('POST', '/api/resync', { headers })).status).toBe(202);
  });

  it.each(signs)('may be a form where the route takes forms, known by %s', async (_, sign) => {
    const api = operatorApi();
    const headers = { ...sign, ...form, 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('POST', '/form', { headers, body: 'mode=plan' })).status).toBe(200);
    const reply = await api.send('POST', '/api/resync', { headers, body: 'mode=plan' });
    expect(reply.status).toBe(415);
    expect(api.effects()).toEqual([]);
  });

  it('may come from the address that people know, which no header can make up', async () => {
    const api = operatorApi({ publicUrl: 'https://keeper.contoso.example/start' });
    const from = (origin: string): Headers => ({
      origin,
      ...asJson,
      'x-ms-token-aad-id-token': api.token(),
    });
    const headers = from('https://keeper.contoso.example');
    expect((await api.send('POST', '/api/resync', { headers, body: '{}' })).status).toBe(202);
    const others = from('https://contoso.example');
    expect((await api.send('POST', '/api/resync', { headers: others })).status).toBe(403);
  });

  it('may come from the host that was called, where the address shows an inner one', async () => {
    const api = operatorApi();
    const headers = {
      host: 'keeper.contoso.example',
      origin: 'https://keeper.contoso.example',
      ...asJson,
      'x-ms-token-aad-id-token': api.token(),
    };
    expect((await api.send('POST', '/api/resync', { headers, body: '{}' })).status).toBe(202);
  });

  it.each(['http://localhost:7071', 'http://127.0.0.1:7071', 'http://[::1]:7071'])(
    'may do without encryption on this machine: %s',
    async (host) => {
      const api = operatorApi();
      const headers = { origin: host, ...asJson, 'x-ms-token-aad-id-token': api.token() };
      expect((await api.send('POST', '/api/resync', { headers, body: '{}', host })).status).toBe(
        202,
      );
    },
  );
});

describe('a request of a program', () => {
  it.each([
    ['without a body', {}, undefined],
    ['with an empty form, as curl sends it', form, ''],
    ['with JSON', asJson, '{}'],
    ['with JSON in an encoding', { 'content-type': 'Application/JSON; charset=utf-8' }, '{}'],
    ['typed into an address bar', { 'sec-fetch-site': 'none' }, undefined],
  ] satisfies (readonly [string, Headers, string | undefined])[])(
    'is let in %s',
    async (_, headers, body) => {
      const api = operatorApi();
      const ask = body === undefined ? {} : { body };
      const token = api.token();
      expect((await api.send('POST', '/api/resync', { headers, token, ...ask })).status).toBe(202);
    },
  );

  it('is let in with JSON behind App Service, which keeps the token that was sent', async () => {
    const api = operatorApi();
    const headers = { ...asJson, 'x-ms-token-aad-id-token': api.token() };
    expect((await api.send('POST', '/api/resync', { headers })).status).toBe(202);
  });

  it.each(['text/plain', 'application/json-patch+json', 'application/x-www-form-urlencoded', ''])(
    'is refused with a body of type %j',
    async (type) => {
      const api = operatorApi();
      const headers = { 'content-type': type };
      const reply = await api.send('POST', '/api/resync', {
        headers,
        body: '{}',
        token: api.token(),
      });
      expect(reply.status).toBe(415);
      expect(api.effects()).toEqual([]);
    },
  );

  it('is refused with a form and no sign that it comes from the page', async () => {
    const api = operatorApi();
    const reply = await api.send('POST', '/form', {
      headers: form,
      body: 'a=b',
      token: api.token(),
    });
    expect(reply.status).toBe(415);
  });
});
