/** What must hold at the end of every story, whatever happened in it. */
import { expect } from 'vitest';
import { verifyAll } from '../../src/audit/verify.ts';
import { personalSlots } from '../../src/core/limits.ts';
import type { Tenant } from './tenant.ts';

export interface Soundness {
  readonly key?: string;
  /** Key ids that people made. */
  readonly foreign?: readonly string[];
  /** Seconds of outage charged to Keeper. */
  readonly outageSeconds?: number;
}

/**
 * One registration; the chain verifies and explains each credential and each intent; never more
 * secrets than the vendor allows; every connector holds a secret that works; no outage is Keeper's.
 */
export async function expectSound(customer: Tenant, told: Soundness = {}): Promise<void> {
  const { cloud, clock } = customer;
  cloud.settle();
  expect(cloud.directory.applications()).toHaveLength(1);
  const verified = await verifyAll(customer.world.chains);
  expect(verified).toMatchObject({ ok: true });
  if (!verified.ok) return;
  for (const one of verified.value) {
    expect(one).toMatchObject({ verified: true, openIntents: 0 });
  }
  const explained = explainedKeyIds(customer, told.key ?? 'calendar');
  const listed = customer.passwords().map((one) => one.keyId);
  expect(listed.length).toBeLessThanOrEqual(personalSlots);
  for (const keyId of listed) expect([...explained, ...(told.foreign ?? [])]).toContain(keyId);
  for (const [index, { region, id }] of customer.nylas.entries()) {
    const record = cloud.nylas[region].hand.activeRecord(id);
    expect(record, `connector ${index}`).toBeDefined();
    if (!record) continue;
    const { clientId, clientSecret } = record.data;
    expect(cloud.directory.credentialWorks(clientId, clientSecret, clock.now())).toBe('accepted');
  }
  expectNoOutage(customer, told.outageSeconds);
}

/** No second of outage is charged to Keeper; the incidents tell what happened else. */
export function expectNoOutage(customer: Tenant, outageSeconds = 0): void {
  const { account } = customer.cloud;
  customer.cloud.settle();
  const charged = account.incidents.filter((one) => one.verdict === 'keeper');
  expect({ seconds: account.outageSeconds, charged }).toEqual({
    seconds: outageSeconds,
    charged: outageSeconds === 0 ? [] : charged,
  });
}

/** Key ids that the chain's outcomes, recoveries and take-overs name. */
function explainedKeyIds(customer: Tenant, key: string): readonly string[] {
  return customer.entries(key).flatMap((entry) => {
    if (entry.kind === 'outcome') return entry.facts?.keyId ?? [];
    if (entry.kind === 'recovery') return entry.keyId ?? [];
    return entry.kind === 'proof' && entry.takeOver ? [entry.keyId] : [];
  });
}
