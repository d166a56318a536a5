/**
 * What must hold at the end of every story, whatever happened in it. Plain functions that throw, so
 * that test runner and simulation ask the same.
 */
import { verifyAll } from '../../src/audit/verify.ts';
import type { Entry } from '../../src/core/entry.ts';
import { personalSlots } from '../../src/core/limits.ts';
import type { Tenant } from './tenant.ts';

export interface Soundness {
  readonly key?: string;
  /** Key ids that people made. */
  readonly foreign?: readonly string[];
  /** Seconds of outage charged to Keeper. */
  readonly outageSeconds?: number;
  /** Secrets that the registration may have; by default what personal accounts allow. */
  readonly slots?: number;
}

/**
 * One registration; the chain verifies and explains each credential and each intent; never more
 * secrets than the vendor allows; every connector holds a secret that works; no outage is Keeper's.
 * @throws Error that names all that does not hold.
 */
export async function expectSound(customer: Tenant, told: Soundness = {}): Promise<void> {
  complain(await flawsOf(customer, told));
}

/**
 * No second of outage is charged to Keeper; the incidents tell what happened else.
 * @throws Error otherwise.
 */
export function expectNoOutage(customer: Tenant, outageSeconds = 0): void {
  complain(outageFlaws(customer, outageSeconds));
}

/** All that {@link expectSound} would complain about. */
export async function flawsOf(customer: Tenant, told: Soundness = {}): Promise<readonly string[]> {
  customer.cloud.settle();
  const registrations = customer.cloud.directory.applications().length;
  return [
    ...(registrations === 1 ? [] : [`there are ${registrations} registrations`]),
    ...(await chainFlaws(customer)),
    ...credentialFlaws(customer, told),
    ...customer.nylas.flatMap((_, index) => connectorFlaws(customer, index)),
    ...outageFlaws(customer, told.outageSeconds ?? 0),
  ];
}

function complain(flaws: readonly string[]): void {
  if (flaws.length > 0) throw new Error(flaws.join('; '));
}

async function chainFlaws({ world }: Tenant): Promise<readonly string[]> {
  const verified = await verifyAll(world.chains);
  if (!verified.ok) return [`the chains cannot be read: ${verified.fault.kind}`];
  return verified.value
    .filter((one) => !one.verified || one.openIntents > 0)
    .map((one) => `the chain of ${one.registration} is not in order: ${JSON.stringify(one)}`);
}

function credentialFlaws(customer: Tenant, told: Soundness): readonly string[] {
  const { key = 'calendar', foreign = [], slots = personalSlots } = told;
  const known = new Set([...explainedKeyIds(customer.entries(key)), ...foreign]);
  const [application] = customer.cloud.directory.applications();
  const listed = (application?.passwords ?? []).map((one) => one.keyId);
  return [
    ...(listed.length <= slots ? [] : [`${listed.length} credentials are listed`]),
    ...listed
      .filter((keyId) => !known.has(keyId))
      .map((keyId) => `credential ${keyId} is listed, and the chain does not explain it`),
  ];
}

function connectorFlaws({ cloud, clock, nylas }: Tenant, index: number): readonly string[] {
  const connector = nylas[index];
  const record = connector && cloud.nylas[connector.region].hand.activeRecord(connector.id);
  if (!record) return [`connector ${index} has no active record`];
  const { clientId, clientSecret } = record.data;
  const verdict = cloud.directory.credentialWorks(clientId, clientSecret, clock.now());
  if (verdict === 'accepted') return [];
  return [`connector ${index} holds a secret that is refused with ${verdict.refused}`];
}

function outageFlaws({ cloud }: Tenant, outageSeconds: number): readonly string[] {
  cloud.settle();
  const { account } = cloud;
  const charged = account.incidents.filter((one) => one.verdict === 'keeper');
  const isRight = account.outageSeconds === outageSeconds;
  if (isRight && (outageSeconds > 0 || charged.length === 0)) return [];
  return [
    `${account.outageSeconds} s of outage are charged to Keeper, not ${outageSeconds}: ${JSON.stringify(charged)}`,
  ];
}

/** Key ids that the chain's outcomes, recoveries and take-overs name. */
function explainedKeyIds(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'outcome') return entry.facts?.keyId ?? [];
    if (entry.kind === 'recovery') return entry.keyId ?? [];
    return entry.kind === 'proof' && entry.takeOver ? [entry.keyId] : [];
  });
}

/**
 * Where a chain breaks this: each intent comes once and before its one outcome, none stays open, and
 * no add is sent while another is in doubt.
 */
export function repetitionsIn(entries: readonly Entry[]): readonly string[] {
  const flaws: string[] = [];
  const open = new Set<string>();
  const adding = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'intent') {
      if (open.has(entry.id)) flaws.push(`entry ${entry.seq} announces an intent again`);
      open.add(entry.id);
      if (entry.effect.kind !== 'add-credential') continue;
      if (adding.size > 0) flaws.push(`entry ${entry.seq} adds while another add is in doubt`);
      adding.add(entry.id);
    }
    if (entry.kind === 'outcome') {
      if (!open.delete(entry.intent)) flaws.push(`entry ${entry.seq} ends no open intent`);
      if (entry.result !== 'doubtful') adding.delete(entry.intent);
    }
    if (entry.kind === 'recovery') {
      open.delete(entry.intent);
      if (entry.finding === 'done' || entry.finding === 'not-done') adding.delete(entry.intent);
    }
  }
  return open.size === 0 ? flaws : [...flaws, `intents without an end: ${[...open].join(', ')}`];
}
