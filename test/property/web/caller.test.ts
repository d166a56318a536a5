/** Callers: whoever reaches Keeper's address may send any headers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  signedToken,
  tokenParts,
  unsignedToken,
} from '../../../src/local/simulators/entra-operator-token.ts';
import { signingKey } from '../../../src/local/simulators/entra-signing-keys.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { verifyCaller, type CallerOptions } from '../../../src/web/caller.ts';
import { siteBreach } from '../../../src/web/same-site.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  jsonText,
  mutated,
} from '../../support/hostile-values.ts';
import { canary } from '../../unit/clients/canary.ts';

const now = Date.parse('2026-11-24T09:00:00Z');
const tenantId = '3f2c7e0a-6a55-4f2e-9a51-0a4ce0d3ce11';
const clientId = 'c0ffee00-0000-4000-8000-00000000000a';
const objectId = 'ab5e17e0-0000-4000-8000-0000000000ee';
const loginUrl = 'https://login.example';

const key = signingKey();
const place = { loginUrl, tenantId, now, random: seededRandom('callers') };
const good = tokenParts(
  key.keyId,
  { objectId, audience: clientId, roles: ['Keeper.Operate'] },
  place,
);
const token = signedToken(key, good);

const said: unknown[] = [];
const options: CallerOptions = {
  loginUrl,
  tenantId,
  clientId,
  clock: { now: () => now },
  log: { warn: (...line) => void said.push(line) },
  keys: {
    find: async (keyId) => ({ ok: true, value: keyId === key.keyId ? key.publicKey : undefined }),
  },
};

type Sent = Readonly<Record<string, string>>;

/** What a host may hand over: names in lower case, values as they came, unclean ones too. */
function send(headers: Sent, { method = 'POST', url = 'https://keeper.example/api/resync' } = {}) {
  const own = new Map(Object.entries(headers));
  const request = {
    method,
    url,
    hasBody: true,
    headers: { get: (n: string) => own.get(n) ?? null },
  };
  return verifyCaller(request, { role: 'Keeper.Operate', takesForms: true }, options);
}

/** Holds when nobody was let in, with an answer that any client can read and that echoes nothing. */
function expectRefused(verified: Awaited<ReturnType<typeof send>>): void {
  if (verified.ok) throw new Error(`let in as ${verified.caller.objectId}`);
  const { status, headers, body } = verified.reply;
  expect([401, 403, 415, 431]).toContain(status);
  expect(JSON.parse(body)).toMatchObject({ status });
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.stringify([verified, said.splice(0)])).not.toContain(canary);
  expectUnpolluted();
}

const value = fc.oneof(hostileText, fc.constantFrom(canary, 'null', '*', 'same-origin'));
const json = { 'content-type': 'application/json' };
const ways = fc.constantFrom(
  (text: string): Sent => ({ ...json, authorization: `Bearer ${text}` }),
  (text: string): Sent => ({ ...json, 'x-ms-token-aad-id-token': text }),
);
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** Mostly the right value, or none, or a wrong one. */
const of = (right: unknown, ...wrong: unknown[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(right) },
    fc.constantFrom(undefined, canary, ...wrong),
  );

