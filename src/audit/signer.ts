/** Who signs checkpoints: the port of a key that cannot be exported and that Keeper may only sign with. */
import type { Result } from '../core/fault.ts';

/** A public key on the curve P-256, as a JSON Web Key names its members (RFC 7518, section 6.2). */
export interface PublicKey {
  /** Names the key and its version for ever: the address of the version in Key Vault. */
  readonly kid: string;
  /** Base64url, 32 bytes each. */
  readonly x: string;
  readonly y: string;
}

/** A key in a vault. No call hands out its private half. */
export interface Signer {
  /** The newest version: what the next statement is signed with. */
  currentKey(): Promise<Result<PublicKey>>;
  /** One version, also an old one; for verification. `undefined`: the vault has no such version. */
  readKey(kid: string): Promise<Result<PublicKey | undefined>>;
  /** ES256 (RFC 7518, section 3.4) over these bytes, with that version: 64 bytes, R then S. */
  sign(kid: string, bytes: Uint8Array): Promise<Result<Uint8Array>>;
}
