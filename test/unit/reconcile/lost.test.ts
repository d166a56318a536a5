import { describe, expect, it } from 'vitest';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, tenant, type Tenant } from '../../support/tenant.ts';

async function settled(): Promise<readonly [Tenant, ReturnType<Tenant['wish']>]> {
  const customer = tenant({ modes: [oddMode(0), oddMode(3)] });
  const calendar = customer.wish();
  await customer.settle(calendar);
  customer.clock.advance(30 * dayMs);
  return [customer, calendar];
}

/** Intents that would make something new. */
function creations(customer: Tenant): number {
  return customer
    .entries('calendar')
    .filter((one) => one.kind === 'intent' && one.effect.kind === 'create-registration').length;
}

describe('a registration deleted by hand', () => {
  it('is noticed by the next tick, never made anew, and goes on when it is restored', async () => {
    const [customer, calendar] = await settled();
    const { directory } = customer.cloud;
    const { appId } = customer.application();
    directory.deleteApplicationByHand(appId);
    await customer.ticks(calendar, 2 * hourMs);
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({
      plan: { state: 'needs-person', reason: 'registration-deleted' },
    });
    await customer.after(calendar, 3 * dayMs);
    expect(directory.applications()).toHaveLength(0);
    expect(creations(customer)).toBe(1);
    directory.restore(appId);
    await customer.settle(calendar, 2 * dayMs);
    await expectSound(customer);
  });

  it('and purged is lost, not new', async () => {
    const [customer, calendar] = await settled();
    const { directory } = customer.cloud;
    const { appId } = customer.application();
    directory.deleteApplicationByHand(appId);
    directory.purgeByHand(appId);
    const entries = customer.entries('calendar').length;
    const report = await customer.after(calendar, 5 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'registration-lost' } });
    expect(directory.applications()).toHaveLength(0);
    expect(creations(customer)).toBe(1);
    expect(customer.entries('calendar').length).toBe(entries);
  });

  it('is not made anew by a Keeper that lost its chain, for vault and connector name it', async () => {
    const [customer, calendar] = await settled();
    const { directory } = customer.cloud;
    const { appId } = customer.application();
    directory.deleteApplicationByHand(appId);
    directory.purgeByHand(appId);
    customer.stores.chains.texts.clear();
    customer.stores.states.bodies.clear();
    const report = await customer.after(calendar, dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'registration-lost' } });
    expect(directory.applications()).toHaveLength(0);
  });
});

describe('a vault secret deleted by hand', () => {
  it('is told to a person, harms no connector, and goes on when it is recovered', async () => {
    const [customer, calendar] = await settled();
    const { vault } = customer.cloud;
    vault.deleteByHand('nylas-calendar');
    customer.clock.advance(hourMs);
    const report = await customer.after(calendar, 2 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'secret-lost' } });
    expect(customer.passwords()).toHaveLength(1);
    vault.recoverByHand('nylas-calendar');
    await customer.settle(calendar);
    await expectSound(customer);
  });

  it('and purged is made anew by an ordered rotation', async () => {
    const [customer, calendar] = await settled();
    const { vault } = customer.cloud;
    vault.deleteByHand('nylas-calendar');
    customer.clock.advance(hourMs);
    vault.purge('nylas-calendar');
    customer.clock.advance(hourMs);
    const report = await customer.after(calendar, dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'secret-lost' } });
    await customer.order({ kind: 'rotate', reason: 'the secret was purged' });
    await customer.settle(calendar, 5 * dayMs);
    expect(vault.state.current('nylas-calendar')?.tags['keyId']).toBe(customer.holds());
    await expectSound(customer);
  });

  it('and purged is made anew without anybody before the serving one ends', async () => {
    const [customer, calendar] = await settled();
    const { vault } = customer.cloud;
    for (const name of ['nylas-calendar', 'nylas-calendar-pending']) {
      vault.deleteByHand(name);
      customer.clock.advance(hourMs);
      vault.purge(name);
      customer.clock.advance(hourMs);
    }
    customer.leap(694 * dayMs - 4 * hourMs);
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'secret-lost' } });
    await customer.after(calendar, 8 * dayMs);
    await expectSound(customer);
  });
});

describe('a connector deleted by hand', () => {
  it('is lost, and kept right again after a person created it again', async () => {
    const [customer, calendar] = await settled();
    const [first] = customer.nylas;
    if (!first) return;
    const { hand } = customer.cloud.nylas[first.region];
    hand.deleteConnectorByHand(first.id);
    const report = await customer.after(calendar, 2 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'connector-lost' } });
    expect(hand.application(first.id).connector).toBeUndefined();
    hand.connectorByHand(first.id, {
      settings: { clientId: customer.application().appId, clientSecret: 'wrong', tenant: 'common' },
    });
    await customer.settle(calendar);
    await expectSound(customer);
  });
});
