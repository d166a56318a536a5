/** One text in one blob, such as `config/last-good.yaml`. */
import { success, type Result } from '../core/fault.ts';
import type { Done } from '../reconcile/world.ts';
import { blobBytes } from './limits.ts';
import { retryRead } from './retry-read.ts';
import { attempt, blobPart, blobService, textOf, type StorageOptions } from './storage.ts';

export interface TextStore {
  /** `undefined` when it was never written. */
  read(): Promise<Result<string | undefined>>;
  /** Overwrites. */
  write(text: string): Promise<Result<Done>>;
}

/** The text at `config/<name>`. */
export function blobText(options: StorageOptions, name: string): TextStore {
  const client = blobService(options)
    .getContainerClient('config')
    .getBlockBlobClient(blobPart(name));
  return {
    read: () =>
      retryRead(options, (signal) => attempt(options, () => textOf(client, blobBytes, signal))),
    async write(text) {
      const bytes = Buffer.from(text, 'utf8');
      const written = await attempt(options, (abortSignal) =>
        client.upload(bytes, bytes.length, { abortSignal }),
      );
      return written.ok ? success({}) : written;
    },
  };
}
