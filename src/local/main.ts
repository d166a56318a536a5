/** `npm start`: the whole product on one machine, before your eyes. */
import { complain } from './complain.ts';
import { help, readOptions } from './options.ts';

async function main(args: readonly string[]): Promise<number> {
  const read = readOptions(args);
  if (read.kind === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (read.kind === 'wrong') return complain(read.message);
  // All else takes most of a second to load, and who has mistyped an option need not wait for it.
  const { run } = await import('./run.ts');
  return run(read.options);
}

process.exit(await main(process.argv.slice(2)));
