import { describe, expect, it } from 'vitest';
import { countWrites, tellWithMishap, type Story } from '../../../support/mishaps.ts';
import { dayMs } from '../../../support/tenant.ts';

const retirement: Story = {
  modes: [0],
  async begin(customer, calendar) {
    await customer.settle(calendar);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await customer.settle(calendar);
  },
  async deed(customer) {
    const keyId = customer.passwords()[0]?.keyId ?? '';
    await customer.order({ kind: 'retire', keyId });
  },
  withinMs: dayMs,
  end(customer) {
    expect(customer.passwords().map((one) => one.keyId)).toEqual([customer.holds()]);
    expect(customer.stores.orders.waiting.size).toBe(0);
    const versions = customer.cloud.vault.state.versions('nylas-calendar');
    expect(versions.filter((one) => one.enabled).map((one) => one.tags['keyId'])).toEqual([
      customer.holds(),
    ]);
  },
};

const writes = await countWrites(retirement);
const points = Array.from({ length: writes }, (_, index) => index + 1);

describe(`a mishap in a retirement of ${writes} writes`, () => {
  it.each(points)('a crash after write %i', (nth) => tellWithMishap(retirement, nth, 'crash'));
  it.each(points)('a lost answer to write %i', (nth) => tellWithMishap(retirement, nth, 'lost'));
  it.each(points)('no answer to write %i, which was not done', (nth) =>
    tellWithMishap(retirement, nth, 'failed'),
  );
});
