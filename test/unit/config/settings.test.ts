import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeSettingErrors, readSettings } from '../../../src/config/settings.ts';
import { describeSettings } from '../../../src/config/settings-table.ts';

const canary = 'canary-of-a-key';
const connectionString = `AccountName=dev;AccountKey=${canary}==;BlobEndpoint=http://127.0.0.1/dev;`;
const valid = {
  KEEPER_TENANT_ID: '11111111-2222-3333-4444-55555555555A',
  KEEPER_STORAGE_ACCOUNT_URL: 'https://account.blob.core.windows.net/',
  KEEPER_QUEUE_URL: 'https://account.queue.core.windows.net',
};

function errorsOf(env: Record<string, string | undefined>): string[] {
  const read = readSettings(env);
  return read.ok ? [] : describeSettingErrors(read.errors).split('\n');
}

describe('readSettings()', () => {
  it('fills in defaults', () => {
    expect(readSettings(valid)).toEqual({
      ok: true,
      settings: {
        tenantId: '11111111-2222-3333-4444-55555555555a',
        graphUrl: 'https://graph.microsoft.com',
        loginUrl: 'https://login.microsoftonline.com',
        vaultSuffix: 'vault.azure.net',
        nylasUrls: { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' },
        file: 'keeper.yaml',
        storage: {
          kind: 'identity',
          blobUrl: 'https://account.blob.core.windows.net',
          queueUrl: 'https://account.queue.core.windows.net',
        },
        queue: 'keeper-work',
        tick: '0 */15 * * * *',
        part: 'all',
        switchesPerHour: 50,
        actionsPerPass: 24,
      },
    });
  });

  it('takes what is set', () => {
    const read = readSettings({
      ...valid,
      KEEPER_GRAPH_URL: ' https://graph.microsoft.localhost:8443/ ',
      KEEPER_VAULT_SUFFIX: 'vault.localhost:8444',
      KEEPER_NYLAS_EU_URL: 'https://eu.nylas.localhost:8445',
      KEEPER_TICK: '0 0 8-18 * Jan-Mar MON-FRI',
      KEEPER_CLIENT_ID: '99999999-2222-3333-4444-555555555555',
      KEEPER_SWITCHES_PER_HOUR: '7',
      KEEPER_ACTIONS_PER_PASS: '3',
      KEEPER_INSTANCE: 'worker-1',
    });
    expect(read).toMatchObject({
      settings: {
        graphUrl: 'https://graph.microsoft.localhost:8443',
        vaultSuffix: 'vault.localhost:8444',
        nylasUrls: { eu: 'https://eu.nylas.localhost:8445' },
        tick: '0 0 8-18 * Jan-Mar MON-FRI',
        clientId: '99999999-2222-3333-4444-555555555555',
        switchesPerHour: 7,
        actionsPerPass: 3,
        instance: 'worker-1',
      },
    });
  });

  it('counts an empty variable as absent', () => {
    expect(readSettings({ ...valid, KEEPER_QUEUE: '', KEEPER_STORAGE: ' ' })).toEqual(
      readSettings(valid),
    );
  });

  it('keeps a connection string in the Secret type', () => {
    const read = readSettings({
      KEEPER_TENANT_ID: valid.KEEPER_TENANT_ID,
      KEEPER_STORAGE: connectionString,
    });
    if (!read.ok || read.settings.storage.kind !== 'connection-string') throw new Error('not read');
    expect(read.settings.storage.connectionString.reveal()).toBe(connectionString);
    expect(JSON.stringify(read) + inspect(read, { depth: 9 })).not.toContain(canary);
  });

  it.each([
    ['KEEPER_TENANT_ID', 'contoso.example', 'set it to the directory (tenant) id, a guid'],
    [
      'KEEPER_GRAPH_URL',
      'http://graph.microsoft.com',
      'set it to an address that begins with https://, without path',
    ],
    [
      'KEEPER_LOGIN_URL',
      'https://login.microsoftonline.com/common',
      'set it to an address that begins with https://, without path',
    ],
    [
      'KEEPER_NYLAS_US_URL',
      'api.us.nylas.com',
      'set it to an address that begins with https://, without path',
    ],
    [
      'KEEPER_NYLAS_EU_URL',
      'https://me:pw@api.eu.nylas.com',
      'set it to an address that begins with https://, without path',
    ],
    [
      'KEEPER_VAULT_SUFFIX',
      'https://vault.azure.net',
      'set it to a host name, without https:// and without path',
    ],
    [
      'KEEPER_VAULT_SUFFIX',
      'vault.localhost:65536',
      'set it to a host name, without https:// and without path',
    ],
    [
      'KEEPER_VAULT_SUFFIX',
      'vault..net',
      'set it to a host name, without https:// and without path',
    ],
    [
      'KEEPER_QUEUE_URL',
      'https:account.queue.core.windows.net',
      'set it to an address such as https://account.queue.core.windows.net',
    ],
    [
      'KEEPER_QUEUE_URL',
      'http://account.queue.core.windows.net',
      'set it to an address such as https://account.queue.core.windows.net',
    ],
    ['KEEPER_QUEUE', 'a--b', 'set it to 3 to 63 lower-case letters, digits and single hyphens'],
    [
      'KEEPER_TICK',
      '*/15 * * * *',
      'set it to six fields (second minute hour day month weekday) with one space between',
    ],
    ['KEEPER_CLIENT_ID', 'me', 'set it to a guid, or nothing for the system-assigned identity'],
    ['KEEPER_SWITCHES_PER_HOUR', '0', 'set it to a whole number from 1 to 10000'],
    ['KEEPER_ACTIONS_PER_PASS', '1e3', 'set it to a whole number from 1 to 1000'],
    [
      'KEEPER_INSTANCE',
      'worker 1',
      'set it to 1 to 64 letters, digits, dots, hyphens and underscores',
    ],
  ])('refuses a %s that is not usable', (name, value, instead) => {
    expect(errorsOf({ ...valid, [name]: value })).toEqual([`${name}: is not usable; ${instead}`]);
  });

  it('tells everything that is wrong at once', () => {
    expect(errorsOf({ KEEPER_QUEUE: 'A', KEEPER_ACTIONS_PER_PASS: 'many' })).toEqual([
      expect.stringMatching(/^KEEPER_TENANT_ID: is missing; /),
      expect.stringMatching(/^KEEPER_QUEUE: is not usable; /),
      expect.stringMatching(/^KEEPER_ACTIONS_PER_PASS: is not usable; /),
      'KEEPER_STORAGE_ACCOUNT_URL: is missing; set KEEPER_STORAGE_ACCOUNT_URL and KEEPER_QUEUE_URL, or KEEPER_STORAGE alone',
    ]);
  });

  it('wants both addresses of the storage account', () => {
    expect(errorsOf({ ...valid, KEEPER_QUEUE_URL: undefined })).toEqual([
      'KEEPER_QUEUE_URL: is missing; set it to an address such as https://account.queue.core.windows.net',
    ]);
  });

  it('wants one way to the storage account', () => {
    expect(errorsOf({ ...valid, KEEPER_STORAGE: connectionString })).toEqual(
      ['KEEPER_STORAGE_ACCOUNT_URL', 'KEEPER_QUEUE_URL'].map(
        (name) =>
          `${name}: is set beside KEEPER_STORAGE; keep one way: the connection string, or the two addresses`,
      ),
    );
  });

  it('repeats no value, in whichever variable a secret was put', () => {
    for (const { name } of describeSettings()) {
      const read = readSettings({ [name]: `;${connectionString}` });
      expect(inspect(read, { depth: 9 }) + JSON.stringify(read)).not.toContain(canary);
    }
  });
});

describe('describeSettings()', () => {
  it('describes every setting, and requires the tenant alone', () => {
    const table = describeSettings();
    expect(table.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'KEEPER_TENANT_ID',
    ]);
    expect(table.every(({ description, form }) => description !== '' && form !== '')).toBe(true);
    expect(table.find(({ name }) => name === 'KEEPER_QUEUE')).toMatchObject({
      default: 'keeper-work',
    });
  });
});
