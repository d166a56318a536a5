/** Role: shares batches of work out among processes, which answer each batch with a result. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface ProcessesOptions<Batch> {
  /** How many. */
  readonly workers: number;
  /** What an error calls a batch. */
  readonly titleOf: (batch: Batch) => string;
}

/** Processes of one program. To be ended when all is done. */
export class Processes<Batch extends object, Result> {
  readonly #children: readonly ChildProcess[];
  readonly #titleOf: (batch: Batch) => string;

  constructor(program: URL, { workers, titleOf }: ProcessesOptions<Batch>) {
    this.#titleOf = titleOf;
    this.#children = Array.from({ length: workers }, () =>
      fork(fileURLToPath(program), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  /**
   * Each process takes the next batch when it has ended one.
   * @throws Error when a process fails: a defect of the simulation itself.
   */
  async shareOut(
    batches: readonly Batch[],
    ended: (batch: Batch, result: Result) => void,
  ): Promise<void> {
    const waiting = batches[Symbol.iterator]();
    const work = async (child: ChildProcess): Promise<void> => {
      for (const batch of waiting) ended(batch, await this.#asked(child, batch));
    };
    await Promise.all(this.#children.map(work));
  }

  end(): void {
    for (const child of this.#children) if (child.connected) child.disconnect();
  }

  #asked(child: ChildProcess, batch: Batch): Promise<Result> {
    return new Promise((resolve, reject) => {
      const exited = (code: number | null): void =>
        reject(new Error(`${this.#titleOf(batch)}: the process ended with ${code ?? 'a signal'}`));
      child.once('exit', exited);
      child.once('message', (result) => {
        child.off('exit', exited);
        resolve(result as Result);
      });
      child.send(batch);
    });
  }
}
