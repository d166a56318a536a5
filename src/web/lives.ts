/** The lives of credentials as the log tells them: when each was issued, proved, promoted. */
import type { Entry } from '../core/entry.ts';
import type { CredentialLife } from './page/model.ts';

export interface Lives {
  readonly byKeyId: ReadonlyMap<string, CredentialLife>;
  readonly take: (entry: Entry) => void;
}

/** Begins before the first entry. */
export function livesFromLog(): Lives {
  const byKeyId = new Map<string, CredentialLife>();
  /** Promotions that were announced, by intent. */
  const promotions = new Map<string, string>();

  function learn(keyId: string, more: CredentialLife): void {
    // What was first stays: a credential is proved and promoted again at times.
    byKeyId.set(keyId, { ...more, ...byKeyId.get(keyId) });
  }

  return {
    byKeyId,
    take(entry) {
      const { at } = entry;
      if (entry.kind === 'intent' && entry.effect.kind === 'promote-credential') {
        promotions.set(entry.id, entry.effect.keyId);
      }
      if (entry.kind === 'outcome' && entry.result === 'done') {
        const promoted = promotions.get(entry.intent);
        if (promoted !== undefined) learn(promoted, { promotedAt: at });
        if (entry.facts?.keyId !== undefined) learn(entry.facts.keyId, { issuedAt: at });
      }
      if (entry.kind === 'recovery' && entry.keyId !== undefined)
        learn(entry.keyId, { issuedAt: at });
      if (entry.kind === 'proof' && entry.result === 'proved') learn(entry.keyId, { provedAt: at });
    },
  };
}
