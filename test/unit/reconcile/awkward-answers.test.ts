/** Role: answers that vendors may give and mostly do not: another letter case, less, or a failure after the work. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/entry.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, oddMode, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

function intentsOf(customer: Tenant, kind: string): readonly Entry[] {
  return customer
    .entries('calendar')
    .filter((entry) => entry.kind === 'intent' && entry.effect.kind === kind);
}

describe('a connector that shows no scopes', () => {
  it('is pushed to once', async () => {
    const customer = tenant({ modes: [{ ...plainMode, scopeHidden: true }] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const pushes = intentsOf(customer, 'push-credential').length;
    await customer.ticks(calendar, dayMs);
    expect(intentsOf(customer, 'push-credential')).toHaveLength(pushes);
    await expectSound(customer);
  });
});

describe('ids in upper case', () => {
  it('are those of the file and of the chain', async () => {
    const modes = [0, 2].map((index) => ({ ...oddMode(index), upperCaseIds: true }));
    const customer = tenant({ modes, directory: { upperCaseIds: true } });
    const calendar = customer.wish();
    await customer.settle(calendar);
    const before = customer.entries('calendar').length;
    await customer.ticks(calendar, dayMs);
    expect(customer.entries('calendar')).toHaveLength(before);
    expect(intentsOf(customer, 'add-credential')).toHaveLength(1);
    await expectSound(customer);
  });
});

describe('an addPassword that was done and answered as a collision', () => {
  it('is not sent again before its end is known', async () => {
    const customer = tenant({ directory: { addedAs503Chance: 1 } });
    const calendar = customer.wish();
    await customer.pass(calendar);
    await customer.pass(calendar);
    expect(intentsOf(customer, 'add-credential')).toHaveLength(1);
    const outcomes = customer.entries('calendar').filter((entry) => entry.kind === 'outcome');
    expect(outcomes.at(-1)).toMatchObject({
      result: 'doubtful',
      fault: { kind: 'unavailable', status: 503 },
    });
    customer.cloud.directory.settle();
    expect(customer.passwords()).toHaveLength(1);
  });
});
