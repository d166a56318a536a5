/**
 * Settings of a deployment, from environment variables. All that is wrong is told at once, and no
 * value is ever repeated in an error: one of them is a secret, and people mix up variables.
 */
import { z } from 'zod';
import type { Region } from '../core/desired.ts';
import { Secret } from '../core/secret.ts';
import { type Cloud, cloudOf, cloudsOf } from './cloud.ts';

/** How Keeper reaches its storage account: with its key (development), or with its identity. */
type StorageSettings =
  | { readonly kind: 'connection-string'; readonly connectionString: Secret }
  | { readonly kind: 'identity'; readonly blobUrl: string; readonly queueUrl: string };

/** Two apps share one package: one answers people, the other works. `all` is for one machine. */
const parts = ['web', 'worker', 'all'] as const;
export type Part = (typeof parts)[number];

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

/** One line of the table for the documentation. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  /** What to set: the form of the value. */
  readonly form: string;
  readonly required: boolean;
  readonly default?: string;
}

interface Text {
  readonly description: string;
  readonly form: string;
  readonly default?: string;
}

const texts = z.registry<Text>();

const storageNamePattern = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
const hostPattern = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/i;
const cronField = String.raw`[0-9*][0-9*/,-]*`;
const dayField = String.raw`[0-9A-Za-z*][0-9A-Za-z*/,-]*`;
const tickPattern = new RegExp(`^(?:${cronField} ){4}${dayField} ${dayField}$`);
const keyAddressPattern = /^https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/keys\/[A-Za-z0-9-]{1,127}$/;
const storageKeyPattern = /^[A-Za-z]+=[^;]+(?:;[A-Za-z]+=[^;]+)*;?$/;

const environmentSchema = z.object({
  KEEPER_TENANT_ID: required(z.guid(), {
    description: 'Id of the directory (tenant) whose app registrations Keeper keeps.',
    form: 'the directory (tenant) id, a guid',
  }),
  KEEPER_GRAPH_URL: withDefault(address('origin'), {
    description: 'Microsoft Graph of your cloud.',
    form: 'an address that begins with https://, without path',
    default: 'https://graph.microsoft.com',
  }),
  KEEPER_LOGIN_URL: withDefault(address('origin'), {
    description: 'The sign-in service of your cloud.',
    form: 'an address that begins with https://, without path',
    default: 'https://login.microsoftonline.com',
  }),
  KEEPER_VAULT_SUFFIX: withDefault(z.string().regex(hostPattern).refine(isHost), {
    description: "What follows a vault's name in its host name; may hold a port.",
    form: 'a host name, without https:// and without path',
    default: 'vault.azure.net',
  }),
  KEEPER_NYLAS_US_URL: withDefault(address('origin'), {
    description: 'The Nylas API of region us.',
    form: 'an address that begins with https://, without path',
    default: 'https://api.us.nylas.com',
  }),
  KEEPER_NYLAS_EU_URL: withDefault(address('origin'), {
    description: 'The Nylas API of region eu.',
    form: 'an address that begins with https://, without path',
    default: 'https://api.eu.nylas.com',
  }),
  KEEPER_FILE: withDefault(z.string(), {
    description: 'Path of the file that says how registrations should be.',
    form: 'a path',
    default: 'keeper.yaml',
  }),
  KEEPER_STORAGE: optional(z.string().regex(storageKeyPattern), {
    description:
      'Connection string of the storage account, for development. In Azure set the two addresses below instead, so that no key exists.',
    form: 'a connection string (Name=value;Name=value)',
  }),
  KEEPER_STORAGE_ACCOUNT_URL: optional(address('path'), {
    description: 'Blob address of the storage account, reached with the identity of the app.',
    form: 'an address such as https://account.blob.core.windows.net',
  }),
  KEEPER_QUEUE_URL: optional(address('path'), {
    description: 'Queue address of the storage account, reached with the identity of the app.',
    form: 'an address such as https://account.queue.core.windows.net',
  }),
  KEEPER_QUEUE: withDefault(z.string().regex(storageNamePattern), {
    description: 'The queue of registrations to look at.',
    form: '3 to 63 lower-case letters, digits and single hyphens',
    default: 'keeper-work',
  }),
  KEEPER_TICK: withDefault(z.string().regex(tickPattern), {
    description: 'When Keeper looks for what is due.',
    form: 'six fields (second minute hour day month weekday) with one space between',
    default: '0 */15 * * * *',
  }),
  KEEPER_CHECKPOINT: withDefault(z.string().regex(tickPattern), {
    description:
      'When Keeper looks whether a checkpoint of the audit log is due; one a day is made.',
    form: 'six fields (second minute hour day month weekday) with one space between',
    default: '0 0 * * * *',
  }),
  KEEPER_CHECKPOINT_KEY: optional(z.string().regex(keyAddressPattern), {
    description:
      'Address of the Key Vault key (EC, P-256) that signs checkpoints of the audit log. Without it none are made.',
    form: 'an address such as https://vault.vault.azure.net/keys/keeper-checkpoint, without a version',
  }),
  KEEPER_AUDIENCE: optional(z.guid(), {
    description:
      "Client id of the app registration that people sign in to Keeper with; operators' tokens must be for it. Without it nobody is let in.",
    form: 'a guid',
  }),
  KEEPER_PUBLIC_URL: optional(address('origin'), {
    description: 'Where people find Keeper, when that is not the address that the app itself sees.',
    form: 'an address that begins with https://, without path',
  }),
  KEEPER_PART: withDefault(z.enum(parts), {
    description: 'Which functions this app has: those that answer people, those that work, or all.',
    form: 'web, worker or all',
    default: 'all',
  }),
  KEEPER_CLIENT_ID: optional(z.guid(), {
    description: 'Client id of a user-assigned identity, if the app has several.',
    form: 'a guid, or nothing for the system-assigned identity',
  }),
  KEEPER_SWITCHES_PER_HOUR: withDefault(count(10_000), {
    description:
      'How many connectors may be given another secret in an hour, over the whole fleet.',
    form: 'a whole number from 1 to 10000',
    default: '50',
  }),
  KEEPER_ACTIONS_PER_PASS: withDefault(count(1000), {
    description: 'How many actions a pass over one registration may take.',
    form: 'a whole number from 1 to 1000',
    default: '24',
  }),
  KEEPER_INSTANCE: optional(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), {
    description: 'Name of this worker in the audit log. Without it the platform names it.',
    form: '1 to 64 letters, digits, dots, hyphens and underscores',
  }),
});

