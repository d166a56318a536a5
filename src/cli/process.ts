/** The command line as a process: its arguments, its streams, its exit code. */
import { runCommand } from './main.ts';
import type { LogOpeners, OpenLog } from './log-place.ts';
import { UsageError, type Terminal } from './terminal.ts';

const terminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  hasColour: process.stdout.isTTY && !process.env['NO_COLOR'],
};

/** The log that the settings name. @throws UsageError */
export async function openLive(): Promise<OpenLog> {
  // Loaded when needed: to check a folder, no cloud library is.
  const { composeLog, SettingsAreWrong } = await import('../live.ts');
  try {
    return composeLog();
  } catch (error) {
    if (error instanceof SettingsAreWrong) {
      throw new UsageError(
        `no log is named. Give --folder or --data, or set where it is:\n${error.message}`,
      );
    }
    throw error;
  }
}

// Whoever reads may have enough: `keeper audit show … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** Runs what the arguments ask for, and sets the exit code. */
export async function runKeeper(openers: LogOpeners): Promise<void> {
  process.exitCode = await runCommand(
    {
      terminal,
      openers,
      build: async () => (await import('../live.ts')).builtAs,
      now: () => Date.now(),
    },
    process.argv.slice(2),
  );
}
