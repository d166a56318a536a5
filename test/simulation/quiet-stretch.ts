/**
 * Role: how far one may skip. With nothing changed, what is due stays due: a look that finds nothing
 * tells that none before it found anything either. So the first look with work is found by strides
 * that double, and then by halving, instead of day by day; a test compares the two.
 */
import { dayMs } from '../../src/core/limits.ts';

/** When the look after a quiet one is; nothing for a look that is not quiet. */
export type QuietLook = (at: number) => number | undefined;

/** The first look that is not quiet, or the first at or after `untilAt`. */
export function firstLookWithWork(firstAt: number, untilAt: number, quiet: QuietLook): number {
  return firstLookByWalking(lastQuietBefore(firstAt, untilAt, quiet), untilAt, quiet);
}

/** The same, look by look: what the strides are compared with. */
export function firstLookByWalking(firstAt: number, untilAt: number, quiet: QuietLook): number {
  let at = firstAt;
  while (at < untilAt) {
    const nextAt = quiet(at);
    if (nextAt === undefined || nextAt <= at) break;
    at = nextAt;
  }
  return at;
}

/** A quiet instant within two days of the first that is not, or of `untilAt`. */
function lastQuietBefore(firstAt: number, untilAt: number, quiet: QuietLook): number {
  if (firstAt >= untilAt || quiet(firstAt) === undefined) return firstAt;
  let quietAt = firstAt;
  let strideMs = 2 * dayMs;
  while (quietAt + strideMs < untilAt && quiet(quietAt + strideMs) !== undefined) {
    quietAt += strideMs;
    strideMs *= 2;
  }
  for (; strideMs > dayMs; strideMs /= 2) {
    if (quietAt + strideMs < untilAt && quiet(quietAt + strideMs) !== undefined) {
      quietAt += strideMs;
    }
  }
  return quietAt;
}
