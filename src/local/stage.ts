/**
 * Sets the stage: storage, the simulated cloud behind real HTTPS, the tenant, and the host with the
 * bundle. Everything that it starts, it ends.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { blobChains } from '../clients/chain-store.ts';
import { blobStates } from '../clients/state-store.ts';
import { prepareStorage, type StorageOptions } from '../clients/storage.ts';
import { describeErrors } from '../config/finding.ts';
import { parseDesired } from '../config/desired-file.ts';
import { sha256 } from '../audit/canonical.ts';
import type { Desired } from '../core/desired.ts';
import type { ChainStore } from '../audit/chain-store.ts';
import type { StateStore } from '../reconcile/world.ts';
import { type Azurite, FolderInUse, startAzurite } from './azurite.ts';
import { simulatedClock, type SimulatedClock } from './clock.ts';
import { cloudHosts, keeperIdentity, type Cloud } from './cloud.ts';
import { resolveLocalhostNames, startCloudServer, trustLocally } from './cloud-server.ts';
import { countStorageRequests, type RequestCounts } from './counts.ts';
import type { Door } from './door.ts';
import { startHost, type Host } from './host.ts';
import { makeCloud, parsedFile, type OwnFile } from './made-cloud.ts';
import type { LocalOptions } from './options.ts';
import { recall, remember, type Memento } from './memento.ts';

export interface Stage {
  readonly clock: SimulatedClock;
  readonly startAt: number;
  readonly cloud: Cloud;
  readonly door: Door;
  readonly host: Host;
  readonly desired: Desired;
  readonly states: StateStore;
  readonly chains: ChainStore;
  /** Deeds of an earlier run that were gone through again. */
  readonly replayed: number;
  counts(): RequestCounts;
  stop(): Promise<void>;
}

/** A file of the caller's that cannot be used; nothing was started. */
export class UnusableFile extends Error {}

const yearMs = 366 * 86_400_000;
const queueName = 'keeper-work';
const bundle = new URL('../../dist/main.mjs', import.meta.url);

export interface StagePlan {
  readonly options: LocalOptions;
  /** The port of the host; 0 for any. */
  readonly port: number;
  /** In place of the demonstration. */
  readonly own: OwnFile | undefined;
}

/**
 * Starts everything.
 * @throws UnusableFile
 * @throws PortInUse
 */
