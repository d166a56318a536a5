import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, handMade, hourMs, minuteMs, oddMode, tenant } from '../../support/tenant.ts';

describe('adoption', () => {
  it.each([0, 1, 2, 3, 4, 5])(
    'of a registration whose secret ends in an hour switches in time (mode %i)',
    async (index) => {
      const mode = oddMode(index);
      const customer = tenant({ modes: [mode] });
      const made = handMade(customer, { endsInDays: 2 / 24 });
      const calendar = customer.wish({ appId: made.appId, takeOver: true });
      await customer.after(calendar, 2 * hourMs - 16 * minuteMs);
      expect(customer.holds()).not.toBe(made.keyId);
      await customer.settle(calendar);
      await expectSound(customer, { foreign: [made.keyId] });
    },
  );

  it('of one whose secret has ended already serves at once', async () => {
    const customer = tenant({ modes: [oddMode(2)] });
    const made = handMade(customer, { endsInDays: 1 });
    customer.leap(2 * dayMs);
    const calendar = customer.wish({ appId: made.appId });
    await customer.after(calendar, hourMs);
    expect(customer.holds()).not.toBe(made.keyId);
    await expectSound(customer, { foreign: [made.keyId] });
  });

  it('takes over the secret that it finds, where that is good for long, and pushes it once', async () => {
    const customer = tenant({ modes: [oddMode(0)] });
    const made = handMade(customer, { endsInDays: 600 });
    const calendar = customer.wish({ appId: made.appId });
    await customer.settle(calendar);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([made.keyId]);
    expect(customer.holds()).toBe(made.keyId);
    const pushes = customer
      .entries('calendar')
      .filter((one) => one.kind === 'intent' && one.effect.kind === 'push-credential');
    expect(pushes).toHaveLength(1);
    await expectSound(customer);
  });
});
