/** The log against the world: credentials that Entra lists, and whether any entry explains them. */
import type { Accounted } from '../audit/explained.ts';
import type { Directory } from '../reconcile/world.ts';

/** What is read of Entra for it. */
export type Listing = Pick<Directory, 'readRegistration' | 'readServicePrincipal'>;

export interface WorldFinding {
  readonly registration: string;
  /**
   * `unexplained`: Entra lists a credential that no entry names, an alarm. `foreign`: one that entries
   * only saw; whose it is, a person must know. `still-there`: one that an entry says was removed;
   * Entra may be late by minutes. `unreadable`: Entra did not say.
   */
  readonly what: 'unexplained' | 'foreign' | 'still-there' | 'unreadable';
  readonly keyId?: string;
  readonly endsAt?: string;
}

/** What came of a comparison. */
export interface Compared {
  readonly findings: readonly WorldFinding[];
  /** Chains that name no registration, so that there was nothing to compare them with. */
  readonly notCompared: readonly string[];
}

/** Compares the registrations, one after the other. */
export async function againstWorld(
  listing: Listing,
  accounts: ReadonlyMap<string, Accounted>,
): Promise<Compared> {
  const findings: WorldFinding[] = [];
  const notCompared: string[] = [];
  for (const [registration, account] of accounts) {
    const { objectId, appId } = account;
    if (objectId === undefined || appId === undefined) {
      notCompared.push(registration);
      continue;
    }
    const [read, principal] = await Promise.all([
      listing.readRegistration({ objectId }),
      listing.readServicePrincipal(appId),
    ]);
    if (!read.ok || !principal.ok) {
      findings.push({ registration, what: 'unreadable' });
      continue;
    }
    const listed = [...(read.value?.credentials ?? []), ...(principal.value?.credentials ?? [])];
    for (const { keyId, endAt } of listed) {
      const what = finding(account, keyId);
      if (what === undefined) continue;
      findings.push({ registration, what, keyId, endsAt: new Date(endAt).toISOString() });
    }
  }
  return { findings, notCompared };
}

/** What is to be said of a credential that Entra lists; nothing of one that is Keeper's. */
function finding(
  { keyIds, foreign, removed }: Accounted,
  keyId: string,
): WorldFinding['what'] | undefined {
  if (!keyIds.has(keyId) && !foreign.has(keyId)) return 'unexplained';
  if (removed.has(keyId)) return 'still-there';
  return keyIds.has(keyId) ? undefined : 'foreign';
}
