/** Role: one process of the crew that tells the stories: it is sent batches, and answers each. */
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { MishapPoint } from '../support/interposed-world.ts';
import { pairsFrom } from './crash-points.ts';
import { failuresOf, readings } from './crash-readings.ts';
import type { Telling } from './crash-run.ts';
import type { Part } from './beginnings.ts';

/** What a member of the crew is sent: a story for somebody, and in which modes it is wanted. */
export type Batch = { readonly part: Part; readonly modes: readonly NylasMode[] } & (
  | {
      /** The story without a mishap, to know its writes. */
      readonly kind: 'count';
    }
  | {
      /** In modes in which it goes the same way without a mishap. */
      readonly kind: 'singles';
      readonly points: readonly MishapPoint[];
    }
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
  /** Stories that had to be told for them, openings among them. */
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
  const openings = await readings(part, batch.kind === 'pairs' ? [batch.first] : [], { modes });
  const begun = openings.flatMap(({ modes: same, end }) =>
    typeof end === 'string' ? [] : [{ modes: same, after: end }],
  );
  const told = await toldAll(
    part,
    begun.map((opening) => ({ ...opening, lists: listsOf(batch, opening.after) })),
  );
  // Those of single points are told for their own sake too; the report counts each failure once.
  const failed = [...failuresOf(openings), ...told.failed];
  const all = { ...told, told: openings.length + told.told, failed };
  if (batch.kind !== 'count') return all;
  return {
    ...all,
    counted: begun.map(({ modes: same, after }) => ({ modes: same, writes: after.writes })),
  };
}

/** The mishaps that a batch wants told, each list in a story of its own. */
function listsOf(batch: Batch, { writes }: Telling): readonly (readonly MishapPoint[])[] {
  if (batch.kind === 'count') return [];
  if (batch.kind === 'singles') return batch.points.map((one) => [one]);
  const { first, every } = batch;
  return pairsFrom(first, { following: writes - first.nth, every });
}

/** Lists of mishaps, the modes in which each is wanted, and what they are told after. */
interface Wanted {
  readonly modes: readonly NylasMode[];
  readonly after: Telling;
  readonly lists: readonly (readonly MishapPoint[])[];
}

async function toldAll(part: Part, wanted: readonly Wanted[]): Promise<BatchResult> {
  const failed: string[] = [];
  let points = 0;
  let told = 0;
  for (const { lists, ...more } of wanted) {
    for (const list of lists) {
      const ends = await readings(part, list, more);
      points += more.modes.length;
      told += ends.length;
      failed.push(...failuresOf(ends));
    }
  }
  return { counted: [], points, told, failed };
}
