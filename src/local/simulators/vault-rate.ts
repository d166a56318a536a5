/**
 * Role: the sliding window by which simulated vendors throttle. A refused request does not count
 * against the limit, as Key Vault documents.
 */

/** At most so many requests in any window of so many milliseconds. */
export interface RateWindow {
  /** Undefined when the request is within the limit (it then counts), else milliseconds to wait. */
  admit(at: number): number | undefined;
}

/** A window of `limit` requests in `windowMs`. Times given to it must not go backwards. */
export function rateWindow(limit: number, windowMs: number): RateWindow {
  const admitted: number[] = [];
  let oldest = 0;

  function admit(at: number): number | undefined {
    while (oldest < admitted.length && admitted[oldest]! <= at - windowMs) oldest += 1;
    if (oldest > 1024) {
      admitted.splice(0, oldest);
      oldest = 0;
    }
    if (admitted.length - oldest >= limit) return admitted[oldest]! + windowMs - at;
    admitted.push(at);
    return undefined;
  }

  return { admit };
}
