/** When things are due: the same answer each time, in bounds, and never turned around. */
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
import { fraction } from '../../../src/core/fingerprint.ts';
import { cases } from '../../support/hostile-runs.ts';

const dayMs = 86_400_000;

const keyId = fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 20 }));
const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const lifeMs = fc.integer({ min: 1, max: 730 * dayMs });
const renewBefore = fc.integer({ min: 1, max: 729 });

describe('dueAt()', () => {
  it('for any credential, lies in its life, and earlier than the margin by a twentieth at most', () => {
    fc.assert(
      fc.property(keyId, at, lifeMs, renewBefore, (id, startAt, life, days) => {
        const endAt = startAt + life;
        const due = dueAt({ keyId: id, startAt, endAt }, days);
        const marginMs = renewBeforeMs(days, life);
        expect(due).toBe(dueAt({ keyId: id, startAt, endAt }, days));
        expect(due).toBeGreaterThanOrEqual(startAt);
        expect(due).toBeLessThanOrEqual(endAt - marginMs);
        expect(due).toBeGreaterThanOrEqual(endAt - marginMs * 1.05);
      }),
      cases(300),
    );
  });

  it('for any credential, comes no earlier when the margin is smaller or the end is later', () => {
    fc.assert(
      fc.property(keyId, at, lifeMs, lifeMs, renewBefore, (id, startAt, life, more, days) => {
        const due = dueAt({ keyId: id, startAt, endAt: startAt + life }, days);
        const later = dueAt({ keyId: id, startAt, endAt: startAt + life + more }, days);
        expect(later).toBeGreaterThanOrEqual(due);
        const tighter = dueAt({ keyId: id, startAt, endAt: startAt + life }, Math.max(1, days - 1));
        expect(tighter).toBeGreaterThanOrEqual(due);
      }),
      cases(300),
    );
  });
});

describe('backoffMs()', () => {
  const first = fc.integer({ min: 1_000, max: 3_600_000 });
  const attempts = fc.nat(1_000_000);

  it('for any step, is whole, and a quarter over the longest at the most', () => {
    fc.assert(
      fc.property(first, attempts, keyId, (firstMs, count, subject) => {
        const waitMs = backoffMs(firstMs, count, subject);
        expect(Number.isSafeInteger(waitMs)).toBe(true);
        expect(waitMs).toBe(backoffMs(firstMs, count, subject));
        expect(waitMs).toBeGreaterThanOrEqual(firstMs);
        expect(waitMs).toBeLessThanOrEqual(1.25 * dayMs);
      }),
      cases(300),
    );
  });

  it('for any step, grows with each failure until it is as long as it may be', () => {
    fc.assert(
      fc.property(first, fc.nat(20), keyId, (firstMs, count, subject) => {
        const waitMs = backoffMs(firstMs, count, subject);
        const next = backoffMs(firstMs, count + 1, subject);
        expect(next >= waitMs || waitMs >= dayMs).toBe(true);
      }),
      cases(300),
    );
  });
});

describe('nextFullLookAt()', () => {
  it('for any registration, is later than now, a day away at the most, and each day the same', () => {
    fc.assert(
      fc.property(at, keyId, (now, registration) => {
        const next = nextFullLookAt(now, registration);
        expect(next).toBeGreaterThan(now);
        expect(next).toBeLessThanOrEqual(now + dayMs);
        expect(nextFullLookAt(next, registration)).toBe(next + dayMs);
      }),
      cases(300),
    );
  });

  it('for any two instants, does not turn them around', () => {
    fc.assert(
      fc.property(at, fc.nat(10 * dayMs), keyId, (now, moreMs, registration) => {
        const next = nextFullLookAt(now, registration);
        expect(nextFullLookAt(now + moreMs, registration)).toBeGreaterThanOrEqual(next);
      }),
      cases(300),
    );
  });
});

describe('worthwhileAt()', () => {
  it('for any two credentials, leaves the new one to end later by the margin', () => {
    fc.assert(
      fc.property(at, lifeMs, renewBefore, (servingEndAt, life, days) => {
        const from = worthwhileAt(servingEndAt, life, days);
        expect(from + life - servingEndAt).toBeCloseTo(renewBeforeMs(days, life), 0);
        expect(from).toBeLessThanOrEqual(servingEndAt);
      }),
      cases(300),
    );
  });
});

describe('lifetimeDays()', () => {
  it('for any wish and cap, is the smaller of the two', () => {
    const days = fc.integer({ min: 1, max: 730 });
    fc.assert(
      fc.property(days, fc.option(days, { nil: undefined }), (wish, cap) => {
        expect(lifetimeDays(wish, cap)).toBe(cap === undefined ? wish : Math.min(wish, cap));
      }),
      cases(100),
    );
  });
});

describe('fraction()', () => {
  it('for any text, lies from 0 on and below 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fraction(text)).toBeGreaterThanOrEqual(0);
        expect(fraction(text)).toBeLessThan(1);
      }),
      cases(300),
    );
  });
});
