/**
 * How often somebody may call: a bucket of tokens each, refilled by time. In the memory of one
 * instance, so the bounds hold for each instance by itself; a question costs the same whoever asks,
 * and no more callers are remembered than fit.
 */

/** A bucket: so many calls at once, and so many a second in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Whether a call may go on, and if not, after how many seconds to come again. */
export type Toll =
  | { readonly ok: true }
  | { readonly ok: false; readonly retryAfterSeconds: number };

interface Bucket {
  tokens: number;
  atMs: number;
}

/** One bucket for all. Instants are milliseconds that never go back. */
export function rateLimit(rate: Rate): {
  readonly take: (nowMs: number) => Toll;
  /** Gives back what was taken: the call was a good one. */
  readonly giveBack: () => void;
} {
  const bucket: Bucket = { tokens: rate.burst, atMs: -Infinity };
  return {
    take: (nowMs) => takeFrom(bucket, rate, nowMs),
    giveBack: () => void (bucket.tokens = Math.min(rate.burst, bucket.tokens + 1)),
  };
}

/**
 * A bucket for each caller. Of more than `most` the one that has been quiet for the longest is
 * forgotten: to be forgotten it must have waited while all others called.
 */
export function rateLimits(
  rate: Rate,
  most: number,
): { readonly take: (caller: string, nowMs: number) => Toll; readonly size: number } {
  const buckets = new Map<string, Bucket>();
  return {
    take(caller, nowMs) {
      const bucket = buckets.get(caller) ?? { tokens: rate.burst, atMs: nowMs };
      // A map keeps the order in which names came in: the first one has been quiet for the longest.
      buckets.delete(caller);
      buckets.set(caller, bucket);
      if (buckets.size > most) buckets.delete(buckets.keys().next().value ?? '');
      return takeFrom(bucket, rate, nowMs);
    },
    get size() {
      return buckets.size;
    },
  };
}

function takeFrom(bucket: Bucket, { burst, perSecond }: Rate, nowMs: number): Toll {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.tokens = Math.min(burst, bucket.tokens + (passedMs / 1_000) * perSecond);
  bucket.atMs = nowMs;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return { ok: true };
  }
  const waitSeconds = (1 - bucket.tokens) / perSecond;
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)) };
}
