/** Role: has a package started by the stand-in for Microsoft's worker, in a fresh process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Blocked, Started } from './worker.ts';

/** The app does not start, or starts and then falls over. */
export class PackageDoesNotStart extends Error {}

const limitMs = 120_000;

/**
 * Starts the package in a folder with these variables and no others, and waits for its end.
 * @throws PackageDoesNotStart
 */
export async function startPackage(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<Started> {
  const child = fork(join(import.meta.dirname, 'worker.ts'), [folder], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...variables },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: limitMs,
  });
  let answer: Started | Blocked | undefined;
  let output = '';
  child.on('message', (message: Started | Blocked) => (answer = message));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (answer !== undefined && 'blocked' in answer) throw new PackageDoesNotStart(answer.blocked);
  if (answer === undefined || code !== 0) {
    throw new PackageDoesNotStart(`the process ended with ${code}:\n${output}`);
  }
  return answer;
}
