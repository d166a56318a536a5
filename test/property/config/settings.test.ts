/** Settings: whatever the environment holds, usable settings or errors that repeat no value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeSettingErrors,
  readSettings,
  type Settings,
} from '../../../src/config/settings.ts';
import { describeSettings } from '../../../src/config/settings-table.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileText } from '../../support/hostile-values.ts';

const names = describeSettings().map(({ name }) => name);

/** Values that are right for some setting, and such that nearly are. */
const nearly = fc.oneof(
  fc.constantFrom(
    '11111111-2222-3333-4444-555555555555',
    'https://account.blob.core.windows.net/',
    'https:account.blob.core.windows.net',
    'https:/account.blob.core.windows.net',
    'https://user:pw@account.blob.core.windows.net',
    'HTTPS://ACCOUNT.example',
    'https://a.example/path/',
    'https://[::1]:8443',
    'https://ex%61mple.com',
    'https://1.2.3',
    'vault.azure.net',
    'vault.localhost:8444',
    'vault.localhost:99999',
    'vault..net',
    'xn--.net',
    '1.2.3.4.5',
    'AccountName=dev;AccountKey=a==;',
    'keeper-work',
    '0 */15 * * * *',
    '0 0 0 * JAN MON',
    '1',
    '0',
    '10000',
    '10001',
    'worker-1',
  ),
  fc.webUrl(),
  fc.domain(),
  fc.nat().map(String),
  hostileText,
);

const environment = fc.dictionary(fc.constantFrom(...names, 'PATH', '__proto__'), nearly);

const enough: Readonly<Record<string, string>> = {
  KEEPER_TENANT_ID: '11111111-2222-3333-4444-555555555555',
  KEEPER_STORAGE_ACCOUNT_URL: 'https://account.blob.core.windows.net',
  KEEPER_QUEUE_URL: 'https://account.queue.core.windows.net',
};

/** What is enough, with one or more settings replaced. */
const damaged = fc.oneof(
  environment.map((changes) => ({ ...enough, ...changes })),
  fc
    .tuple(fc.constantFrom(...names), nearly)
    .map(([name, value]) => ({ ...enough, [name]: value })),
);

/** Holds when a deployment with these settings can reach what they name, over TLS. */
function expectReachable({ graphUrl, loginUrl, nylasUrls, vaultSuffix, storage }: Settings): void {
  for (const url of [graphUrl, loginUrl, nylasUrls.us, nylasUrls.eu]) {
    expect(url).toMatch(/^https:\/\/[^/]+$/i);
    expect(URL.parse(url)?.protocol).toBe('https:');
  }
  const vaultUrl = `https://demo-vault.${vaultSuffix}`;
  expect(URL.parse(vaultUrl)?.hostname, vaultUrl).toMatch(/^demo-vault\./);
  if (storage.kind === 'connection-string') return;
  for (const url of [storage.blobUrl, storage.queueUrl]) {
    expect(url).toMatch(/^https:\/\/[^/].*[^/]$/i);
  }
}

describe('readSettings()', () => {
  it(
    'gives settings or errors, and the same ones again, for any environment',
    () => {
      fc.assert(
        fc.property(fc.oneof(environment, damaged), (env) => {
          const read = readSettings(env);
          expect(JSON.stringify(readSettings(env))).toBe(JSON.stringify(read));
          expectUnpolluted();
          if (read.ok) return;
          expect(read.errors.length).toBeGreaterThan(0);
          for (const { name, message, instead } of read.errors) {
            expect(names).toContain(name);
            expect(message === '' || instead === '').toBe(false);
          }
        }),
        cases(150),
      );
    },
    patience(),
  );

  it('repeats no value in an error, for any environment', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9~._]{12,24}$/).map((text) => `~${text}~`);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), secret, { minKeys: 1 }), (env) => {
        const read = readSettings(env);
        const said = read.ok ? JSON.stringify(read) : describeSettingErrors(read.errors);
        // A path may be anything, and is no secret.
        const { KEEPER_FILE: _file, ...others } = env;
        for (const value of Object.values(others)) expect(said).not.toContain(value);
      }),
      cases(200),
    );
  });

  it(
    'takes only addresses that can be reached, for any environment',
    () => {
      fc.assert(
        fc.property(damaged, (env) => {
          const read = readSettings(env);
          if (read.ok) expectReachable(read.settings);
        }),
        {
          ...cases(150),
          examples: [
            [{ ...enough, KEEPER_VAULT_SUFFIX: 'vault.localhost:99999' }],
            [{ ...enough, KEEPER_VAULT_SUFFIX: 'vault..net' }],
            [{ ...enough, KEEPER_QUEUE_URL: 'https:account.queue.core.windows.net' }],
          ],
        },
      );
    },
    patience(),
  );
});
