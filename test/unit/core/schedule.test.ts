import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffMs,
  dueAt,
  lifetimeDays,
  nextFullLookAt,
  renewBeforeMs,
  worthwhileAt,
} from '../../../src/core/schedule.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const credential = (
  days: number,
  keyId = 'k',
): { keyId: string; startAt: number; endAt: number } => ({
  keyId,
  startAt: start,
  endAt: start + days * dayMs,
});

describe('renewBeforeMs()', () => {
  it('is the setting, but a third of the lifetime at the most', () => {
    expect(renewBeforeMs(60, 730 * dayMs)).toBe(60 * dayMs);
    expect(renewBeforeMs(60, 90 * dayMs)).toBe(30 * dayMs);
  });
});

describe('dueAt()', () => {
  it('for any credential is at most a twentieth of the margin earlier than the setting says', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 7, max: 730 }), (keyId, days) => {
        const one = credential(days, keyId);
        const marginMs = renewBeforeMs(60, days * dayMs);
        const earlyMs = one.endAt - marginMs - dueAt(one, 60);
        expect(earlyMs).toBeGreaterThanOrEqual(0);
        expect(earlyMs).toBeLessThanOrEqual(marginMs / 20);
        expect(dueAt(one, 60)).toBe(dueAt({ ...one }, 60));
      }),
    );
  });

  it('spreads a fleet that was made in one hour over more than a day', () => {
    const dues = Array.from({ length: 50 }, (_, index) => dueAt(credential(730, `k${index}`), 60));
    expect(Math.max(...dues) - Math.min(...dues)).toBeGreaterThan(dayMs);
  });
});

describe('worthwhileAt()', () => {
  it('lets a new credential wait until it would end later by the margin', () => {
    const servingEndAt = start + 100 * dayMs;
    expect(worthwhileAt(servingEndAt, 90 * dayMs, 60)).toBe(start + 40 * dayMs);
  });

  it('for any lifetime comes before the serving one ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 7, max: 730 }),
        fc.integer({ min: 1, max: 365 }),
        (days, before) => {
          expect(worthwhileAt(start, days * dayMs, before)).toBeLessThan(start);
        },
      ),
    );
  });
});

describe('lifetimeDays()', () => {
  it('is the wish, or the smaller cap', () => {
    expect([lifetimeDays(730, undefined), lifetimeDays(730, 89), lifetimeDays(30, 89)]).toEqual([
      730, 89, 30,
    ]);
  });
});

describe('backoffMs()', () => {
  it('begins with the first wait, and is spread apart for each subject and try', () => {
    const first = backoffMs(60_000, 0, 'push:us/one');
    expect(first).toBeGreaterThanOrEqual(60_000);
    expect(first).toBeLessThan(75_000);
    const subjects = Array.from({ length: 20 }, (_, index) => backoffMs(60_000, 0, `s${index}`));
    expect(new Set(subjects).size).toBe(20);
    const longest = Array.from({ length: 20 }, (_, index) => backoffMs(60_000, 20 + index, 's'));
    expect(new Set(longest).size).toBe(20);
  });

  it('for any number of failures grows fourfold, up to a day and a quarter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), fc.string(), (attempts, subject) => {
        const waitMs = backoffMs(60_000, attempts, subject);
        expect(waitMs).toBeGreaterThanOrEqual(
          Math.min(dayMs, 60_000 * 4 ** Math.min(attempts, 12)),
        );
        expect(waitMs).toBeLessThanOrEqual(1.25 * dayMs);
      }),
    );
  });
});

describe('nextFullLookAt()', () => {
  it('spreads registrations over the day', () => {
    const times = Array.from({ length: 40 }, (_, index) => nextFullLookAt(start, `r${index}`));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(dayMs / 2);
  });

  it('for any registration is within a day, at its own time of the day', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: start, max: start + 1_000 * dayMs }),
        (id, now) => {
          const at = nextFullLookAt(now, id);
          expect(at).toBeGreaterThan(now);
          expect(at).toBeLessThanOrEqual(now + dayMs);
          expect((nextFullLookAt(at, id) - at) % dayMs).toBe(0);
        },
      ),
    );
  });
});
