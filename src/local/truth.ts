/** What is true in the simulated world, whoever asks: which secrets work, and since when. */
import type { Acceptance, SecretTruth } from './simulators/nylas-pairs.ts';
import type { SimulatedDirectory } from './simulators/directory-state.ts';
import type { VaultChange } from './simulators/vault-state.ts';

export interface Truth extends SecretTruth {
  /** To be told of every change of every vault. */
  observe(change: VaultChange): void;
  /** Since when a secret that works now has been in a vault, for that application. */
  provenSince(clientId: string, at: number): number | undefined;
}

/**
 * The truth about one directory. `keeperId` is the object id of Keeper's identity; `isOrdered` says
 * of a credential that Keeper removed whether a person had ordered that.
 */
export function truthOf(
  directory: SimulatedDirectory,
  keeperId: string,
  isOrdered: (keyId: string) => boolean = () => false,
): Truth {
  /** First storing of each text, by client id. */
  const stored = new Map<string, Map<string, number>>();

  function passwordOf(
    clientId: string,
    text: string,
  ): { keyId: string; endAt: number } | undefined {
    const all = [
      ...(directory.application(clientId)?.passwords ?? []),
      ...(directory.servicePrincipal(clientId)?.passwords ?? []),
    ];
    return all.find((one) => one.text === text);
  }

  /** What is known of a text, remembered when its credential is gone. */
  const known = new Map<string, { keyId: string; endAt: number }>();

  function accepts(clientId: string, text: string, at: number): Acceptance {
    const listed = passwordOf(clientId, text);
    if (listed) known.set(text, listed);
    const verdict = directory.credentialWorks(clientId, text, at);
    if (verdict === 'accepted') return { ok: true };
    if (verdict.refused === 7_000_222) return { ok: false, why: 'ended' };
    if (verdict.refused === 7_000_215) {
      const was = known.get(text);
      const removal = was && directory.whoRemoved(was.keyId);
      if (!was || !removal) return { ok: false, why: 'unknown' };
      // What came first counts: a credential that had ended serves nobody.
      if (removal.at >= was.endAt) return { ok: false, why: 'ended' };
      if (removal.by !== keeperId) return { ok: false, why: 'removed-by-hand' };
      return { ok: false, why: isOrdered(was.keyId) ? 'removed-by-order' : 'removed-by-keeper' };
    }
    return { ok: false, why: 'app-gone' };
  }

  return {
    accepts,
    endsAt: (clientId, text) => passwordOf(clientId, text)?.endAt,
    revision: () => directory.revision(),
    observe(change) {
      if (change.kind !== 'new-version' && change.kind !== 'changed') return;
      const clientId = change.version.tags['appId'];
      if (clientId === undefined) return;
      const texts = stored.get(clientId) ?? new Map<string, number>();
      stored.set(clientId, texts);
      if (!change.version.enabled) texts.delete(change.version.value);
      else if (!texts.has(change.version.value)) texts.set(change.version.value, change.at);
    },
    provenSince(clientId, at) {
      const works = [...(stored.get(clientId) ?? [])].filter(
        ([text]) => directory.credentialWorks(clientId, text, at) === 'accepted',
      );
      return works.length === 0 ? undefined : Math.min(...works.map(([, since]) => since));
    },
  };
}
