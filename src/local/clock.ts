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
  /** Takes over what has passed by itself; between two calls a flowing clock stands still. */
  sync(): void;
}

/** A clock that begins at an instant (epoch milliseconds). */
export function simulatedClock(startAt: number, machineNow: () => number): SimulatedClock {
  let at = startAt;
  let flowingFrom: number | undefined;

  function advance(ms: number): void {
    at += Math.max(0, ms);
  }

  function sync(): void {
    if (flowingFrom === undefined) return;
    const machine = machineNow();
    advance(machine - flowingFrom);
    flowingFrom = machine;
  }

  return {
    now: () => Math.floor(at),
    monotonic: () => at,
    advance,
    jumpTo: (instant) => advance(instant - at),
    flow() {
      flowingFrom ??= machineNow();
    },
    sync,
    async sleep(ms) {
      advance(ms);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
