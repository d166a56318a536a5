/** The command line: which command. A bad argument is told in one line. */
import type { Command, CommandLine } from './command-line.ts';
import { help } from './help.ts';
import { exit, UsageError } from './terminal.ts';

/**
 * All commands. Each is loaded when it is asked for: what one needs is not to make another slower.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  audit: async () => (await import('./audit.ts')).audit,
  config: async () => (await import('./config.ts')).config,
  plan: async () => (await import('./plan.ts')).plan,
  apply: async () => (await import('./apply.ts')).apply,
  status: async () => (await import('./status.ts')).status,
  rotate: async () => (await import('./rotate.ts')).rotate,
  retire: async () => (await import('./rotate.ts')).retire,
  freeze: async () => (await import('./rotate.ts')).freeze,
  thaw: async () => (await import('./rotate.ts')).thaw,
  resync: async () => (await import('./rotate.ts')).resync,
  doctor: async () => (await import('./doctor.ts')).doctor,
  version: async () => version,
  help: async () => printHelp,
};

/** Runs one command. Gives the exit code: 0 fine, 1 something is wrong, 2 usage, 3 cannot be told. */
export async function runCommand(line: CommandLine, args: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = args;
    const command = await commandNamed(name);
    return await command(line, rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    line.terminal.err(`keeper: ${error.message}\n`);
    return exit.usage;
  }
}

async function commandNamed(name: string | undefined): Promise<Command> {
  if (name === '--help' || name === '-h') return printHelp;
  const load = Object.hasOwn(commands, name ?? '') ? commands[name ?? ''] : undefined;
  if (load) return load();
  if (name === undefined) throw new UsageError('Say what to do. Run keeper --help.');
  throw new UsageError(
    name.startsWith('-')
      ? 'The command comes first, its options after it. Run keeper --help.'
      : `${name}: no such command. Run keeper --help.`,
  );
}

async function version({ terminal, build }: CommandLine): Promise<number> {
  terminal.out(`keeper ${await build()}\n`);
  return exit.fine;
}

async function printHelp({ terminal }: CommandLine): Promise<number> {
  terminal.out(help);
  return exit.fine;
}
