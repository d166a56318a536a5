import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, oddMode, tenant } from '../../support/tenant.ts';
const seeds = Array.from({ length: 120 }, (_, index) => index + 1000);
describe('hunt', () => {
  it.each(seeds)('seed %i', async (seed) => {
    const customer = tenant({ modes: [oddMode(seed), oddMode(seed + 1)], seed, faults: 'heavy' });
    const calendar = customer.wish({ lifetimeDays: seed % 2 ? 60 : 120, renewBeforeDays: 15 });
    await customer.years(calendar, 700 * dayMs, 2);
    customer.cloud.fates.setLevel('none');
    await customer.settle(calendar);
    await expectSound(customer);
  }, 60000);
});
