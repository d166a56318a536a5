/** Role: a stretch that is skipped by strides ends at the look where a walk day by day ends. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs } from '../../src/core/limits.ts';
import { firstLookByWalking, firstLookWithWork, type QuietLook } from './quiet-stretch.ts';

/** Looks each day at one time of day, and at instants of their own, until something is due. */
function lookUntil(dueAt: number, timeOfDay: number, extra: readonly number[]): QuietLook {
  return (at) => {
    if (at >= dueAt) return undefined;
    const daily = (Math.floor((at - timeOfDay) / dayMs) + 1) * dayMs + timeOfDay;
    return Math.min(daily, ...[...extra, dueAt].filter((one) => one > at));
  };
}

const instant = fc.integer({ min: 0, max: 1500 * dayMs });
const stretch = fc.record({
  firstAt: instant,
  untilAt: instant,
  dueAt: instant,
  timeOfDay: fc.integer({ min: 0, max: dayMs - 1 }),
  extra: fc.array(instant, { maxLength: 4 }),
});

test('for any stretch, strides end where a walk day by day ends', () => {
  fc.assert(
    fc.property(stretch, ({ firstAt, untilAt, dueAt, timeOfDay, extra }) => {
      const quiet = lookUntil(dueAt, timeOfDay, extra);
      expect(firstLookWithWork(firstAt, untilAt, quiet)).toBe(
        firstLookByWalking(firstAt, untilAt, quiet),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('years without work take few looks', () => {
  let asked = 0;
  const quiet = lookUntil(Number.POSITIVE_INFINITY, 0, []);
  const untilAt = 1461 * dayMs;
  firstLookWithWork(0, untilAt, (at) => {
    asked += 1;
    return quiet(at);
  });
  expect(asked).toBeLessThan(40);
});
