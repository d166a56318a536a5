/** The command line as a process: its arguments, its streams, its exit code. */
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from './main.ts';
import type { OpenVisit, VisitOpeners } from './doctor-place.ts';
import type { LogOpeners, OpenLog } from './log-place.ts';
import { UsageError, type Terminal } from './terminal.ts';
import type { OpenWorld, WorldOpeners, WorldPlace } from './world-place.ts';

const terminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  hasColour: process.stdout.isTTY && !process.env['NO_COLOR'],
};

/** Asks on stderr: stdout is for the answer alone. */
async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // No more input is no yes.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(question), ended]);
  lines.close();
  return answer.trim().toLowerCase() === 'yes';
}

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

/** The world that the settings name. @throws UsageError */
export async function openLiveWorld(place: WorldPlace): Promise<OpenWorld> {
  const { openNamedWorld } = await import('./world-live.ts');
  return openNamedWorld(place);
}

/** A visit to the Keeper that the settings name. @throws UsageError */
export async function openLiveVisit(place: WorldPlace): Promise<OpenVisit> {
  const { openLiveVisit: open } = await import('./doctor-live.ts');
  return open(place);
}

// Whoever reads may have enough: `keeper audit show … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** Runs what the arguments ask for, and sets the exit code. */
export async function runKeeper(openers: {
  readonly logs: LogOpeners;
  readonly worlds: WorldOpeners;
  readonly visits?: VisitOpeners;
}): Promise<void> {
  process.exitCode = await runCommand(
    {
      terminal,
      openers: openers.logs,
      worlds: openers.worlds,
      ...(openers.visits === undefined ? {} : { visits: openers.visits }),
      build: async () => (await import('../live.ts')).builtAs,
      now: () => Date.now(),
      pause: (ms) => pause(ms),
      monotonic: () => performance.now(),
      ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
    },
    process.argv.slice(2),
  );
}
