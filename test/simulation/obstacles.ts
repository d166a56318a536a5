/**
 * Role: remembers what kept Keeper from its work, for whom and for how long, whoever was to blame.
 * The account of outages asks it: what Keeper could have done is charged, what it could not is not.
 */
import type { Kernel } from './kernel.ts';

export type Work =
  /** Putting a stored credential into connectors. */
  | 'push'
  /** Making a new one. */
  | 'issue'
  /** Noticing that somebody removed one in the directory. */
  | 'see';

interface Obstacle {
  readonly kind: string;
  /** Keys of registrations; undefined: all. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly blocks: ReadonlySet<Work>;
  readonly from: number;
  to: number | undefined;
}

export interface Obstacles {
  /** Begins; call the result when it is over. */
  begin(kind: string, blocks: readonly Work[], keys?: readonly string[]): () => void;
  /** Since when nothing has kept it from this; undefined while something does. */
  freeSince(key: string, work: Work, at: number): number | undefined;
  /** Milliseconds within a stretch during which nothing kept it from this. */
  freeMs(key: string, work: Work, from: number, to: number): number;
  readonly open: readonly string[];
}

/** No obstacles yet. */
export function obstacleBook(kernel: Pick<Kernel, 'now'>, startAt: number): Obstacles {
  const all: Obstacle[] = [];

  function concerning(key: string, work: Work): readonly Obstacle[] {
    return all.filter(
      (one) => (one.keys === undefined || one.keys.has(key)) && one.blocks.has(work),
    );
  }

  return {
    begin(kind, blocks, keys) {
      const one: Obstacle = {
        kind,
        keys: keys && new Set(keys),
        blocks: new Set(blocks),
        from: kernel.now(),
        to: undefined,
      };
      all.push(one);
      return () => {
        one.to ??= kernel.now();
      };
    },
    freeSince(key, work, at) {
      let since = startAt;
      for (const { from, to } of concerning(key, work)) {
        if (from > at) continue;
        if (to === undefined || to > at) return undefined;
        since = Math.max(since, to);
      }
      return since;
    },
    freeMs(key, work, from, to) {
      const cuts = concerning(key, work)
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
