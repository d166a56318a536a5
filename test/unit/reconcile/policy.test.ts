import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, tenant, type Tenant } from '../../support/tenant.ts';

function forbid(customer: Tenant, maxDays?: number): void {
  customer.cloud.directory.setPolicy({
    applicationRestrictions: {
      keyCredentials: [],
      passwordCredentials: [
        maxDays === undefined
          ? { restrictionType: 'passwordAddition', state: 'enabled' }
          : { restrictionType: 'passwordLifetime', state: 'enabled', maxLifetime: `P${maxDays}D` },
      ],
    },
  });
}

describe('a policy that forbids secrets', () => {
  it('is told to a person, piles nothing up, and is recovered from once it is lifted', async () => {
    const customer = tenant();
    forbid(customer);
    const calendar = customer.wish();
    const report = await customer.after(calendar, 10 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'secrets-forbidden' } });
    expect(customer.passwords()).toHaveLength(0);
    expect(customer.entries('calendar').length).toBeLessThan(50);
    customer.cloud.directory.setPolicy(undefined);
    await customer.settle(calendar, 2 * dayMs);
    await expectSound(customer);
  });
});

describe('a policy that caps the lifetime', () => {
  it.each([
    ['that Keeper may read', 180, true],
    ['that Keeper may not read', 100, false],
    ['of less than a week', 5, false],
  ] as const)('%s is met, or told to a person', async (_, maxDays, readable) => {
    const customer = tenant();
    const { directory } = customer.cloud;
    if (readable) {
      directory.setCallerRoles('5a5a5a5a-0000-4000-8000-00000000c0de', [
        'Application.ReadWrite.OwnedBy',
        'Policy.Read.All',
      ]);
    }
    forbid(customer, maxDays);
    const calendar = customer.wish();
    const report = await customer.after(calendar, 4 * hourMs);
    if (maxDays < 7) {
      expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'policy-refused' } });
      expect(customer.entries('calendar').length).toBeLessThan(40);
      return;
    }
    const [made] = customer.passwords();
    const days = ((made?.endAt ?? 0) - customer.clock.now()) / dayMs;
    expect(days).toBeGreaterThan(maxDays * 0.85);
    await customer.years(calendar, 400 * dayMs, 10);
    await expectSound(customer);
  });

  it('that is lifted later is forgotten within a few rotations', async () => {
    const customer = tenant();
    forbid(customer, 60);
    const calendar = customer.wish();
    await customer.settle(calendar);
    customer.cloud.directory.setPolicy(undefined);
    await customer.years(calendar, 200 * dayMs, 3);
    const lastEndAt = Math.max(...customer.passwords().map((one) => one.endAt));
    expect(lastEndAt).toBeGreaterThan(customer.clock.now() + 500 * dayMs);
    await expectSound(customer);
  });
});
