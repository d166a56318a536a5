/** Role: storage's promises, in Azurite and, where one is named, in a real account. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobChains } from '../../src/clients/chain-store.ts';
import { blobService, queueService } from '../../src/clients/storage.ts';
import { blobText } from '../../src/clients/text-store.ts';
import { startAzurite, type Azurite } from '../../src/local/azurite.ts';
import { realStorage } from '../support/contract-real.ts';
import { contractHookMs, machineClock, valueOf } from '../support/contract-run.ts';
import { whyNotReal } from '../support/contract-settings.ts';
import { ownStorage, type StorageSurroundings } from '../support/contract-storage.ts';
import { manualClock } from '../unit/clients/scripted.ts';
import { startProxy } from '../support/contract-proxy.ts';
import { describeStorageHands, type ProxiedStorage } from './suites/storage-hands.ts';
import { describeStorageContract } from './suites/storage.ts';

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

  // First: the suite removes at its end what both need.
  describeStorageHands(() => storage);
  describeStorageContract(() => storage);

  it('is left by a run as it was, but for what others put there', async () => {
    const { options } = storage;
    const blobs = blobService(options);
    const names = async () => {
      const found: string[] = [];
      for await (const { name } of blobs.listContainers()) found.push(name);
      for await (const { name } of queueService(options).listQueues()) found.push(name);
      for (const container of ['audit', 'config', 'state']) {
        const client = blobs.getContainerClient(container);
        if (!(await client.exists())) continue;
        for await (const { name } of client.listBlobsFlat()) found.push(`${container}/${name}`);
      }
      return found.toSorted();
    };
    await blobs.getContainerClient('audit').createIfNotExists();
    await blobs
      .getContainerClient('audit')
      .getBlockBlobClient('keeper-contract-like')
      .upload('x', 1);
    const before = await names();
    const run = await ownStorage(options);
    valueOf(await blobText(options, run.newRegistration()).write('x'));
    const start = { blob: 1, offset: 0, blocks: 0 };
    valueOf(await blobChains(options).append(run.newRegistration(), start, 'x'));
    await blobs.getContainerClient('state').getBlockBlobClient('of-another').upload('x', 1);
    await run.run.cleanUp();
    const added = (await names()).filter((name) => !before.includes(name));
    expect(added).toEqual(['state', 'state/of-another']);
    expect(await names()).toEqual(expect.arrayContaining(before));
  });
});

const whyNot = whyNotReal('storage', process.env);

describe.skipIf(whyNot !== undefined)(`a real account: ${whyNot ?? 'named'}`, () => {
  let storage: StorageSurroundings;
  beforeAll(async () => {
    storage = await realStorage(process.env);
  });
  describeStorageContract(() => storage);
});
