/**
 * Role: remembers what kept Keeper from its work, for whom and for how long, whoever was to blame.
 * The account of outages asks it: what Keeper could have done is charged, what it could not is not.
 */
import type { Kernel } from './kernel.ts';

/** `push`: a proven credential cannot be put into connectors. `issue`: none can be made. */
export type Blocks = 'push' | 'issue' | 'both';

interface Obstacle {
  readonly kind: string;
  /** Keys of registrations; undefined: all. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly blocks: Blocks;
  readonly from: number;
  to: number | undefined;
}

export interface Obstacles {
  /** Begins; call the result when it is over. */
  begin(kind: string, blocks: Blocks, keys?: readonly string[]): () => void;
  /** Since when nothing has kept it from this; undefined while something does. */
  freeSince(key: string, blocks: Exclude<Blocks, 'both'>, at: number): number | undefined;
  /** Milliseconds within a stretch during which nothing kept it from this. */
  freeMs(key: string, blocks: Exclude<Blocks, 'both'>, from: number, to: number): number;
  readonly open: readonly string[];
}

/** No obstacles yet. */
export function obstacleBook(kernel: Pick<Kernel, 'now'>, startAt: number): Obstacles {
  const all: Obstacle[] = [];

  function concerning(key: string, blocks: Blocks): readonly Obstacle[] {
    return all.filter(
      (one) =>
        (one.keys === undefined || one.keys.has(key)) &&
        (one.blocks === 'both' || one.blocks === blocks),
    );
  }

  return {
    begin(kind, blocks, keys) {
      const one: Obstacle = {
        kind,
        keys: keys && new Set(keys),
        blocks,
        from: kernel.now(),
        to: undefined,
      };
      all.push(one);
      return () => {
        one.to ??= kernel.now();
      };
    },
    freeSince(key, blocks, at) {
      let since = startAt;
      for (const { from, to } of concerning(key, blocks)) {
        if (from > at) continue;
        if (to === undefined || to > at) return undefined;
        since = Math.max(since, to);
      }
      return since;
    },
    freeMs(key, blocks, from, to) {
      const cuts = concerning(key, blocks)
        .map((one) => [Math.max(from, one.from), Math.min(to, one.to ?? to)] as const)
        .filter(([start, end]) => start < end)
        .toSorted(([one], [other]) => one - other);
      let free = 0;
      let at = from;
      for (const [start, end] of cuts) {
        if (start > at) free += start - at;
        at = Math.max(at, end);
      }
      return free + Math.max(0, to - at);
    },
    get open() {
      return all.filter((one) => one.to === undefined).map((one) => one.kind);
    },
  };
}
