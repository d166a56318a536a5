/** The log against the world: credentials that Entra lists, and whether any entry explains them. */
import type { Accounted } from '../audit/explained.ts';
import type { Directory } from '../reconcile/world.ts';

/** What is read of Entra for it. */
export type Listing = Pick<Directory, 'readRegistration' | 'readServicePrincipal'>;

export interface WorldFinding {
  readonly registration: string;
  /**
   * `unexplained`: Entra lists a credential that no entry names, an alarm. `still-there`: one that an
   * entry says was removed; Entra may be late by minutes. `unreadable`: Entra did not say.
   */
  readonly what: 'unexplained' | 'still-there' | 'unreadable';
  readonly keyId?: string;
  readonly endsAt?: string;
}

/** Compares the registrations, one after the other. */
export async function againstWorld(
  listing: Listing,
  accounts: ReadonlyMap<string, Accounted>,
): Promise<readonly WorldFinding[]> {
  const findings: WorldFinding[] = [];
  for (const [registration, account] of accounts) {
    const { objectId, appId, keyIds, removed } = account;
    if (objectId === undefined || appId === undefined) continue;
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
      const endsAt = new Date(endAt).toISOString();
      if (!keyIds.has(keyId)) findings.push({ registration, what: 'unexplained', keyId, endsAt });
      else if (removed.has(keyId))
        findings.push({ registration, what: 'still-there', keyId, endsAt });
    }
  }
  return findings;
}
