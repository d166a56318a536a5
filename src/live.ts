/**
 * The composition root: the only place that reads the environment, the clock and randomness, and
 * that chooses implementations for the ports.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { azureCredential, tokenSource } from './clients/identity.ts';
import { blobAuditFiles, blobCheckpoints } from './clients/audit-files.ts';
import { blobChains } from './clients/chain-store.ts';
import { blobOrders } from './clients/order-store.ts';
import { blobStates } from './clients/state-store.ts';
import { blobSwitches } from './clients/switch-counter.ts';
import { blobText, type TextStore } from './clients/text-store.ts';
import { entraTokens } from './clients/entra.ts';
import { graphDirectory } from './clients/graph.ts';
import { invocationLog, toldChains } from './clients/invocation-log.ts';
import { keyVault } from './clients/key-vault.ts';
import { configuredMetrics } from './clients/metrics.ts';
import { addresseesOf, countedTransport } from './clients/metrics-transport.ts';
import { countedWorld } from './clients/metrics-world.ts';
import { nylasConnectors } from './clients/nylas.ts';
import { storageQueue } from './clients/queue.ts';
import type { StorageOptions } from './clients/storage.ts';
import { signingKeys } from './clients/signing-keys.ts';
import { sendWindow } from './clients/send-window.ts';
import { undiciTransport } from './clients/transport.ts';
import { vaultSigner } from './clients/vault-key.ts';
import type { CheckpointParts } from './audit/checkpoint.ts';
import type { AuditFiles } from './audit/files.ts';
import type { TokenCredential } from '@azure/identity';
import { success } from './core/fault.ts';
import { cloudOf } from './config/cloud.ts';
import {
  describeSettingErrors,
  readLogSettings,
  readPart,
  readSettings,
  type Settings,
} from './config/settings.ts';
import type { Part } from './config/settings-table.ts';
import { wantedState, type WantedState } from './reconcile/wanted-state.ts';
import type { CallerOptions } from './web/caller.ts';
import type { Metrics } from './reconcile/metrics.ts';
import type { Clock, Directory, Log, World } from './reconcile/world.ts';

/** Everything that a trigger needs. */
export interface Live {
  /** Whose tokens count; nothing when no sign-in is set up, and then nobody is let in. */
  readonly callers: CallerOptions | undefined;
  /** The audit log, for reading. */
  readonly files: AuditFiles;
  /** What makes checkpoints; nothing without a key. */
  readonly checkpoints: CheckpointParts | undefined;
  readonly settings: Settings;
  readonly world: World;
  /** Nothing where none are wanted. */
  readonly metrics: Metrics | undefined;
  /** The wished state: of the deployed file, or of the last good one. */
  readonly wanted: () => Promise<WantedState>;
  /** Poisoned messages, kept for a person. */
  readonly poison: (id: string) => TextStore;
}

let made: Live | undefined;

/**
 * The one live composition of this process, made when it is first needed.
 * @throws Error when settings are wrong; the message lists all of them, without values.
 */
export function live(): Live {
  made ??= compose(process.env);
  return made;
}

/** Hands on what metrics are held, before the process ends. */
export async function flushMetrics(): Promise<void> {
  await made?.metrics?.flush();
}

