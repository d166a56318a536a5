/** Role: what the suite of storage runs in: Azurite or an account, and the removal of what was made. */
import { randomUUID } from 'node:crypto';
import {
  blobService,
  prepareStorage,
  queueService,
  type StorageOptions,
} from '../../src/clients/storage.ts';
import { contractRun, valueOf, type ContractRun } from './contract-run.ts';

/** An account, real or Azurite, as the suite meets it. */
export interface StorageSurroundings {
  readonly run: ContractRun;
  readonly options: StorageOptions;
  /** A queue of this run. */
  readonly queue: string;
  /** A key of a registration that nobody had before. */
  readonly newRegistration: () => string;
  /** An hour that no worker will ever count switches in. */
  readonly newHourAt: () => number;
}

const blobNamed = ['audit', 'state', 'orders', 'results', 'config'] as const;

/**
 * Prepares an account for one run. Containers that were there stay, with all in them that does not
 * begin with the run's prefix.
 */
export async function ownStorage(options: StorageOptions): Promise<StorageSurroundings> {
  const run = contractRun(options.clock);
  const queue = run.nameOf('queue');
  const before = await containerNames(options);
  valueOf(await prepareStorage(options, [queue]));
  const made = (await containerNames(options)).filter((name) => !before.includes(name));
  const blobs = blobService(options);
  for (const name of made) {
    run.atEnd(`container ${name}`, async () => {
      const container = blobs.getContainerClient(name);
      // What somebody else has put into it meanwhile makes it theirs.
      for await (const blob of container.listBlobsFlat()) if (blob.name !== '') return;
      await container.deleteIfExists();
    });
  }
  run.atEnd(`queue ${queue}`, async () => {
    await queueService(options).getQueueClient(queue).deleteIfExists();
  });
  run.atEnd('blobs', () => removeBlobs(options, run));
  return {
    run,
    options,
    queue,
    newRegistration: () => run.nameOf(randomUUID().slice(0, 8)),
    newHourAt() {
      const hourAt = Date.UTC(2900, 0, 1) + Math.floor(Math.random() * 500_000) * 7_200_000;
      const name = `${new Date(hourAt).toISOString().slice(0, 13)}.log`;
      run.atEnd(`switches of ${name}`, async () => {
        await blobs.getContainerClient('switches').getBlobClient(name).deleteIfExists();
      });
      return hourAt;
    },
  };
}

async function containerNames(options: StorageOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of blobService(options).listContainers()) names.push(name);
  return names;
}

async function removeBlobs(options: StorageOptions, { prefix }: ContractRun): Promise<void> {
  for (const container of blobNamed) {
    const client = blobService(options).getContainerClient(container);
    for await (const { name } of client.listBlobsFlat({ prefix })) {
      await client.getBlobClient(name).deleteIfExists();
    }
  }
}
