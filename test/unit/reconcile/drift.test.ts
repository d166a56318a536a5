import { describe, expect, it } from 'vitest';
import { exchangeResource } from '../../../src/core/permissions.ts';
import { expectSound } from '../../support/soundness.ts';
import {
  accessOf,
  dayMs,
  handMade,
  hourMs,
  oddMode,
  tenant,
  type Tenant,
} from '../../support/tenant.ts';

const ews = {
  resourceAppId: exchangeResource,
  resourceAccess: [{ id: '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5', type: 'Scope' as const }],
};
const strangeUri = 'https://old.contoso.example/callback';
const hosted = 'https://api.us.nylas.com/v3/connect/callback';

/** Somebody changes all sorts of things in the portal. */
function spoil(customer: Tenant, appId: string): void {
  customer.cloud.directory.changeByHand(appId, {
    displayName: 'Renamed',
    signInAudience: 'AzureADMultipleOrgs',
    web: { redirectUris: [strangeUri] },
    requiredResourceAccess: [...accessOf([]), ews],
  });
  customer.cloud.directory.settle();
}

function accessIds(customer: Tenant): readonly string[] {
  return customer
    .application()
    .requiredResourceAccess.flatMap((one) => one.resourceAccess.map((inner) => inner.id))
    .toSorted();
}

const wantedIds = accessOf(['Calendars.ReadWrite'])
  .flatMap((one) => one.resourceAccess.map((inner) => inner.id))
  .toSorted();

describe('drift of the registration', () => {
  it('puts back all of a registration that it created, within an hour', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    spoil(customer, customer.application().appId);
    await customer.ticks(calendar, hourMs);
    expect(customer.application()).toMatchObject({
      displayName: 'Contoso Calendar',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      web: { redirectUris: [hosted] },
    });
    expect(accessIds(customer)).toEqual(wantedIds);
    await expectSound(customer);
  });

  it('adds what is missing and keeps what it does not own on an adopted one', async () => {
    const customer = tenant();
    const made = handMade(customer, { endsInDays: 400 });
    spoil(customer, made.appId);
    const calendar = customer.wish({ appId: made.appId });
    await customer.ticks(calendar, 2 * dayMs);
    expect(customer.application().web.redirectUris).toEqual([strangeUri, hosted]);
    expect(accessIds(customer)).toEqual(
      expect.arrayContaining([...wantedIds, ews.resourceAccess[0]?.id]),
    );
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'legacy-permissions' } });
    const told = customer.entries('calendar').filter((one) => one.kind === 'observation');
    expect(told.map((one) => one.seen.what)).toEqual(
      expect.arrayContaining(['foreign-permission', 'foreign-redirect-uri']),
    );
    await expectSound(customer, { foreign: [made.keyId] });
  });

  it('removes what the file says that it owns', async () => {
    const customer = tenant();
    const made = handMade(customer, { endsInDays: 400 });
    spoil(customer, made.appId);
    const calendar = customer.wish({ appId: made.appId, owns: ['permissions', 'redirectUris'] });
    await customer.ticks(calendar, 2 * dayMs);
    expect(customer.application().web.redirectUris).toEqual([hosted]);
    expect(accessIds(customer)).toEqual(wantedIds);
    await expectSound(customer, { foreign: [made.keyId] });
  });
});

describe('drift of the connector', () => {
  it.each([0, 1, 2, 3, 4, 5])('is put back: tenant, scopes, client id (mode %i)', async (index) => {
    const mode = oddMode(index);
    const customer = tenant({ modes: [mode] });
    const calendar = customer.wish({ takeOver: true });
    await customer.settle(calendar);
    const [{ region, id } = { region: 'us' as const, id: '' }] = customer.nylas;
    const { hand } = customer.cloud.nylas[region];
    const pair = hand.activeRecord(id)?.data ?? { clientId: '', clientSecret: '' };
    hand.connectorByHand(id, {
      settings: { clientId: pair.clientId, clientSecret: pair.clientSecret, tenant: 'elsewhere' },
      scope: ['Mail.Read'],
    });
    await customer.ticks(calendar, dayMs + hourMs);
    expect(hand.application(id).connector?.scope.toSorted()).toEqual(
      calendar.connectors[0]?.scopes.toSorted(),
    );
    expect(hand.activeRecord(id)?.data.tenant).toBe('common');
    await expectSound(customer);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'puts back a secret that was overwritten by hand (mode %i)',
    async (index) => {
      const mode = oddMode(index);
      const customer = tenant({ modes: [mode] });
      const calendar = customer.wish({ takeOver: true });
      await customer.settle(calendar);
      customer.clock.advance(2 * hourMs);
      const { keyId } = customer.passwords()[0] ?? { keyId: '' };
      const { appId } = customer.application();
      const [{ region, id } = { region: 'us' as const, id: '' }] = customer.nylas;
      customer.cloud.nylas[region].hand.connectorByHand(id, {
        settings: { clientId: appId, clientSecret: 'wrong-secret', tenant: 'common' },
      });
      expect(customer.holds()).toBe('a secret that is not listed');
      await customer.ticks(calendar, dayMs + hourMs);
      expect(customer.holds()).toBe(keyId);
    },
  );
});
