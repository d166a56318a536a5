/**
 * Role: the law `proof`: what the chain calls proven, Entra has given tokens for. Seen on the wire, not
 * believed.
 */
import type { Kernel } from '../kernel.ts';
import { LawBroken } from './verdict.ts';

const minuteMs = 60_000;

/** What is promised, and what is forgiven. */
const bounds = {
  /** Tokens in a row that prove a secret. */
  tokens: 5,
  /** A worker may sleep between them, and before it writes. */
  withinMs: 5 * 60 * minuteMs,
} as const;

export interface ProofLaw {
  /** Entra gave a token for this secret. */
  readonly accepted: (text: string) => void;
  /** A line was appended to a chain. Throws LawBroken. */
  appended(key: string, line: string): void;
}

/** `keyIdOf`: key ids by text, of all that was ever seen. */
export function proofLaw({
  kernel,
  keyIdOf,
}: {
  readonly kernel: Kernel;
  readonly keyIdOf: ReadonlyMap<string, string>;
}): ProofLaw {
  /** Instants by key id. */
  const tokens = new Map<string, number[]>();
  return {
    accepted(text) {
      const keyId = keyIdOf.get(text);
      if (keyId === undefined) return;
      const times = tokens.get(keyId) ?? [];
      tokens.set(keyId, [...times, kernel.now()].slice(-bounds.tokens));
    },
    appended(key, line) {
      if (!line.includes('"kind":"proof"') || !line.includes('"result":"proved"')) return;
      const { keyId } = JSON.parse(line) as { readonly keyId: string };
      const now = kernel.now();
      const recent = (tokens.get(keyId) ?? []).filter((at) => at > now - bounds.withinMs);
      if (recent.length >= bounds.tokens) return;
      const detail = `${keyId} is called proven after ${recent.length} tokens`;
      throw new LawBroken({ law: 'proof', at: now, key, detail });
    },
  };
}
