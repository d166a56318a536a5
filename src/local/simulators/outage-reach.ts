/**
 * Role: remembers for how long at a stretch the vendors were reachable, so that an outage of a
 * vendor at the end does not excuse the time before, when everything was reachable.
 */

/** A time during which every vendor could be reached without a break. Epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The memory. */
export interface Reachability {
  /** Looks at `at`; to be called before reachability changes and before each judgement. */
  observe(at: number): void;
  /** The stretches seen, oldest first; ended ones only where they are worth keeping. */
  stretches(): readonly Stretch[];
  /** Was it reachable at `at`, and for at least so long? */
  isReachable(at: number, forMs: number): boolean;
}

/** A memory over an injected truth; forgets ended stretches shorter than `worthMs`. */
export function reachability(
  reachableSince: (at: number) => number | undefined,
  worthMs: number,
): Reachability {
  const seen: { from: number; to: number }[] = [];

  function observe(at: number): void {
    const from = reachableSince(at);
    if (from === undefined) return;
    const last = seen.at(-1);
    if (last?.from === from) {
      last.to = Math.max(last.to, at);
      return;
    }
    if (last !== undefined && last.to - last.from < worthMs) seen.pop();
    seen.push({ from, to: at });
  }

  function isReachable(at: number, forMs: number): boolean {
    const since = reachableSince(at);
    return since !== undefined && at - since >= forMs;
  }

  return { observe, isReachable, stretches: () => seen };
}
