/** Role: one process of the crew that tells the stories: it is sent batches, and answers each. */
import type { MishapPoint } from '../support/interposed-world.ts';
import { pairsFrom } from './crash-points.ts';
import { tell, type Casting, type Telling } from './crash-run.ts';

/** What a member of the crew is sent. */
export type Batch =
  /** The story without a mishap, to know its writes. */
  | { readonly kind: 'count'; readonly casting: Casting }
  | { readonly kind: 'singles'; readonly casting: Casting; readonly points: readonly MishapPoint[] }
  /** The pairs that begin with this point. */
  | {
      readonly kind: 'pairs';
      readonly casting: Casting;
      readonly first: MishapPoint;
      readonly every: number;
    };

export interface BatchResult {
  /** Writes of the story; of a batch of kind `count` alone. */
  readonly writes: number;
  /** Stories told for their own sake. */
  readonly told: number;
  readonly failed: readonly string[];
}

process.on('message', (batch: Batch) => {
  void answer(batch);
});
process.on('disconnect', () => process.exit(0));

async function answer(batch: Batch): Promise<void> {
  process.send?.(await carryOut(batch));
}

async function carryOut(batch: Batch): Promise<BatchResult> {
  const { casting } = batch;
  if (batch.kind === 'singles') {
    const lists = batch.points.map((one) => [one]);
    return tellAll(casting, lists);
  }
  const opening = await tryTelling(casting, batch.kind === 'count' ? [] : [batch.first]);
  // Among the singles' failures too, where this mode's single points are told; the report counts it once.
  if (typeof opening === 'string') return { writes: 0, told: 0, failed: [opening] };
  if (batch.kind === 'count') {
    return { writes: opening.writes, told: 0, failed: [] };
  }
  const { first, every } = batch;
  return tellAll(casting, pairsFrom(first, { following: opening.writes - first.nth, every }));
}

async function tellAll(
  casting: Casting,
  lists: readonly (readonly MishapPoint[])[],
): Promise<BatchResult> {
  const failed: string[] = [];
  for (const points of lists) {
    const telling = await tryTelling(casting, points);
    if (typeof telling === 'string') failed.push(telling);
  }
  return { writes: 0, told: lists.length, failed };
}

async function tryTelling(
  casting: Casting,
  points: readonly MishapPoint[],
): Promise<Telling | string> {
  try {
    return await tell(casting, points);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
