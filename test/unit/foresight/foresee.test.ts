/** Role: what is foreseen is what then happens, and foreseeing it changes nothing anywhere. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/entry.ts';
import type { OrderBody } from '../../../src/core/order.ts';
import { foresee } from '../../../src/foresight/foresee.ts';
import type { RegistrationPlan } from '../../../src/foresight/step.ts';
import { keeperIdentity } from '../../../src/local/cloud.ts';
import { allNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
import { dayMs, handMade, hourMs, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

type Wish = ReturnType<Tenant['wish']>;

async function planOf(customer: Tenant, wish: Wish): Promise<RegistrationPlan> {
  const plan = await foresee(customer.world, wish);
  if (!('steps' in plan)) throw new Error(`No plan: ${plan.why}`);
  return plan;
}

/** The effects that were carried out since, as the chain tells them. */
function effectsSince(customer: Tenant, count: number): readonly Effect[] {
  return customer
    .entries('calendar')
    .slice(count)
    .flatMap((one) => (one.kind === 'intent' ? [one.effect] : []));
}

/**
 * A registration may be patched twice where a replica lags. Records of a connector belong to its push:
 * whether a push reaches them, only Nylas knows.
 */
function inShort(effects: readonly { kind: string; record?: string }[]): readonly string[] {
  const kinds = effects.filter((one) => one.record === undefined).map((one) => one.kind);
  return kinds.filter((kind, at) => kind !== 'update-registration' || kinds.indexOf(kind) === at);
}

function stepsInShort({ steps }: RegistrationPlan): readonly string[] {
  return steps.filter((one) => !one.subject.includes('#')).map((one) => one.kind);
}

/** Foresees, then lives on, and compares. */
async function comesTrue(customer: Tenant, wish: Wish): Promise<RegistrationPlan> {
  const plan = await planOf(customer, wish);
  const count = customer.entries('calendar').length;
  await customer.settle(wish);
  expect(inShort(effectsSince(customer, count))).toEqual(stepsInShort(plan));
  return plan;
}

async function settled(): Promise<{ customer: Tenant; wish: Wish }> {
  const customer = tenant({ modes: [plainMode, plainMode] });
  const wish = customer.wish();
  await customer.settle(wish);
  customer.leap(30 * dayMs);
  await customer.pass(wish);
  return { customer, wish };
}

describe('what is foreseen comes true', () => {
  it.each(allNylasModes().map((mode, index) => ({ mode, index })))(
    'for a creation, reading $index of Nylas',
    async ({ mode }) => {
      const customer = tenant({ modes: [mode, plainMode] });
      const plan = await comesTrue(customer, customer.wish());
      expect(plan.steps[0]).toMatchObject({ sign: '+', kind: 'create-registration' });
      expect(plan.asks).toEqual([]);
    },
  );

  it('for an adoption that lacks permissions and ends soon', async () => {
    const customer = tenant({ modes: [plainMode, plainMode] });
    const { appId } = handMade(customer);
    customer.cloud.directory.changeByHand(appId, { displayName: 'Old name' });
    customer.cloud.directory.settle();
    const plan = await comesTrue(customer, customer.wish({ appId }));
    expect(plan.steps[0]?.changes).toContainEqual({
      what: 'display name',
      from: 'Old name',
      to: 'Contoso Calendar',
    });
  });

  it('for nothing to do: there is no step', async () => {
    const { customer, wish } = await settled();
    expect((await comesTrue(customer, wish)).steps).toEqual([]);
  });

  it('for a renewal that is due, with the day of rest before the switch', async () => {
    const { customer, wish } = await settled();
    customer.leap(640 * dayMs);
    const { steps } = await comesTrue(customer, wish);
    const add = steps.find((one) => one.kind === 'add-credential');
    const push = steps.find((one) => one.kind === 'push-credential');
    expect(add?.because).toBe('due');
    expect((push?.earliestAt ?? 0) - (add?.earliestAt ?? 0)).toBeGreaterThan(24 * hourMs);
  });

  it.each([
    ['rotate', { kind: 'rotate', reason: 'test' }],
    ['of a leak', { kind: 'compromised', keyIds: [], removeAt: 0, endGrants: 'accept' }],
    ['resync', { kind: 'resync', mode: 'apply' }],
  ] as const)('for an order to %s that waits', async (_name, body) => {
    const { customer, wish } = await settled();
    const order: OrderBody =
      body.kind === 'compromised' ? { ...body, removeAt: customer.clock.now() + 4 * hourMs } : body;
    await customer.order(order);
    await comesTrue(customer, wish);
  });

  it('for an order to retire: the credential goes, and its version can be read no more', async () => {
    const { customer, wish } = await settled();
    const old = customer.holds();
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(wish);
    await customer.order({ kind: 'retire', keyId: old });
    const { steps } = await comesTrue(customer, wish);
    expect(steps.find((one) => one.sign === '-')).toMatchObject({
      kind: 'remove-credential',
      keyId: old,
      because: 'ordered',
    });
  });

  it('for what somebody changed by hand', async () => {
    const { customer, wish } = await settled();
    const [connector] = customer.nylas;
    if (!connector) throw new Error('There is no connector');
    customer.cloud.nylas[connector.region].hand.connectorByHand(connector.id, {
      settings: { clientId: customer.application().appId, clientSecret: 'x', tenant: 'elsewhere' },
      scope: ['User.Read'],
    });
    const { steps } = await planOf(customer, wish);
    expect(steps[0]).toMatchObject({ sign: '~', kind: 'push-credential', because: 'drift' });
    expect(steps[0]?.changes).toContainEqual({ what: 'tenant', from: 'elsewhere', to: 'common' });
  });
});

