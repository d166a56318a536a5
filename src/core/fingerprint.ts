/** A short text that changes when anything in a registration changes that Keeper cares about. */
import type { SeenRegistration } from './observed.ts';

/** Fields that both the listing and a full read return. */
export type Fingerprinted = Pick<
  SeenRegistration,
  'displayName' | 'signInAudience' | 'redirectUris' | 'access' | 'credentials'
>;

/** A 64-bit FNV-1a hash in hex over the sorted facts. Not cryptographic: it only saves reads. */
export function fingerprintOf(seen: Fingerprinted): string {
  const facts = [
    seen.displayName,
    seen.signInAudience,
    ...seen.redirectUris.toSorted(),
    '|',
    ...seen.access.map((one) => `${one.resourceAppId}/${one.id}/${one.type}`).toSorted(),
    '|',
    ...seen.credentials.map((one) => one.keyId).toSorted(),
  ];
  return hash64(facts.join('\n'));
}

/** FNV-1a, 64 bits, hex. For jitter and fingerprints. */
export function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= BigInt(text.charCodeAt(index));
    hash = BigInt.asUintN(64, hash * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** A number in [0, 1) that depends on the text alone: jitter without randomness. */
export function fraction(text: string): number {
  return Number(mixed(BigInt(`0x${hash64(text)}`)) >> 12n) / 2 ** 52;
}

/** FNV leaves the high bits of like texts alike; this (fmix64 of MurmurHash3) spreads them. */
function mixed(hash: bigint): bigint {
  let bits = hash ^ (hash >> 33n);
  bits = BigInt.asUintN(64, bits * 0xff51afd7ed558ccdn);
  bits ^= bits >> 33n;
  bits = BigInt.asUintN(64, bits * 0xc4ceb9fe1a85ec53n);
  return bits ^ (bits >> 33n);
}
