import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimit, rateLimits } from '../../../src/web/rate.ts';

const rate = { burst: 3, perSecond: 2 };

describe('rateLimit()', () => {
  it('lets a burst through, then tells when to come again', () => {
    const { take } = rateLimit(rate);
    expect([take(0), take(0), take(0)]).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(take(0)).toEqual({ ok: false, retryAfterSeconds: 1 });
    expect(take(499).ok).toBe(false);
    expect(take(500).ok).toBe(true);
  });

  it('takes back what was not meant', () => {
    const { take, giveBack } = rateLimit({ burst: 1, perSecond: 0.001 });
    for (let count = 0; count < 10; count += 1) {
      expect(take(0).ok).toBe(true);
      giveBack();
    }
    giveBack();
    expect([take(0).ok, take(0).ok]).toEqual([true, false]);
  });

  it('lets no more through than burst and rate allow, for any calls at any times', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(pauses, (steps) => {
        const { take } = rateLimit(rate);
        let nowMs = 0;
        let passed = 0;
        for (const step of steps) {
          nowMs += step;
          if (take(nowMs).ok) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(rate.burst + (nowMs / 1_000) * rate.perSecond + 1e-6);
      }),
    );
  });

  it('lets through who comes again when it says, for any calls before', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 50 });
    fc.assert(
      fc.property(pauses, (steps) => {
        const { take } = rateLimit(rate);
        let nowMs = 0;
        for (const step of steps) take((nowMs += step));
        const toll = take(nowMs);
        if (!toll.ok) expect(take(nowMs + toll.retryAfterSeconds * 1_000).ok).toBe(true);
      }),
    );
  });
});

describe('rateLimits()', () => {
  it('keeps callers apart', () => {
    const limits = rateLimits({ burst: 1, perSecond: 1 }, 10);
    expect([limits.take('a', 0).ok, limits.take('b', 0).ok]).toEqual([true, true]);
    expect([limits.take('a', 0).ok, limits.take('b', 1_000).ok]).toEqual([false, true]);
  });

  it('remembers so many callers, and forgets who has been quiet for the longest', () => {
    const limits = rateLimits({ burst: 1, perSecond: 0.001 }, 2);
    for (const caller of ['a', 'b', 'a', 'c']) limits.take(caller, 0);
    expect(limits.size).toBe(2);
    expect(limits.take('a', 0).ok).toBe(false);
    expect(limits.take('b', 0).ok).toBe(true);
  });
});
