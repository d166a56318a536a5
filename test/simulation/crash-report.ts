/** Role: every crash point of every story, told by several processes; the sum of it all. */
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import { Processes } from './batches.ts';
import type { Batch, BatchResult, Counted } from './crash-crew.ts';
import { allParts, firstPoints, singlePoints } from './crash-points.ts';
import type { Part } from './beginnings.ts';
import type { StoryName } from './stories.ts';

interface CrashReportOptions {
  readonly stories: readonly StoryName[];
  /** In which modes the stories are told. */
  readonly modes: readonly NylasMode[];
  /** Only each n-th pair; 0: none. */
  readonly pairsEvery: number;
  /** Processes. */
  readonly workers: number;
  readonly progress: (line: string) => void;
}

interface CrashReport {
  /** Each once for each mode. */
  readonly points: number;
  readonly pairs: number;
  /** Stories that were told for them: one telling stands for all modes in which it would be the same. */
  readonly told: number;
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
    const sum: Sum = { points: 0, pairs: 0, told: 0, failed: [] };
    const courses = await countedCourses(crew, options, sum);
    const { pairsEvery } = options;
    const batches = [
      ...courses.flatMap(singleBatches),
      ...(pairsEvery > 0 ? courses.flatMap((one) => pairBatches(one, pairsEvery)) : []),
    ];
    const leftOf = remaining(batches);
    const count = meter(batches.length, startMs);
    await crew.shareOut(batches, (batch, result) => {
      sum[batch.kind === 'pairs' ? 'pairs' : 'points'] += result.points;
      sum.told += result.told;
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
  told: number;
  readonly failed: string[];
}

/** A story, and modes in which it goes the same way. */
interface Course extends Counted {
  readonly part: Part;
}

/** Counts the writes of all stories. One that fails by itself has none. */
async function countedCourses(
  crew: Crew,
  { stories, modes }: CrashReportOptions,
  sum: Sum,
): Promise<readonly Course[]> {
  const all: Course[] = [];
  const batches = allParts(stories).map((part): Batch => ({ kind: 'count', part, modes }));
  await crew.shareOut(batches, ({ part }, { counted, told, failed }) => {
    all.push(...counted.map((one) => ({ ...one, part })));
    sum.told += told;
    sum.failed.push(...failed);
  });
  return all;
}

function singleBatches({ part, modes, writes }: Course): readonly Batch[] {
  const points = singlePoints(writes);
  return Array.from({ length: Math.ceil(points.length / batchSize) }, (_, index): Batch => ({
    kind: 'singles',
    part,
    modes,
    points: points.slice(index * batchSize, (index + 1) * batchSize),
  }));
}

function pairBatches({ part, modes, writes }: Course, every: number): readonly Batch[] {
  return firstPoints(writes).map((first): Batch => ({ kind: 'pairs', part, modes, first, every }));
}

/** Tells how far all has come, each time that a batch has ended. */
function meter(all: number, startMs: number): (sum: Sum) => string {
  let ended = 0;
  return ({ points, pairs, told, failed }) => {
    ended += 1;
    const share = Math.floor((100 * ended) / all);
    const minutes = Math.round((performance.now() - startMs) / 60_000);
    return `${share} % after ${minutes} min: ${points} points, ${pairs} pairs by ${told} stories, ${failed.length} failed`;
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

function titleOf({ kind, part }: Batch): string {
  return `${kind} of ${part.story}, ${part.audience}`;
}
