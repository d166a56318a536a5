import { describe, expect, it } from 'vitest';
import { hourMs } from '../support/tenant.ts';
import type { SlotResult } from './slots-crew.ts';
import { blankSlotSum, slotBatches, sumUp } from './slots-report.ts';

function shared(every: number): readonly number[] {
  return slotBatches(1_000, every).flatMap((batch) => batch.indices);
}

function ended(told: Partial<SlotResult> = {}): SlotResult {
  return { name: 'a state', asked: [], faults: [], passes: 2, wayOutMs: hourMs, ...told };
}

describe('the walk of all states', () => {
  it('shares out each state once, and of a sample each n-th', () => {
    expect(shared(1)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    expect(shared(7)).toEqual(Array.from({ length: 143 }, (_, index) => index * 7));
  });

  it('counts each way out, the longest of each kind, and what failed', () => {
    const results = [
      ended(),
      ended({ wayOutMs: 30 * hourMs }),
      ended({ asked: ['slots-full'], wayOutMs: 5 * hourMs }),
      ended({ asked: ['secret-lost', 'slots-full'], wayOutMs: 2 * hourMs }),
      ended({ name: 'a bad one', faults: ['adds a third', 'ends waiting'], wayOutMs: 99 * hourMs }),
    ];
    const sum = blankSlotSum();
    for (const one of results) sumUp(sum, one);
    expect(sum).toEqual({
      states: 5,
      passes: 10,
      waysOut: { byItself: 2, asked: { 'slots-full': 1, 'secret-lost, slots-full': 1 } },
      longestWayOutHours: { byItself: 30, asked: 5 },
      failed: ['a bad one: adds a third; ends waiting'],
    });
  });
});
