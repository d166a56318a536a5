/** The closing report: one document for machines, one table for people. */
import { verifyAll } from '../audit/verify.ts';
import { readLog, blankHead } from '../audit/log.ts';
import type { Entry } from '../core/entry.ts';
import type { Desired } from '../core/desired.ts';
import { meaningOf, type Reason, type State } from '../core/reason.ts';
import { readSavedStatus } from '../reconcile/chain-session.ts';
import type { ChainStore } from '../audit/chain-store.ts';
import type { StateStore } from '../reconcile/world.ts';
import type { RequestCounts } from './counts.ts';

export interface RegistrationReport {
  readonly id: string;
  readonly state: State;
  readonly reason: Reason;
  readonly appId: string | null;
  readonly credential: { readonly keyId: string; readonly expiresAt: string } | null;
  readonly connectors: readonly {
    readonly id: string;
    readonly clientId: string | null;
    readonly keyId: string | null;
  }[];
  /** What Keeper did, by its audit chain, oldest first. */
  readonly did: readonly string[];
}

export interface Report {
  /** Everything settled, no second of outage was Keeper's, and the audit log verifies. */
  readonly ok: boolean;
  readonly settled: boolean;
  readonly registrations: readonly RegistrationReport[];
  readonly requests: RequestCounts;
  readonly audit: { readonly entries: number; readonly verified: boolean };
  readonly outageSeconds: number;
  /** By cause. */
  readonly unavoidableSeconds: Readonly<Record<string, number>>;
  /** Milliseconds of real time. */
  readonly durationMs: number;
  /** Milliseconds of simulated time. */
  readonly simulatedMs: number;
}

export interface ReportSources {
  readonly desired: Desired;
  readonly states: StateStore;
  readonly chains: ChainStore;
  readonly settled: boolean;
  readonly requests: RequestCounts;
  readonly account: {
    readonly outageSeconds: number;
    readonly unavoidableSeconds: Readonly<Record<string, number>>;
  };
  readonly durationMs: number;
  readonly simulatedMs: number;
}

/** Gathers the report. Reads the chains whole, from their first byte. */
export async function gatherReport(sources: ReportSources): Promise<Report> {
  const verified = await verifyAll(sources.chains);
  const chains = verified.ok ? verified.value : [];
  const registrations: RegistrationReport[] = [];
  for (const { id, key } of sources.desired.registrations) {
    registrations.push(await reportOne(sources, id, key));
  }
  const audit = {
    entries: chains.reduce((sum, one) => sum + one.entries, 0),
    verified: verified.ok && chains.length > 0 && chains.every((one) => one.verified),
  };
  const outageSeconds = Math.round(sources.account.outageSeconds);
  return {
    ok: sources.settled && outageSeconds === 0 && audit.verified,
    settled: sources.settled,
    registrations,
    requests: sources.requests,
    audit,
    outageSeconds,
    unavoidableSeconds: Object.fromEntries(
      Object.entries(sources.account.unavoidableSeconds).map(([cause, seconds]) => [
        cause,
        Math.round(seconds),
      ]),
    ),
    durationMs: Math.round(sources.durationMs),
    simulatedMs: Math.round(sources.simulatedMs),
  };
}

async function reportOne(
  { states, chains }: ReportSources,
  id: string,
  key: string,
): Promise<RegistrationReport> {
  const read = await readSavedStatus(states, key);
  const saved = read.ok ? read.value : undefined;
  const log = await readLog(chains, key, blankHead);
  const did = log.ok ? deedsOf(log.value.entries) : [];
  if (!saved) {
    const nothing = { appId: null, credential: null, connectors: [] };
    return { id, state: 'waiting', reason: 'not-looked-yet', ...nothing, did };
  }
  const { state, reason, appId, credential, connectors } = saved;
  return {
    id,
    state,
    reason,
    appId,
    credential: credential && {
      keyId: credential.keyId,
      expiresAt: new Date(credential.expiresAt).toISOString(),
    },
    connectors: connectors.map((one) => ({
      id: one.id,
      clientId: one.clientId,
      keyId: one.keyId,
    })),
    did,
  };
}

/** Effects that were certainly carried out, and proofs, in the order of the chain. */
function deedsOf(entries: readonly Entry[]): readonly string[] {
  const kinds = new Map<string, string>();
  return entries.flatMap((entry) => {
    if (entry.kind === 'intent') kinds.set(entry.id, entry.effect.kind);
    if (entry.kind === 'outcome' && entry.result === 'done') return kinds.get(entry.intent) ?? [];
    if (entry.kind !== 'proof') return [];
    if (entry.result === 'proved') return ['prove-credential'];
    return entry.result === 'disproved' ? ['disprove-credential'] : [];
  });
}

/** The table that a person reads at the end. */
export function reportTable(report: Report): string {
  const rows = report.registrations.map((one) => [
    one.id,
    one.state,
    one.credential?.expiresAt.slice(0, 10) ?? '–',
    `${one.connectors.filter((connector) => connector.keyId !== null).length}/${one.connectors.length}`,
    one.appId ?? '–',
  ]);
  const head = ['registration', 'state', 'secret ends', 'connectors', 'client id'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const asks = report.registrations.flatMap((one) => {
    const meaning = meaningOf(one.reason);
    if (meaning.state !== 'needs-person') return [];
    const remedy = 'remedy' in meaning ? meaning.remedy : '';
    return [`${one.id} needs you: ${meaning.means}`, `  ${remedy}`];
  });
  const { requests, audit } = report;
  const unavoidable = Object.values(report.unavoidableSeconds).reduce((sum, one) => sum + one, 0);
  return [
    line(head),
    ...rows.map(line),
    '',
    ...asks,
    ...(asks.length > 0 ? [''] : []),
    `audit log: ${audit.entries} entries, ${audit.verified ? 'verified' : 'NOT VERIFIED'}`,
    `outage charged to Keeper: ${report.outageSeconds} s; unavoidable: ${unavoidable} s`,
    `requests: ${Object.entries(requests)
      .map(([vendor, count]) => `${vendor} ${count}`)
      .join(', ')}`,
    `${(report.durationMs / 1000).toFixed(1)} s for ${days(report.simulatedMs)} of simulated time`,
  ].join('\n');
}

function days(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 48 ? `${hours.toFixed(1)} hours` : `${(hours / 24).toFixed(0)} days`;
}
