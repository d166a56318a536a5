/**
 * Role: the settings under which contract suites run against real vendors (docs/runbook.md). What is
 * not named as a sandbox is not touched; all that is wrong is told at once, and never with a value.
 */
import { describeSettingErrors, type SettingError } from '../../src/config/settings.ts';
import type { Region } from '../../src/core/desired.ts';
import { Secret } from '../../src/core/secret.ts';
import { contractStart as start, contractVariables, formsOf } from './contract-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A real tenant. */
export interface TenantSettings {
  readonly tenantId: string;
  readonly graphUrl: string;
  readonly loginUrl: string;
}

/** A real vault. */
export interface VaultSettings {
  readonly name: string;
  readonly suffix: string;
}

/** A key in a real vault. */
export interface KeySettings extends VaultSettings {
  readonly key: string;
}

/** A real storage account. */
export type StorageSettings =
  | { readonly connectionString: Secret }
  | { readonly blobUrl: string; readonly queueUrl: string };

/** A real Nylas application, what its connector is to hold, and the grant of a test user. */
export interface NylasSettings {
  readonly region: Region;
  readonly url: string;
  readonly applicationId: string;
  readonly apiKey: Secret;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly tenant: string;
  readonly grant?: { readonly id: string; readonly keyId: string };
  /** The questions to ask, by number. */
  readonly probes: readonly number[];
}

/** What real vendors are there. */
export interface ContractSettings {
  readonly tenant?: TenantSettings;
  readonly vault?: VaultSettings;
  readonly key?: KeySettings;
  readonly storage?: StorageSettings;
  readonly nylas?: NylasSettings;
}

/** Settings, or everything that is wrong with them. */
export type ReadContractSettings =
  | { readonly ok: true; readonly settings: ContractSettings }
  | { readonly ok: false; readonly errors: readonly SettingError[] };

/** A suite that can run against a real vendor. */
export type SuiteName = 'graph' | 'entra' | 'key-vault' | 'vault-keys' | 'storage' | 'nylas';

const needs = {
  graph: ['tenant', 'KEEPER_CONTRACT_TENANT_ID'],
  entra: ['tenant', 'KEEPER_CONTRACT_TENANT_ID'],
  'key-vault': ['vault', 'KEEPER_CONTRACT_VAULT'],
  'vault-keys': ['key', 'KEEPER_CONTRACT_KEY'],
  storage: ['storage', 'neither KEEPER_CONTRACT_STORAGE nor KEEPER_CONTRACT_BLOB_URL'],
  nylas: ['nylas', 'KEEPER_CONTRACT_NYLAS_APPLICATION_ID'],
} as const;

/**
 * Why a suite does not run against a real vendor; `undefined` when it does.
 * @throws Error when settings are wrong: a suite must not pass because of a mistyped name.
 */
export function whyNotReal(suite: SuiteName, env: Environment): string | undefined {
  const [part, variables] = needs[suite];
  if (contractSettings(env)[part] !== undefined) return undefined;
  const verb = variables.startsWith('neither') ? 'is set' : 'is not set';
  return `${variables} ${verb}`;
}

/** The settings. @throws Error that lists all that is wrong, without values. */
export function contractSettings(env: Environment): ContractSettings {
  const read = readContractSettings(env);
  if (read.ok) return read.settings;
  throw new Error(`Contract settings are wrong:\n${describeSettingErrors(read.errors)}`);
}

/** Reads `KEEPER_CONTRACT_…`. An empty variable counts as absent. */
export function readContractSettings(env: Environment): ReadContractSettings {
  const given = new Map(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith(start) && value?.trim() ? [[name, value.trim()] as const] : [],
    ),
  );
  const errors = [
    ...unknownOnes(given),
    ...unfitOnes(given),
    ...missingOnes(given),
    ...unnamedOnes(given),
  ];
  return errors.length > 0 ? { ok: false, errors } : { ok: true, settings: settingsOf(given) };
}

type Given = ReadonlyMap<string, string>;

function unknownOnes(given: Given): SettingError[] {
  const known = new Set<string>(contractVariables.map(({ name }) => name));
  return [...given.keys()]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, message: 'is not known', instead: 'see docs/runbook.md' }));
}

function unfitOnes(given: Given): SettingError[] {
  return contractVariables.flatMap(({ name, form }) => {
    const value = given.get(name);
    if (value === undefined || formsOf[form].isFit(value)) return [];
    return [{ name, message: 'is not usable', instead: `set it to ${formsOf[form].says}` }];
  });
}

/** Groups of which all must be there when one is. */
const groups: readonly (readonly string[])[] = [
  ['BLOB_URL', 'QUEUE_URL'],
  [
    'NYLAS_APPLICATION_ID',
    'NYLAS_REGION',
    'NYLAS_API_KEY',
    'NYLAS_CLIENT_ID',
    'NYLAS_CLIENT_SECRET',
  ],
  ['NYLAS_GRANT_ID', 'NYLAS_GRANT_KEY_ID'],
];

/** What makes no sense alone: the first needs the second. */
const companions: readonly (readonly [string, string])[] = [
  ['NYLAS_GRANT_ID', 'TENANT_ID'],
  ['NYLAS_GRANT_ID', 'NYLAS_APPLICATION_ID'],
  ['NYLAS_PROBES', 'NYLAS_APPLICATION_ID'],
  ['VAULT_SUFFIX', 'VAULT'],
  ['KEY', 'VAULT'],
  ['GRAPH_URL', 'TENANT_ID'],
  ['LOGIN_URL', 'TENANT_ID'],
];