function compose(env: Readonly<Record<string, string | undefined>>): Live {
  const read = readSettings(env);
  if (!read.ok) throw new Error(`Settings are wrong:\n${describeSettingErrors(read.errors)}`);
  const { settings } = read;
  const clock = seamClock() ?? systemClock;
  const log = invocationLog(consoleLog);
  const worker = settings.instance ?? hostname();
  const metrics = configuredMetrics(env, {
    clock,
    log: consoleLog,
    resource: {
      'service.version': builtAs,
      'service.instance.id': worker,
      'keeper.part': settings.part,
    },
  });
  const { storage, world, checkpoints } = composeWorld(settings, {
    credential: azureCredential({
      kind: 'managed-identity',
      ...(settings.clientId === undefined ? {} : { clientId: settings.clientId }),
    }),
    clock,
    log,
    worker,
    identity: settings.clientId ?? 'system-assigned',
    metrics,
  });
  const told = { ...world, chains: toldChains(world.chains, log) };
  const kept = blobText(storage, 'last-good.yaml');
  // The app that answers people may only read it; the one that works keeps it.
  const lastGood = settings.part === 'web' ? { ...kept, write: async () => success({}) } : kept;
  let wanted: Promise<WantedState> | undefined;
  return {
    settings,
    world: metrics ? countedWorld(told, metrics) : told,
    metrics,
    callers: callersOf(settings, clock, log),
    files: blobAuditFiles(storage),
    checkpoints,
    async wanted() {
      wanted ??= readFile(pathOf(settings.file), 'utf8').then((text) =>
        wantedState(text, lastGood, { log, cloud: cloudOf(settings) }),
      );
      try {
        return await wanted;
      } catch (error) {
        wanted = undefined;
        throw error;
      }
    },
    poison: (id) => blobText(storage, `poison-${id}.json`),
  };
}

function callersOf(settings: Settings, clock: Clock, log: Log): CallerOptions | undefined {
  const { audience, publicUrl, loginUrl, tenantId } = settings;
  if (audience === undefined) return undefined;
  const transport = undiciTransport({ totalMs: 5_000, bodyBytes: 262_144 });
  return {
    loginUrl,
    tenantId,
    clientId: audience,
    clock,
    log,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    keys: signingKeys({ authority: loginUrl, tenantId, clock, transport }),
  };
}

/** Who works in a world, with whose rights, and by which clock. */
export interface Seat extends Pick<World, 'clock' | 'log' | 'worker' | 'identity'> {
  readonly credential: TokenCredential;
  /** What counts requests, where they are to be counted. */
  readonly metrics?: Metrics | undefined;
}

interface Composed {
  readonly storage: StorageOptions;
  readonly world: World;
  /** What makes checkpoints; nothing without a key. */
  readonly checkpoints: CheckpointParts | undefined;
}

/** The world that settings name, for the deployed app and for an operator's command line alike. */
export function composeWorld(settings: Settings, seat: Seat): Composed {
  const { credential, clock, log, worker, identity, metrics } = seat;
  const window = sendWindow(clock);
  const addresseeOf = addresseesOf(settings);
  const network = undiciTransport();
  // Behind the window: what it holds back has not been sent.
  const transport = window.guard(
    metrics ? countedTransport(network, { metrics, clock, addresseeOf }) : network,
  );
  // Tokens end by real time, whatever a demonstration's clock says.
  const tokens = tokenSource({ credential, clock: { now: () => Date.now() } });
  const patience = { clock, transport };
  const vault = keyVault({
    ...patience,
    credential,
    vaultUrlOf: (name) => `https://${name}.${settings.vaultSuffix}`,
  });
  const storage = storageOptions(settings.storage, { clock, credential });
  const isSeam = clock !== systemClock;
  const world: World = {
    directory: graphDirectory({ ...patience, tokens, baseUrl: settings.graphUrl }),
    tokens: entraTokens({
      transport,
      authority: settings.loginUrl,
      tenant: settings.tenantId,
      scope: `${settings.graphUrl}/.default`,
    }),
    vault,
    connectors: nylasConnectors({ ...patience, vault, baseUrls: settings.nylasUrls }),
    chains: blobChains({ ...storage, ...(isSeam ? { storageClock: () => clock.now() } : {}) }),
    states: blobStates(storage),
    orders: blobOrders({ ...storage, log }),
    switches: blobSwitches(storage),
    queue: storageQueue(storage, settings.queue),
    clock,
    log,
    within: window.within,
    newId: () => randomUUID(),
    switchesPerHour: settings.switchesPerHour,
    actionsPerPass: settings.actionsPerPass,
    worker,
    build: builtAs,
    identity,
  };
  const { checkpointKey: keyUrl } = settings;
  const checkpoints = keyUrl && {
    files: blobAuditFiles(storage),
    store: blobCheckpoints(storage),
    signer: vaultSigner({ ...patience, credential, keyUrl }),
    log: logName(settings),
    build: builtAs,
  };
  return { storage, world, checkpoints: checkpoints || undefined };
}

