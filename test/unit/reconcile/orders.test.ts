import { describe, expect, it } from 'vitest';
import { success } from '../../../src/core/fault.ts';
import type { World } from '../../../src/reconcile/world.ts';
import { expectNoOutage, expectSound } from '../../support/soundness.ts';
import {
  dayMs,
  handMade,
  hourMs,
  minuteMs,
  oddMode,
  tenant,
  type Tenant,
} from '../../support/tenant.ts';

type Wish = ReturnType<Tenant['wish']>;

async function settled(...modes: readonly number[]): Promise<readonly [Tenant, Wish]> {
  const customer = tenant({ modes: (modes.length === 0 ? [0] : modes).map(oddMode) });
  const calendar = customer.wish();
  await customer.settle(calendar);
  customer.leap(30 * dayMs);
  await customer.pass(calendar);
  return [customer, calendar];
}

function resultOf(customer: Tenant, orderId: string): Record<string, unknown> | undefined {
  const text = customer.stores.orders.results.get(orderId);
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

describe('an order to plan', () => {
  it('tells the whole plan and writes nothing to any vendor', async () => {
    const customer = tenant();
    const made = handMade(customer);
    const calendar = customer.wish({ appId: made.appId });
    const order = await customer.order({ kind: 'resync', mode: 'plan' });
    await customer.pass(calendar);
    const plan = resultOf(customer, order.id)?.['plan'] as { steps: readonly { kind: string }[] };
    expect(plan.steps.map((one) => one.kind)).toEqual([
      'update-registration',
      'add-credential',
      'store-credential',
      'promote-credential',
      'push-credential',
    ]);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([made.keyId]);
    expect(customer.entries('calendar').filter((one) => one.kind === 'intent')).toEqual([]);
    expect(customer.stores.orders.waiting.size).toBe(0);
  });
});

describe('an order to rotate', () => {
  it('issues, rests for a day, switches, and is done when every connector holds the new one', async () => {
    const [customer, calendar] = await settled(0, 1);
    const before = customer.holds();
    const order = await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 20 * hourMs);
    expect(customer.holds()).toBe(before);
    await customer.settle(calendar);
    expect(customer.holds(0)).not.toBe(before);
    expect(customer.holds(1)).toBe(customer.holds(0));
    expect(resultOf(customer, order.id)).toMatchObject({ state: 'healthy' });
    await expectSound(customer);
  });
});

describe('an order to retire', () => {
  it('removes the old credential once nothing can hold it any more', async () => {
    const [customer, calendar] = await settled(5);
    const before = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(calendar, 3 * dayMs);
    const order = await customer.order({ kind: 'retire', keyId: before });
    await customer.settle(calendar);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds()]);
    expect(resultOf(customer, order.id)).toBeDefined();
  });

  it('of the serving credential is refused', async () => {
    const [customer, calendar] = await settled();
    const order = await customer.order({ kind: 'retire', keyId: customer.holds() });
    await customer.pass(calendar);
    expect(resultOf(customer, order.id)).toMatchObject({ result: 'refused' });
    await expectSound(customer);
  });
});

describe('an order about a leak', () => {
  it('replaces the leaked credential everywhere, then removes it, without a connector going down', async () => {
    const [customer, calendar] = await settled(0, 1);
    const leaked = customer.holds();
    const at = customer.clock.now();
    const order = await customer.order({
      kind: 'compromised',
      keyIds: [],
      removeAt: at + 4 * hourMs,
      endGrants: 'accept',
    });
    await customer.ticks(calendar, 3 * hourMs);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds(0)]);
    expect(customer.holds(0)).not.toBe(leaked);
    expect(resultOf(customer, order.id)).toMatchObject({
      removed: [{ keyId: leaked, validForMs: expect.any(Number) }],
    });
    await expectSound(customer);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'works at the two-secret limit too, all of it leaked (mode %i)',
    async (mode) => {
      const [customer, calendar] = await settled(mode);
      await customer.order({ kind: 'rotate', reason: 'test' });
      await customer.settle(calendar, 3 * dayMs);
      const leaked = customer.passwords().map((one) => one.keyId);
      expect(leaked).toHaveLength(2);
      await customer.order({
        kind: 'compromised',
        keyIds: [],
        removeAt: customer.clock.now() + 4 * hourMs,
        endGrants: 'accept',
      });
      await customer.ticks(calendar, 6 * hourMs);
      expect(leaked).not.toContain(customer.holds());
      expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds()]);
      await expectSound(customer);
    },
  );

  it('removes it at removeAt, although a connector could not be reached', async () => {
    const [customer, calendar] = await settled(0, 1);
    const leaked = customer.holds();
    const [us] = customer.nylas;
    const { hand } = customer.cloud.nylas.us;
    for (const key of hand.application(us?.id ?? '').keys.keys()) hand.revokeKey(key);
    await customer.order({
      kind: 'compromised',
      keyIds: [leaked],
      removeAt: customer.clock.now() + 4 * hourMs,
      endGrants: 'accept',
    });
    await customer.ticks(calendar, 3 * hourMs);
    expect(customer.passwords().map((one) => one.keyId)).toContain(leaked);
    await customer.ticks(calendar, 2 * hourMs);
    expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds(1)]);
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'nylas-denied' } });
  });
});

