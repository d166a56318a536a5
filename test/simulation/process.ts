/**
 * Role: one life of a worker: a process with a clock of its own that may be put to sleep for an hour
 * or killed. What a dead process waits for never comes; what it has sent is on its way.
 */
import type { Clock } from '../../src/reconcile/world.ts';
import type { Kernel } from './kernel.ts';

export interface SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  isAlive(): boolean;
  /** Lets the process go on with something: now, when it wakes, or never. */
  deliver(run: () => void): void;
  /** Resolves after so long, by true time. */
  wait(ms: number): Promise<void>;
  /** The machine sleeps until then; its clocks go on. */
  sleepUntil(instant: number): void;
  kill(): void;
}

export interface ProcessOptions {
  readonly name: string;
  /** Its wall clock less true time, milliseconds. */
  readonly skewMs: number;
}

export function simulatedProcess(
  kernel: Kernel,
  { name, skewMs }: ProcessOptions,
): SimulatedProcess {
  const bornAt = kernel.now();
  let alive = true;
  let asleepUntil = 0;

  function deliver(run: () => void): void {
    if (!alive) return;
    if (kernel.now() < asleepUntil) {
      kernel.at(asleepUntil, () => deliver(run));
      return;
    }
    run();
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      kernel.after(ms, () => deliver(resolve));
    });
  }

  return {
    name,
    clock: {
      now: () => Math.floor(kernel.now() + skewMs),
      monotonic: () => kernel.now() - bornAt,
      sleep: wait,
    },
    isAlive: () => alive,
    deliver,
    wait,
    sleepUntil(instant) {
      asleepUntil = Math.max(asleepUntil, instant);
    },
    kill() {
      alive = false;
    },
  };
}
