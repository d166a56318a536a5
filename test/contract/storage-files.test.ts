/** Role: the log as files, in Azurite and, where one is named, in a real account. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWhole } from '../../src/audit/files.ts';
import { blobAuditFiles, blobCheckpoints } from '../../src/clients/audit-files.ts';
import { startAzurite, type Azurite } from '../../src/local/azurite.ts';
import { startProxy } from '../support/contract-proxy.ts';
import { realStorage } from '../support/contract-real.ts';
import { contractHookMs, machineClock, valueOf } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { ownStorage, type StorageSurroundings } from '../support/contract-storage.ts';
import { manualClock } from '../unit/clients/scripted.ts';
import { appendAll } from './suites/storage-chains.ts';
import { describeStorageFiles, newFile } from './suites/storage-files.ts';
import type { ProxiedStorage } from './suites/storage-hands.ts';

describe('Azurite', () => {
  let azurite: Azurite;
  let storage: ProxiedStorage;

  beforeAll(async () => {
    azurite = await startAzurite();
    const proxy = await startProxy(azurite.blobPort);
    const { connectionString } = azurite;
    const at = (pattern: RegExp | string, port: number) =>
      connectionString.replaceAll(pattern, `127.0.0.1:${port}`);
    storage = {
      ...(await ownStorage({ account: { connectionString }, clock: machineClock })),
      proxy,
      proxied: {
        account: { connectionString: at(`127.0.0.1:${azurite.blobPort}`, proxy.port) },
        clock: manualClock(),
      },
      dead: { account: { connectionString: at(/127\.0\.0\.1:\d+/g, 1) }, clock: manualClock() },
    };
  }, contractHookMs);

  afterAll(async () => {
    await storage?.proxy.stop();
    await azurite?.stop();
  });

  describe('with a hand on the line', () => {
    beforeEach(() => storage.proxy.decide(() => 'pass'));

    it('has a file whose answer was lost, and says that it exists', async () => {
      const name = newFile(storage, 'checkpoints');
      storage.proxy.decide((method) => (method === 'PUT' ? 'lose-answer' : 'pass'));
      const store = blobCheckpoints(storage.proxied);
      const first = await store.create(name, 'text\n');
      // Whether the library tells the loss or finds the file: nothing is there but what was written.
      if (first.ok) expect(first.value).toBe('exists');
      storage.proxy.decide(() => 'pass');
      expect(valueOf(await store.create(name, 'other\n'))).toBe('exists');
      const read = await readWhole(blobAuditFiles(storage.options), name, 100);
      expect(valueOf(read)?.toString('utf8')).toBe('text\n');
    });

    it('lacks a file whose request was lost', async () => {
      const name = newFile(storage, 'checkpoints');
      storage.proxy.decide((method) => (method === 'PUT' ? 'lose-request' : 'pass'));
      const store = blobCheckpoints(storage.proxied);
      expect(await store.create(name, 'text\n')).toMatchObject({
        ok: false,
        fault: { vendor: 'storage' },
      });
      storage.proxy.decide(() => 'pass');
      expect(valueOf(await store.create(name, 'other\n'))).toBe('created');
    });

    it('reads on after a reading that was lost', async () => {
      const registration = storage.newRegistration();
      await appendAll(storage.options, registration, ['1', '2']);
      let lost = 0;
      storage.proxy.decide((method) => {
        if (method !== 'GET' || lost > 0) return 'pass';
        lost += 1;
        return 'lose-answer';
      });
      const files = blobAuditFiles(storage.proxied);
      const read = await readWhole(files, `audit/${registration}/1.jsonl`, 100);
      expect(valueOf(read)?.toString('utf8')).toBe('1\n2\n');
      expect(lost).toBe(1);
    });

    it('that cannot be reached is told as a fault, never as an empty log', async () => {
      const files = blobAuditFiles(storage.dead);
      const fault = { kind: 'unavailable', vendor: 'storage' };
      expect(await files.list('audit')).toMatchObject({ ok: false, fault });
      expect(await readWhole(files, 'audit/x/1.jsonl', 100)).toMatchObject({ ok: false, fault });
      const store = blobCheckpoints(storage.dead);
      expect(await store.create('checkpoints/x', 'x')).toMatchObject({ ok: false, fault });
    });
  });

  // Last: the suite removes at its end what both need.
  describeStorageFiles(() => storage);
});

const whyNot = whyNotReal('storage', process.env);

describe.skipIf(whyNot !== undefined)(`a real account: ${whyNot ?? 'named'}`, () => {
  let storage: StorageSurroundings;
  beforeAll(async () => {
    storage = await realStorage(process.env);
  });
  describeStorageFiles(() => storage);
});
