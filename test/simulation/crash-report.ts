/** Role: every crash point of every story, told by several processes; the sum of it all. */
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import { Processes } from './batches.ts';
import type { Batch, BatchResult } from './crash-crew.ts';
import { allCastings, firstPoints, singlePoints } from './crash-points.ts';
import type { Casting } from './crash-run.ts';
import { modeName } from './modes.ts';
import type { StoryName } from './stories.ts';

interface CrashReportOptions {
  readonly stories: readonly StoryName[];
  /** In which modes single points are tried. */
  readonly modes: readonly NylasMode[];
  /** Only each n-th pair; 0: none. */
  readonly pairsEvery: number;
  readonly pairModes: readonly NylasMode[];
  /** Processes. */
  readonly workers: number;
  readonly progress: (line: string) => void;
}

interface CrashReport {
  readonly points: number;
  readonly pairs: number;
  /** One line a failure: story, audience, mode, mishaps, and what is wrong. */
  readonly failed: readonly string[];
  readonly durationMs: number;
}

/** Stories in one message to a process: enough to hide the message, few enough to share out evenly. */
const batchSize = 25;

const member = new URL('crash-crew.ts', import.meta.url);

/**
 * Tells all stories, with a mishap at each point, and at each pair of points.
 * @throws Error when a process of the crew fails: a defect of the simulation itself.
 */
export async function crashPointReport(options: CrashReportOptions): Promise<CrashReport> {
  const startMs = performance.now();
  const { workers } = options;
  const crew: Crew = new Processes(member, { workers, titleOf });
  try {
    const sum: Sum = { points: 0, pairs: 0, failed: [] };
    const { stories, pairsEvery } = options;
    const singles = await counted(crew, allCastings(options.modes, stories), sum);
    const paired =
      pairsEvery > 0 ? await counted(crew, allCastings(options.pairModes, stories), sum) : [];
    const batches = [
      ...singles.flatMap(singleBatches),
      ...paired.flatMap((one) => pairBatches(one, pairsEvery)),
    ];
    const leftOf = remaining(batches);
    const count = meter(batches.length, startMs);
    await crew.shareOut(batches, (batch, result) => {
      sum[batch.kind === 'pairs' ? 'pairs' : 'points'] += result.told;
      sum.failed.push(...result.failed);
      const progress = count(sum);
      if (leftOf(batch) === 0) options.progress(`${progress}; ${titleOf(batch)}: done`);
      for (const line of result.failed) options.progress(line);
    });
    const failed = [...new Set(sum.failed)];
    return { ...sum, failed, durationMs: Math.round(performance.now() - startMs) };
  } finally {
    crew.end();
  }
}

type Crew = Processes<Batch, BatchResult>;

interface Sum {
  points: number;
  pairs: number;
  readonly failed: string[];
}

/** A story, and how many writes it has when all goes well. */
interface Counted {
  readonly casting: Casting;
  readonly writes: number;
}

/** Counts the writes of all stories. One that fails by itself has none. */
async function counted(
  crew: Crew,
  castings: readonly Casting[],
  sum: Sum,
): Promise<readonly Counted[]> {
  const all: Counted[] = [];
  const batches = castings.map((casting): Batch => ({ kind: 'count', casting }));
  await crew.shareOut(batches, ({ casting }, { writes, failed }) => {
    all.push({ casting, writes });
    sum.failed.push(...failed);
  });
  return all;
}

function singleBatches({ casting, writes }: Counted): readonly Batch[] {
  const points = singlePoints(writes);
  return Array.from({ length: Math.ceil(points.length / batchSize) }, (_, index): Batch => ({
    kind: 'singles',
    casting,
    points: points.slice(index * batchSize, (index + 1) * batchSize),
  }));
}

function pairBatches({ casting, writes }: Counted, every: number): readonly Batch[] {
  return firstPoints(writes).map((first): Batch => ({ kind: 'pairs', casting, first, every }));
}

/** Tells how far all has come, each time that a batch has ended. */
function meter(all: number, startMs: number): (sum: Sum) => string {
  let ended = 0;
  return ({ points, pairs, failed }) => {
    ended += 1;
    const share = Math.floor((100 * ended) / all);
    const minutes = Math.round((performance.now() - startMs) / 60_000);
    return `${share} % after ${minutes} min: ${points} points, ${pairs} pairs, ${failed.length} failed`;
  };
}

/** Takes note of a batch that has ended; tells how many of its kind and story are left. */
function remaining(batches: readonly Batch[]): (batch: Batch) => number {
  const left = new Map<string, number>();
  for (const batch of batches) left.set(titleOf(batch), (left.get(titleOf(batch)) ?? 0) + 1);
  return (batch) => {
    const now = (left.get(titleOf(batch)) ?? 0) - 1;
    left.set(titleOf(batch), now);
    return now;
  };
}

function titleOf({ kind, casting }: Batch): string {
  return `${kind} of ${casting.story}, ${casting.audience}, ${modeName(casting.mode)}`;
}
