/** What the token service publishes, and the tokens that it gives to people. */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { read, START_AT, tenant } from './graph-tenant.ts';

const login = 'https://login.localhost:8443';
const wish = { objectId: 'ab5e17e0-0000-4000-8000-0000000000ee', audience: 'an-api' };

type Tenant = ReturnType<typeof tenant>;

async function get({ entra }: Tenant, path: string) {
  return read(await entra.fetch(new Request(`${login}${path}`)));
}

interface Listed extends JsonWebKey {
  readonly kid: string;
  readonly issuer: string;
}

async function listed(world: Tenant): Promise<readonly Listed[]> {
  const { body } = await get(world, `/${world.directory.tenantId}/discovery/v2.0/keys`);
  return body['keys'] as readonly Listed[];
}

const parsed = (text: string) =>
  JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;

function partsOf(token: string) {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return { header: parsed(header), claims: parsed(claims), text: `${header}.${claims}`, signature };
}

/** A draw of the token service, after a token was handed out or not. */
async function traceId(isHandedOut: boolean): Promise<unknown> {
  const world = tenant();
  if (isHandedOut) world.entra.hand.operatorToken(login, wish);
  return (await world.tryToken({ client_id: 'nobody', client_secret: 'x' })).body['trace_id'];
}

function isSignedBy(token: string, key: Listed | undefined): boolean {
  const { text, signature } = partsOf(token);
  if (!key) return false;
  const publicKey = createPublicKey({ key, format: 'jwk' });
  return verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
}

describe('the OpenID configuration', () => {
  it('names the issuer and the keys, where the request came in', async () => {
    const world = tenant();
    const base = `${login}/${world.directory.tenantId}`;
    for (const name of [world.directory.tenantId, 'contoso.onmicrosoft.com']) {
      const { status, body } = await get(world, `/${name}/v2.0/.well-known/openid-configuration`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        issuer: `${base}/v2.0`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
  });

  it.each(['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys'])(
    'is not there for another tenant: %s',
    async (path) => {
      const { status, body } = await get(tenant(), `/contoso.example/${path}`);
      expect([status, body.error_codes]).toEqual([400, [90_002]]);
    },
  );
});

describe('a token for an operator', () => {
  it('says who, for what and until when, and no name', () => {
    const world = tenant();
    const token = world.entra.hand.operatorToken(login, { ...wish, roles: ['Keeper.Read'] });
    const { header, claims } = partsOf(token);
    expect(header).toEqual({ typ: 'JWT', alg: 'RS256', kid: expect.any(String) });
    expect(claims).toMatchObject({
      aud: 'an-api',
      iss: `${login}/${world.directory.tenantId}/v2.0`,
      tid: world.directory.tenantId,
      oid: wish.objectId,
      roles: ['Keeper.Read'],
      nbf: START_AT / 1_000 - 300,
      exp: START_AT / 1_000 + 4_500,
      ver: '2.0',
    });
    expect(Object.keys(claims)).not.toContain('name');
    expect(Object.keys(claims)).not.toContain('preferred_username');
  });

  it('has no roles when none were assigned', () => {
    const { claims } = partsOf(tenant().entra.hand.operatorToken(login, wish));
    expect(Object.keys(claims)).not.toContain('roles');
  });

  it('is signed by one of two published keys, of 2,048 bits', async () => {
    const world = tenant();
    const token = world.entra.hand.operatorToken(login, wish);
    const keys = await listed(world);
    expect(keys.map(({ kid }) => kid)).toContain(partsOf(token).header['kid']);
    expect(keys).toHaveLength(2);
    expect(keys.filter((key) => isSignedBy(token, key))).toHaveLength(1);
    for (const key of keys) {
      expect(key.issuer).toBe(`${login}/${world.directory.tenantId}/v2.0`);
      expect(createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails).toMatchObject({
        modulusLength: 2_048,
      });
    }
  });

  it('is signed by the next key after a rotation, while the old one stays published', async () => {
    const world = tenant();
    const { hand } = world.entra;
    const old = hand.operatorToken(login, wish);
    const before = await listed(world);
    hand.keys.rotateByHand();
    const fresh = hand.operatorToken(login, wish);
    const after = await listed(world);
    expect(before.some((key) => isSignedBy(fresh, key))).toBe(true);
    expect(partsOf(fresh).header['kid']).not.toBe(partsOf(old).header['kid']);
    expect(after.some((key) => isSignedBy(old, key))).toBe(true);
    expect(after).toHaveLength(3);
    hand.keys.withdrawByHand(String(partsOf(old).header['kid']));
    expect((await listed(world)).some((key) => isSignedBy(old, key))).toBe(false);
  });

  it('moves no other draw of the simulation', async () => {
    expect(await traceId(true)).toBe(await traceId(false));
  });
});
