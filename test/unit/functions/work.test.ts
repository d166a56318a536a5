/** Role: a message is done with only when what follows from it is kept somewhere. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/core/fault.ts';
import { work } from '../../../src/functions/handlers.ts';
import type { World } from '../../../src/reconcile/world.ts';
import { dayMs, tenant, type Tenant } from '../../support/tenant.ts';

const fault: Fault = { kind: 'unavailable', vendor: 'storage', status: 503 };
const message = { v: 1, registration: 'calendar', cause: 'due' };

async function settled(): Promise<{
  customer: Tenant;
  handle: (world: World) => Promise<unknown>;
}> {
  const customer = tenant();
  const calendar = customer.wish();
  await customer.settle(calendar);
  const desired = { registrations: [calendar], hash: 'test' };
  const wanted = async () => ({ desired, errors: [] });
  return { customer, handle: (world) => work({ world, wanted }, message) };
}

function dueAt({ stores }: Tenant): number | undefined {
  return stores.states.heads.get('calendar')?.nextLookAt;
}

describe('a message', () => {
  it('comes again when the state of its pass cannot be saved', async () => {
    const { customer, handle } = await settled();
    const { world } = customer;
    const states = { ...world.states, write: async () => ({ ok: false, fault }) as const };
    await expect(handle({ ...world, states })).rejects.toThrow(
      'storage of calendar cannot be written: unavailable',
    );
    await expect(handle(world)).resolves.toMatchObject({ kind: 'looked' });
  });

  it('comes again when the chain cannot be written', async () => {
    const { customer, handle } = await settled();
    customer.leap(700 * dayMs);
    const { world } = customer;
    const chains = { ...world.chains, append: async () => ({ ok: false, fault }) as const };
    await expect(handle({ ...world, chains })).rejects.toThrow('cannot be written');
  });

  it('leaves the registration due when an order cannot be answered, and answers it then', async () => {
    const { customer, handle } = await settled();
    const { world, stores } = customer;
    const order = await customer.order({ kind: 'resync', mode: 'apply' });
    const orders = { ...world.orders, finish: async () => ({ ok: false, fault }) as const };
    await handle({ ...world, orders });
    expect(dueAt(customer)).toBeLessThanOrEqual(customer.clock.now());
    await handle(world);
    expect(stores.orders.results.has(order.id)).toBe(true);
    expect(dueAt(customer)).toBeGreaterThan(customer.clock.now());
  });

  it('leaves the registration due when orders cannot be listed', async () => {
    const { customer, handle } = await settled();
    const { world } = customer;
    const orders = { ...world.orders, list: async () => ({ ok: false, fault }) as const };
    await handle({ ...world, orders });
    expect(dueAt(customer)).toBeLessThanOrEqual(customer.clock.now());
  });
});
