/** Role: every kind of mishap and deed that there is, so that one that is never drawn is seen. */
import { budgetKinds } from './budgets.ts';
import { deedKinds } from './people.ts';
import { storageKinds } from './storage.ts';
import { networkKinds } from './wire.ts';

/** Processes that die or sleep, and messages that come again. */
const otherKinds = [
  'death-before-send',
  'death-after-send',
  'death-at-storage',
  'sleep-before-send',
  'sleep-at-storage',
  'message-twice',
  'message-late',
] as const;

/** All kinds, as a run counts them. */
export const mishapKinds: readonly string[] = [
  ...networkKinds,
  ...budgetKinds,
  ...storageKinds,
  ...otherKinds,
  ...deedKinds,
].toSorted();

/** Kinds that a run, or many, have not met. */
export function neverDrawn(faults: Readonly<Record<string, number>>): readonly string[] {
  return mishapKinds.filter((kind) => (faults[kind] ?? 0) === 0);
}