describe('a freeze', () => {
  it('holds back every write until it is thawed', async () => {
    const [customer, calendar] = await settled();
    await customer.order({ kind: 'freeze', untilAt: customer.clock.now() + 30 * dayMs });
    await customer.pass(calendar);
    customer.cloud.directory.changeByHand(customer.application().appId, { displayName: 'Renamed' });
    const report = await customer.after(calendar, 3 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'waiting', reason: 'frozen' } });
    expect(customer.application().displayName).toBe('Renamed');
    await customer.order({ kind: 'thaw' });
    await customer.settle(calendar);
    expect(customer.application().displayName).toBe('Contoso Calendar');
    expect(customer.stores.orders.waiting.size).toBe(0);
  });

  it('ends 14 days before the serving credential does', async () => {
    const [customer, calendar] = await settled();
    await customer.order({ kind: 'freeze', untilAt: customer.clock.now() + 1000 * dayMs });
    await customer.pass(calendar);
    customer.leap(680 * dayMs);
    await customer.after(calendar, 30 * dayMs);
    await expectSound(customer);
  });

  it('does not keep a connector down', async () => {
    const [customer, calendar] = await settled();
    await customer.order({ kind: 'freeze', untilAt: customer.clock.now() + 1000 * dayMs });
    await customer.pass(calendar);
    customer.cloud.directory.removePasswordByHand(customer.application().appId, customer.holds());
    await customer.ticks(calendar, 2 * hourMs);
    await expectSound(customer);
  });
});

describe('any order', () => {
  it('is taken in once, by a keeper that loses its answer too', async () => {
    const [customer, calendar] = await settled();
    const order = await customer.order({ kind: 'resync', mode: 'apply' });
    await customer.pass(calendar);
    await customer.world.orders.write(order);
    customer.leap(minuteMs);
    await customer.pass(calendar);
    const taken = customer.entries('calendar').filter((one) => one.kind === 'order');
    expect(taken).toHaveLength(1);
    expect(customer.stores.orders.waiting.size).toBe(0);
    expectNoOutage(customer);
  });
});

describe('an early retirement', () => {
  it('is paused while more grants fail than before the switch, and a person is told', async () => {
    let invalid = 0;
    const readGrants: World['connectors']['readGrants'] = async () =>
      success({ total: 20, invalid });
    const customer = tenant({
      wrap: (world) => ({ ...world, connectors: { ...world.connectors, readGrants } }),
    });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const before = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(calendar, 3 * dayMs);
    invalid = 2;
    await customer.order({ kind: 'retire', keyId: before });
    const report = await customer.after(calendar, 2 * dayMs);
    expect(customer.passwords().map((one) => one.keyId)).toContain(before);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'grants-failing' } });
    invalid = 1;
    await customer.settle(calendar);
    expect(customer.passwords().map((one) => one.keyId)).not.toContain(before);
  });
});

describe('an order that names a credential of the service principal', () => {
  it.each(['retire', 'compromised'] as const)(
    'to %s asks a person, and ends with it',
    async (kind) => {
      const [customer, calendar] = await settled(0);
      const { directory } = customer.cloud;
      const { appId } = customer.application();
      const { keyId } = directory.addPasswordByHand(appId, {
        endAt: customer.clock.now() + 300 * dayMs,
        on: 'service-principal',
      });
      directory.settle();
      const held = customer.holds();
      const order = await customer.order(
        kind === 'retire'
          ? { kind, keyId }
          : { kind, keyIds: [keyId], removeAt: customer.clock.now() + hourMs, endGrants: 'accept' },
      );
      const report = await customer.after(calendar, 6 * hourMs);
      expect(report).toMatchObject({
        plan: { standing: [{ reason: 'credential-elsewhere', subject: keyId }] },
      });
      expect(customer.holds()).toBe(held);
      directory.removePasswordByHand(appId, keyId);
      directory.settle();
      await customer.settle(calendar);
      expect(resultOf(customer, order.id)).toMatchObject({ result: 'done' });
    },
  );
});
