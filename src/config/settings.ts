/**
 * Settings of a deployment, from environment variables. All that is wrong is told at once, and no
 * value is ever repeated in an error: one of them is a secret, and people mix up variables.
 */
import type { Region } from '../core/desired.ts';
import { Secret } from '../core/secret.ts';
import { type Cloud, cloudOf, cloudsOf } from './cloud.ts';
import {
  environmentSchema,
  parts,
  settingNames,
  textOf,
  type Environment,
  type Part,
  type SettingName,
} from './settings-table.ts';

/** How Keeper reaches its storage account: with its key (development), or with its identity. */
type StorageSettings =
  | { readonly kind: 'connection-string'; readonly connectionString: Secret }
  | { readonly kind: 'identity'; readonly blobUrl: string; readonly queueUrl: string };

/** All settings, checked. Addresses end without a slash. */
export interface Settings {
  /** The directory whose registrations are kept. */
  readonly tenantId: string;
  readonly graphUrl: string;
  readonly loginUrl: string;
  /** What follows a vault's name in its host name; may hold a port. */
  readonly vaultSuffix: string;
  readonly nylasUrls: Readonly<Record<Region, string>>;
  /** Path of the file with the wanted state. */
  readonly file: string;
  readonly storage: StorageSettings;
  readonly queue: string;
  /** When the timer fires, as six fields. */
  readonly tick: string;
  /** Which functions this app has. */
  readonly part: Part;
  /** Client id that operators' tokens must be for; without it nobody is let in. */
  readonly audience?: string;
  /** Where people find Keeper. */
  readonly publicUrl?: string;
  /** Address of the key that signs checkpoints; without it there are none. */
  readonly checkpointKey?: string;
  /** Client id of a user-assigned identity; without it the system-assigned one is used. */
  readonly clientId?: string;
  readonly switchesPerHour: number;
  readonly actionsPerPass: number;
  /** The worker's name in the audit log. */
  readonly instance?: string;
}

/** One setting that is wrong, and what to set. */
export interface SettingError {
  readonly name: string;
  readonly message: string;
  readonly instead: string;
}

/** Settings, or everything that is wrong with them. */
export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly errors: readonly SettingError[] };

/** Reads all settings. An empty variable counts as absent, since portals leave those behind. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): ReadSettings {
  const read = readEach(env);
  if (!read.ok) return read;
  const errors = cloudErrors(read.settings);
  return errors.length > 0 ? { ok: false, errors } : read;
}

/** Each setting by itself. */
function readEach(env: Readonly<Record<string, string | undefined>>): ReadSettings {
  const given = Object.fromEntries(
    settingNames().flatMap((name) => (env[name]?.trim() ? [[name, env[name].trim()]] : [])),
  );
  const parsed = environmentSchema.safeParse(given);
  const wrong = new Set(parsed.error?.issues.map(({ path }) => path[0] as SettingName));
  const errors = [
    ...[...wrong].map((name) => settingError(name, given[name] !== undefined)),
    ...storageErrors(given),
  ];
  if (!parsed.success || errors.length > 0) return { ok: false, errors };
  return { ok: true, settings: toSettings(parsed.data) };
}

/** The settings that a reader of the audit log needs, and no others. */
export function readLogSettings(env: Readonly<Record<string, string | undefined>>):
  | {
      readonly ok: true;
      readonly settings: Pick<Settings, 'storage' | 'checkpointKey' | 'graphUrl' | 'loginUrl'>;
    }
  | { readonly ok: false; readonly errors: readonly SettingError[] } {
  // Of the others, only the one that every reading demands is filled in, and not looked at.
  const read = readEach({
    KEEPER_QUEUE_URL: env['KEEPER_STORAGE_ACCOUNT_URL']?.trim() ? unusedUrl : undefined,
    ...Object.fromEntries(logSettings.map((name) => [name, env[name]])),
    KEEPER_TENANT_ID: unusedTenant,
  });
  if (!read.ok) return read;
  const { storage, checkpointKey, graphUrl } = read.settings;
  // Who names the directory of a cloud means its sign-in, too.
  const [host] = cloudOf({ graphUrl })?.loginHosts ?? [];
  const loginUrl = host === undefined ? read.settings.loginUrl : `https://${host}`;
  return {
    ok: true,
    settings: {
      storage,
      graphUrl,
      loginUrl,
      ...(checkpointKey === undefined ? {} : { checkpointKey }),
    },
  };
}

const logSettings = [
  'KEEPER_STORAGE',
  'KEEPER_STORAGE_ACCOUNT_URL',
  'KEEPER_CHECKPOINT_KEY',
  'KEEPER_GRAPH_URL',
] as const;
const unusedTenant = '00000000-0000-0000-0000-000000000000';
const unusedUrl = 'https://unused.queue.invalid';

/** One line for each error. */
export function describeSettingErrors(errors: readonly SettingError[]): string {
  return errors.map(({ name, message, instead }) => `${name}: ${message}; ${instead}`).join('\n');
}

