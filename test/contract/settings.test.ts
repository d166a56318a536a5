/** Role: the settings of real vendors: a mistake is told by name, and nothing unnamed is touched. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeSettingErrors } from '../../src/config/settings.ts';
import { readContractSettings, whyNotReal } from '../support/contract-settings.ts';
import { contractVariables } from '../support/contract-variables.ts';

const tenantId = '11111111-2222-4333-8444-555555555555';
const clientId = '99999999-2222-4333-8444-555555555555';

const whole = {
  KEEPER_CONTRACT_SANDBOX: `${tenantId} kv-sandbox stsandbox app-1`,
  KEEPER_CONTRACT_TENANT_ID: tenantId,
  KEEPER_CONTRACT_VAULT: 'kv-sandbox',
  KEEPER_CONTRACT_STORAGE: 'AccountName=stsandbox;AccountKey=c2VjcmV0',
  KEEPER_CONTRACT_NYLAS_APPLICATION_ID: 'app-1',
  KEEPER_CONTRACT_NYLAS_REGION: 'eu',
  KEEPER_CONTRACT_NYLAS_API_KEY: 'nyk_v0_secret',
  KEEPER_CONTRACT_NYLAS_CLIENT_ID: clientId,
  KEEPER_CONTRACT_NYLAS_CLIENT_SECRET: 'secret~text',
};

/** The settings of everything, with some changed; `undefined` takes one away. */
function read(changes: Readonly<Record<string, string | undefined>> = {}) {
  return readContractSettings({ ...whole, ...changes });
}

function errorsOf(changes: Readonly<Record<string, string | undefined>>): string {
  const result = read(changes);
  return result.ok ? '' : describeSettingErrors(result.errors);
}

