/**
 * The addresses of keys in Key Vault, and what its library must hand over of a key, checked: it
 * passes replies on as they are.
 */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import type { PublicKey } from '../audit/signer.ts';
import { failure, success, type Result } from '../core/fault.ts';
import { malformed } from './fault.ts';

/** Where a key is, or one version of it. */
export interface KeyAddress {
  readonly origin: string;
  /** Of the vault, without a port. */
  readonly hostname: string;
  readonly name: string;
  readonly version: string | undefined;
}

/** Reads `https://<vault>/keys/<name>[/<version>]`; `undefined` when a text is no such address. */
export function keyAddressOf(text: string): KeyAddress | undefined {
  const url = URL.parse(text);
  const path = /^\/keys\/([0-9A-Za-z-]{1,127})(?:\/([0-9A-Za-z]{1,64}))?$/.exec(
    url?.pathname ?? '',
  );
  if (url?.protocol !== 'https:' || path?.[1] === undefined) return undefined;
  const { origin, hostname, username, password, search, hash } = url;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  return { origin, hostname, name: path[1], version: path[2] };
}

/**
 * Do two addresses lie under one key? Letter case in names does not count, and ports do not: an
 * address names a key for ever, wherever the vault is reached.
 */
export function isSameKey(one: KeyAddress, other: KeyAddress): boolean {
  return one.hostname === other.hostname && one.name.toLowerCase() === other.name.toLowerCase();
}

const bundle = z.object({
  key: z.object({
    kty: z.string(),
    crv: z.string().optional(),
    kid: z.string().max(512),
    x: z.instanceof(Uint8Array).optional(),
    y: z.instanceof(Uint8Array).optional(),
  }),
});

/** A version of this key as the vault showed it. */
export function publicKeyOf(
  raw: unknown,
  key: KeyAddress,
): Result<PublicKey & { version: string }> {
  const parsed = bundle.safeParse(raw);
  if (!parsed.success) return failure(wrong('shape'));
  const { kty, crv, kid, x, y } = parsed.data.key;
  // A key in hardware is named EC-HSM; nothing else about it differs.
  if ((kty !== 'EC' && kty !== 'EC-HSM') || crv !== 'P-256') return failure(wrong('key-type'));
  const address = keyAddressOf(kid);
  if (address?.version === undefined || !isSameKey(address, key)) return failure(wrong('key-id'));
  if (x?.length !== 32 || y?.length !== 32) return failure(wrong('key-point'));
  const point = { x: textOf(x), y: textOf(y) };
  if (!isOnCurve(point)) return failure(wrong('key-point'));
  return success({ kid, ...point, version: address.version });
}

/** A signature as the vault made it: 64 bytes, by the version that was asked to. */
export function signatureOf(
  raw: unknown,
  replied: unknown,
  version: KeyAddress,
): Result<Uint8Array> {
  const reply = z.object({ kid: z.string().max(512) }).safeParse(replied);
  const address = reply.success ? keyAddressOf(reply.data.kid) : undefined;
  const isSame =
    address !== undefined && isSameKey(address, version) && address.version === version.version;
  if (!isSame) return failure(wrong('key-id'));
  if (!(raw instanceof Uint8Array) || raw.length !== 64) return failure(wrong('signature'));
  return success(raw);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** A point elsewhere is no key: whoever verifies with it would fail over it. */
function isOnCurve(point: { readonly x: string; readonly y: string }): boolean {
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...point }, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function wrong(code: string): ReturnType<typeof malformed> {
  return malformed('vault', { status: 200, code });
}
