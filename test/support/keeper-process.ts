/**
 * Keeper as its users start it: a process of its own. Whatever a test does, `endKeepers()` ends all
 * that was started; the processes are found by a mark in their environment, so also orphaned ones.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const repository = join(import.meta.dirname, '../..');
const markName = 'KEEPER_TEST_PROCESS';
const waitMs = 60_000;

/** A process that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A process that runs. */
export interface KeeperProcess {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** True until it has ended. */
  isRunning(): boolean;
  stdout(): string;
  stderr(): string;
  /** Resolves when stderr has the words; throws when the process ends without them. */
  tells(words: RegExp): Promise<RegExpExecArray>;
  send(signal: NodeJS.Signals): void;
  /** All processes that it started and that run now, and itself. */
  processes(): readonly number[];
}

const started: { readonly keeper: KeeperProcess; readonly mark: string }[] = [];
const folders: string[] = [];

/** A folder that `endKeepers()` removes. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-end-to-end-'));
  folders.push(folder);
  return folder;
}

/** Starts `node src/local/main.ts` with these arguments. */
export function startKeeper(...args: readonly string[]): KeeperProcess {
  const mark = randomUUID();
  const child = spawn(process.execPath, ['src/local/main.ts', ...args], {
    cwd: repository,
    env: { ...process.env, [markName]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const keeper = watched(child, mark);
  started.push({ keeper, mark });
  return keeper;
}

function watched(child: ChildProcess, mark: string): KeeperProcess {
  const startedMs = performance.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let isRunning = true;

  async function end(): Promise<Ended> {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    isRunning = false;
    return { code, signal, stdout, stderr, durationMs: performance.now() - startedMs };
  }

  async function tells(words: RegExp): Promise<RegExpExecArray> {
    const untilMs = performance.now() + waitMs;
    while (performance.now() < untilMs) {
      const found = words.exec(stderr);
      if (found) return found;
      if (!isRunning) throw new Error(`Keeper ended without telling ${words}:\n${stderr}`);
      await pause(5);
    }
    throw new Error(`Keeper does not tell ${words}:\n${stderr}`);
  }

  return {
    pid: child.pid ?? 0,
    ended: end(),
    isRunning: () => isRunning,
    stdout: () => stdout,
    stderr: () => stderr,
    tells,
    send: (signal) => void child.kill(signal),
    processes: () => processesOf(mark),
  };
}

/** Runs it to its end. Fails when something that it started still runs then. */
export async function runKeeper(...args: readonly string[]): Promise<Ended> {
  const keeper = startKeeper(...args);
  const ended = await keeper.ended;
  const left = keeper.processes();
  if (left.length > 0) throw new Error(`Keeper left processes behind: ${left.join(', ')}`);
  return ended;
}

/** Resolves when nothing that it started runs any more; throws after that time. */
export async function nothingIsLeft(keeper: KeeperProcess, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (keeper.processes().length > 0) {
    if (performance.now() > untilMs) {
      throw new Error(`Still running after ${withinMs} ms: ${keeper.processes().join(', ')}`);
    }
    await pause(20);
  }
}

/** Ends everything that was started, however it is, and removes the folders. */
export async function endKeepers(): Promise<void> {
  for (const { keeper, mark } of started.splice(0)) {
    if (keeper.isRunning()) keeper.send('SIGKILL');
    await keeper.ended;
    for (const pid of processesOf(mark)) process.kill(pid, 'SIGKILL');
    await nothingIsLeft(keeper, 5_000);
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Ids of the processes that have the mark. Reads `/proc`: these tests run on Linux. */
function processesOf(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`${markName}=${mark}`))
    .map(Number);
}

/** Empty for a process that has ended meanwhile, or that is somebody else's. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
