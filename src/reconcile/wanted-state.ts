/**
 * The wished state of a deployed Keeper: the file that came with the code, or, when that is faulty,
 * the last good one. A fault in the file raises the alarm and stops nothing.
 */
import { sha256 } from '../audit/canonical.ts';
import type { Cloud } from '../config/cloud.ts';
import { describeErrors, type FileError } from '../config/finding.ts';
import { parseDesired } from '../config/desired-file.ts';
import type { Desired } from '../core/desired.ts';
import type { Result } from '../core/fault.ts';
import type { Done, Log } from './world.ts';

export interface WantedState {
  readonly desired: Desired;
  /** What is wrong with the deployed file; empty when it is the one in use. */
  readonly errors: readonly FileError[];
}

/** The last good file. */
export interface LastGood {
  read(): Promise<Result<string | undefined>>;
  write(text: string): Promise<Result<Done>>;
}

/**
 * The state that this text wishes for, else that of the last good one, which it becomes.
 * @throws Error when the text is faulty and no good one is known: there is nothing to run on.
 */
export async function wantedState(
  text: string,
  lastGood: LastGood,
  { log, cloud }: { readonly log: Log; readonly cloud?: Cloud | undefined },
): Promise<WantedState> {
  const parsed = parseDesired(text, sha256(text), cloud);
  if (parsed.ok) {
    await keep(text, lastGood, log);
    return { desired: parsed.desired, errors: [] };
  }
  const told = describeErrors('keeper.yaml', parsed.errors);
  log.error('keeper.yaml is faulty; running on the last good one', {
    errors: parsed.errors.length,
    first: told.split('\n')[0] ?? '',
  });
  const before = await lastGood.read();
  const kept = before.ok ? before.value : undefined;
  const good = kept === undefined ? undefined : parseDesired(kept, sha256(kept), cloud);
  if (!good?.ok) throw new Error(`keeper.yaml is faulty, and no good one is known:\n${told}`);
  return { desired: good.desired, errors: parsed.errors };
}

async function keep(text: string, lastGood: LastGood, log: Log): Promise<void> {
  const before = await lastGood.read();
  if (before.ok && before.value === text) return;
  const written = await lastGood.write(text);
  if (!written.ok) log.warn('last good keeper.yaml was not kept', { fault: written.fault.kind });
}
