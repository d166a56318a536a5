/**
 * The demonstration's clock. It stands still but for requests, pauses and jumps, so that a year of
 * waiting takes no time; on wish it also flows with the machine's clock.
 */
import type { Clock } from '../reconcile/world.ts';

export interface SimulatedClock extends Clock {
  /** Passes time at once. */
  advance(ms: number): void;
  /** Goes to an instant; never back. */
  jumpTo(at: number): void;
  /** From now on time also passes by itself, at the pace of the machine. */
  flow(): void;
}

/** A clock that begins at an instant (epoch milliseconds). */
export function simulatedClock(startAt: number, machineNow: () => number): SimulatedClock {
  let at = startAt;
  let flowingFrom: number | undefined;

  function now(): number {
    if (flowingFrom !== undefined) {
      const machine = machineNow();
      at += Math.max(0, machine - flowingFrom);
      flowingFrom = machine;
    }
    return Math.floor(at);
  }

  function advance(ms: number): void {
    at = now() + Math.max(0, ms);
  }

  return {
    now,
    monotonic: now,
    advance,
    jumpTo: (instant) => advance(instant - now()),
    flow() {
      flowingFrom ??= machineNow();
    },
    async sleep(ms) {
      advance(ms);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