function missingOnes(given: Given): SettingError[] {
  const has = (name: string): boolean => given.has(`${start}${name}`);
  const lacking = groups.flatMap((group) => {
    const first = group.find(has);
    if (first === undefined) return [];
    return group.filter((name) => !has(name)).map((name) => [name, first] as const);
  });
  const alone = companions
    .filter(([name, companion]) => has(name) && !has(companion))
    .map(([name, companion]) => [companion, name] as const);
  const errors = [...lacking, ...alone].map(([name, because]) => ({
    name: `${start}${name}`,
    message: 'is missing',
    instead: `it goes with ${start}${because}`,
  }));
  if (has('STORAGE') && has('BLOB_URL')) {
    const message = 'is set beside KEEPER_CONTRACT_STORAGE';
    errors.push({ name: `${start}BLOB_URL`, message, instead: 'keep one of the two ways' });
  }
  return errors;
}

/** The suites write only to what is named twice: where it is, and that it is a sandbox. */
function unnamedOnes(given: Given): SettingError[] {
  const sandboxes = (given.get(`${start}SANDBOX`) ?? '').split(/\s+/);
  const targets = [
    ['TENANT_ID', 'the id of the tenant', given.get(`${start}TENANT_ID`)],
    ['VAULT', 'the name of the vault', given.get(`${start}VAULT`)],
    ['STORAGE', 'the name of the account', accountIn(given.get(`${start}STORAGE`))],
    ['BLOB_URL', 'the name of the account', hostIn(given.get(`${start}BLOB_URL`))],
    [
      'NYLAS_APPLICATION_ID',
      'the id of the application',
      given.get(`${start}NYLAS_APPLICATION_ID`),
    ],
  ] as const;
  return targets
    .filter(([, , target]) => target !== undefined && !sandboxes.includes(target))
    .map(([name, what]) => ({
      name: `${start}SANDBOX`,
      message: `does not name what ${start}${name} names`,
      instead: `if that is a sandbox, add ${what}; suites make and remove things there`,
    }));
}

function accountIn(connectionString: string | undefined): string | undefined {
  if (connectionString === undefined) return undefined;
  return /(?:^|;)AccountName=([^;]+)/.exec(connectionString)?.[1] ?? '';
}

function hostIn(url: string | undefined): string | undefined {
  return url === undefined ? undefined : (URL.parse(url)?.hostname.split('.')[0] ?? '');
}

function settingsOf(given: Given): ContractSettings {
  const textOf = (name: string): string => {
    const byDefault = contractVariables.find((one) => one.name === name)?.default;
    return given.get(name) ?? byDefault ?? '';
  };
  const has = (name: string): boolean => given.has(`${start}${name}`);
  const vault: VaultSettings = {
    name: textOf('KEEPER_CONTRACT_VAULT'),
    suffix: textOf('KEEPER_CONTRACT_VAULT_SUFFIX'),
  };
  return {
    ...(has('TENANT_ID') && {
      tenant: {
        tenantId: textOf('KEEPER_CONTRACT_TENANT_ID').toLowerCase(),
        graphUrl: textOf('KEEPER_CONTRACT_GRAPH_URL'),
        loginUrl: textOf('KEEPER_CONTRACT_LOGIN_URL'),
      },
    }),
    ...(has('VAULT') && { vault }),
    ...(has('KEY') && { key: { ...vault, key: textOf('KEEPER_CONTRACT_KEY') } }),
    ...(has('STORAGE') && {
      storage: { connectionString: new Secret(textOf('KEEPER_CONTRACT_STORAGE')) },
    }),
    ...(has('BLOB_URL') && {
      storage: {
        blobUrl: textOf('KEEPER_CONTRACT_BLOB_URL'),
        queueUrl: textOf('KEEPER_CONTRACT_QUEUE_URL'),
      },
    }),
    ...(has('NYLAS_APPLICATION_ID') && { nylas: nylasOf(textOf, has('NYLAS_GRANT_ID')) }),
  };
}

function nylasOf(textOf: (name: string) => string, hasGrant: boolean): NylasSettings {
  const region = textOf('KEEPER_CONTRACT_NYLAS_REGION') === 'us' ? 'us' : 'eu';
  const probes = textOf('KEEPER_CONTRACT_NYLAS_PROBES');
  return {
    region,
    url: `https://api.${region}.nylas.com`,
    applicationId: textOf('KEEPER_CONTRACT_NYLAS_APPLICATION_ID'),
    apiKey: new Secret(textOf('KEEPER_CONTRACT_NYLAS_API_KEY')),
    clientId: textOf('KEEPER_CONTRACT_NYLAS_CLIENT_ID'),
    clientSecret: new Secret(textOf('KEEPER_CONTRACT_NYLAS_CLIENT_SECRET')),
    tenant: textOf('KEEPER_CONTRACT_NYLAS_TENANT'),
    ...(hasGrant && {
      grant: {
        id: textOf('KEEPER_CONTRACT_NYLAS_GRANT_ID'),
        keyId: textOf('KEEPER_CONTRACT_NYLAS_GRANT_KEY_ID').toLowerCase(),
      },
    }),
    probes: probes === '' ? [1, 2, 3, 4, 5, 6, 7, 8] : probes.split(',').map(Number),
  };
}
