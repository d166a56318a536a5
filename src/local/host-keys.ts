/** Role: the host's keys: drawing them, and comparing them in constant time. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The keys of one host. */
export interface HostKeys {
  /** For HTTP functions with `authLevel: 'function'`. */
  readonly functionKey: string;
  /** For Event Grid's webhook. */
  readonly systemKey: string;
  /** Opens everything, and alone the admin routes. */
  readonly masterKey: string;
}

/** The keys given, and fresh ones for the rest. */
export function drawKeys(given: Partial<HostKeys>): HostKeys {
  return {
    functionKey: given.functionKey ?? drawKey(),
    systemKey: given.systemKey ?? drawKey(),
    masterKey: given.masterKey ?? drawKey(),
  };
}

/** True when a key was presented that is one of the accepted ones. */
export function isAccepted(presented: string | null, accepted: readonly string[]): boolean {
  if (presented === null) return false;
  const digest = digestOf(presented);
  // All are compared, so that the time tells nothing of which one it was.
  const matches = accepted.map((key) => timingSafeEqual(digest, digestOf(key)));
  return matches.includes(true);
}

function drawKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Digests have one length, which the comparison needs, and hide the key's. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
