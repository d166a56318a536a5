/**
 * Tokens that were found good before, by their hashes: a flood of bad ones must not lock out those
 * who have already been let in. A known token gets past the gate for floods and nothing else: it is
 * verified each time like any other.
 */
import { createHash } from 'node:crypto';

export interface KnownTokens {
  has(token: string): boolean;
  add(token: string): void;
  forget(token: string): void;
  readonly size: number;
}

/** Remembers so many; the oldest is forgotten first. */
export function knownTokens(most: number): KnownTokens {
  const hashes = new Set<string>();
  return {
    has: (token) => hashes.has(hashOf(token)),
    add(token) {
      hashes.add(hashOf(token));
      if (hashes.size > most) hashes.delete(hashes.values().next().value ?? '');
    },
    forget: (token) => void hashes.delete(hashOf(token)),
    get size() {
      return hashes.size;
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
