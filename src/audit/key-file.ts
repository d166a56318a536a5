/**
 * Public keys as files, so that a log can be checked far from its vault. A key that lies beside a log
 * shows only that log and key agree: whoever wants proof compares its thumbprint with one from elsewhere.
 */
import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { canonicalJson, sha256 } from './canonical.ts';
import { readWhole, type AuditFiles } from './files.ts';
import type { PublicKey } from './signer.ts';
import { success, type Result } from '../core/fault.ts';

const keyBytes = 4_096;

/** Where a key lies among the files of a log. */
export function keyFileName(kid: string): string {
  return `keys/${sha256(kid)}.json`;
}

/** The text of the file: a JSON Web Key in canonical JSON, and a newline. */
export function encodeKey({ kid, x, y }: PublicKey): string {
  return `${canonicalJson({ kty: 'EC', crv: 'P-256', kid, x, y })}\n`;
}

/** The file read back. `undefined`: it is none. Members that are not asked for may be there. */
export function decodeKey(text: string): PublicKey | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  return keyIn(read);
}

/** The key in a JSON value, however foreign. `undefined`: it is none. */
export function keyIn(value: unknown): PublicKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kty, crv, kid, x, y } = value as Record<string, unknown>;
  if (kty !== 'EC' || crv !== 'P-256' || typeof kid !== 'string') return undefined;
  if (!isCoordinate(x) || !isCoordinate(y)) return undefined;
  const key = { kid, x, y };
  return keyObject(key) === undefined ? undefined : key;
}

/** The key for the library; `undefined` when its numbers are no point of the curve. */
export function keyObject({ x, y }: Pick<PublicKey, 'x' | 'y'>): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** RFC 7638: names a key by its numbers alone, base64url. */
export function thumbprintOf({ x, y }: PublicKey): string {
  return hash('sha256', canonicalJson({ crv: 'P-256', kty: 'EC', x, y }), 'base64url');
}

/** Finds keys among the files of a log; each is read once. */
export function keysAmong(
  files: AuditFiles,
): (kid: string) => Promise<Result<PublicKey | undefined>> {
  const known = new Map<string, PublicKey>();
  return async (kid) => {
    const found = known.get(kid);
    if (found) return success(found);
    const read = await readWhole(files, keyFileName(kid), keyBytes);
    if (!read.ok) return read;
    const key = decodeKey(read.value?.toString('utf8') ?? '');
    if (key?.kid !== kid) return success(undefined);
    known.set(kid, key);
    return success(key);
  };
}

/** Written in one way only: else one key would have several thumbprints. */
function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(value)) return false;
  return Buffer.from(value, 'base64url').toString('base64url') === value;
}
