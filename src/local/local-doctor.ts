/**
 * Role: doctor's visits to embedded worlds. The world of a data folder is made again in memory from its
 * journal, so that a run which is up is not disturbed and what is planted leaves no trace. Its storage is
 * only read. A person looks: an operator with rights to read, as at a deployed Keeper.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenVisit } from '../cli/doctor-place.ts';
import { UsageError } from '../cli/terminal.ts';
import { wantedFile } from '../cli/wanted-file.ts';
import type { WorldPlace } from '../cli/world-place.ts';
import { blobChains } from '../clients/chain-store.ts';
import { doctorProbes, doctorSettings } from '../clients/doctor-probes.ts';
import { storageProbes } from '../clients/doctor-storage.ts';
import { graphDirectory } from '../clients/graph.ts';
import { tokenSource } from '../clients/identity.ts';
import { keyVault } from '../clients/key-vault.ts';
import { nylasConnectors } from '../clients/nylas.ts';
import { blobStates } from '../clients/state-store.ts';
import type { StorageOptions } from '../clients/storage.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { success } from '../core/fault.ts';
import type { Clock } from '../reconcile/world.ts';
import { FolderInUse, startAzurite } from './azurite.ts';
import { unwind } from './backdrop.ts';
import { simulatedClock } from './clock.ts';
import { cloudHosts, demoVault, keeperIdentity } from './cloud.ts';
import { azureHost, furnish, localTransport, operatorToken } from './plants-ground.ts';
import { checkpointKey, makeCloud, parsedFile } from './made-cloud.ts';
import { recall, type Memento } from './memento.ts';
import { demoAudience } from './operator.ts';
import type { Ground } from './plants-plant.ts';
import { plantNamed } from './plants.ts';
import { connectionFile, storageFolder } from './storage-folder.ts';

/** Opens one. @throws UsageError when there is no such run or no such plant */
export async function openLocalVisit(place: WorldPlace, plant?: string): Promise<OpenVisit> {
  const planted = plant === undefined ? undefined : plantNamed(plant);
  const undo: (() => unknown)[] = [];
  try {
    const folder = place.data === undefined ? await newDemonstration(undo) : resolve(place.data);
    const memento = mementoOf(folder, place.data);
    const storage = await storageOf(folder, undo);
    const ground = await groundIn(folder, memento, storage);
    await planted?.plant(ground);
    // A change by hand shows at once: doctor is not to wait for replicas.
    ground.cloud.directory.settle();
    const where = place.data === undefined ? 'a new demonstration' : `the world in ${place.data}`;
    const file = place.file === undefined ? undefined : await wantedFile(resolve(place.file));
    const desired = file ?? parsedFile(ground.file);
    return { where, desired, ...visitOf(ground, storage), close: () => unwind(undo) };
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/** A demonstration of its own, settled, gone when it is closed. */
async function newDemonstration(undo: (() => unknown)[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-doctor-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  process.stderr.write('Preparing a demonstration (some fifteen seconds) …\n');
  const start = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));
  const args = [start, '--once', '--json', '--faults', 'none', '--data', folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (piece: Buffer) => (told += piece.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new UsageError(`the demonstration did not settle:\n${told.slice(-2_000)}`);
  return folder;
}

/** @throws UsageError */
function mementoOf(folder: string, data: string | undefined): Memento {
  const memento = recall(folder);
  if (memento === undefined || memento === 'unreadable' || memento.file === undefined) {
    throw new UsageError(
      `--data ${data}: no embedded run has kept its state there. Start one: npm start -- --data ${data}`,
    );
  }
  return memento;
}

/** The storage of the run that is up, else the folder's own, started for the visit. @throws UsageError */
async function storageOf(folder: string, undo: (() => unknown)[]): Promise<StorageOptions> {
  const location = storageFolder(folder);
  const running = connectionFile(location);
  if (existsSync(running)) {
    const storage = storageAt(readFileSync(running, 'utf8').trim());
    if ((await blobStates(storage).list()).ok) return storage;
  }
  try {
    const azurite = await startAzurite({ location });
    undo.push(() => azurite.stop());
    return storageAt(azurite.connectionString);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new UsageError(`${folder}: in use by a run that does not answer.`);
  }
}

function storageAt(connectionString: string): StorageOptions {
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async () => undefined,
  };
  return { clock, account: { connectionString }, totalMs: 20_000 };
}

async function groundIn(
  folder: string,
  memento: Memento,
  storage: StorageOptions,
): Promise<Ground> {
  const clock = simulatedClock(memento.startAt, Date.now);
  const { cloud, door, text } = await makeCloud({
    memento,
    clock,
    chains: blobChains(storage),
    own: undefined,
    journal: join(folder, 'cloud.jsonl'),
  });
  // Goes through the journal without writing to it; from here on nobody goes by this door.
  await door.replay();
  cloud.fates.setLevel('none');
  const heads = await blobStates(storage).list();
  const lookedAt = heads.ok ? heads.value.map((one) => one.lookedAt) : [];
  clock.jumpTo(Math.max(clock.now(), ...lookedAt));
  return {
    cloud,
    clock,
    azure: furnish(cloud, parsedFile(text)),
    file: text,
    settings: settingsFor(cloud.directory.tenantId, storage),
    aheadMs: 0,
    nextLooks: heads.ok ? heads.value.map((one) => one.nextLookAt) : [],
  };
}

function settingsFor(tenantId: string, { account }: StorageOptions): Record<string, string> {
  return {
    KEEPER_TENANT_ID: tenantId,
    KEEPER_GRAPH_URL: at(cloudHosts.graph),
    KEEPER_LOGIN_URL: at(cloudHosts.login),
    KEEPER_VAULT_SUFFIX: cloudHosts.vaultSuffix,
    KEEPER_NYLAS_US_URL: at(cloudHosts.us),
    KEEPER_NYLAS_EU_URL: at(cloudHosts.eu),
    KEEPER_STORAGE: 'connectionString' in account ? account.connectionString : '',
    KEEPER_CHECKPOINT_KEY: `${at(`${demoVault}.${cloudHosts.vaultSuffix}`)}/keys/${checkpointKey}`,
    KEEPER_AUDIENCE: demoAudience,
    KEEPER_CLIENT_ID: keeperIdentity.clientId,
  };
}

function at(host: string): string {
  return `https://${host}`;
}

type Looking = Pick<OpenVisit, 'world' | 'probes' | 'settings' | 'vendorWrites'>;

function visitOf(ground: Ground, storage: StorageOptions): Looking {
  const settings = settingsOf(ground);
  const { transport, writes } = localTransport(ground);
  const credential = operatorToken(ground.cloud);
  const clock: Clock = { ...ground.clock, now: () => ground.clock.now() + ground.aheadMs };
  const patience = { clock, transport };
  const vault = keyVault({
    ...patience,
    credential,
    vaultUrlOf: (name) => `https://${name}.${settings.vaultSuffix}`,
  });
  const tokens = tokenSource({ credential, clock: { now: () => Date.now() } });
  const { readCheckpointAt } = storageProbes(storage);
  const probes = doctorProbes({
    ...patience,
    settings,
    credential,
    vault,
    azureUrl: `https://${azureHost}`,
    storage: {
      readCheckpointAt,
      // Azurite knows no immutability; the simulated Azure keeps it in its place.
      readProtection: async (container) =>
        success({ hasPolicy: ground.azure.hand.hasImmutability(container), hasLegalHold: false }),
    },
  });
  return {
    probes,
    world: {
      clock,
      vault,
      directory: graphDirectory({ ...patience, tokens, baseUrl: settings.graphUrl }),
      connectors: nylasConnectors({ ...patience, vault, baseUrls: settings.nylasUrls }),
      chains: blobChains(storage),
      states: blobStates(storage),
    },
    settings: { ...doctorSettings(settings), storageAccount: ground.azure.storageAccount },
    vendorWrites: writes,
  };
}

function settingsOf({ settings: given }: Ground): Settings {
  const read = readSettings(given);
  if (!read.ok) throw new Error('the settings of the embedded world are not usable');
  return read.settings;
}
