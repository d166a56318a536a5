import { describe, expect, it } from 'vitest';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { expectNoOutage, expectSound } from '../../support/soundness.ts';
import {
  dayMs,
  handMade,
  hourMs,
  minuteMs,
  oddMode,
  plainMode,
  tenant,
  type Tenant,
} from '../../support/tenant.ts';

function reasonsOf(report: Awaited<ReturnType<Tenant['pass']>>): readonly string[] {
  return report.kind === 'looked' ? report.plan.standing.map((one) => one.reason) : [];
}

describe('an API key', () => {
  it('that is revoked stops its own connector, and no other', async () => {
    const customer = tenant({ modes: [plainMode, plainMode] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const before = customer.holds(0);
    const [us] = customer.nylas;
    if (!us) return;
    const { hand } = customer.cloud.nylas.us;
    for (const key of hand.application(us.id).keys.keys()) hand.revokeKey(key);
    await customer.order({ kind: 'rotate', reason: 'test' });
    const report = await customer.after(calendar, 2 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'nylas-denied' } });
    expect(customer.holds(0)).toBe(before);
    expect(customer.holds(1)).not.toBe(before);
    customer.cloud.vault.putByHand(us.apiKeySecret, { value: hand.addKey(us.id) });
    await customer.settle(calendar);
    await expectSound(customer);
  });

  it('of another application never gets the secret', async () => {
    const customer = tenant();
    const [us] = customer.nylas;
    if (!us) return;
    const stranger = customer.cloud.nylas.us.hand.addApplication({ mode: plainMode });
    customer.cloud.vault.putByHand(us.apiKeySecret, { value: stranger.apiKey });
    const report = await customer.after(customer.wish(), dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'wrong-application' } });
    const { hand } = customer.cloud.nylas.us;
    expect(hand.application(stranger.id).connector).toBeUndefined();
    expect(hand.application(us.id).connector).toBeUndefined();
  });

  it('that is missing from the vault is told by its own reason', async () => {
    const customer = tenant();
    const [us] = customer.nylas;
    if (!us) return;
    customer.cloud.vault.deleteByHand(us.apiKeySecret);
    customer.clock.advance(hourMs);
    const report = await customer.after(customer.wish(), 2 * hourMs);
    expect(reasonsOf(report)).toContain('api-key-missing');
  });
});

describe('a connector that holds another client id', () => {
  it.each([true, false])('is not touched without takeOver (client id shown: %s)', async (shown) => {
    const customer = tenant({ modes: [{ ...plainMode, clientIdReturned: shown }] });
    const made = handMade(customer, { endsInDays: 300 });
    const stranger = customer.cloud.directory.addApplicationByHand(
      { displayName: 'Another', signInAudience: 'AzureADMultipleOrgs' },
      { owners: [keeperIdentity.principalId] },
    );
    customer.clock.advance(hourMs);
    const report = await customer.after(customer.wish({ appId: stranger.appId }), 3 * dayMs);
    expect(reasonsOf(report)).toContain(shown ? 'connector-foreign' : 'connector-unconfirmed');
    expect(customer.holds()).toBe(made.keyId);
    expectNoOutage(customer);
  });

  it('is taken over with takeOver', async () => {
    const customer = tenant({ modes: [oddMode(1)] });
    const made = handMade(customer, { endsInDays: 300 });
    const calendar = customer.wish({ appId: made.appId, takeOver: true });
    await customer.settle(calendar);
    customer.cloud.settle();
    await expectSound(customer, { foreign: [made.keyId] });
  });
});

describe('the service principal', () => {
  it('that is missing is made', async () => {
    const customer = tenant();
    const { appId } = customer.cloud.directory.addApplicationByHand(
      { displayName: 'Contoso Calendar', signInAudience: 'AzureADandPersonalMicrosoftAccount' },
      { owners: [keeperIdentity.principalId], withoutServicePrincipal: true },
    );
    await customer.settle(customer.wish({ appId }));
    expect(customer.cloud.directory.servicePrincipal(appId)).toBeDefined();
    await expectSound(customer);
  });

  it('that is disabled needs a person, and the rest goes on', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const { appId } = customer.application();
    customer.cloud.directory.changeServicePrincipalByHand(appId, { accountEnabled: false });
    customer.cloud.directory.changeByHand(appId, { displayName: 'Renamed' });
    const report = await customer.after(calendar, 2 * dayMs);
    expect(report).toMatchObject({
      plan: { state: 'needs-person', reason: 'service-principal-disabled' },
    });
    expect(customer.application().displayName).toBe('Contoso Calendar');
    expect(customer.passwords()).toHaveLength(1);
    customer.cloud.directory.changeServicePrincipalByHand(appId, { accountEnabled: true });
    await customer.settle(calendar);
  });
});

describe('rights of Keeper', () => {
  it('on Graph that are lost are asked for, and the connectors are still served', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    customer.cloud.directory.setCallerRoles(keeperIdentity.principalId, []);
    const report = await customer.after(calendar, 2 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'graph-denied' } });
    customer.cloud.directory.setCallerRoles(keeperIdentity.principalId, [
      'Application.ReadWrite.OwnedBy',
    ]);
    await customer.settle(calendar);
    await expectSound(customer);
  });

  it('on the vault that are lost are asked for, and nothing is issued', async () => {
    const customer = tenant();
    customer.cloud.vault.access.forbid('*', ['set']);
    const calendar = customer.wish();
    const report = await customer.after(calendar, 3 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person' } });
    expect(reasonsOf(report)).toContain('vault-denied');
    expect(customer.entries('calendar').length).toBeLessThan(90);
    expect(customer.passwords().length).toBeLessThanOrEqual(1);
    customer.cloud.vault.access.allow('*');
    await customer.settle(calendar, 2 * dayMs);
    customer.clock.advance(minuteMs);
    await expectSound(customer);
  });
});