type Environment = z.output<typeof environmentSchema>;

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

/** All settings, for the documentation. */
export function describeSettings(): readonly SettingDescription[] {
  return settingNames().map((name) => ({
    name,
    required: !environmentSchema.shape[name].safeParse(undefined).success,
    ...textOf(name),
  }));
}

type SettingName = keyof typeof environmentSchema.shape;

function settingNames(): SettingName[] {
  return Object.keys(environmentSchema.shape) as SettingName[];
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

function textOf(name: SettingName): Text {
  const text = texts.get(environmentSchema.shape[name]);
  if (text === undefined) throw new Error('a setting has no description');
  return text;
}

function required<T extends z.ZodType>(schema: T, text: Text): T {
  texts.add(schema, text);
  return schema;
}

function optional<T extends z.ZodType>(schema: T, text: Text): z.ZodOptional<T> {
  const wrapped = schema.optional();
  texts.add(wrapped, text);
  return wrapped;
}

/** The default is written as a person would set it, and checked like a value. */
function withDefault<T extends z.ZodType<unknown, string>>(
  schema: T,
  text: Text & { default: string },
): z.ZodPrefault<T> {
  const wrapped = schema.prefault(text.default as z.input<T>);
  texts.add(wrapped, text);
  return wrapped;
}

/** With a vault's name before it, it is a host that an address can have, and its port is one. */
function isHost(suffix: string): boolean {
  return !suffix.includes('..') && URL.canParse(`https://vault.${suffix}`);
}

/** An encrypted address, without the slash at its end. */
function address(upTo: 'origin' | 'path'): z.ZodType<string, string> {
  return z
    .string()
    .refine((text) => {
      const url = URL.parse(text);
      // A URL may leave the slashes out; what is made of this address may not.
      if (url === null || !/^https:\/\/[^/\s\\?#@][^\s\\?#@]*$/i.test(text)) return false;
      return upTo === 'path' || url.pathname === '/';
    })
    .transform((text) => text.replace(/\/+$/, ''));
}

function count(most: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^[0-9]{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(most));
}
