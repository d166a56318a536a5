import { describe, expect, it } from 'vitest';
import { allNylasModes, type NylasMode } from '../../../src/local/simulators/nylas-modes.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, handMade, tenant } from '../../support/tenant.ts';

function nameOf(mode: NylasMode): string {
  const { settings, updateReaches } = mode;
  const follow = mode.grantsFollow ? 'grants follow' : 'grants stay';
  const shown = mode.clientIdReturned ? 'client id shown' : 'client id hidden';
  return `${updateReaches}, ${settings}, ${follow}, ${shown}`;
}

const modes = allNylasModes().map((mode) => [nameOf(mode), mode] as const);

describe('in every mode of Nylas', () => {
  it.each(modes)('takes over a registration whose secret ends in 20 days: %s', async (_, mode) => {
    const customer = tenant({ modes: [mode] });
    const made = handMade(customer);
    const calendar = customer.wish({ appId: made.appId, takeOver: !mode.clientIdReturned });
    await customer.years(calendar, 60 * dayMs);
    // The one that people made has ended, stays listed, and serves nobody (law 7).
    expect(customer.passwords().map((one) => one.keyId)).toEqual([made.keyId, customer.holds()]);
    await expectSound(customer, { foreign: [made.keyId] });
  });

  it.each(modes)('renews twice in four years without an outage: %s', async (_, mode) => {
    const customer = tenant({ modes: [mode] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    for (const { region, id } of customer.nylas) {
      const { hand } = customer.cloud.nylas[region];
      for (const user of ['ada', 'grace']) hand.addGrant(id, `${user}@contoso.example`);
    }
    const most = await customer.years(calendar, 4 * 365 * dayMs);
    expect(most).toBe(2);
    const removed = customer
      .entries('calendar')
      .filter((one) => one.kind === 'intent' && one.effect.kind === 'remove-credential');
    expect(removed).toHaveLength(2);
    await expectSound(customer);
  });
});
