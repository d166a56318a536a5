import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, tenant } from '../../support/tenant.ts';

const secret = 'nylas-calendar';

describe('a version put into the vault by hand', () => {
  it('is taken over when it belongs to a better credential', async () => {
    const customer = tenant({ modes: [oddMode(0), oddMode(1)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const { directory, vault } = customer.cloud;
    const { appId } = customer.application();
    customer.clock.advance(30 * dayMs);
    const made = directory.addPasswordByHand(appId, { endAt: customer.clock.now() + 730 * dayMs });
    vault.putByHand(secret, { value: made.text });
    await customer.after(calendar, 2 * hourMs);
    expect([customer.holds(0), customer.holds(1)]).toEqual([made.keyId, made.keyId]);
    await expectSound(customer);
  });

  it('is overruled when it belongs to a worse credential, and readers get the proven one', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    const { directory, vault } = customer.cloud;
    const made = directory.addPasswordByHand(customer.application().appId, {
      endAt: customer.clock.now() + 100 * dayMs,
    });
    vault.putByHand(secret, { value: made.text });
    await customer.after(calendar, 3 * hourMs);
    expect(customer.holds()).toBe(serving);
    const current = vault.state.current(secret);
    expect(current?.tags['keyId']).toBe(serving);
    await expectSound(customer, { foreign: [made.keyId] });
  });

  it('is overruled when it is no secret of the registration at all', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    const entries = customer.entries('calendar').length;
    customer.cloud.vault.putByHand(secret, { value: 'a text of somebody else' });
    await customer.after(calendar, 3 * hourMs);
    expect(customer.cloud.vault.state.current(secret)?.tags['keyId']).toBe(serving);
    expect(customer.entries('calendar').length - entries).toBeLessThanOrEqual(4);
    await expectSound(customer);
  });

  it('with a false hint ends in the proven one, after a bounded number of proofs', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    const { directory, vault } = customer.cloud;
    customer.clock.advance(30 * dayMs);
    const made = directory.addPasswordByHand(customer.application().appId, {
      endAt: customer.clock.now() + 730 * dayMs,
    });
    vault.putByHand(secret, { value: `${made.text.slice(0, 3)} but the rest is wrong` });
    const entries = customer.entries('calendar').length;
    await customer.after(calendar, 2 * dayMs);
    expect(customer.holds()).toBe(serving);
    expect(vault.state.current(secret)?.tags['keyId']).toBe(serving);
    expect(customer.entries('calendar').length - entries).toBeLessThanOrEqual(8);
    await expectSound(customer, { foreign: [made.keyId] });
  });

  it('disabled by hand is made current again', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    customer.clock.advance(2 * hourMs);
    customer.cloud.vault.disableByHand(secret);
    await customer.after(calendar, 2 * hourMs);
    const current = customer.cloud.vault.state.current(secret);
    expect([current?.enabled, current?.tags['keyId']]).toEqual([true, customer.holds()]);
    await expectSound(customer);
  });
});
