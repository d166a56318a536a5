import { describe, expect, it } from 'vitest';
import { countWrites, tellWithMishap, type Story } from '../../../support/mishaps.ts';
import { dayMs } from '../../../support/tenant.ts';

const creation: Story = {
  modes: [0, 1],
  async begin() {},
  async deed() {},
  withinMs: 2 * dayMs,
  end(customer) {
    expect(customer.passwords()).toHaveLength(1);
  },
};

const writes = await countWrites(creation);
const points = Array.from({ length: writes }, (_, index) => index + 1);

describe(`a mishap in a creation of ${writes} writes`, () => {
  it.each(points)('a crash after write %i', (nth) => tellWithMishap(creation, nth, 'crash'));
  it.each(points)('a lost answer to write %i', (nth) => tellWithMishap(creation, nth, 'lost'));
  it.each(points)('no answer to write %i, which was not done', (nth) =>
    tellWithMishap(creation, nth, 'failed'),
  );
});
