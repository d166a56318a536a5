/** Role: one process of the crew: runs the seeds that it is sent, with a planted bug if so told. */
import { modesNamed } from './modes.ts';
import type { RunOptions } from './run.ts';
import { plant } from './sabotage.ts';

/** What a member of the crew is sent: a run, its modes by name. */
export type Task = Omit<RunOptions, 'modes'> & { readonly mode: string };

const sabotage = process.argv[2];
if (sabotage !== undefined) plant(sabotage);
// Loaded only now, so that a planted bug is in what is loaded.
const { runSeed } = await import('./run.ts');

process.on('message', (task: Task) => {
  void answer(task);
});
process.on('disconnect', () => process.exit(0));

async function answer({ mode, ...options }: Task): Promise<void> {
  const modes = modesNamed(mode) ?? [];
  process.send?.(await runSeed({ ...options, modes }));
}
