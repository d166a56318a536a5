/**
 * Role: the keys that the token service signs with: RS256, made when they are first needed, several
 * of them published at a time, and rolled by hand. They are real keys, so no seed makes them; nothing
 * else in the simulation follows from them. Facts: docs/vendors.md#entra-sign-in.
 */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** One key. Tokens name it by its id. */
export interface SigningKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** RS256 over the text. */
  sign(text: string): Buffer;
}

/** The keys of one tenant. */
export interface SigningKeyRing {
  /** The one that signs now. */
  current(): SigningKey;
  /** All that are published, the next one included: Entra shows a key before it signs with it. */
  published(): readonly SigningKey[];
  /** The next key signs from now on; the old one stays published. */
  rotateByHand(): void;
  /** In an emergency: this key is published no longer. The current one is replaced first. */
  withdrawByHand(keyId: string): void;
}

/** A ring whose keys are made when they are asked for. */
export function signingKeyRing(): SigningKeyRing {
  let past: SigningKey[] = [];
  let now: SigningKey | undefined;
  let next: SigningKey | undefined;

  const current = (): SigningKey => (now ??= signingKey());
  const following = (): SigningKey => (next ??= signingKey());

  function rotateByHand(): void {
    past.push(current());
    now = following();
    next = undefined;
  }

  return {
    current,
    published: () => [...past, current(), following()],
    rotateByHand,
    withdrawByHand(keyId) {
      if (current().keyId === keyId) rotateByHand();
      past = past.filter((key) => key.keyId !== keyId);
    },
  };
}

/** A key of anybody's: its id is the thumbprint of its public half. */
export function signingKey(modulusLength = 2_048): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha1').update(der).digest('base64url'),
    publicKey,
    sign: (text) => sign('sha256', Buffer.from(text), privateKey),
  };
}
