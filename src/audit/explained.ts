/** Which credentials the log accounts for: issued, recovered or taken over; and which it only saw. */
import type { Entry } from '../core/entry.ts';

export interface Accounted {
  /** The registration that the chain is about, as it was last known. */
  readonly objectId: string | undefined;
  readonly appId: string | undefined;
  /** Key ids of credentials that Keeper issued, found to be its own, or took over. */
  readonly keyIds: ReadonlySet<string>;
  /** Key ids that were seen as somebody else's; those that were taken over later are in both. */
  readonly foreign: ReadonlySet<string>;
  /** Those of all these that an entry says were removed. */
  readonly removed: ReadonlySet<string>;
  take(entry: Entry): void;
}

/** Begins before the first entry. */
export function accounting(): Accounted {
  const keyIds = new Set<string>();
  const foreign = new Set<string>();
  const removed = new Set<string>();
  const removals = new Map<string, string>();
  let known: { objectId: string; appId: string } | undefined;

  function take(entry: Entry): void {
    switch (entry.kind) {
      case 'intent':
        if (entry.effect.kind === 'remove-credential') removals.set(entry.id, entry.effect.keyId);
        return;
      case 'outcome': {
        const { keyId, objectId, appId } = entry.facts ?? {};
        if (keyId !== undefined) keyIds.add(keyId);
        if (objectId !== undefined && appId !== undefined) known = { objectId, appId };
        const gone = removals.get(entry.intent);
        if (gone !== undefined && entry.result === 'done') removed.add(gone);
        return;
      }
      case 'recovery':
        if (entry.keyId !== undefined) keyIds.add(entry.keyId);
        return;
      case 'proof':
        if (entry.takeOver) keyIds.add(entry.keyId);
        return;
      case 'observation':
        if (entry.seen.what === 'registration-known') known = entry.seen;
        if (entry.seen.what === 'foreign-credential') foreign.add(entry.seen.keyId);
        if (entry.seen.what === 'credential-gone') removed.add(entry.seen.keyId);
        if (entry.seen.what === 'credential-back') removed.delete(entry.seen.keyId);
        return;
      default:
    }
  }

  return {
    get objectId() {
      return known?.objectId;
    },
    get appId() {
      return known?.appId;
    },
    keyIds,
    foreign,
    removed,
    take,
  };
}
