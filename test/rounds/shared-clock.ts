/**
 * One simulated clock for several processes. The process that owns it writes the instant into a small
 * file whenever it changes, and before any reply that was made at that instant goes out; hosts read
 * the file whenever they ask for the time, so that none of them ever sees a reply from its future.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Clock } from '../../src/reconcile/world.ts';
import { simulatedClock, type SimulatedClock } from '../../src/local/clock.ts';

const instantBytes = 8;

/** The clock of the process that owns it. */
export interface SharedClock extends SimulatedClock {
  close(): void;
}

/** Makes the clock, and the file. */
export function sharedClock(path: string, startAt: number): SharedClock {
  const file = openSync(path, 'w');
  const instant = Buffer.alloc(instantBytes);
  const clock = simulatedClock(startAt, Date.now);
  const publish = (): void => {
    instant.writeDoubleLE(clock.monotonic());
    writeSync(file, instant, 0, instantBytes, 0);
  };
  publish();
  const published =
    <Arguments extends readonly unknown[]>(move: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      move(...given);
      publish();
    };
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    advance: published((ms: number) => clock.advance(ms)),
    jumpTo: published((at: number) => clock.jumpTo(at)),
    flow: published(() => clock.flow()),
    sync: published(() => clock.sync()),
    async sleep(ms) {
      const slept = clock.sleep(ms);
      publish();
      await slept;
    },
    close: () => closeSync(file),
  };
}

/** The clock as another process sees it. Its owner passes the time of a pause. */
export function readClock(path: string, passTime: (ms: number) => Promise<void>): Clock {
  const file = openSync(path, 'r');
  const instant = Buffer.alloc(instantBytes);
  const monotonic = (): number => {
    readSync(file, instant, 0, instantBytes, 0);
    return instant.readDoubleLE();
  };
  return { now: () => Math.floor(monotonic()), monotonic, sleep: passTime };
}
