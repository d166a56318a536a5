/**
 * Role: local storage. Starts Azurite on free ports of the loopback address, in a process that
 * saves and ends when ours ends, however that happens.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectionFile } from './storage-folder.ts';

/** The account that Azurite publishes; it is no secret. */
const account = 'devstoreaccount1';
const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const guard = fileURLToPath(new URL('azurite-guard.mjs', import.meta.url));

/** Starts that are tried when a free port is taken meanwhile. */
const starts = 3;
const startMs = 30_000;
const stopMs = 15_000;

/** How long a predecessor in the same folder may take to save and end. */
const handoverMs = 15_000;

/** A storage account on this machine. */
export interface Azurite {
  readonly connectionString: string;
  readonly blobPort: number;
  readonly queuePort: number;
  /** Of the process that Azurite runs in. */
  readonly pid: number;
  /** Ends it with everything saved. */
  stop(): Promise<void>;
  /** After it was stopped: starts it where it was, with the same ports. What was in memory is gone. */
  startAgain(): Promise<void>;
}

export interface AzuriteOptions {
  /** The folder to keep data in; without it they are in memory. */
  readonly location?: string;
  /** What the folder holds goes first. */
  readonly isFresh?: boolean;
  /** The folder with space for Azurite to save into when there is no other; see room.ts. */
  readonly reserve?: string;
}

/** Another Azurite uses the folder. */
export class FolderInUse extends Error {}

/**
 * Starts it, and waits until it listens.
 * @throws FolderInUse
 * @throws Error when it does not start.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const { location, isFresh } = options;
  if (location !== undefined) {
    await waitForPredecessor(location);
    if (isFresh) rmSync(location, { recursive: true, force: true });
    mkdirSync(location, { recursive: true });
  }
  for (let attempt = 1; attempt <= starts; attempt += 1) {
    const ports = await freePorts();
    const child = launch(ports, options);
    if (await listens(child)) return running(child, ports, options);
  }
  const log = location === undefined ? '' : `; see ${logIn(location)}`;
  throw new Error(`Azurite does not start${log}`);
}

interface Ports {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

function launch(ports: Ports, { location, reserve }: AzuriteOptions): ChildProcess {
  const output = location === undefined ? 'ignore' : openSync(logIn(location), 'a');
  const child = spawn(
    process.execPath,
    [guard, ...argumentsFor(ports, location)],
    // In a group of its own: Ctrl-C in the terminal must not end storage before its user.
    {
      stdio: ['ignore', output, output, 'ipc'],
      detached: true,
      env: { ...process.env, ...(reserve === undefined ? {} : { KEEPER_RESERVE: reserve }) },
    },
  );
  if (typeof output === 'number') closeSync(output);
  child.unref();
  return child;
}

function argumentsFor(ports: Ports, location: string | undefined): string[] {
  const addresses = Object.entries(ports).flatMap(([service, port]) => [
    `--${service}Host`,
    '127.0.0.1',
    `--${service}Port`,
    String(port),
  ]);
  return [
    '--silent',
    '--disableTelemetry',
    '--skipApiVersionCheck',
    ...addresses,
    ...(location === undefined ? ['--inMemoryPersistence'] : ['--location', location]),
  ];
}

/** True when it says that it listens; false when it ended instead, as it does for a taken port. */
async function listens(child: ChildProcess): Promise<boolean> {
  const watch = new AbortController();
  const { signal } = watch;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(() => true),
      once(child, 'exit', { signal }).then(() => false),
      pause(startMs, false, { signal }).then(async () => {
        await end(child);
        return false;
      }),
    ]);
  } finally {
    watch.abort();
  }
}

function running(first: ChildProcess, ports: Ports, options: AzuriteOptions): Azurite {
  const { location } = options;
  let child = first;
  let pid = taken(child, location);
  const addressOf = (port: number): string => `http://127.0.0.1:${port}/${account}`;
  const connectionString = [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    `BlobEndpoint=${addressOf(ports.blob)}`,
    `QueueEndpoint=${addressOf(ports.queue)}`,
    `TableEndpoint=${addressOf(ports.table)}`,
  ].join(';');
  if (location !== undefined) writeFileSync(connectionFile(location), connectionString);
  return {
    connectionString,
    blobPort: ports.blob,
    queuePort: ports.queue,
    get pid() {
      return pid;
    },
    stop: () => end(child),
    async startAgain() {
      for (let attempt = 1; attempt <= starts; attempt += 1) {
        child = launch(ports, options);
        if (await listens(child)) {
          pid = taken(child, location);
          return;
        }
      }
      throw new Error('Azurite does not start again');
    },
  };
}

/** Notes a process that listens as the one that uses the folder. */
function taken({ pid, channel }: ChildProcess, location: string | undefined): number {
  if (pid === undefined) throw new Error('Azurite has no process');
  if (location !== undefined) writeFileSync(pidFileIn(location), String(pid));
  // What it holds must not keep our process alive; our end is its end.
  channel?.unref();
  return pid;
}

/** Closes the channel, as our death would, and waits. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.ref();
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}

/** After a crash of ours the Azurite of before may still be saving; two in one folder lose data. */
async function waitForPredecessor(location: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const pid = predecessorIn(location);
    if (pid === undefined) return;
    if (waitedMs >= handoverMs) {
      throw new FolderInUse(`process ${pid} uses it for storage, most likely of another Keeper.`);
    }
    await pause(50);
  }
}

function predecessorIn(location: string): number | undefined {
  const file = pidFileIn(location);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch {
    return undefined; // No such process.
  }
  // After a restart of the machine the number may be somebody else's. Where there is no /proc, wait.
  const commandLine = `/proc/${pid}/cmdline`;
  if (!existsSync(commandLine)) return existsSync('/proc/self') ? undefined : pid;
  return readFileSync(commandLine, 'utf8').includes('azurite-guard') ? pid : undefined;
}

function pidFileIn(location: string): string {
  return join(location, 'azurite.pid');
}

function logIn(location: string): string {
  return join(location, 'azurite.log');
}

/** Three different free ports: all are held before the first is given up. */
async function freePorts(): Promise<Ports> {
  const servers = [await listen(), await listen(), await listen()] as const;
  const [blob, queue, table] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return { blob: blob ?? 0, queue: queue ?? 0, table: table ?? 0 };
}

async function listen(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
