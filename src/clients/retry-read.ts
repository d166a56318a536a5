/** Repeats of reads. Writes have none (law 5). */
import type { Result } from '../core/fault.ts';
import type { Clock } from '../reconcile/world.ts';
import { readPausesMs, totalMs as defaultTotalMs } from './limits.ts';

export interface Patience {
  readonly clock: Clock;
  /** Milliseconds for the read with its repeats. */
  readonly totalMs?: number;
}

/**
 * Reads, and reads again at most twice when the vendor failed in passing (`unavailable` without a
 * wish to wait), as long as the total time allows. Throttling is never answered by a repeat.
 */
export async function retryRead<T>(
  { clock, totalMs = defaultTotalMs }: Patience,
  read: (signal: AbortSignal) => Promise<Result<T>>,
): Promise<Result<T>> {
  const startedAt = clock.monotonic();
  const leftMs = (): number => totalMs - (clock.monotonic() - startedAt);
  let result = await read(AbortSignal.timeout(totalMs));
  for (const pauseMs of readPausesMs) {
    const isPassing =
      !result.ok && result.fault.kind === 'unavailable' && result.fault.retryAfterMs === undefined;
    if (!isPassing || leftMs() <= pauseMs) return result;
    await clock.sleep(pauseMs);
    result = await read(AbortSignal.timeout(Math.max(1, Math.ceil(leftMs()))));
  }
  return result;
}
