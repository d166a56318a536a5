/**
 * Role: carries out writes to simulated Nylas in the order of time, and notes what they did to
 * credentials that worked: who put a dead one in the place of a working one, who deleted it.
 */
import type { WriteContext } from './nylas-connectors.ts';
import type { GrantWorld } from './nylas-grants.ts';
import type { PairBook } from './nylas-pairs.ts';
import { type Connector, type NylasApplication, type Writer, activeRecord } from './nylas-state.ts';
import type { FailureWhy } from './outage.ts';
import type { Random } from './random.ts';

/** Carries out writes. Instants are epoch milliseconds. */
export interface Ledger {
  /** Settles up to `at`, then writes. */
  write<T>(application: NylasApplication, entry: LedgerEntry<T>): T;
  /** Writes at once, inside a settlement that has come to `at`. */
  commit<T>(application: NylasApplication, entry: LedgerEntry<T>): T;
}

/** One write: by whom, when, and what. */
interface LedgerEntry<T> {
  readonly by: Writer;
  readonly at: number;
  readonly change: (context: WriteContext) => T;
}

interface Before {
  readonly activeId: string | undefined;
  readonly activeWorked: boolean;
  /** By record: whether it worked, and the content it had. */
  readonly records: ReadonlyMap<string, { readonly data: object; readonly worked: boolean }>;
}

/** The ledger of one region. */
export function ledger(
  grants: GrantWorld,
  { pairs, random }: { pairs: PairBook; random: Random },
): Ledger {
  function write<T>(application: NylasApplication, entry: LedgerEntry<T>): T {
    grants.settle(entry.at);
    return commit(application, entry);
  }

  function commit<T>(application: NylasApplication, { by, at, change }: LedgerEntry<T>): T {
    grants.flush(at);
    const before = snapshot(application.connector, at);
    const result = change({ by, at, random });
    const { connector } = application;
    if (connector !== undefined) judge(connector, before, { by, at });
    noteDeletions(application, before, { by, at });
    grants.review(application, at);
    return result;
  }

  function snapshot(connector: Connector | undefined, at: number): Before {
    const records = [...(connector?.records.values() ?? [])].map(
      ({ id, data }) => [id, { data, worked: pairs.statusOf(data, at).ok }] as const,
    );
    return {
      activeId: connector?.activeId,
      // Where there was none, a dead one is an outage that the writer made.
      activeWorked: connector === undefined || pairs.statusOf(activeRecord(connector).data, at).ok,
      records: new Map(records),
    };
  }

  function judge(
    connector: Connector,
    before: Before,
    { by, at }: { by: Writer; at: number },
  ): void {
    for (const record of connector.records.values()) {
      const known = before.records.get(record.id);
      if (known?.data === record.data) continue;
      const works = pairs.statusOf(record.data, at).ok;
      const isActive = record.id === connector.activeId;
      const replacedWorking = known?.worked ?? (isActive && before.activeWorked);
      record.isSpoiled = by === 'api' && !works && (replacedWorking || record.isSpoiled);
    }
    if (connector.activeId === before.activeId) return;
    const works = pairs.statusOf(activeRecord(connector).data, at).ok;
    connector.isSpoiled = by === 'api' && !works && before.activeWorked;
  }

  function noteDeletions(
    application: NylasApplication,
    before: Before,
    { by, at }: { by: Writer; at: number },
  ): void {
    const why: FailureWhy = by === 'api' ? 'removed-by-keeper' : 'connector-gone';
    if (before.activeId !== undefined && application.connector === undefined) {
      grants.stopConnector(application, { since: at, why });
    }
    for (const id of before.records.keys()) {
      if (application.connector?.records.has(id) !== true)
        grants.stopGrants(application, id, { since: at, why });
    }
  }

  return { write, commit };
}