/**
 * The log that the settings name, read with the operator's own sign-in. Needs nothing but the storage
 * account; with a key that is set, checkpoints can be made.
 * @throws SettingsAreWrong
 */
export function composeLog(): {
  where: string;
  files: AuditFiles;
  checkpoints?: CheckpointParts;
  listing: Pick<Directory, 'readRegistration' | 'readServicePrincipal'>;
  close: () => Promise<void>;
} {
  const read = readLogSettings(process.env);
  if (!read.ok) throw new SettingsAreWrong(describeSettingErrors(read.errors));
  const { storage: place, checkpointKey: keyUrl, graphUrl, loginUrl } = read.settings;
  const credential = azureCredential({ kind: 'default', authority: loginUrl });
  const clock = systemClock;
  const storage = storageOptions(place, { clock, credential });
  const files = blobAuditFiles(storage);
  const log = logName(read.settings);
  const transport = undiciTransport();
  const tokens = tokenSource({ credential, clock });
  const listing = graphDirectory({ clock, transport, tokens, baseUrl: graphUrl });
  if (keyUrl === undefined) return { where: log, files, listing, close };
  const signer = vaultSigner({ clock, transport, credential, keyUrl });
  const store = blobCheckpoints(storage);
  const checkpoints = { files, store, signer, log, build: builtAs };
  return { where: log, files, listing, close, checkpoints };
}

/** There is nothing to close. */
async function close(): Promise<void> {}

/** Settings that cannot be used; the message lists all that is wrong, without values. */
export class SettingsAreWrong extends Error {}

declare const keeperBuild: string | undefined;

/** The version with a hash of the sources; the bundler writes it in. */
export const builtAs = typeof keeperBuild === 'string' ? keeperBuild : 'from-source';

/** Names the log in its statements: the account that holds it. */
export function logName({ storage }: Pick<Settings, 'storage'>): string {
  return storage.kind === 'identity' ? new URL(storage.blobUrl).host : 'development';
}

function storageOptions(
  place: Settings['storage'],
  { clock, credential }: { readonly clock: Clock; readonly credential: TokenCredential },
): StorageOptions {
  return {
    clock,
    account:
      place.kind === 'connection-string'
        ? { connectionString: place.connectionString.reveal() }
        : { blobUrl: place.blobUrl, queueUrl: place.queueUrl, credential },
  };
}

/** Which functions this app has. */
export function deployedPart(): Part {
  return readPart(process.env);
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => pause(ms),
};

/**
 * A clock from the host's own core module. Microsoft's worker provides that module without a clock,
 * so production has no other time than the system's; the embedded mode's host provides one.
 */
function seamClock(): Clock | undefined {
  try {
    const core = createRequire(import.meta.url)('@azure/functions-core') as { clock?: Clock };
    return core.clock;
  } catch {
    return undefined; // Outside any host: the command line, tests.
  }
}

/** Paths in settings are relative to the package, not to where the host was started. */
export function pathOf(file: string): string {
  return fileURLToPath(new URL(file, new URL('../', import.meta.url)));
}

/** Structured lines: a constant message, facts in fields. The host adds time and severity. */
const consoleLog: Log = {
  info: (message, fields) => console.info(line('info', message, fields)),
  warn: (message, fields) => console.warn(line('warn', message, fields)),
  error: (message, fields) => console.error(line('error', message, fields)),
};

function line(level: string, message: string, fields: object = {}): string {
  return JSON.stringify({ level, message, ...fields });
}