describe('verifyCaller()', () => {
  it(
    'lets nobody in without a token, for any headers and address',
    async () => {
      const names = fc.constantFrom(
        'authorization',
        'cookie',
        'content-type',
        'host',
        'origin',
        'sec-fetch-site',
        'x-forwarded-host',
        'x-functions-key',
        'x-ms-client-principal',
        'x-ms-client-principal-id',
        'x-ms-client-principal-name',
        'x-ms-token-aad-access-token',
        'x-ms-token-aad-id-token',
      );
      const address = fc.constantFrom(
        'https://keeper.example/',
        `https://a/?code=${canary}`,
        '',
        'x',
      );
      await fc.assert(
        fc.asyncProperty(fc.dictionary(names, value), address, async (headers, url) => {
          expectRefused(await send(headers, { url }));
          const read = await send(headers, { method: 'GET', url });
          expectRefused(read);
        }),
        cases(400),
      );
    },
    patience(),
  );

  it(
    'lets nobody in whose token is another text than Entra signed, for any change of it',
    async () => {
      const change = fc.tuple(
        fc.nat(token.length - 1),
        fc.nat(2),
        fc.oneof(fc.base64String(), value),
      );
      await fc.assert(
        fc.asyncProperty(change, ways, async ([position, cut, text], way) => {
          const changed = token.slice(0, position) + text + token.slice(position + cut);
          fc.pre(!isSameToken(changed));
          expectRefused(await send(way(changed)));
        }),
        cases(300),
      );
    },
    patience(),
  );

  it(
    'lets nobody in with a signature that is not by a key of the tenant, for any header and claims',
    async () => {
      const foreign = signingKey();
      const header = fc.oneof(
        mutated({ ...good.header, jwk: foreign.publicKey.export({ format: 'jwk' }) }),
        fc.record({
          alg: fc.constantFrom('RS256', 'none', 'HS256', 'PS256', 'ES256', 'EdDSA', '', canary),
          kid: fc.oneof(fc.constant(key.keyId), value),
          typ: fc.constantFrom('JWT', 'jwt', 'at+jwt'),
        }),
        hostileValue,
      );
      const claims = fc.oneof(fc.constant(good.claims), mutated(good.claims), hostileValue);
      await fc.assert(
        fc.asyncProperty(header, claims, ways, async (head, told, way) => {
          const text = `${base64url(jsonText(head))}.${base64url(jsonText(told))}`;
          const made = `${text}.${foreign.sign(text).toString('base64url')}`;
          expectRefused(await send(way(made)));
          expectRefused(await send(way(`${text}.`)));
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'lets in by what Entra signed exactly who it is for, for any claims',
    async () => {
      const seconds = now / 1_000;
      const instant = fc.oneof(
        fc.integer({ min: -400, max: 400 }).map((offset) => seconds + offset),
        fc.constantFrom<unknown>(null, undefined, '1', 1e308, -1, [seconds]),
      );
      const claims = fc.record({
        aud: of(clientId, `api://${clientId}`, `${clientId} `, [clientId], clientId.toUpperCase()),
        iss: of(good.claims['iss'], 'https://login.example', `${loginUrl}/common/v2.0`),
        tid: of(tenantId, objectId, tenantId.toUpperCase(), null),
        ver: of('2.0', '1.0', 2),
        oid: of(objectId, '', 7, null, [objectId]),
        exp: instant,
        nbf: instant,
        iat: instant,
        roles: of(
          ['Keeper.Operate'],
          ['Keeper.Read'],
          'Keeper.Operate',
          [],
          [1],
          ['keeper.operate'],
        ),
      });
      let letIn = 0;
      await fc.assert(
        fc.asyncProperty(claims, ways, async (told, way) => {
          const verified = await send(way(signedToken(key, { ...good, claims: told })));
          if (!isRight(told)) return expectRefused(verified);
          expect(verified).toMatchObject({ ok: true, caller: { objectId } });
          letIn += 1;
        }),
        cases(600),
      );
      expect(letIn).toBeGreaterThan(5);
    },
    patience(),
  );
});

const isNumber = (one: unknown): one is number => typeof one === 'number';

/** What makes a token good, said once more and otherwise than in the code. */
function isRight(claims: Readonly<Record<string, unknown>>): boolean {
  const seconds = now / 1_000;
  const { aud, iss, tid, ver, oid, exp, nbf, iat, roles } = claims;
  return (
    (aud === clientId || aud === `api://${clientId}`) &&
    iss === `${loginUrl}/${tenantId}/v2.0` &&
    tid === tenantId &&
    ver === '2.0' &&
    oid === objectId &&
    isNumber(exp) &&
    isNumber(nbf) &&
    isNumber(iat) &&
    seconds - exp < 120 &&
    nbf - seconds <= 120 &&
    iat - seconds <= 120 &&
    Array.isArray(roles) &&
    roles[0] === 'Keeper.Operate'
  );
}

const bytesOf = (part = ''): Buffer => Buffer.from(part, 'base64url');

/** The last character of base64url has bits that stand for nothing: several texts, one token. */
function isSameToken(text: string): boolean {
  const parts = text.split('.');
  const wanted = token.split('.');
  if (parts.slice(0, 2).join('.') !== unsignedToken(good)) return text === token;
  return parts.length === 3 && bytesOf(parts[2]).equals(bytesOf(wanted[2]));
}

describe('siteBreach()', () => {
  it(
    'lets no page of another origin send anything, for any origin',
    () => {
      const origin = fc.oneof(
        hostileText,
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc.constantFrom(
          'https://keeper.example.',
          'https://KEEPER.example/',
          'https://keeper.example:444',
          'https://keeper.example#',
          'http://keeper.example',
          'https://a.keeper.example',
          'wss://keeper.example',
          'blob:https://keeper.example/1',
          'null',
        ),
      );
      fc.assert(
        fc.property(origin, fc.boolean(), fc.option(value), (from, isAmbient, site) => {
          fc.pre(from !== 'https://keeper.example');
          const sent = new Map<string, string>([
            ['origin', from],
            ['host', 'keeper.example'],
            ['content-type', 'application/json'],
            ['x-forwarded-host', from],
            ...(site === null ? [] : ([['sec-fetch-site', site]] as const)),
          ]);
          const request = {
            method: 'POST',
            url: 'https://keeper.example/api/resync',
            hasBody: true,
            headers: { get: (name: string) => sent.get(name) ?? null },
          };
          expect(siteBreach(request, { isAmbient, takesForms: true })).toBe('cross-site');
        }),
        cases(400),
      );
    },
    patience(),
  );
});
