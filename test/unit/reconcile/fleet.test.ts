import { describe, expect, it } from 'vitest';
import { scan } from '../../../src/reconcile/scan.ts';
import { configurationHash } from '../../../src/reconcile/pass.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, minuteMs, oddMode, plainMode, tenant } from '../../support/tenant.ts';

/** The folded chain in a state blob. */
function memoryOf(text = '{}'): unknown {
  return (JSON.parse(text) as { memory: unknown }).memory;
}

describe('the limit of switches', () => {
  it('spreads planned switches over the hours, and orders pass it', async () => {
    const customer = tenant({
      modes: [plainMode, plainMode, plainMode, plainMode],
      wrap: (world) => ({ ...world, switchesPerHour: 1 }),
    });
    const calendar = customer.wish({ lifetimeDays: 90, renewBeforeDays: 20 });
    await customer.settle(calendar);
    await customer.years(calendar, 75 * dayMs, 1);
    const { taken } = customer.stores.switches;
    expect([...taken.values()]).toEqual([1, 1, 1, 1]);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(calendar, 30 * dayMs);
    expect(taken.size).toBe(4);
    await expectSound(customer);
  });
});

describe('the wished state', () => {
  it('renamed keeps its registration, chain and secret', async () => {
    const customer = tenant();
    await customer.settle(customer.wish());
    const { appId } = customer.application();
    const renamed = customer.wish({ key: 'diary', renamedFrom: 'calendar' });
    const report = await customer.settle(renamed);
    expect(report).toMatchObject({ status: { id: 'diary', appId } });
    await expectSound(customer);
  });

  it('that names another registration by appId is told to a person, and the known one still served', async () => {
    const customer = tenant();
    await customer.settle(customer.wish());
    const { appId } = customer.application();
    const other = '11111111-2222-4333-8444-555555555555';
    const report = await customer.after(customer.wish({ appId: other }), dayMs);
    expect(report).toMatchObject({
      plan: { state: 'needs-person', reason: 'registration-replaced' },
    });
    expect(report).toMatchObject({ status: { appId } });
    await expectSound(customer);
  });

  it('without the registration any more leads to no pass and no write', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const entries = customer.entries('calendar').length;
    customer.leap(40 * dayMs);
    expect(await scan(customer.world, { registrations: [], hash: 'empty' })).toBe(0);
    expect(customer.entries('calendar')).toHaveLength(entries);
  });
});

describe('a tick', () => {
  it('sends nothing for what is quiet, and a message for what was changed in the portal', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const desired = { registrations: [calendar], hash: 'file' };
    customer.leap(minuteMs);
    expect(await scan(customer.world, desired)).toBe(0);
    customer.cloud.directory.changeByHand(customer.application().appId, { displayName: 'Renamed' });
    customer.leap(minuteMs);
    expect(await scan(customer.world, desired)).toBe(1);
    expect(customer.stores.queue.messages.at(-1)).toMatchObject({ cause: 'changed' });
  });

  it('sends a message when the file changed', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const changed = customer.wish({ renewBeforeDays: 50 });
    expect(configurationHash(changed)).not.toBe(configurationHash(calendar));
    expect(await scan(customer.world, { registrations: [changed], hash: 'file' })).toBe(1);
  });
});

describe('a lost cache', () => {
  it('costs a fold of the chain and nothing else', async () => {
    const customer = tenant({ modes: [oddMode(5)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const entries = customer.entries('calendar').length;
    const state = customer.stores.states.bodies.get('calendar');
    customer.stores.states.bodies.clear();
    customer.leap(hourMs);
    await customer.settle(calendar);
    expect(customer.entries('calendar')).toHaveLength(entries);
    expect(memoryOf(customer.stores.states.bodies.get('calendar'))).toEqual(memoryOf(state));
  });

  it('or a garbled one is no obstacle', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    for (const garbage of [
      '',
      '{',
      '{"v":1}',
      '[]',
      'null',
      '{"v":1,"head":{"seq":99},"memory":{"seq":99,"v":1}}',
    ]) {
      customer.stores.states.bodies.set('calendar', garbage);
      await customer.settle(calendar);
    }
    await expectSound(customer);
  });
});

describe('a chain', () => {
  it('that somebody changed stops the loop before anything is written', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const { texts } = customer.stores.chains;
    texts.set(
      'calendar',
      (texts.get('calendar') ?? '').replace('"because":"first"', '"because":"due"'),
    );
    customer.stores.states.bodies.clear();
    const report = await customer.pass(calendar);
    expect(report).toMatchObject({ kind: 'broken', defect: { defect: 'wrong-hash' } });
  });

  it('that was cut stops the loop, since the cache remembers more', async () => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const { texts } = customer.stores.chains;
    const lines = (texts.get('calendar') ?? '').split('\n');
    texts.set('calendar', `${lines.slice(0, 5).join('\n')}\n`);
    const report = await customer.pass(calendar);
    expect(report.kind).not.toBe('looked');
  });
});
