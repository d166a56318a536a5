import { describe, it } from 'vitest';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { Crash, interposedWorld } from '../../support/interposed-world.ts';
import { failure } from '../../../src/core/fault.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, isQuiet, minuteMs, oddMode, tenant } from '../../support/tenant.ts';

const seeds = Array.from({ length: 4 }, (_, index) => index + 1);

describe('a year in which every twelfth write ends in a crash, a lost answer or none', () => {
  it.each(seeds)('with heavy faults besides (seed %i)', async (seed) => {
    const random = seededRandom(`pairs-${seed}`);
    let isCalm = false;
    const customer = tenant({
      seed,
      faults: 'heavy',
      modes: [oddMode(seed), oddMode(seed + 2)],
      wrap: (world) =>
        interposedWorld(world, async ({ isWrite }, go) => {
          if (isCalm || !isWrite || !random.chance(1 / 12)) return go();
          const mishap = random.pick(['crash', 'lost', 'failed'] as const);
          if (mishap !== 'failed') await go();
          if (mishap === 'crash') throw new Crash('by chance');
          return failure({ kind: 'timeout', vendor: 'storage' });
        }),
    });
    const calendar = customer.wish({ lifetimeDays: 120, renewBeforeDays: 30 });
    const endAt = customer.clock.now() + 365 * dayMs;
    while (customer.clock.now() < endAt) {
      try {
        const report = await customer.live(calendar, { untilAt: endAt, stop: isQuiet });
        customer.leap(isQuiet(report) ? 3 * dayMs : 15 * minuteMs);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        customer.leap(minuteMs);
      }
    }
    isCalm = true;
    customer.cloud.fates.setLevel('none');
    await customer.settle(calendar);
    await expectSound(customer);
  });
});
