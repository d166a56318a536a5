/** Role: a plan that is kept comes back as it was; one that was changed does not. */
import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/foresight/difference.ts';
import { fleetDocument, readFleetDocument } from '../../../src/foresight/document.ts';
import { foreseeAll } from '../../../src/foresight/foresee.ts';
import type { FleetPlan } from '../../../src/foresight/step.ts';
import { handMade, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

async function planOf(customer: Tenant, wish: ReturnType<Tenant['wish']>): Promise<FleetPlan> {
  return foreseeAll(customer.world, { registrations: [wish], hash: 'a-file' });
}

async function example(): Promise<{ customer: Tenant; plan: FleetPlan; text: string }> {
  const customer = tenant({ modes: [plainMode, plainMode] });
  const { appId } = handMade(customer);
  const plan = await planOf(customer, customer.wish({ appId }));
  return { customer, plan, text: JSON.stringify(fleetDocument(plan)) };
}

describe('a kept plan', () => {
  it('comes back as it was', async () => {
    const { plan, text } = await example();
    expect(readFleetDocument(text)).toEqual({ ok: true, plan });
  });

  it.each([
    [
      'a step that is left out',
      (text: string) => text.replace(/\{"sign":"~".*?"earliestAt":"[^"]*"\},/, ''),
    ],
    ['another subject', (text: string) => text.replace('Contoso Calendar', 'Contoso Mail')],
    [
      'another credential',
      (text: string) => text.replaceAll('new-credential-1', 'new-credential-2'),
    ],
    [
      'another name',
      (text: string) => text.replace('"registration":"calendar"', '"registration":"mail"'),
    ],
    ['another end', (text: string) => text.replace(/"endAt":"20/, '"endAt":"19')],
    ['another time', (text: string) => text.replace(/"madeAt":"20/, '"madeAt":"19')],
    [
      'another hash',
      (text: string) =>
        text.replace(/"hash":"./, (one) => `${one.slice(0, -1)}${one.endsWith('0') ? '1' : '0'}`),
    ],
  ])('with %s is refused', async (_name, change) => {
    const { text } = await example();
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(readFleetDocument(changed)).toEqual({
      ok: false,
      why: 'it was changed after it was made: its hash does not fit',
    });
  });

  it.each([
    ['nothing', '', 'it is not JSON'],
    ['another thing', '{"v":2}', 'it is no plan: v is not as it must be'],
    ['a list', '[]', 'it is no plan: it has not the members of one'],
    [
      'a member more',
      (text: string) => text.replace('{"v":1', '{"more":1,"v":1'),
      'it is no plan: it has not the members of one',
    ],
    [
      'a sign of its own',
      (text: string) => text.replace('"sign":"+"', '"sign":"!"'),
      /^it is no plan: registrations\.0\.steps\.\d+\.sign is not as it must be$/,
    ],
  ] as const)('of %s is refused with the place', async (_name, change, why) => {
    const { text } = await example();
    const read = readFleetDocument(typeof change === 'string' ? change : change(text));
    expect(read).toEqual({
      ok: false,
      why: typeof why === 'string' ? why : expect.stringMatching(why),
    });
  });
});

describe('two plans', () => {
  it('made of one world do not differ', async () => {
    const { customer, plan } = await example();
    const again = await planOf(customer, customer.wish({ appId: customer.application().appId }));
    expect(differences(plan, again)).toEqual([]);
  });

  it('differ in what somebody did between them', async () => {
    const { customer, plan } = await example();
    const { appId } = customer.application();
    customer.cloud.directory.changeByHand(appId, { displayName: 'Renamed' });
    const now = customer.clock.now();
    customer.cloud.directory.addPasswordByHand(appId, { startAt: now, endAt: now + 1e9 });
    customer.cloud.directory.settle();
    const lines = differences(plan, await planOf(customer, customer.wish({ appId })));
    expect(lines.some((one) => /credential [0-9a-f]{8} is there now/.test(one))).toBe(true);
    expect(lines.join('\n')).toContain('display name: Renamed → Contoso Calendar');
  });

  it('differ in what the file asks for', async () => {
    const { customer, plan } = await example();
    const { appId } = customer.application();
    const other = await planOf(customer, customer.wish({ appId, lifetimeDays: 90 }));
    expect(differences(plan, other)).toContain('calendar: keeper.yaml wants it otherwise.');
  });

  it('differ where none can be made any more', async () => {
    const { plan } = await example();
    const unforeseen = [
      { registration: 'calendar', why: 'chain-broken', detail: 'entry 3' },
    ] as const;
    const now: FleetPlan = { ...plan, registrations: [], unforeseen };
    expect(differences(plan, now)).toEqual(['calendar: no plan can be made now (chain-broken).']);
  });
});
