/** A wish to wait is foreign text: it must never become a wait without end, or one into the past. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/clients/retry-after.ts';
import { retryAfterText } from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';

const dayMs = 86_400_000;

const header = fc.option(retryAfterText, { nil: undefined });
const headers = fc.record({
  'retry-after': header,
  'retry-after-ms': header,
  'x-ms-retry-after-ms': header,
  date: header,
});
const now = fc.option(fc.integer({ min: 0, max: 8_640_000_000_000_000 }), { nil: undefined });

describe('retryAfterMs()', () => {
  it(
    'is no wish, or whole milliseconds from none to a day, for any headers',
    () => {
      fc.assert(
        fc.property(headers, now, (told, at) => {
          const ms = retryAfterMs(told, at);
          if (ms === undefined) return;
          expect(Number.isSafeInteger(ms)).toBe(true);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(dayMs);
        }),
        cases(1_000),
      );
    },
    patience(),
  );

  it('waits at least as long as any wish of less than a day', () => {
    const seconds = fc.double({ min: 0, max: 86_400, noNaN: true });
    fc.assert(
      fc.property(seconds, (wish) => {
        const text = wish.toFixed(3);
        const ms = retryAfterMs({ 'retry-after': text });
        expect(ms).toBeGreaterThanOrEqual(Math.min(dayMs, Number(text) * 1_000));
        expect(ms).toBeLessThanOrEqual(Number(text) * 1_000 + 1);
      }),
      cases(300),
    );
  });

  it('measures a date by the reply, for any two dates', () => {
    const at = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1_000);
    fc.assert(
      fc.property(at, at, now, (repliedAt, untilAt, lookedAt) => {
        const told = {
          'retry-after': new Date(untilAt).toUTCString(),
          date: new Date(repliedAt).toUTCString(),
        };
        const between = Math.min(dayMs, Math.max(0, untilAt - repliedAt));
        expect(retryAfterMs(told, lookedAt)).toBe(between);
      }),
      cases(300),
    );
  });
});
