/** `keeper config`: its one command, and what it takes. */
import type { CommandLine } from './command-line.ts';
import { readCloud } from '../config/settings.ts';
import { configCheck } from './config-check.ts';
import { configHelp } from './help.ts';
import { commonOptions, noMoreThan, readArguments } from './options.ts';
import { exit, UsageError } from './terminal.ts';

/** Runs it. Gives the exit code. @throws UsageError */
export async function config({ terminal }: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('config', args, commonOptions);
  if (values.help === true) {
    terminal.out(configHelp);
    return exit.fine;
  }
  const [what, file = 'keeper.yaml'] = positionals;
  if (what !== 'check') throw new UsageError('config: the one command is config check [FILE].');
  noMoreThan('config check', positionals, 2);
  return configCheck(terminal, {
    file,
    json: values.json === true,
    cloud: readCloud(process.env),
  });
}