describe('readContractSettings()', () => {
  it('names no real vendor where nothing is set', () => {
    const env = { KEEPER_TENANT_ID: tenantId, KEEPER_CONTRACT_VAULT: ' ' };
    expect(readContractSettings(env)).toEqual({ ok: true, settings: {} });
  });

  it('reads everything, with the defaults of the public cloud', () => {
    const result = read();
    expect(result).toMatchObject({
      ok: true,
      settings: {
        tenant: { tenantId, graphUrl: 'https://graph.microsoft.com' },
        vault: { name: 'kv-sandbox', suffix: 'vault.azure.net' },
        nylas: {
          url: 'https://api.eu.nylas.com',
          tenant: 'common',
          probes: [1, 2, 3, 4, 5, 6, 7, 8],
        },
      },
    });
    expect(JSON.stringify(result)).not.toMatch(/nyk_v0|secret~text|c2VjcmV0/);
  });

  it.each([
    ['KEEPER_CONTRACT_TENANT_ID', tenantId, 'the id of the tenant'],
    ['KEEPER_CONTRACT_VAULT', 'kv-sandbox', 'the name of the vault'],
    ['KEEPER_CONTRACT_STORAGE', 'stsandbox', 'the name of the account'],
    ['KEEPER_CONTRACT_NYLAS_APPLICATION_ID', 'app-1', 'the id of the application'],
  ])('refuses what %s names unless it is named as a sandbox too', (name, target, what) => {
    const rest = whole.KEEPER_CONTRACT_SANDBOX.split(' ').filter((one) => one !== target);
    const told = errorsOf({ KEEPER_CONTRACT_SANDBOX: rest.join(' ') });
    expect(told).toBe(
      `KEEPER_CONTRACT_SANDBOX: does not name what ${name} names; ` +
        `if that is a sandbox, add ${what}; suites make and remove things there`,
    );
  });

  it('refuses an account by its address, too, unless it is named', () => {
    const told = errorsOf({
      KEEPER_CONTRACT_STORAGE: undefined,
      KEEPER_CONTRACT_BLOB_URL: 'https://stprod.blob.core.windows.net',
      KEEPER_CONTRACT_QUEUE_URL: 'https://stprod.queue.core.windows.net',
    });
    expect(told).toContain('does not name what KEEPER_CONTRACT_BLOB_URL names');
  });

  it.each([
    ['KEEPER_CONTRACT_TENANT_ID', 'contoso', 'a guid'],
    ['KEEPER_CONTRACT_NYLAS_REGION', 'asia', 'us or eu'],
    ['KEEPER_CONTRACT_NYLAS_PROBES', '5,9', 'numbers from 1 to 8 with commas between'],
    [
      'KEEPER_CONTRACT_GRAPH_URL',
      'http://graph',
      'an address that begins with https://, without path',
    ],
    ['KEEPER_CONTRACT_VAULT_SUFFIX', 'https://x', 'a host name'],
  ])('says what %s should look like', (name, value, form) => {
    expect(errorsOf({ [name]: value })).toContain(`${name}: is not usable; set it to ${form}`);
  });

  it.each([
    ['KEEPER_CONTRACT_NYLAS_API_KEY', 'KEEPER_CONTRACT_NYLAS_APPLICATION_ID', {}],
    [
      'KEEPER_CONTRACT_NYLAS_GRANT_KEY_ID',
      'KEEPER_CONTRACT_NYLAS_GRANT_ID',
      { KEEPER_CONTRACT_NYLAS_GRANT_ID: 'g' },
    ],
    [
      'KEEPER_CONTRACT_TENANT_ID',
      'KEEPER_CONTRACT_NYLAS_GRANT_ID',
      {
        KEEPER_CONTRACT_NYLAS_GRANT_ID: 'g',
        KEEPER_CONTRACT_NYLAS_GRANT_KEY_ID: clientId,
      },
    ],
    [
      'KEEPER_CONTRACT_VAULT',
      'KEEPER_CONTRACT_VAULT_SUFFIX',
      { KEEPER_CONTRACT_VAULT_SUFFIX: 'x.y' },
    ],
  ])('misses %s, which goes with %s', (name, companion, changes) => {
    const told = errorsOf({ ...changes, [name]: undefined });
    expect(told).toContain(`${name}: is missing; it goes with ${companion}`);
  });

  it('refuses a variable that it does not know, for it may be a mistyped one', () => {
    expect(errorsOf({ KEEPER_CONTRACT_VALT: 'x' })).toBe(
      'KEEPER_CONTRACT_VALT: is not known; see docs/runbook.md',
    );
  });

  it('refuses two ways to one storage account', () => {
    const told = errorsOf({
      KEEPER_CONTRACT_BLOB_URL: 'https://stsandbox.blob.core.windows.net',
      KEEPER_CONTRACT_QUEUE_URL: 'https://stsandbox.queue.core.windows.net',
    });
    expect(told).toContain('is set beside KEEPER_CONTRACT_STORAGE');
  });

  it('repeats no value', () => {
    const told = errorsOf({
      KEEPER_CONTRACT_NYLAS_API_KEY: 'nyk_v0 with blanks',
      KEEPER_CONTRACT_STORAGE: 'AccountKey',
      KEEPER_CONTRACT_SANDBOX: 'elsewhere',
    });
    expect(told).not.toMatch(/nyk_v0|elsewhere|AccountKey/);
  });
});

describe('whyNotReal()', () => {
  it('names the variable that would switch a suite on', () => {
    expect(whyNotReal('entra', {})).toBe('KEEPER_CONTRACT_TENANT_ID is not set');
    expect(whyNotReal('nylas', whole)).toBeUndefined();
  });

  it('throws where settings are wrong, so that no suite passes for a typing mistake', () => {
    expect(() => whyNotReal('graph', { KEEPER_CONTRACT_TENANT: 'x' })).toThrow('is not known');
  });
});

describe('docs/runbook.md', () => {
  it('tells of each variable', () => {
    const text = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const missing = contractVariables.filter(({ name }) => !text.includes(`\`${name}\``));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
