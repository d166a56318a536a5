/** Role: one process of the crew that walks the states of the slots: it is sent batches, and answers each. */
import { dayMs } from '../support/tenant.ts';
import { walkState, type WalkResult } from './slots-walk.ts';
import { everySlotState, nameOf } from './slots.ts';

/** What a member of the crew is sent: where the states stand in the enumeration. */
export interface SlotBatch {
  readonly indices: readonly number[];
}

/** What is told of a walk. */
export type SlotResult = Pick<WalkResult, 'name' | 'asked' | 'faults' | 'passes' | 'wayOutMs'>;

/** Nobody helps for a week: what ends well by then has ended well by itself. */
const aloneMs = 7 * dayMs;

const states = everySlotState();

process.on('message', (batch: SlotBatch) => {
  void answer(batch);
});
process.on('disconnect', () => process.exit(0));

async function answer({ indices }: SlotBatch): Promise<void> {
  const results: SlotResult[] = [];
  for (const index of indices) results.push(await resultOf(index));
  process.send?.(results);
}

async function resultOf(index: number): Promise<SlotResult> {
  const state = states[index];
  if (!state) throw new Error(`There is no state ${index}`);
  try {
    const walked = await walkState(state, { aloneMs });
    const { name, asked, faults, passes, wayOutMs } = walked;
    return { name, asked, faults, passes, wayOutMs };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { name: nameOf(state), asked: [], faults: [fault], passes: 0, wayOutMs: 0 };
  }
}
