/** Role: one process of the crew that tells the stories: it is sent batches, and answers each. */
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { MishapPoint } from '../support/interposed-world.ts';
import { pairsFrom } from './crash-points.ts';
import { readings } from './crash-readings.ts';
import type { Part } from './beginnings.ts';

/** What a member of the crew is sent: a story for somebody, and in which modes it is wanted. */
export type Batch = { readonly part: Part; readonly modes: readonly NylasMode[] } & (
  | {
      /** The story without a mishap, to know its writes. */
      readonly kind: 'count';
    }
  | { readonly kind: 'singles'; readonly points: readonly MishapPoint[] }
  | {
      /** The pairs that begin with this point. */
      readonly kind: 'pairs';
      readonly first: MishapPoint;
      readonly every: number;
    }
);

export interface BatchResult {
  /** Of a batch of kind `count` alone: modes in which the story goes the same way, and its writes. */
  readonly counted: readonly Counted[];
  /** Points or pairs, each once for each mode. */
  readonly points: number;
  /** Stories that had to be told for them. */
  readonly told: number;
  readonly failed: readonly string[];
}

/** Modes in which a story has so many writes, and each of them at the same place. */
export interface Counted {
  readonly modes: readonly NylasMode[];
  readonly writes: number;
}

process.on('message', (batch: Batch) => {
  void answer(batch);
});
process.on('disconnect', () => process.exit(0));

async function answer(batch: Batch): Promise<void> {
  process.send?.(await carryOut(batch));
}

async function carryOut(batch: Batch): Promise<BatchResult> {
  const { part, modes } = batch;
  if (batch.kind === 'singles') {
    const lists = batch.points.map((one) => [one]);
    return toldAll(part, [{ modes, lists }]);
  }
  const openings = await readings(part, batch.kind === 'count' ? [] : [batch.first], modes);
  const counted = openings.flatMap(({ modes: same, end }) =>
    typeof end === 'string' ? [] : [{ modes: same, writes: end.writes }],
  );
  // Among the singles' failures too, where they are told in this mode; the report counts it once.
  const failed = openings.flatMap(({ end }) => (typeof end === 'string' ? [end] : []));
  if (batch.kind === 'count') return { counted, points: 0, told: 0, failed };
  const { first, every } = batch;
  const pairs = await toldAll(
    part,
    counted.map(({ modes: same, writes }) => ({
      modes: same,
      lists: pairsFrom(first, { following: writes - first.nth, every }),
    })),
  );
  return { ...pairs, failed: [...failed, ...pairs.failed] };
}

/** Lists of mishaps, and the modes in which each is wanted. */
interface Wanted {
  readonly modes: readonly NylasMode[];
  readonly lists: readonly (readonly MishapPoint[])[];
}

async function toldAll(part: Part, wanted: readonly Wanted[]): Promise<BatchResult> {
  const failed: string[] = [];
  let points = 0;
  let told = 0;
  for (const { modes, lists } of wanted) {
    for (const list of lists) {
      const ends = await readings(part, list, modes);
      points += modes.length;
      told += ends.length;
      failed.push(...ends.flatMap(({ end }) => (typeof end === 'string' ? [end] : [])));
    }
  }
  return { counted: [], points, told, failed };
}
