import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/fault.ts';
import type { Intercept } from '../../support/interposed-world.ts';
import { interposedWorld } from '../../support/interposed-world.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, tenant, type Tenant } from '../../support/tenant.ts';

type Port = 'directory' | 'vault' | 'connectors' | 'tokens';
const vendorOf = {
  directory: 'graph',
  vault: 'vault',
  connectors: 'nylas',
  tokens: 'entra',
} as const;

/** A customer whose vendors can be switched off. */
function customerWithSwitch(): { customer: Tenant; down: Set<Port> } {
  const down = new Set<Port>();
  const intercept: Intercept = async ({ port }, go) => {
    if (!down.has(port as Port)) return go();
    return failure({ kind: 'unavailable', vendor: vendorOf[port as Port], status: 503 });
  };
  const customer = tenant({
    modes: [oddMode(0), oddMode(1)],
    wrap: (world) => interposedWorld(world, intercept),
  });
  return { customer, down };
}

describe('a vendor that is down for days', () => {
  it.each(['directory', 'vault', 'connectors', 'tokens'] as const)(
    '%s: is waited for, nothing piles up, and all goes on afterwards',
    async (port) => {
      const { customer, down } = customerWithSwitch();
      const calendar = customer.wish();
      await customer.settle(calendar);
      await customer.order({ kind: 'rotate', reason: 'test' });
      down.add(port);
      const entries = customer.entries('calendar').length;
      const report = await customer.after(calendar, 5 * dayMs);
      expect(report).toMatchObject({ plan: { state: 'waiting' } });
      expect(customer.entries('calendar').length - entries).toBeLessThan(25);
      expect(customer.passwords().length).toBeLessThanOrEqual(2);
      down.clear();
      const before = customer.passwords()[0]?.keyId;
      await customer.settle(calendar);
      expect(customer.holds(0)).not.toBe(before);
      await expectSound(customer);
    },
  );

  it('Graph: a credential that is proven is promoted and pushed without it', async () => {
    const { customer, down } = customerWithSwitch();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const before = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 4 * hourMs);
    down.add('directory');
    await customer.after(calendar, 3 * dayMs);
    expect(customer.holds(0)).not.toBe(before);
    expect(customer.holds(1)).toBe(customer.holds(0));
    down.clear();
    await customer.settle(calendar);
    await expectSound(customer);
  });

  it('Entra: a credential that cannot be proven serves in the last resort, and no new one is made', async () => {
    const { customer, down } = customerWithSwitch();
    const calendar = customer.wish({ lifetimeDays: 90, renewBeforeDays: 20 });
    await customer.settle(calendar);
    const before = customer.holds();
    down.add('tokens');
    await customer.years(calendar, 91 * dayMs, 3);
    expect(customer.holds(0)).not.toBe(before);
    await expectSound(customer);
    down.clear();
    await customer.settle(calendar);
    expect(customer.cloud.vault.state.current('nylas-calendar')?.tags['keyId']).toBe(
      customer.holds(),
    );
  });
});
