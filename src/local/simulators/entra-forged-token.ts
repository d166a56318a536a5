/**
 * Role: tokens that must not count, each wrong in one way: those that Entra signs for somebody else,
 * at another time or for another purpose, and those that an attacker makes up. An attacker knows all
 * that is public, holds keys of their own, and has good tokens of their own to change.
 */
import { createHmac } from 'node:crypto';
import {
  signedToken,
  tokenParts,
  unsignedToken,
  type TokenParts,
  type TokenPlace,
  type TokenWish,
} from './entra-operator-token.ts';
import { signingKey, type SigningKey, type SigningKeyRing } from './entra-signing-keys.ts';

/** All kinds. */
export type ForgedKind = keyof typeof makers;

interface Workshop {
  readonly key: SigningKey;
  /** A key of the attacker's. */
  readonly foreign: SigningKey;
  readonly parts: TokenParts;
  readonly place: TokenPlace;
}

type Maker = (workshop: Workshop) => string;
type Changes = Readonly<Record<string, unknown>>;

const otherTenant = '99999999-9999-4999-8999-999999999999';
const at = ({ place }: Workshop): number => Math.floor(place.now / 1_000);

/** Signed by Entra, with these claims in place of the usual ones; `undefined` leaves one out. */
function claiming(changes: (workshop: Workshop) => Changes): Maker {
  return (workshop) => {
    const { key, parts } = workshop;
    return signedToken(key, { ...parts, claims: { ...parts.claims, ...changes(workshop) } });
  };
}

/** Signed by Entra, with another header. */
function headed(changes: (workshop: Workshop) => Changes): Maker {
  return (workshop) => {
    const { key, parts } = workshop;
    return signedToken(key, { ...parts, header: { ...parts.header, ...changes(workshop) } });
  };
}

