import { describe, expect, it } from 'vitest';
import { countWrites, tellWithMishap, type Story } from '../../../support/mishaps.ts';
import { dayMs } from '../../../support/tenant.ts';

const rotation: Story = {
  modes: [4],
  async begin(customer, calendar) {
    await customer.settle(calendar);
    customer.leap(30 * dayMs);
    await customer.pass(calendar);
  },
  async deed(customer) {
    await customer.order({ kind: 'rotate', reason: 'test' });
  },
  withinMs: 4 * dayMs,
  end(customer) {
    const [old, made] = customer.passwords();
    expect(customer.holds()).toBe(made?.keyId);
    expect(customer.cloud.vault.state.current('nylas-calendar')?.tags['keyId']).toBe(made?.keyId);
    expect(old?.keyId).toBeDefined();
    expect(customer.passwords()).toHaveLength(2);
  },
};

const writes = await countWrites(rotation);
const points = Array.from({ length: writes }, (_, index) => index + 1);

describe(`a mishap in a rotation of ${writes} writes`, () => {
  it.each(points)('a crash after write %i', (nth) => tellWithMishap(rotation, nth, 'crash'));
  it.each(points)('a lost answer to write %i', (nth) => tellWithMishap(rotation, nth, 'lost'));
  it.each(points)('no answer to write %i, which was not done', (nth) =>
    tellWithMishap(rotation, nth, 'failed'),
  );
});
