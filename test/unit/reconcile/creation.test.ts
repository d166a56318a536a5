import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/fault.ts';
import { interposedWorld } from '../../support/interposed-world.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, tenant } from '../../support/tenant.ts';

describe('creation', () => {
  it('makes registration, credential, secret and both connectors within an hour', async () => {
    const customer = tenant({ modes: [oddMode(0), oddMode(1)] });
    const calendar = customer.wish();
    const report = await customer.settle(calendar, hourMs);
    expect(report).toMatchObject({ status: { state: 'healthy', reason: 'settled' } });
    const made = customer.application();
    expect(made).toMatchObject({
      displayName: 'Contoso Calendar',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      uniqueName: 'keeper-calendar',
    });
    expect(made.passwords).toHaveLength(1);
    expect([customer.holds(0), customer.holds(1)]).toEqual([
      made.passwords[0]?.keyId,
      made.passwords[0]?.keyId,
    ]);
    await expectSound(customer);
  });

  it('waits while the vault cannot tell whether there was a registration before', async () => {
    let down = true;
    const customer = tenant({
      wrap: (world) =>
        interposedWorld(world, async ({ port }, go) =>
          port === 'vault' && down
            ? failure({ kind: 'unavailable', vendor: 'vault', status: 503 })
            : go(),
        ),
    });
    const calendar = customer.wish({ takeOver: true });
    await customer.after(calendar, hourMs);
    expect(customer.cloud.directory.applications()).toEqual([]);
    down = false;
    await customer.settle(calendar);
    await expectSound(customer);
  });

  it('writes nothing once all is as the file says', async () => {
    const customer = tenant({ modes: [oddMode(2), oddMode(3)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const entries = customer.entries('calendar').length;
    await customer.after(calendar, 10 * dayMs);
    expect(customer.entries('calendar')).toHaveLength(entries);
  });

  it('looks at a quiet registration with few requests', async () => {
    const customer = tenant({ modes: [oddMode(0)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const before = { ...customer.cloud.counts };
    customer.clock.advance(dayMs);
    await customer.pass(calendar);
    const { counts } = customer.cloud;
    const used = Object.fromEntries(
      Object.entries(counts).map(([vendor, count]) => [vendor, count - before[vendor as 'graph']]),
    );
    expect(used).toEqual({ graph: 2, entra: 0, vault: 5, nylas: 4 });
  });
});
