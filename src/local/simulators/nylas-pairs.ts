/**
 * Role: which client secrets work, as a function of time. Between two changes of the directory a
 * secret stops only by reaching its end, so nothing has to be asked hour by hour.
 */
import type { CredentialPair } from './nylas-state.ts';
import type { FailureWhy } from './outage.ts';

/** Does a secret work? */
export type Acceptance = { readonly ok: true } | { readonly ok: false; readonly why: FailureWhy };

/** The truth about client secrets, which the directory's simulator knows. Epoch milliseconds. */
export interface SecretTruth {
  /** Asked with `at` at or before now; the directory of now is meant, judged at that time. */
  accepts(clientId: string, secretText: string, at: number): Acceptance;
  /** When a secret that works will end by itself. */
  endsAt(clientId: string, secretText: string): number | undefined;
  /** Rises when the directory changes; where given, a pair that works is not asked about in between. */
  revision?(): number;
}

/** A memory of secrets in use and their state. */
export interface PairBook {
  /** As last checked; asks the truth about a pair not met before. */
  statusOf(pair: CredentialPair, at: number): Acceptance;
  /** Asks the truth about every pair again; gives the keys of those that changed. */
  recheck(at: number): ReadonlySet<string>;
  /** The earliest natural end of a working pair. */
  nextEnd(): number | undefined;
  /** Lets the pairs end whose time has come; gives their keys. */
  endDue(at: number): ReadonlySet<string>;
  /** Forgets all pairs but these. */
  keepOnly(keys: ReadonlySet<string>): void;
}

interface Entry {
  readonly pair: CredentialPair;
  status: Acceptance;
  endsAt: number | undefined;
}

const wiped: Acceptance = { ok: false, why: 'unknown' };

/** An empty memory over an injected truth. */
export function pairBook(truth: SecretTruth): PairBook {
  const entries = new Map<string, Entry>();
  let checkedRevision: number | undefined;

  function ask({ clientId, clientSecret }: CredentialPair, at: number): Acceptance {
    if (clientId === '' || clientSecret === '') return wiped;
    return truth.accepts(clientId, clientSecret, at);
  }

  function endOf({ clientId, clientSecret }: CredentialPair, status: Acceptance, at: number) {
    const endsAt = status.ok ? truth.endsAt(clientId, clientSecret) : undefined;
    return endsAt !== undefined && endsAt > at ? endsAt : undefined;
  }

  function statusOf(pair: CredentialPair, at: number): Acceptance {
    const known = entries.get(pairKey(pair));
    if (known !== undefined) return known.status;
    const status = ask(pair, at);
    entries.set(pairKey(pair), { pair, status, endsAt: endOf(pair, status, at) });
    return status;
  }

  function recheck(at: number): ReadonlySet<string> {
    const changed = new Set<string>();
    const revision = truth.revision?.();
    const isSame = revision !== undefined && revision === checkedRevision;
    checkedRevision = revision;
    for (const [key, entry] of entries) {
      if (isSame && entry.status.ok) continue;
      const status = ask(entry.pair, at);
      // The reason that came first stays: a secret removed after its end had ended.
      if (status.ok !== entry.status.ok) {
        entry.status = status;
        changed.add(key);
      }
      entry.endsAt = endOf(entry.pair, entry.status, at);
    }
    return changed;
  }

  function nextEnd(): number | undefined {
    let earliest: number | undefined;
    for (const { endsAt } of entries.values()) {
      if (endsAt !== undefined && (earliest === undefined || endsAt < earliest)) earliest = endsAt;
    }
    return earliest;
  }

  function endDue(at: number): ReadonlySet<string> {
    const ended = new Set<string>();
    for (const [key, entry] of entries) {
      if (entry.endsAt === undefined || entry.endsAt > at) continue;
      entry.status = { ok: false, why: 'ended' };
      entry.endsAt = undefined;
      ended.add(key);
    }
    return ended;
  }

  function keepOnly(keys: ReadonlySet<string>): void {
    for (const key of entries.keys()) if (!keys.has(key)) entries.delete(key);
  }

  return { statusOf, recheck, nextEnd, endDue, keepOnly };
}

/** Tells pairs apart. */
export function pairKey({ clientId, clientSecret }: CredentialPair): string {
  return `${clientId}\n${clientSecret}`;
}
