/** Role: what the suite of keys in Key Vault runs in, and how it tries a signature. */
import { createPublicKey, verify } from 'node:crypto';
import type { PublicKey, Signer } from '../../src/audit/signer.ts';
import type { RawCalls } from './contract-raw.ts';

/** A key, real or simulated, as the suite meets it. */
export interface KeySurroundings {
  /** The key's name. */
  readonly key: string;
  readonly signer: Signer;
  /** Requests to the vault without a token, and with the caller's. */
  readonly unauthenticated: RawCalls;
  readonly authenticated: RawCalls;
}

/** Is that an ES256 signature by this key? Judged by Node alone. */
export function isSignature(
  { x, y }: PublicKey,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
