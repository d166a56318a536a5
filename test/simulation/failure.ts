/** Role: what a person is told of a failing seed: the fewest mishaps, the command, and who held what. */
import { runMany } from './crew.ts';
import type { Task } from './crew-member.ts';
import type { RunResult } from './run.ts';

export interface Failure {
  readonly seed: number;
  /** The fewest mishaps with which it still fails. */
  readonly mishaps: number;
  readonly command: string;
  readonly law: string;
  readonly at: string;
  readonly detail: string;
  readonly registration?: string;
  /** What each party held, and the last entries of the chain. */
  readonly parties: readonly string[];
  /** The last lines of the log. */
  readonly tail: readonly string[];
}

/** Lines of the log that are shown. */
const shown = 40;

/**
 * Finds the shortest prefix of mishaps that still fails, by halving: as if a prefix failed wherever a
 * shorter one does.
 */
export async function describeFailure(
  task: Task,
  failed: RunResult,
  sabotage?: string,
): Promise<Failure> {
  const run = (mishaps: number): Promise<RunResult> =>
    runOne({ ...task, mishaps, keep: shown }, sabotage);
  let shortest = await run(failed.mishaps);
  let from = 0;
  let to = failed.mishaps;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const result = await run(middle);
    if (result.violation) {
      to = Math.min(middle, result.mishaps);
      shortest = result;
    } else {
      from = middle + 1;
    }
  }
  // One that does not fail again is told as it was seen.
  const told = shortest.violation ? shortest : failed;
  const { violation } = told;
  return {
    seed: task.seed,
    mishaps: to,
    command: commandOf({ ...task, mishaps: to }, sabotage),
    law: violation?.law ?? 'unknown',
    at: new Date(violation?.at ?? 0).toISOString(),
    detail: `${violation?.detail ?? ''}${shortest.violation ? '' : ' (and not again when run a second time)'}`,
    ...(violation?.key === undefined ? {} : { registration: violation.key }),
    parties: told.parties ?? [],
    tail: told.tail,
  };
}

async function runOne(task: Task, sabotage: string | undefined): Promise<RunResult> {
  let found: RunResult | undefined;
  await runMany([task], {
    workers: 1,
    ...(sabotage === undefined ? {} : { sabotage }),
    finished(result) {
      found = result;
      return true;
    },
  });
  if (!found) throw new Error('The crew gave no result');
  return found;
}

function commandOf(task: Task, sabotage: string | undefined): string {
  const parts = [
    `--seed ${task.seed}`,
    `--mishaps ${task.mishaps ?? 0}`,
    `--registrations ${task.registrations}`,
    `--years ${task.years}`,
    `--mode ${task.mode}`,
    ...(sabotage === undefined ? [] : [`--sabotage ${sabotage}`]),
  ];
  return `npm run -s simulate -- ${parts.join(' ')}`;
}

/** The same for people. */
export function failureLines(failure: Failure): readonly string[] {
  return [
    `seed ${failure.seed} breaks ${failure.law} at ${failure.at}: ${failure.detail}`,
    `shortest: ${failure.mishaps} mishaps`,
    `again: ${failure.command}`,
    'what each party held:',
    ...failure.parties.map((line) => `  ${line}`),
    'the last lines of the log:',
    ...failure.tail.map((line) => `  ${line}`),
  ];
}
