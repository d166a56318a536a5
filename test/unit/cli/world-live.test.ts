import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorCredential } from '../../../src/cli/operator-credential.ts';
import { openNamedWorld } from '../../../src/cli/world-live.ts';
import { worldLog } from '../../../src/cli/world-log.ts';
import { openWorld } from '../../../src/cli/world-place.ts';
import { UsageError } from '../../../src/cli/terminal.ts';
import { validFile } from '../config/valid-file.ts';

const tenantId = '5f1b3c52-6a0c-4b57-9d55-4d1b9e7c0a11';
const audience = '6f3b8f0e-4d1c-4a55-9a0b-5c2f1f6d7e21';
const env = {
  KEEPER_TENANT_ID: tenantId,
  KEEPER_STORAGE_ACCOUNT_URL: 'https://keeperlog.blob.core.windows.net',
  KEEPER_QUEUE_URL: 'https://keeperlog.queue.core.windows.net',
};

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-world-'));
  file = join(folder, 'keeper.yaml');
  writeFileSync(file, validFile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Somebody who is signed in, and what was asked of them. */
function person(): { readonly credential: TokenCredential; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    credential: {
      async getToken(scopes, options) {
        asked.push(`${String(scopes)} ${options?.tenantId ?? ''}`.trim());
        return { token: `token ${asked.length}`, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    },
  };
}

const nobody: TokenCredential = {
  getToken: async () => {
    throw new Error('CredentialUnavailableError: secret details of this machine');
  },
};

async function live(): Promise<never> {
  throw new Error('opened');
}

const place = (): { isLocal: false; file: string } => ({ isLocal: false, file });

describe('openNamedWorld()', () => {
  it('opens what the settings of the deployed app name, as an operator', async () => {
    const { credential, asked } = person();
    const open = await openNamedWorld(place(), { env, credential: () => credential });
    expect(open).toMatchObject({
      where: 'keeperlog.blob.core.windows.net',
      settings: { tenantId },
    });
    expect(open.world).toMatchObject({ worker: hostname(), identity: 'operator-command-line' });
    expect(open.desired.registrations.map((one) => one.id)).toContain('calendar');
    expect([open.api, open.by, open.vendorWrites]).toEqual([undefined, undefined, undefined]);
    expect(asked).toEqual(['https://storage.azure.com/.default']);
    await open.close();
  });

  it('knows the API when its address and its audience are set', async () => {
    const { credential, asked } = person();
    const set = { ...env, KEEPER_AUDIENCE: audience, KEEPER_PUBLIC_URL: 'https://keeper.example' };
    const { api } = await openNamedWorld(place(), { env: set, credential: () => credential });
    expect(api?.url).toBe('https://keeper.example');
    expect(await api?.token()).toBe('token 2');
    expect(asked.at(-1)).toBe(`${audience}/.default`);
  });

  it.each([['KEEPER_AUDIENCE'], ['KEEPER_PUBLIC_URL']])(
    'knows none without %s',
    async (missing) => {
      const { credential } = person();
      const set = {
        ...env,
        KEEPER_AUDIENCE: audience,
        KEEPER_PUBLIC_URL: 'https://keeper.example',
        [missing]: '',
      };
      const { api } = await openNamedWorld(place(), { env: set, credential: () => credential });
      expect(api).toBeUndefined();
    },
  );

  it.each([
    [
      'settings that are missing',
      { env: {}, credential: () => nobody },
      /KEEPER_TENANT_ID: is missing/,
    ],
    [
      'nobody who is signed in',
      { env, credential: () => nobody },
      /^nobody is signed in.*Run az login/,
    ],
  ])('tells in words of %s', async (_, machine, words) => {
    const opening = openNamedWorld(place(), machine);
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(words);
    await expect(opening).rejects.not.toThrow(/secret details/);
  });

  it.each([
    ['is not there', undefined, /cannot be read\. Name your keeper\.yaml with --config FILE/],
    ['is faulty', 'registrations: 7', /cannot be used:\n.*keeper-faulty\.yaml:1:\d+/],
  ])('tells of a file that %s', async (_, text, words) => {
    const faulty = join(folder, text === undefined ? 'no.yaml' : 'keeper-faulty.yaml');
    if (text !== undefined) writeFileSync(faulty, text);
    const opening = openNamedWorld({ isLocal: false, file: faulty }, { env });
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(words);
  });
});

describe('operatorCredential()', () => {
  it('asks in the directory of the settings, once for each scope', async () => {
    const { credential, asked } = person();
    const operator = operatorCredential(
      { tenantId, loginUrl: 'https://login.microsoftonline.com' },
      credential,
    );
    const first = await operator.getToken('https://a/.default');
    expect(await operator.getToken(['https://a/.default'])).toEqual(first);
    await operator.getToken('https://b/.default');
    expect(asked).toEqual([`https://a/.default ${tenantId}`, `https://b/.default ${tenantId}`]);
  });

  it('asks again after a failure, and when the token is about to end', async () => {
    let count = 0;
    const operator = operatorCredential(
      { tenantId, loginUrl: 'https://login.microsoftonline.com' },
      {
        async getToken() {
          count += 1;
          if (count === 1) throw new Error('not now');
          return { token: String(count), expiresOnTimestamp: Date.now() + 60_000 };
        },
      },
    );
    await expect(operator.getToken('https://a/.default')).rejects.toThrow('not now');
    expect(await operator.getToken('https://a/.default')).toMatchObject({ token: '2' });
    expect(await operator.getToken('https://a/.default')).toMatchObject({ token: '3' });
  });
});

describe('worldLog()', () => {
  it('writes lines on wish, and nothing else', () => {
    const lines: string[] = [];
    const write = (text: string): void => void lines.push(text);
    worldLog(false, write).error('unheard', {});
    worldLog(true, write).warn('heard', { count: 2 });
    expect(lines).toEqual(['{"level":"warn","message":"heard","count":2}\n']);
  });
});

describe('openWorld()', () => {
  it('has no embedded world in a build without one', async () => {
    await expect(openWorld({ live }, { isLocal: true })).rejects.toThrow(/not in this build/);
  });
});
