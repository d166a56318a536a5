/** Role: runs seeds on several processes, each seed in one of them; the order of results is theirs. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task } from './crew-member.ts';
import type { RunResult } from './run.ts';

export interface CrewOptions {
  readonly workers: number;
  /** A bug to plant in every process. */
  readonly sabotage?: string;
  /** Told of each result; `true` ends the work early. */
  readonly finished: (result: RunResult) => boolean;
}

const member = fileURLToPath(new URL('crew-member.ts', import.meta.url));

/**
 * Runs all tasks.
 * @throws Error when a process fails: a defect of the simulation itself.
 */
export async function runMany(tasks: Iterable<Task>, options: CrewOptions): Promise<void> {
  const waiting = tasks[Symbol.iterator]();
  let isOver = false;

  function next(): Task | undefined {
    const { value, done } = isOver ? { value: undefined, done: true } : waiting.next();
    return done === true ? undefined : value;
  }

  async function work(): Promise<void> {
    const child = fork(member, options.sabotage === undefined ? [] : [options.sabotage], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Most of what is allocated is dead soon: a large nursery halves the cost of collecting it.
      execArgv: ['--max-semi-space-size=64'],
    });
    try {
      for (let task = next(); task; task = next()) {
        if (options.finished(await asked(child, task))) isOver = true;
      }
    } finally {
      child.disconnect();
    }
  }

  await Promise.all(Array.from({ length: options.workers }, work));
}

function asked(child: ChildProcess, task: Task): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`seed ${task.seed}: the process ended with ${code ?? 'a signal'}`));
    child.once('exit', ended);
    child.once('message', (result) => {
      child.off('exit', ended);
      resolve(result as RunResult);
    });
    child.send(task);
  });
}