function hmacSigned({ parts }: Workshop, secret: string | Buffer): string {
  const text = unsignedToken({ ...parts, header: { ...parts.header, alg: 'HS256' } });
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const makers = {
  expired: claiming((w) => ({ iat: at(w) - 7_200, nbf: at(w) - 7_200, exp: at(w) - 121 })),
  'not-yet-valid': claiming((w) => ({ nbf: at(w) + 121 })),
  'issued-ahead': claiming((w) => ({ iat: at(w) + 121 })),
  'wrong-audience': claiming(() => ({ aud: '00000003-0000-0000-c000-000000000000' })),
  'audience-list': claiming(({ parts }) => ({ aud: [parts.claims['aud'], otherTenant] })),
  'wrong-issuer': claiming(({ place }) => ({ iss: `https://evil.example/${place.tenantId}/v2.0` })),
  'issuer-with-slash': claiming(({ parts }) => ({ iss: `${String(parts.claims['iss'])}/` })),
  'version-1': claiming(({ place }) => ({
    iss: `https://sts.windows.net/${place.tenantId}/`,
    ver: '1.0',
  })),
  'old-version-number': claiming(() => ({ ver: '1.0' })),
  'other-tenant': claiming(({ place }) => ({
    iss: `${place.loginUrl}/${otherTenant}/v2.0`,
    tid: otherTenant,
  })),
  'wrong-tenant-claim': claiming(() => ({ tid: otherTenant })),
  'without-end': claiming(() => ({ exp: undefined })),
  'end-as-text': claiming((w) => ({ exp: String(at(w) + 3_600) })),
  'without-start': claiming(() => ({ nbf: undefined })),
  'without-object': claiming(() => ({ oid: undefined })),
  'name-for-object': claiming(() => ({ oid: 'admin@contoso.example' })),
  'without-roles': claiming(() => ({ roles: undefined })),
  'role-of-another': claiming(() => ({
    roles: ['Mail.Read', 'keeper.operate', 'Keeper.Operate '],
  })),
  'roles-as-text': claiming(() => ({ roles: 'Keeper.Operate' })),
  'roles-as-object': claiming(() => ({ roles: { 'Keeper.Operate': true } })),
  'scope-for-role': claiming(() => ({ roles: undefined, scp: 'Keeper.Operate' })),
  oversized: claiming(() => ({ groups: Array.from({ length: 400 }, () => otherTenant) })),
  'other-type': headed(() => ({ typ: 'pop' })),
  'without-type': headed(() => ({ typ: undefined })),
  'critical-header': headed(() => ({ crit: ['keeper'], keeper: 1 })),
  'without-key-id': headed(() => ({ kid: undefined })),
  'long-key-id': headed(() => ({ kid: 'k'.repeat(300) })),
  'key-id-as-path': headed(() => ({ kid: '../../keys' })),
  'other-rsa-algorithm': headed(() => ({ alg: 'PS256' })),
  'alg-none': ({ parts }) =>
    `${unsignedToken({ ...parts, header: { ...parts.header, alg: 'none' } })}.`,
  'alg-none-signed': headed(() => ({ alg: 'nOnE' })),
  'hs256-with-public-key': (workshop) =>
    hmacSigned(workshop, workshop.key.publicKey.export({ type: 'spki', format: 'pem' })),
  'hs256-with-key-bytes': (workshop) =>
    hmacSigned(workshop, workshop.key.publicKey.export({ type: 'spki', format: 'der' })),
  'hs256-with-modulus': (workshop) =>
    hmacSigned(workshop, workshop.key.publicKey.export({ format: 'jwk' }).n ?? ''),
  'unknown-key': ({ foreign, parts }) =>
    signedToken(foreign, { ...parts, header: { ...parts.header, kid: foreign.keyId } }),
  'borrowed-key-id': ({ foreign, parts }) => signedToken(foreign, parts),
  'key-in-header': ({ foreign, parts }) =>
    signedToken(foreign, {
      ...parts,
      header: { ...parts.header, jwk: foreign.publicKey.export({ format: 'jwk' }) },
    }),
  'key-address-in-header': ({ foreign, parts }) =>
    signedToken(foreign, {
      ...parts,
      header: { ...parts.header, jku: 'https://evil.example/keys' },
    }),
  'altered-claims': ({ key, parts }) => {
    const [, , signature] = signedToken(key, parts).split('.');
    const claims = { ...parts.claims, oid: otherTenant };
    return `${unsignedToken({ ...parts, claims })}.${signature}`;
  },
  'cut-signature': ({ key, parts }) => signedToken(key, parts).slice(0, -6),
  'without-signature': ({ parts }) => `${unsignedToken(parts)}.`,
  'two-parts': ({ parts }) => unsignedToken(parts),
  'claims-as-list': ({ key, parts }) => signedText(key, parts, '[1]'),
  'claims-no-json': ({ key, parts }) => signedText(key, parts, 'oid=admin'),
  'header-no-json': () => `${base64url('RS256')}.${base64url('{}')}.AAAA`,
  'not-base64': () => 'a b.c d.e f',
  nothing: () => '',
} as const satisfies Readonly<Record<string, Maker>>;

/** One key is enough for all attackers. */
let foreignKey: SigningKey | undefined;

/** The kinds, for tests that try all. */
export const forgedKinds = Object.keys(makers) as readonly ForgedKind[];

/** A token of that kind. */
export function forgedToken(
  kind: ForgedKind,
  ring: SigningKeyRing,
  { wish, place }: { readonly wish: TokenWish; readonly place: TokenPlace },
): string {
  const key = ring.current();
  const make: Maker = makers[kind];
  foreignKey ??= signingKey();
  return make({ key, foreign: foreignKey, parts: tokenParts(key.keyId, wish, place), place });
}

function signedText(key: SigningKey, { header }: TokenParts, claims: string): string {
  const text = `${base64url(JSON.stringify(header))}.${base64url(claims)}`;
  return `${text}.${key.sign(text).toString('base64url')}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
