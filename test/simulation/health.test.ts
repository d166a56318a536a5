import { describe, expect, it } from 'vitest';
import { hourMs } from '../../src/core/limits.ts';
import { healthWatch, type Health } from './health.ts';
import { kernel, type Kernel } from './kernel.ts';
import { convergenceMs } from './weather.ts';

interface Watched {
  readonly time: Kernel;
  readonly health: Health;
  rough: boolean;
}

function watched(): Watched {
  const time = kernel(0);
  const made: Watched = {
    time,
    rough: false,
    health: healthWatch({ kernel: time, isRough: () => made.rough, keys: ['one', 'other'] }),
  };
  return made;
}

/** Time passes; throws what a check within it finds. */
async function pass({ time }: Watched, ms: number): Promise<void> {
  const untilAt = time.now() + ms;
  time.at(untilAt, () => undefined);
  while (time.now() < untilAt) await time.step();
}

describe('healthWatch()', () => {
  it('wants all to be well in time, and what nobody has looked at is not', async () => {
    const made = watched();
    made.health.becomesQuiet();
    made.health.looked('one');
    await expect(pass(made, convergenceMs)).rejects.toThrow(
      /^convergence: never looked at after 74 quiet hours$/,
    );
  });

  it('is content when all are, and says how long it took', async () => {
    const made = watched();
    made.health.becomesQuiet();
    made.health.looked('one');
    await pass(made, 5 * hourMs);
    made.health.looked('other', 'waiting/settling');
    await pass(made, hourMs);
    made.health.looked('other');
    await pass(made, convergenceMs);
    expect(() => made.health.mustBeWell()).not.toThrow();
    expect(made.health.longestMs).toBe(6 * hourMs);
  });

  it('counts from the end of what was in the way', async () => {
    const made = watched();
    made.rough = true;
    made.health.looked('one', 'needs-person/denied');
    made.health.looked('other');
    await pass(made, 2 * convergenceMs);
    expect(made.health.quietMs()).toBe(0);
    made.rough = false;
    made.health.becomesQuiet();
    await pass(made, convergenceMs - hourMs);
    expect(made.health.quietMs()).toBe(convergenceMs - hourMs);
    expect(() => made.health.looked('one', 'needs-person/denied')).not.toThrow();
    await expect(pass(made, hourMs)).rejects.toThrow(/needs-person\/denied after 74 quiet hours/);
  });

  it('no more counts a check that a storm has cancelled', async () => {
    const made = watched();
    made.health.becomesQuiet();
    made.health.becomesRough();
    await pass(made, convergenceMs);
    expect(() => made.health.mustBeWell()).toThrow(/never looked at/);
  });

  it('does not take for well what nobody could look at', async () => {
    const made = watched();
    made.health.looked('one');
    made.health.looked('other');
    made.health.unlooked('one');
    await pass(made, convergenceMs);
    expect(() => made.health.mustBeWell()).toThrow(/not looked at after 74 quiet hours/);
  });
});