export async function setStage({ options, port, own }: StagePlan): Promise<Stage> {
  const undo: (() => unknown)[] = [];
  try {
    return await build({ options, port, own }, undo);
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

async function unwind(undo: (() => unknown)[]): Promise<void> {
  for (const step of undo.splice(0).toReversed()) await step();
}

async function build({ options, port, own }: StagePlan, undo: (() => unknown)[]): Promise<Stage> {
  const folder = openFolder(options.data, undo);
  const memento = mementoOf(folder, options);
  const azurite = await storageIn(folder, memento);
  undo.push(() => azurite.stop());
  const counted = countStorageRequests(azurite.blobPort, azurite.queuePort);
  undo.push(() => counted.stop());
  const clock = simulatedClock(memento.startAt, Date.now);
  const storage: StorageOptions = {
    clock,
    account: { connectionString: azurite.connectionString },
  };
  const ready = await prepareStorage(storage, [queueName, `${queueName}-poison`]);
  if (!ready.ok) throw new Error(`Storage does not start: ${ready.fault.kind}`);
  const chains = blobChains({ ...storage, storageClock: () => clock.now() });
  const journal = folder.lasts ? { journal: join(folder.path, 'cloud.jsonl') } : {};
  const made = await makeCloud({ memento, clock, chains, own, ...journal });
  undo.push(() => made.door.close());
  const isNew = memento.file === undefined;
  const replayed = isNew ? 0 : await made.door.replay();
  if (folder.lasts && isNew) remember(folder.path, { ...memento, file: made.text, isDemo: !own });

  const server = await startCloudServer({
    hosts: [...Object.values(cloudHosts), `*.${cloudHosts.vaultSuffix}`],
    fetch: (request) => made.door.fetch(request),
  });
  undo.push(() => server.stop(), trustLocally(server.ca), resolveLocalhostNames());
  const file = join(folder.path, 'keeper.yaml');
  writeFileSync(file, made.text);
  const host = await startHost({
    bundle,
    port,
    clock,
    storage: azurite.connectionString,
    settings: settingsOf(made.cloud, {
      port: server.port,
      storage: azurite.connectionString,
      file,
    }),
    log: () => undefined,
  });
  undo.push(() => host.stop());
  return {
    clock,
    startAt: memento.startAt,
    cloud: made.cloud,
    door: made.door,
    host,
    desired: parsedFile(made.text),
    states: blobStates(storage),
    chains,
    replayed,
    counts: () => ({ ...made.cloud.counts, blobs: counted.blobs, queues: counted.queues }),
    stop: () => unwind(undo),
  };
}

interface Folder {
  readonly path: string;
  readonly lasts: boolean;
}

function openFolder(data: string | undefined, undo: (() => unknown)[]): Folder {
  if (data !== undefined) {
    const path = resolve(data);
    try {
      mkdirSync(path, { recursive: true });
    } catch {
      throw new UnusableFile(`--data ${data}: cannot be made or used as a folder.`);
    }
    return { path, lasts: true };
  }
  const path = mkdtempSync(join(tmpdir(), 'keeper-'));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return { path, lasts: false };
}

/** What the folder remembers, or what it will: written down first, so that a half-made world is known. */
function mementoOf(folder: Folder, options: LocalOptions): Memento {
  if (!folder.lasts) return newMemento(options);
  const known = recall(folder.path);
  if (known === 'unreadable') {
    throw new UnusableFile(`--data ${folder.path}: its world.json is not one of Keeper's.`);
  }
  if (known) return known;
  const memento = newMemento(options);
  remember(folder.path, memento);
  return memento;
}

async function storageIn(folder: Folder, memento: Memento): Promise<Azurite> {
  if (!folder.lasts) return startAzurite();
  try {
    // What a killed start left of a world that was never complete would be in the way.
    const isFresh = memento.file === undefined;
    return await startAzurite({ location: join(folder.path, 'storage'), isFresh });
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new UnusableFile(`--data ${folder.path}: ${error.message}`);
  }
}

function newMemento(options: LocalOptions): Memento {
  const startAt = Math.floor(Date.now() / 1000) * 1000;
  const untilAt = startAt + (options.fastForwardMs ?? 0) + yearMs;
  return { v: 1, seed: options.seed, faults: options.faults, startAt, untilAt };
}

/**
 * Reads a `keeper.yaml` of the caller's.
 * @throws UnusableFile
 */
export function readOwn(path: string): OwnFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UnusableFile(`--config ${path}: there is no such file that can be read.`);
  }
  const read = parseDesired(text, sha256(text));
  if (!read.ok)
    throw new UnusableFile(`${path} cannot be used:\n${describeErrors(path, read.errors)}`);
  return { text, desired: read.desired };
}

function settingsOf(
  cloud: Cloud,
  place: { readonly port: number; readonly storage: string; readonly file: string },
): Record<string, string> {
  const at = (host: string): string => `https://${host}:${place.port}`;
  return {
    KEEPER_TENANT_ID: cloud.directory.tenantId,
    KEEPER_GRAPH_URL: at(cloudHosts.graph),
    KEEPER_LOGIN_URL: at(cloudHosts.login),
    KEEPER_VAULT_SUFFIX: `${cloudHosts.vaultSuffix}:${place.port}`,
    KEEPER_NYLAS_US_URL: at(cloudHosts.us),
    KEEPER_NYLAS_EU_URL: at(cloudHosts.eu),
    KEEPER_FILE: place.file,
    KEEPER_STORAGE: place.storage,
    KEEPER_QUEUE: queueName,
    KEEPER_TICK: '0 */15 * * * *',
    KEEPER_INSTANCE: 'embedded',
    IDENTITY_ENDPOINT: `${at(cloudHosts.login)}/msi/token`,
    IDENTITY_HEADER: keeperIdentity.header,
  };
}
