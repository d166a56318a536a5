import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, handMade, oddMode, tenant } from '../../support/tenant.ts';

const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

describe('two years with heavy faults', () => {
  it.each(seeds)('of a registration that Keeper made end well (seed %i)', async (seed) => {
    const customer = tenant({ modes: [oddMode(seed), oddMode(seed + 1)], seed, faults: 'heavy' });
    const calendar = customer.wish({ lifetimeDays: 365 });
    await customer.years(calendar, 730 * dayMs);
    customer.cloud.fates.setLevel('none');
    await customer.settle(calendar);
    await expectSound(customer);
    expect(customer.entries('calendar').length).toBeLessThan(400);
  });

  it.each(seeds)(
    'of an adopted one whose secret ends in 20 days end well (seed %i)',
    async (seed) => {
      const customer = tenant({ modes: [oddMode(seed + 3)], seed: seed + 100, faults: 'none' });
      const made = handMade(customer);
      customer.cloud.fates.setLevel('heavy');
      const calendar = customer.wish({ appId: made.appId, takeOver: true, lifetimeDays: 365 });
      await customer.years(calendar, 730 * dayMs);
      customer.cloud.fates.setLevel('none');
      await customer.settle(calendar);
      await expectSound(customer, { foreign: [made.keyId] });
      expect(customer.entries('calendar').length).toBeLessThan(400);
    },
  );
});