describe('foreseeing', () => {
  it('writes nothing: no request to a vendor but reads, no blob, no message', async () => {
    const requests: string[] = [];
    const customer = tenant({
      modes: [plainMode, plainMode],
      wire: (fetch) => async (request) => {
        requests.push(request.method);
        const reply = await fetch(
          new Request(request.url, {
            method: request.method,
            headers: request.headers,
            ...(request.body === undefined ? {} : { body: request.body }),
          }),
        );
        const body = await reply.text();
        return { status: reply.status, headers: Object.fromEntries(reply.headers), body };
      },
    });
    const wish = customer.wish();
    const plan = await planOf(customer, wish);
    expect(plan.steps.length).toBeGreaterThan(5);
    expect(new Set(requests)).toEqual(new Set(['GET']));
    const { chains, states, orders, queue, switches } = customer.stores;
    expect([...chains.texts.values()].join('')).toBe('');
    expect(states.bodies.size + orders.results.size + queue.messages.length).toBe(0);
    expect(switches.taken.size).toBe(0);
  });

  it('takes no time of the real clock but that of reads which must agree', async () => {
    const { customer, wish } = await settled();
    await customer.order({ kind: 'rotate', reason: 'test' });
    const before = customer.clock.now();
    await planOf(customer, wish);
    expect(customer.clock.now() - before).toBeLessThan(hourMs);
  });

  it('is the same twice, but for its instants', async () => {
    const customer = tenant();
    const wish = customer.wish();
    expect((await planOf(customer, wish)).hash).toBe((await planOf(customer, wish)).hash);
  });

  it.each([
    ['where Keeper may read the policy', true],
    ['where it was refused before', false],
  ] as const)('plans no credential that the tenant forbids, %s', async (_name, readable) => {
    const customer = tenant();
    const { appId } = handMade(customer);
    const wish = customer.wish({ appId });
    const { directory } = customer.cloud;
    directory.setPolicy({
      applicationRestrictions: {
        keyCredentials: [],
        passwordCredentials: [{ restrictionType: 'passwordAddition', state: 'enabled' }],
      },
    });
    directory.setCallerRoles(keeperIdentity.principalId, [
      'Application.ReadWrite.OwnedBy',
      ...(readable ? (['Policy.Read.All'] as const) : []),
    ]);
    if (!readable) await customer.after(wish, 2 * hourMs);
    const plan = await planOf(customer, wish);
    expect(plan.asks).toContainEqual({ reason: 'secrets-forbidden', subject: 'issue' });
    expect(plan.steps.map((one) => one.kind)).not.toContain('add-credential');
  });

  it('names what it could not see', async () => {
    const { customer, wish } = await settled();
    const world = {
      ...customer.world,
      vault: {
        ...customer.world.vault,
        readSecret: async () =>
          ({ ok: false, fault: { kind: 'timeout', vendor: 'vault' } }) as const,
      },
    };
    const plan = await foresee(world, wish);
    expect(plan).toMatchObject({ unseen: ['vault timeout'], steps: [] });
  });
});
