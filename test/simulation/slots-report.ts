/** Role: the walk of every state of the two slots, by several processes; the sum of it all. */
import { hourMs } from '../support/tenant.ts';
import { Processes } from './batches.ts';
import type { SlotBatch, SlotResult } from './slots-crew.ts';
import { everySlotState } from './slots.ts';

interface SlotReportOptions {
  /** Only each n-th state; 1: all. */
  readonly every: number;
  /** Processes. */
  readonly workers: number;
  readonly progress: (line: string) => void;
}

/** How the states ended. */
export interface SlotSum {
  states: number;
  passes: number;
  readonly waysOut: {
    /** Within a week in which nobody helps. */
    byItself: number;
    /** After deeds that Keeper had asked a person for: their reasons, in order. */
    readonly asked: Record<string, number>;
  };
  /** Until all is well: from the beginning, and from the first deed of a person. */
  readonly longestWayOutHours: { byItself: number; asked: number };
  /** One line a failure: the state, and what is wrong. */
  readonly failed: string[];
}

interface SlotReport extends SlotSum {
  readonly durationMs: number;
}

const batchSize = 20;

const member = new URL('slots-crew.ts', import.meta.url);

/**
 * Walks all states.
 * @throws Error when a process of the crew fails: a defect of the simulation itself.
 */
export async function slotReport(options: SlotReportOptions): Promise<SlotReport> {
  const startMs = performance.now();
  const { workers, every } = options;
  const batches = slotBatches(everySlotState().length, every);
  const crew = new Processes<SlotBatch, readonly SlotResult[]>(member, {
    workers: Math.min(workers, batches.length),
    titleOf: ({ indices }) => `states from ${indices[0] ?? '?'}`,
  });
  try {
    const sum = blankSlotSum();
    const count = meter(batches.length, startMs);
    await crew.shareOut(batches, (_batch, results) => {
      for (const result of results) {
        sumUp(sum, result);
        if (result.faults.length > 0) options.progress(sum.failed.at(-1) ?? '');
      }
      const line = count(sum);
      if (line !== undefined) options.progress(line);
    });
    return { ...sum, durationMs: Math.round(performance.now() - startMs) };
  } finally {
    crew.end();
  }
}

/** Nothing walked yet. */
export function blankSlotSum(): SlotSum {
  return {
    states: 0,
    passes: 0,
    waysOut: { byItself: 0, asked: {} },
    longestWayOutHours: { byItself: 0, asked: 0 },
    failed: [],
  };
}

/** Takes one state's end into account. What failed is on no way out. */
export function sumUp(sum: SlotSum, { name, asked, faults, passes, wayOutMs }: SlotResult): void {
  sum.states += 1;
  sum.passes += passes;
  if (faults.length > 0) {
    sum.failed.push(`${name}: ${faults.join('; ')}`);
    return;
  }
  const { waysOut, longestWayOutHours } = sum;
  const hours = Math.round((10 * wayOutMs) / hourMs) / 10;
  if (asked.length === 0) {
    waysOut.byItself += 1;
    longestWayOutHours.byItself = Math.max(longestWayOutHours.byItself, hours);
    return;
  }
  const reasons = asked.join(', ');
  waysOut.asked[reasons] = (waysOut.asked[reasons] ?? 0) + 1;
  longestWayOutHours.asked = Math.max(longestWayOutHours.asked, hours);
}

/** Each n-th of so many states, in batches. */
export function slotBatches(states: number, every: number): readonly SlotBatch[] {
  const indices = Array.from({ length: Math.ceil(states / every) }, (_, nth) => nth * every);
  return Array.from({ length: Math.ceil(indices.length / batchSize) }, (_, nth) => ({
    indices: indices.slice(nth * batchSize, (nth + 1) * batchSize),
  }));
}

/** Tells how far all has come, each time that it is one more of a hundred parts. */
function meter(all: number, startMs: number): (sum: SlotSum) => string | undefined {
  let ended = 0;
  let toldShare = -1;
  return ({ states, failed }) => {
    ended += 1;
    const share = Math.floor((100 * ended) / all);
    if (share === toldShare) return undefined;
    toldShare = share;
    const seconds = Math.round((performance.now() - startMs) / 1000);
    return `${share} % after ${seconds} s: ${states} states, ${failed.length} failed`;
  };
}
