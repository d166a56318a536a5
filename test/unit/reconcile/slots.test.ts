import { describe, expect, it } from 'vitest';
import { interruptedRotation } from '../../../src/local/demo-history.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { basePermissions } from '../../../src/core/permissions.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, minuteMs, oddMode, tenant, type Tenant } from '../../support/tenant.ts';

/** Removal intents of the chain. */
function removals(customer: Tenant): readonly (readonly [string, string])[] {
  return customer.entries('calendar').flatMap((one) => {
    if (one.kind !== 'intent' || one.effect.kind !== 'remove-credential') return [];
    return [[one.effect.keyId, one.effect.why] as const];
  });
}

describe('the two slots', () => {
  it('full after a crash in a rotation: the orphan goes, the serving one stays, the rotation ends', async () => {
    const customer = tenant({ modes: [oddMode(2)] });
    const { cloud, clock, nylas } = customer;
    const { appId, id: objectId } = cloud.directory.addApplicationByHand(
      {
        displayName: 'Contoso Calendar',
        signInAudience: 'AzureADandPersonalMicrosoftAccount',
        uniqueName: 'keeper-calendar',
      },
      { owners: [keeperIdentity.principalId] },
    );
    const [first] = nylas;
    if (!first) return;
    await interruptedRotation({
      cloud,
      now: clock.now(),
      chains: customer.world.chains,
      key: 'calendar',
      vaultSecret: 'nylas-calendar',
      registration: { appId, objectId },
      connector: `${first.region}/${first.id}`,
      useSecret: (text) =>
        cloud.nylas[first.region].hand.connectorByHand(first.id, {
          settings: { clientId: appId, clientSecret: text, tenant: 'common' },
          scope: [...basePermissions],
        }),
    });
    const serving = customer.holds();
    expect(customer.passwords()).toHaveLength(2);
    const calendar = customer.wish();
    await customer.after(calendar, 3 * dayMs);
    expect(removals(customer).map(([, why]) => why)).toEqual(['orphan']);
    expect(customer.holds()).not.toBe(serving);
    await customer.after(calendar, 40 * dayMs);
    expect(removals(customer).map(([, why]) => why)).toEqual(['orphan', 'ended']);
    await expectSound(customer);
  });

  it('full of foreign credentials that live: a person chooses, and nothing is removed', async () => {
    const customer = tenant();
    const { directory } = customer.cloud;
    const { appId } = directory.addApplicationByHand(
      { displayName: 'Contoso Calendar', signInAudience: 'AzureADandPersonalMicrosoftAccount' },
      { owners: [keeperIdentity.principalId] },
    );
    const endAt = customer.clock.now() + 100 * dayMs;
    const foreign = [0, 1].map(() => directory.addPasswordByHand(appId, { endAt }).keyId);
    const calendar = customer.wish({ appId });
    const report = await customer.after(calendar, 3 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'slots-full' } });
    expect(customer.passwords().map((one) => one.keyId)).toEqual(foreign);
    directory.removePasswordByHand(appId, foreign[0] ?? '');
    await customer.settle(calendar);
    await expectSound(customer, { foreign });
  });

  it('lose an ended foreign credential only when its slot is needed', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const { directory } = customer.cloud;
    const { appId } = customer.application();
    const { keyId } = directory.addPasswordByHand(appId, { endAt: customer.clock.now() + dayMs });
    await customer.years(calendar, 300 * dayMs);
    expect(customer.passwords().map((one) => one.keyId)).toContain(keyId);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(calendar, 5 * dayMs);
    expect(removals(customer)).toEqual([[keyId, 'ended']]);
    await expectSound(customer);
  });
});

describe('a serving credential removed by hand', () => {
  it('is replaced within an hour, old texts are made unreadable', async () => {
    const customer = tenant({ modes: [oddMode(0), oddMode(1)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    customer.leap(20 * dayMs);
    await customer.pass(calendar);
    const before = customer.holds();
    customer.cloud.directory.removePasswordByHand(customer.application().appId, before);
    await customer.ticks(calendar, 2 * hourMs);
    const [made] = customer.passwords();
    expect(made?.keyId).not.toBe(before);
    expect([customer.holds(0), customer.holds(1)]).toEqual([made?.keyId, made?.keyId]);
    const versions = customer.cloud.vault.state.versions('nylas-calendar');
    expect(versions.filter((one) => one.tags['keyId'] === before && one.enabled)).toEqual([]);
    await expectSound(customer);
  });

  it('one tick after the old one ended is replaced as quickly', async () => {
    const customer = tenant({ modes: [oddMode(4)] });
    const calendar = customer.wish({ lifetimeDays: 90, renewBeforeDays: 20 });
    await customer.settle(calendar);
    await customer.years(calendar, 95 * dayMs, 3);
    customer.cloud.directory.removePasswordByHand(customer.application().appId, customer.holds());
    await customer.ticks(calendar, 2 * hourMs);
    await expectSound(customer);
  });
});

describe('a credential on the service principal', () => {
  it('counts as live: no hurry while a connector may hold it', async () => {
    const customer = tenant();
    const { directory, nylas } = customer.cloud;
    const { appId } = directory.addApplicationByHand(
      { displayName: 'Contoso Calendar', signInAudience: 'AzureADandPersonalMicrosoftAccount' },
      { owners: [keeperIdentity.principalId] },
    );
    const { keyId, text } = directory.addPasswordByHand(appId, {
      on: 'service-principal',
      endAt: customer.clock.now() + 300 * dayMs,
    });
    const [first] = customer.nylas;
    if (!first) return;
    nylas.us.hand.connectorByHand(first.id, {
      settings: { clientId: appId, clientSecret: text, tenant: 'common' },
    });
    customer.leap(hourMs);
    const calendar = customer.wish({ appId });
    const report = await customer.after(calendar, 4 * hourMs);
    expect(report).toMatchObject({ plan: { reason: 'settling' } });
    await customer.settle(calendar);
    const principal = directory.servicePrincipal(appId);
    expect(principal?.passwords.map((one) => one.keyId)).toEqual([keyId]);
    customer.leap(minuteMs);
    await expectSound(customer);
  });
});
