import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/core/fault.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { interposedWorld } from '../../support/interposed-world.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

/** A customer whose token endpoint can be told to answer every attempt with one code. */
function customerWithVerdict(): { customer: Tenant; verdict: { code?: number } } {
  const verdict: { code?: number } = {};
  const customer = tenant({
    modes: [oddMode(1)],
    wrap: (world) =>
      interposedWorld(world, async ({ port }, go) => {
        if (port !== 'tokens' || verdict.code === undefined) return go();
        return success({ kind: 'refused', code: verdict.code });
      }),
  });
  return { customer, verdict };
}

describe('a new credential that Entra never accepts', () => {
  it('is abandoned and issued anew a bounded number of times, then a person is told', async () => {
    const { customer, verdict } = customerWithVerdict();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    verdict.code = 7_000_215;
    await customer.order({ kind: 'rotate', reason: 'test' });
    const report = await customer.after(calendar, 5 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'never-accepted' } });
    expect(customer.holds()).toBe(serving);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([serving]);
    const entries = customer.entries('calendar').length;
    await customer.after(calendar, 20 * dayMs);
    expect(customer.entries('calendar').length - entries).toBeLessThan(60);
    delete verdict.code;
    await customer.order({ kind: 'resync', mode: 'apply' });
    await customer.settle(calendar);
    expect(customer.holds()).not.toBe(serving);
    await expectSound(customer);
  });

  it('and never refuses either (a sign-in policy) is told after a day, and serves in the last resort', async () => {
    const { customer, verdict } = customerWithVerdict();
    const calendar = customer.wish({ lifetimeDays: 90, renewBeforeDays: 20 });
    await customer.settle(calendar);
    const serving = customer.holds();
    verdict.code = 53_003;
    customer.leap(69 * dayMs);
    await customer.after(calendar, 3 * dayMs);
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({ plan: { reason: 'never-accepted' } });
    await customer.after(calendar, 20 * dayMs);
    expect(customer.holds()).not.toBe(serving);
    expect(customer.passwords().length).toBeLessThanOrEqual(2);
    await expectSound(customer);
  });
});

describe('a text that is lost', () => {
  it('while its credential rests: the credential goes, and a new one is issued', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 4 * hourMs);
    customer.cloud.vault.disableByHand('nylas-calendar-pending');
    const resting = customer
      .passwords()
      .map((one) => one.keyId)
      .find((one) => one !== serving);
    await customer.after(calendar, 3 * dayMs);
    expect(customer.passwords().map((one) => one.keyId)).not.toContain(resting);
    expect(customer.holds()).not.toBe(serving);
    await expectSound(customer);
  });

  it('of the serving credential: a new one is issued, and the connector never goes down', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    customer.clock.advance(2 * hourMs);
    for (const name of ['nylas-calendar', 'nylas-calendar-pending'])
      customer.cloud.vault.disableByHand(name);
    await customer.after(calendar, 4 * dayMs);
    expect(customer.holds()).not.toBe(serving);
    expect(customer.passwords()).toHaveLength(2);
    await expectSound(customer);
  });
});

describe('a connector that Keeper may not touch', () => {
  it('does not hurry the rotations of the others', async () => {
    const customer = tenant({ modes: [plainMode, plainMode] });
    const [, eu] = customer.nylas;
    customer.cloud.nylas.eu.hand.connectorByHand(eu?.id ?? '', {
      settings: { clientId: 'another-app', clientSecret: 'x', tenant: 'common' },
    });
    const { appId } = customer.cloud.directory.addApplicationByHand(
      { displayName: 'Contoso Calendar', signInAudience: 'AzureADandPersonalMicrosoftAccount' },
      { owners: [keeperIdentity.principalId] },
    );
    const calendar = customer.wish({ appId });
    await customer.after(calendar, dayMs);
    const before = customer.holds(0);
    expect(before).toBe(customer.passwords()[0]?.keyId);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 20 * hourMs);
    expect(customer.holds(0)).toBe(before);
    const report = await customer.after(calendar, 2 * dayMs);
    expect(customer.holds(0)).not.toBe(before);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'connector-foreign' } });
  });
});

describe('a connector that Nylas refuses to make', () => {
  it('brings no other connector to a credential that is not proven', async () => {
    let refusing = false;
    const customer = tenant({
      modes: [plainMode, plainMode],
      wrap: (world) =>
        interposedWorld(world, async ({ port, method }, go) => {
          if (method === 'createConnector' && refusing) {
            return failure({ kind: 'rejected', vendor: 'nylas', status: 400 });
          }
          if (port !== 'tokens' || !refusing) return go();
          return success({ kind: 'refused', code: 53_003 });
        }),
    });
    const all = customer.wish();
    const [us] = all.connectors;
    const calendar = { ...all, connectors: us ? [us] : [] };
    await customer.settle(calendar);
    const serving = customer.holds(0);
    refusing = true;
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(all, 4 * dayMs);
    expect(customer.passwords()).toHaveLength(2);
    expect(customer.holds(0)).toBe(serving);
  });
});

describe('a registration without personal accounts', () => {
  it('is created and renewed just the same', async () => {
    const customer = tenant({ modes: [oddMode(3)] });
    const calendar = customer.wish({ audience: 'organizations' });
    await customer.settle(calendar);
    await customer.years(calendar, 800 * dayMs);
    expect(customer.application().signInAudience).toBe('AzureADMultipleOrgs');
    await expectSound(customer);
  });
});
