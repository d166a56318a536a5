import { describe, expect, it } from 'vitest';
import { cloudOf, clouds } from '../../../src/config/cloud.ts';
import { parseDesired } from '../../../src/config/desired-file.ts';
import {
  describeSettingErrors,
  readCloud,
  readLogSettings,
  readSettings,
} from '../../../src/config/settings.ts';
import { changed, validFile } from './valid-file.ts';

const enough = {
  KEEPER_TENANT_ID: '11111111-2222-3333-4444-555555555555',
  KEEPER_STORAGE_ACCOUNT_URL: 'https://account.blob.core.windows.net',
  KEEPER_QUEUE_URL: 'https://account.queue.core.windows.net',
};

/** Each way to name each cloud: some have two addresses of a kind. */
const deployments = clouds.flatMap((cloud) =>
  cloud.graphHosts.flatMap((graph) =>
    cloud.loginHosts.map((login) => ({
      cloud,
      env: {
        KEEPER_GRAPH_URL: `https://${graph}`,
        KEEPER_LOGIN_URL: `https://${login}/`,
        KEEPER_VAULT_SUFFIX: cloud.vaultSuffix,
      },
    })),
  ),
);
const [publicCloud, government, china] = clouds;

function errorsOf(env: Record<string, string>): string[] {
  const read = readSettings({ ...enough, ...env });
  return read.ok ? [] : describeSettingErrors(read.errors).split('\n');
}

describe('settings of a cloud', () => {
  it.for(deployments)('$env.KEEPER_LOGIN_URL, $env.KEEPER_GRAPH_URL', ({ cloud, env }) => {
    const read = readSettings({ ...enough, ...env });
    if (!read.ok) throw new Error(describeSettingErrors(read.errors));
    expect(read.settings).toMatchObject({
      graphUrl: env.KEEPER_GRAPH_URL,
      loginUrl: env.KEEPER_LOGIN_URL.slice(0, -1),
      vaultSuffix: env.KEEPER_VAULT_SUFFIX,
    });
    expect(cloudOf(read.settings)).toBe(cloud);
    expect(readCloud(env)).toBe(cloud);
  });

  it('that are left out are those of the public cloud', () => {
    const read = readSettings(enough);
    expect(read.ok && cloudOf(read.settings)).toBe(publicCloud);
  });

  it('tell a Graph and a vault that were forgotten', () => {
    expect(errorsOf({ KEEPER_LOGIN_URL: 'https://login.microsoftonline.us' })).toEqual([
      'KEEPER_GRAPH_URL: belongs to the public cloud, and KEEPER_LOGIN_URL to Azure Government; set it to https://graph.microsoft.us or https://dod-graph.microsoft.us, or KEEPER_LOGIN_URL to https://login.microsoftonline.com',
      'KEEPER_VAULT_SUFFIX: belongs to the public cloud, and KEEPER_LOGIN_URL to Azure Government; set it to vault.usgovcloudapi.net, or KEEPER_LOGIN_URL to https://login.microsoftonline.com',
    ]);
  });

  it('tell a sign-in that was forgotten', () => {
    expect(errorsOf({ KEEPER_GRAPH_URL: 'https://microsoftgraph.chinacloudapi.cn' })).toEqual([
      'KEEPER_GRAPH_URL: belongs to Azure in China, and KEEPER_LOGIN_URL to the public cloud; set it to https://graph.microsoft.com, or KEEPER_LOGIN_URL to https://login.partner.microsoftonline.cn',
    ]);
  });

  it('are not judged where an address is of no known cloud', () => {
    expect(
      errorsOf({
        KEEPER_LOGIN_URL: 'https://login.microsoftonline.localhost:8443',
        KEEPER_GRAPH_URL: 'https://graph.microsoft.us',
      }),
    ).toEqual([]);
    expect(
      errorsOf({
        KEEPER_LOGIN_URL: 'https://login.microsoftonline.us',
        KEEPER_GRAPH_URL: 'https://graph.localhost:8443',
        KEEPER_VAULT_SUFFIX: 'vault.localhost:8444',
      }),
    ).toEqual([]);
  });

  it('give a reader of the log the sign-in of its cloud', () => {
    const read = readLogSettings({
      KEEPER_STORAGE_ACCOUNT_URL: 'https://account.blob.core.usgovcloudapi.net',
      KEEPER_GRAPH_URL: 'https://graph.microsoft.us',
    });
    expect(read.ok && read.settings.loginUrl).toBe('https://login.microsoftonline.us');
  });
});

describe('parseDesired() in a cloud', () => {
  it.for([
    { cloud: government, title: 'Azure Government' },
    { cloud: china, title: 'Azure in China' },
  ])('refuses personal accounts in $title', ({ cloud, title }) => {
    const { text, line, column } = changed([
      ['audience: organizations-and-personal', 'audience: ▸organizations-and-personal'],
    ]);
    expect(parseDesired(text, 'hash', cloud)).toEqual({
      ok: false,
      errors: [
        {
          line,
          column,
          path: 'registrations.calendar.audience',
          message: `audience 'organizations-and-personal' admits personal accounts, and ${title} has none`,
          instead:
            'write organizations or this-organization, or keep this registration in the public cloud',
        },
      ],
    });
  });

  it('takes the same file with another audience in every cloud', () => {
    const text = validFile.replace('organizations-and-personal', 'organizations');
    for (const cloud of clouds) expect(parseDesired(text, 'hash', cloud).ok).toBe(true);
  });

  it('takes personal accounts in the public cloud, and where no cloud is known', () => {
    expect(parseDesired(validFile, 'hash', publicCloud).ok).toBe(true);
    expect(parseDesired(validFile, 'hash').ok).toBe(true);
    expect(readCloud({})).toBeUndefined();
    expect(readCloud({ KEEPER_LOGIN_URL: ' ' })).toBeUndefined();
  });
});
