/** Repeats of reads. Writes have none (law 5). */
import type { Result } from '../core/fault.ts';
import type { Clock } from '../reconcile/world.ts';
import { readPausesMs, totalMs as defaultTotalMs } from './limits.ts';

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds for the read with its repeats. */
  readonly totalMs?: number;
  /** A signal that aborts after so many milliseconds; default: by the machine's time. */
  readonly timeLimit?: (ms: number) => AbortSignal;
}

/** The signal that ends a call. */
export function limitOf(
  { timeLimit, totalMs = defaultTotalMs }: Patience,
  ms = totalMs,
): AbortSignal {
  return timeLimit?.(ms) ?? AbortSignal.timeout(ms);
}

/**
 * Reads, and reads again at most twice when the vendor failed in passing (`unavailable` without a
 * wish to wait), as long as the total time allows. Throttling is never answered by a repeat.
 */
export async function retryRead<T>(
  patience: Patience,
  read: (signal: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const { clock, totalMs = defaultTotalMs } = patience;
  const startedAt = clock.monotonic();
  const leftMs = (): number => totalMs - (clock.monotonic() - startedAt);
  let result = await read(limitOf(patience));
  for (const pauseMs of readPausesMs) {
    const isPassing =
      !result.ok && result.fault.kind === 'unavailable' && result.fault.retryAfterMs === undefined;
    if (!isPassing || leftMs() <= pauseMs) return result;
    await clock.sleep(pauseMs);
    result = await read(limitOf(patience, Math.max(1, Math.ceil(leftMs()))));
  }
  return result;
}