/** Which functions to register, before anything else is read. What cannot be read means all of them. */
export function readPart(env: Readonly<Record<string, string | undefined>>): Part {
  const given = env['KEEPER_PART']?.trim();
  return parts.find((one) => one === given) ?? 'all';
}

/**
 * The cloud that the settings name, before anything else is read; nothing where no address is set, since
 * a person who checks a file need not say where it will run.
 */
export function readCloud(env: Readonly<Record<string, string | undefined>>): Cloud | undefined {
  const graphUrl = env['KEEPER_GRAPH_URL']?.trim();
  const loginUrl = env['KEEPER_LOGIN_URL']?.trim();
  return cloudOf({
    ...(graphUrl ? { graphUrl } : {}),
    ...(loginUrl ? { loginUrl } : {}),
  });
}

function settingError(name: SettingName, isGiven: boolean): SettingError {
  const message = isGiven ? 'is not usable' : 'is missing';
  return { name, message, instead: `set it to ${textOf(name).form}` };
}

/** Tokens of one cloud open nothing in another: the sign-in says which cloud it is. */
function cloudErrors(settings: Settings): SettingError[] {
  const { login, graph, vault } = cloudsOf(settings);
  if (login === undefined) return [];
  const others = [
    {
      name: 'KEEPER_GRAPH_URL',
      cloud: graph,
      wanted: `https://${login.graphHosts.join(' or https://')}`,
    },
    { name: 'KEEPER_VAULT_SUFFIX', cloud: vault, wanted: login.vaultSuffix },
  ];
  return others.flatMap(({ name, cloud, wanted }) =>
    cloud === undefined || cloud === login
      ? []
      : [
          {
            name,
            message: `belongs to ${cloud.title}, and KEEPER_LOGIN_URL to ${login.title}`,
            instead: `set it to ${wanted}, or KEEPER_LOGIN_URL to https://${cloud.loginHosts[0]}`,
          },
        ],
  );
}

/** Exactly one way to reach the storage account. */
function storageErrors(given: Readonly<Record<string, string>>): SettingError[] {
  const byKey = given['KEEPER_STORAGE'] !== undefined;
  const urls = (['KEEPER_STORAGE_ACCOUNT_URL', 'KEEPER_QUEUE_URL'] as const).map((name) => ({
    name,
    isGiven: given[name] !== undefined,
  }));
  if (byKey) {
    return urls
      .filter(({ isGiven }) => isGiven)
      .map(({ name }) => ({
        name,
        message: 'is set beside KEEPER_STORAGE',
        instead: 'keep one way: the connection string, or the two addresses',
      }));
  }
  if (urls.every(({ isGiven }) => !isGiven)) {
    const instead = 'set KEEPER_STORAGE_ACCOUNT_URL and KEEPER_QUEUE_URL, or KEEPER_STORAGE alone';
    return [{ name: 'KEEPER_STORAGE_ACCOUNT_URL', message: 'is missing', instead }];
  }
  return urls.filter(({ isGiven }) => !isGiven).map(({ name }) => settingError(name, false));
}

function toSettings(values: Environment): Settings {
  const { KEEPER_CLIENT_ID: clientId, KEEPER_INSTANCE: instance } = values;
  const { KEEPER_CHECKPOINT_KEY: checkpointKey, KEEPER_AUDIENCE: audience } = values;
  const { KEEPER_PUBLIC_URL: publicUrl } = values;
  return {
    tenantId: values.KEEPER_TENANT_ID.toLowerCase(),
    graphUrl: values.KEEPER_GRAPH_URL,
    loginUrl: values.KEEPER_LOGIN_URL,
    vaultSuffix: values.KEEPER_VAULT_SUFFIX,
    nylasUrls: { us: values.KEEPER_NYLAS_US_URL, eu: values.KEEPER_NYLAS_EU_URL },
    file: values.KEEPER_FILE,
    storage: toStorage(values),
    queue: values.KEEPER_QUEUE,
    tick: values.KEEPER_TICK,
    part: values.KEEPER_PART,
    ...(audience === undefined ? {} : { audience: audience.toLowerCase() }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(checkpointKey === undefined ? {} : { checkpointKey }),
    ...(clientId === undefined ? {} : { clientId: clientId.toLowerCase() }),
    switchesPerHour: values.KEEPER_SWITCHES_PER_HOUR,
    actionsPerPass: values.KEEPER_ACTIONS_PER_PASS,
    ...(instance === undefined ? {} : { instance }),
  };
}

function toStorage(values: Environment): StorageSettings {
  const {
    KEEPER_STORAGE: key,
    KEEPER_STORAGE_ACCOUNT_URL: blobUrl,
    KEEPER_QUEUE_URL: queueUrl,
  } = values;
  if (key !== undefined) return { kind: 'connection-string', connectionString: new Secret(key) };
  if (blobUrl !== undefined && queueUrl !== undefined) {
    return { kind: 'identity', blobUrl, queueUrl };
  }
  throw new Error('settings without storage passed the check');
}
