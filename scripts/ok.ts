/**
 * Role: the command `npm run ok`, the whole gate. Runs every step even after a failure, one line
 * each, and shows a step's output only when it failed. The last line counts the tests.
 */
import { spawnSync } from 'node:child_process';

/** A step's name and its command line. */
type Step = readonly [name: string, command: string, ...args: string[]];

const steps: readonly Step[] = [
  ['format', 'npm', 'run', '--silent', 'format:check'],
  ['lint', 'npm', 'run', '--silent', 'lint'],
  ['types', 'npm', 'run', '--silent', 'types'],
  ['unused', 'npm', 'run', '--silent', 'unused'],
  ['build', 'npm', 'run', '--silent', 'build'],
  ['tests', 'vitest', 'run'],
];

const failed: string[] = [];
let output = '';

for (const [name, command, ...args] of steps) {
  const startedAt = performance.now();
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 256e6 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  const passed = result.status === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} ${seconds} s`);
  if (passed) continue;
  failed.push(name);
  console.log(result.error === undefined ? output : result.error.message);
}

if (failed.length > 0) {
  console.log(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

// The tests come last, so this is their output; without a count they never began.
const counts = output.match(/^\d+ passed, \d+ failed(?:, \d+ skipped)?$/gmu)?.at(-1);
console.log(counts ?? '0 passed, 0 failed');
