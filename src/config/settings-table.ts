/** Role: the table of all settings: what each is for, its form, and what it is when nobody sets it. */
import { z } from 'zod';

/** Two apps share one package: one answers people, the other works. `all` is for one machine. */
export const parts = ['web', 'worker', 'all'] as const;
export type Part = (typeof parts)[number];

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

/** All settings, as environment variables. */
export const environmentSchema = z.object({
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

export type Environment = z.output<typeof environmentSchema>;

/** All settings, for the documentation. */
export function describeSettings(): readonly SettingDescription[] {
  return settingNames().map((name) => ({
    name,
    required: !environmentSchema.shape[name].safeParse(undefined).success,
    ...textOf(name),
  }));
}

export type SettingName = keyof typeof environmentSchema.shape;

/** Names of all settings. */
export function settingNames(): SettingName[] {
  return Object.keys(environmentSchema.shape) as SettingName[];
}

/** What a person is told of a setting. */
export function textOf(name: SettingName): Text {
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
