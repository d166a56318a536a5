/**
 * Role: all that stands behind the host: storage, the simulated cloud with its HTTPS server, the
 * tenant's file. It outlives hosts: one may end, be killed, be started again, or stand beside others.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { blobChains } from '../clients/chain-store.ts';
import { blobStates } from '../clients/state-store.ts';
import { prepareStorage, type StorageOptions } from '../clients/storage.ts';
import type { ChainStore } from '../audit/chain-store.ts';
import type { Desired } from '../core/desired.ts';
import type { StateStore } from '../reconcile/world.ts';
import { type Azurite, FolderInUse, startAzurite } from './azurite.ts';
import { simulatedClock, type SimulatedClock } from './clock.ts';
import { cloudHosts, demoVault, keeperIdentity, type Cloud } from './cloud.ts';
import { startCloudServer } from './cloud-server.ts';
import type { Door } from './door.ts';
import { demoAudience } from './operator.ts';
import { answerForRun, runHost } from './run-clock.ts';
import { checkpointKey, makeCloud, parsedFile, type OwnFile } from './made-cloud.ts';
import { recall, remember, type Memento } from './memento.ts';
import type { LocalOptions } from './options.ts';
import { FolderFull, keepRoom, type Room } from './room.ts';
import { storageFolder } from './storage-folder.ts';

export interface Backdrop {
  readonly clock: SimulatedClock;
  readonly startAt: number;
  /** Of a folder that lasts. */
  readonly room: Room | undefined;
  readonly azurite: Azurite;
  readonly storage: StorageOptions;
  readonly cloud: Cloud;
  readonly door: Door;
  readonly desired: Desired;
  readonly states: StateStore;
  readonly chains: ChainStore;
  /** Deeds of an earlier run that were gone through again. */
  readonly replayed: number;
  /** Where all vendors listen, and the authority that vouches for them, PEM. */
  readonly vendors: { readonly port: number; readonly ca: string };
  /** What a host is told; other doors to vendors and storage may stand in front of the real ones. */
  settings(doors?: { readonly vendorPort: number; readonly storage: string }): Settings;
  stop(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

/** A file of the caller's that cannot be used; nothing was started. */
export class UnusableFile extends Error {}

export interface BackdropPlan {
  readonly options: Pick<LocalOptions, 'data' | 'seed' | 'faults' | 'fastForwardMs'>;
  /** In place of the demonstration. */
  readonly own: OwnFile | undefined;
  /** In place of the demonstration's clock. */
  readonly clockFrom?: (startAt: number) => SimulatedClock;
}

const yearMs = 366 * 86_400_000;
const queueName = 'keeper-work';

/**
 * Sets it up.
 * @throws UnusableFile
 */
export async function setBackdrop(plan: BackdropPlan): Promise<Backdrop> {
  const undo: (() => unknown)[] = [];
  try {
    return await build(plan, undo);
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/** Undoes steps, the latest first. */
export async function unwind(undo: (() => unknown)[]): Promise<void> {
  for (const step of undo.splice(0).toReversed()) await step();
}

async function build(
  { options, own, clockFrom = demonstrationClock }: BackdropPlan,
  undo: (() => unknown)[],
): Promise<Backdrop> {
  const folder = openFolder(options.data, undo);
  const known = folder.lasts ? knownIn(folder) : undefined;
  const room = folder.lasts ? keepRoom(folder.path) : undefined;
  undo.push(() => room?.stop());
  const memento = known ?? newMemento(options);
  // Written down first, so that a half-made world is known.
  if (folder.lasts && !known) remember(folder.path, memento);
  const azurite = await storageIn(folder, memento, room);
  undo.push(() => azurite.stop());
  const { connectionString } = azurite;
  const clock = clockFrom(memento.startAt);
  const storage: StorageOptions = { clock, account: { connectionString } };
  const ready = await prepareStorage(storage, [queueName, `${queueName}-poison`]);
  if (!ready.ok) throw new Error(`Storage does not start: ${ready.fault.kind}`);
  const chains = blobChains({ ...storage, storageClock: () => clock.now() });
  const journal = room ? { journal: join(folder.path, 'cloud.jsonl'), room } : {};
  const made = await makeCloud({ memento, clock, chains, own, ...journal });
  undo.push(() => made.door.close());
  const isNew = memento.file === undefined;
  const replayed = isNew ? 0 : await made.door.replay();
  if (folder.lasts && isNew) remember(folder.path, { ...memento, file: made.text, isDemo: !own });
  const server = await startCloudServer({
    hosts: [...Object.values(cloudHosts), `*.${cloudHosts.vaultSuffix}`, runHost],
    fetch: (request) =>
      new URL(request.url).hostname === runHost
        ? answerForRun(request, clock, made.door)
        : made.door.fetch(request),
    onDefect(error) {
      // What cannot be written down is not done; the line breaks, and Keeper is about to stop.
      if (!(error instanceof FolderFull)) throw error;
    },
  });
  undo.push(() => server.stop());
  const file = join(folder.path, 'keeper.yaml');
  writeFileSync(file, made.text);
  return {
    clock,
    startAt: memento.startAt,
    room,
    azurite,
    storage,
    cloud: made.cloud,
    door: made.door,
    desired: parsedFile(made.text),
    states: blobStates(storage),
    chains,
    replayed,
    vendors: { port: server.port, ca: server.ca },
    settings: (
      { vendorPort, storage: account } = { vendorPort: server.port, storage: connectionString },
    ) => settingsOf(made.cloud, { port: vendorPort, storage: account, file }),
    stop: () => unwind(undo),
  };
}

function demonstrationClock(startAt: number): SimulatedClock {
  return simulatedClock(startAt, Date.now);
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

/** What a folder remembers. @throws UnusableFile */
function knownIn({ path }: Folder): Memento | undefined {
  const known = recall(path);
  if (known !== 'unreadable') return known;
  throw new UnusableFile(`--data ${path}: its world.json is not one of Keeper's.`);
}

async function storageIn(
  folder: Folder,
  memento: Memento,
  room: Room | undefined,
): Promise<Azurite> {
  if (!room) return startAzurite();
  try {
    // What a killed start left of a world that was never complete would be in the way.
    const isFresh = memento.file === undefined;
    const { reserve } = room;
    return await startAzurite({ location: storageFolder(folder.path), isFresh, reserve });
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new UnusableFile(`--data ${folder.path}: ${error.message}`);
  }
}

function newMemento(options: BackdropPlan['options']): Memento {
  const startAt = Math.floor(Date.now() / 1000) * 1000;
  const untilAt = startAt + (options.fastForwardMs ?? 0) + yearMs;
  return { v: 1, seed: options.seed, faults: options.faults, startAt, untilAt };
}

function settingsOf(
  cloud: Cloud,
  place: { readonly port: number; readonly storage: string; readonly file: string },
): Settings {
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
    KEEPER_CHECKPOINT: '0 0 * * * *',
    KEEPER_CHECKPOINT_KEY: `${at(`${demoVault}.${cloudHosts.vaultSuffix}`)}/keys/${checkpointKey}`,
    KEEPER_AUDIENCE: demoAudience,
    KEEPER_INSTANCE: 'embedded',
    IDENTITY_ENDPOINT: `${at(cloudHosts.login)}/msi/token`,
    IDENTITY_HEADER: keeperIdentity.header,
  };
}
