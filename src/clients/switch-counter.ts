/**
 * The fleet's counter of switches (law 12): one append blob an hour, `switches/<hour>.log`, with
 * records of one size. The condition on the blob's greatest size makes the limit exact without a lock.
 */
import { success, type Result } from '../core/fault.ts';
import type { SwitchCounter } from '../reconcile/world.ts';
import {
  attempt,
  blobService,
  createAppendBlob,
  isRefusal,
  type StorageOptions,
} from './storage.ts';

const recordBytes = 32;
const record = Buffer.from(`${'switch'.padEnd(recordBytes - 1)}\n`, 'ascii');

/** The counter of an account. A lost answer counts as a switch that nobody used. */
export function blobSwitches(options: StorageOptions): SwitchCounter {
  const container = blobService(options).getContainerClient('switches');

  async function take(hourAt: number, limit: number): Promise<Result<boolean>> {
    if (limit < 1) return success(false);
    const client = container.getAppendBlobClient(
      `${new Date(hourAt).toISOString().slice(0, 13)}.log`,
    );
    const append = (abortSignal: AbortSignal): Promise<unknown> =>
      client.appendBlock(record, recordBytes, {
        abortSignal,
        conditions: { maxSize: Math.floor(limit) * recordBytes },
      });
    return attempt(options, async (abortSignal) => {
      try {
        await append(abortSignal).catch(async (error: unknown) => {
          if (!isRefusal(error, 404, 'BlobNotFound')) throw error;
          await createAppendBlob(client, abortSignal);
          await append(abortSignal);
        });
        return true;
      } catch (error) {
        if (isRefusal(error, 412)) return false;
        throw error;
      }
    });
  }

  return { take };
}
