import { describe, expect, it } from 'vitest';
import { countWrites, tellWithMishap, type Story } from '../../../support/mishaps.ts';
import { dayMs, hourMs } from '../../../support/tenant.ts';

const leak: Story = {
  modes: [1],
  async begin(customer, calendar) {
    await customer.settle(calendar);
    customer.leap(30 * dayMs);
    await customer.pass(calendar);
  },
  async deed(customer) {
    const removeAt = customer.clock.now() + 4 * hourMs;
    await customer.order({ kind: 'compromised', keyIds: [], removeAt, endGrants: 'accept' });
  },
  withinMs: 2 * dayMs,
  end(customer) {
    expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds()]);
    const gone = customer
      .entries('calendar')
      .filter((one) => one.kind === 'intent' && one.effect.kind === 'remove-credential');
    expect(gone.length).toBeGreaterThan(0);
    expect(customer.stores.orders.waiting.size).toBe(0);
  },
};

const writes = await countWrites(leak);
const points = Array.from({ length: writes }, (_, index) => index + 1);

describe(`a mishap in a leak's cure of ${writes} writes`, () => {
  it.each(points)('a crash after write %i', (nth) => tellWithMishap(leak, nth, 'crash'));
  it.each(points)('a lost answer to write %i', (nth) => tellWithMishap(leak, nth, 'lost'));
  it.each(points)('no answer to write %i, which was not done', (nth) =>
    tellWithMishap(leak, nth, 'failed'),
  );
});
