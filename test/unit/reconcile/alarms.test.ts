import { describe, expect, it } from 'vitest';
import { failure, success } from '../../../src/core/fault.ts';
import { interposedWorld } from '../../support/interposed-world.ts';
import { dayMs, hourMs, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

interface Trouble {
  /** The token endpoint answers every attempt with this code. */
  code?: number;
  /** This port does not answer. */
  silent?: string;
}

function customerInTrouble(): { customer: Tenant; trouble: Trouble } {
  const trouble: Trouble = {};
  const customer = tenant({
    wrap: (world) =>
      interposedWorld(world, async ({ port }, go) => {
        if (port === trouble.silent) {
          const vendor = port === 'tokens' ? 'entra' : 'nylas';
          return failure({ kind: 'unavailable', vendor, status: 503 });
        }
        if (port !== 'tokens' || trouble.code === undefined) return go();
        return success({ kind: 'refused', code: trouble.code });
      }),
  });
  return { customer, trouble };
}

const shortLived = { lifetimeDays: 90, renewBeforeDays: 20 };

describe('an outage', () => {
  it('is never told as health, when a deleted vault secret holds a rotation back', async () => {
    const { customer, trouble } = customerInTrouble();
    const calendar = customer.wish(shortLived);
    await customer.settle(calendar);
    trouble.code = 53_003;
    customer.leap(69 * dayMs);
    await customer.after(calendar, 4 * hourMs);
    customer.cloud.vault.deleteByHand('nylas-calendar-pending');
    expect(await customer.after(calendar, dayMs)).toMatchObject({
      plan: { state: 'needs-person', reason: 'secret-lost' },
    });
    const report = await customer.after(calendar, 40 * dayMs);
    expect(report).toMatchObject({ plan: { state: 'needs-person' } });
    expect(report.kind === 'looked' && report.plan.standing.map((one) => one.reason)).toContain(
      'connector-down',
    );
  });

  it('is told ahead, and while it lasts, when Nylas does not answer', async () => {
    const { customer, trouble } = customerInTrouble();
    const calendar = customer.wish(shortLived);
    await customer.settle(calendar);
    trouble.silent = 'connectors';
    customer.leap(88 * dayMs);
    expect(await customer.after(calendar, dayMs)).toMatchObject({
      plan: { state: 'needs-person', reason: 'time-short' },
    });
    expect(await customer.after(calendar, 5 * dayMs)).toMatchObject({
      plan: { state: 'needs-person', reason: 'connector-down' },
    });
    delete trouble.silent;
    expect(await customer.settle(calendar)).toMatchObject({ plan: { state: 'healthy' } });
  });

  it('that a last resort avoids is told for as long as its credential is not proven', async () => {
    const { customer, trouble } = customerInTrouble();
    const calendar = customer.wish(shortLived);
    await customer.settle(calendar);
    const before = customer.holds();
    trouble.silent = 'tokens';
    customer.leap(80 * dayMs);
    const report = await customer.after(calendar, 9 * dayMs);
    expect(customer.holds()).not.toBe(before);
    expect(report).toMatchObject({ plan: { state: 'needs-person', reason: 'serving-unproven' } });
    delete trouble.silent;
    await customer.after(calendar, 2 * dayMs);
    expect(await customer.settle(calendar)).toMatchObject({ plan: { state: 'healthy' } });
  });
});

describe('a credential that was proven and is refused since', () => {
  it('is given up and issued anew, and never serves', async () => {
    const { customer, trouble } = customerInTrouble();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const serving = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 4 * hourMs);
    const refused = customer.passwords().find((one) => one.keyId !== serving)?.keyId;
    expect(refused).toBeDefined();
    trouble.code = 7_000_215;
    await customer.after(calendar, 4 * dayMs);
    expect(customer.holds()).toBe(serving);
    expect(customer.passwords().map((one) => one.keyId)).not.toContain(refused);
    delete trouble.code;
    await customer.order({ kind: 'resync', mode: 'apply' });
    await customer.after(calendar, 10 * dayMs);
    expect(customer.holds()).not.toBe(serving);
    expect(customer.holds()).not.toBe(refused);
  });
});

describe('a connector that is new in the file', () => {
  it('gets the current credential, and cuts no rest of the next one short', async () => {
    const customer = tenant({ modes: [plainMode, plainMode] });
    const both = customer.wish();
    const [us] = both.connectors;
    const one = { ...both, connectors: us ? [us] : [] };
    await customer.settle(one);
    const serving = customer.holds(0);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(one, 4 * hourMs);
    expect(customer.passwords()).toHaveLength(2);
    await customer.after(both, hourMs);
    expect([customer.holds(0), customer.holds(1)]).toEqual([serving, serving]);
    await customer.after(both, 2 * dayMs);
    expect(customer.holds(0)).not.toBe(serving);
    expect(customer.holds(1)).toBe(customer.holds(0));
  });
});

describe('an order that comes while a pass is under way', () => {
  it('is read before anything is removed', async () => {
    const late: { send?: () => Promise<unknown> } = {};
    const customer = tenant({
      wrap: (world) =>
        interposedWorld(world, async ({ method }, go) => {
          const { send } = late;
          // Right after the pass has read its orders: the first look at the registration.
          if (method === 'readRegistration' && send) {
            delete late.send;
            await send();
          }
          return go();
        }),
    });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const old = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.after(calendar, 3 * dayMs);
    const target = customer.holds();
    await customer.order({ kind: 'retire', keyId: old });
    late.send = () =>
      customer.order({
        kind: 'compromised',
        keyIds: [target],
        removeAt: customer.clock.now() + 4 * hourMs,
        endGrants: 'accept',
      });
    await customer.pass(calendar);
    // The leaked one must not be the only one left while a good one is there.
    const kinds = customer.entries('calendar').map((one) => one.kind);
    const order = customer
      .entries('calendar')
      .findLastIndex((one) => one.kind === 'order' && one.body.kind === 'compromised');
    const removal = customer
      .entries('calendar')
      .findIndex(
        (one) =>
          one.kind === 'intent' &&
          one.effect.kind === 'remove-credential' &&
          one.effect.keyId === old,
      );
    expect(order).toBeGreaterThan(0);
    expect(removal === -1 || removal > order, kinds.join(' ')).toBe(true);
  });
});
