/** Role: the variables of contract suites, and the forms that they can have. */

/** The name of a form. */
export type Form =
  | 'names'
  | 'guid'
  | 'origin'
  | 'name'
  | 'host'
  | 'connection'
  | 'region'
  | 'secret'
  | 'questions';

/** All of them begin with this. */
export const contractStart = 'KEEPER_CONTRACT_';

/** One variable, for the documentation. */
export interface ContractVariable {
  readonly name: string;
  readonly description: string;
  readonly form: Form;
  readonly default?: string;
}

/** All variables of the contract suites. */
export const contractVariables: readonly ContractVariable[] = [
  variable('SANDBOX', 'Everything that may be written to, once more.', 'names'),
  variable('TENANT_ID', 'The Entra tenant of the suites graph and entra.', 'guid'),
  variable('GRAPH_URL', 'Microsoft Graph of its cloud.', 'origin', 'https://graph.microsoft.com'),
  variable(
    'LOGIN_URL',
    'The sign-in service of its cloud.',
    'origin',
    'https://login.microsoftonline.com',
  ),
  variable('VAULT', 'The name of the vault of the suite key-vault.', 'name'),
  variable('VAULT_SUFFIX', "What follows the vault's name.", 'host', 'vault.azure.net'),
  variable('KEY', 'The name of a P-256 key in that vault, for the suite vault-keys.', 'name'),
  variable('STORAGE', 'Connection string of the account of the suite storage.', 'connection'),
  variable('BLOB_URL', 'Instead of it, for an account without keys: its blobs.', 'origin'),
  variable('QUEUE_URL', 'And its queues.', 'origin'),
  variable('NYLAS_APPLICATION_ID', 'The Nylas application of the suite nylas.', 'name'),
  variable('NYLAS_REGION', 'Where it lives.', 'region'),
  variable('NYLAS_API_KEY', 'A key of it.', 'secret'),
  variable('NYLAS_CLIENT_ID', 'The client id that its connector holds, or is to hold.', 'guid'),
  variable('NYLAS_CLIENT_SECRET', 'A secret of that client which works.', 'secret'),
  variable('NYLAS_TENANT', "The connector's tenant.", 'name', 'common'),
  variable('NYLAS_GRANT_ID', 'The grant of a test user, for questions 5 and 7.', 'name'),
  variable(
    'NYLAS_GRANT_KEY_ID',
    'Key id of the secret under which that user signed in. It will be removed.',
    'guid',
  ),
  variable('NYLAS_PROBES', 'Which of the eight questions to ask.', 'questions'),
];

interface FormRule {
  /** Follows "set it to". */
  readonly says: string;
  isFit(value: string): boolean;
}

/** Each form, in words and as a check. */
export const formsOf: Readonly<Record<Form, FormRule>> = {
  names: by('names and ids with one blank between', /^[\w.-]+(?: [\w.-]+)*$/),
  guid: by('a guid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  origin: { says: 'an address that begins with https://, without path', isFit: isOrigin },
  name: by('up to 127 letters, digits, dots, hyphens and underscores', /^[\w.-]{1,127}$/),
  host: by('a host name', /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i),
  connection: by(
    'a connection string (Name=value;Name=value)',
    /^[A-Za-z]+=[^;]+(?:;[A-Za-z]+=[^;]+)*;?$/,
  ),
  region: by('us or eu', /^(?:us|eu)$/),
  secret: by('text without blanks', /^[\x21-\x7E]{1,1024}$/),
  questions: by('numbers from 1 to 8 with commas between', /^[1-8](?:,[1-8])*$/),
};

function by(says: string, pattern: RegExp): FormRule {
  return { says, isFit: (value) => pattern.test(value) };
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url?.protocol === 'https:' && url.origin === value;
}

function variable(
  name: string,
  description: string,
  ...[form, byDefault]: [Form, string?]
): ContractVariable {
  return {
    name: `${contractStart}${name}`,
    description,
    form,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  };
}
