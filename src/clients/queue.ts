/** The queue of passes on Azure Queue Storage. */
import { success } from '../core/fault.ts';
import type { WorkQueue } from '../reconcile/world.ts';
import { attempt, queueService, type StorageOptions } from './storage.ts';

/** Messages are JSON in base64, as the Functions host expects them by default (`host.json`). */
export function storageQueue(options: StorageOptions, name: string): WorkQueue {
  const client = queueService(options).getQueueClient(name);
  return {
    async send(message) {
      const text = Buffer.from(JSON.stringify(message), 'utf8').toString('base64');
      const sent = await attempt(options, (abortSignal) =>
        client.sendMessage(text, { abortSignal }),
      );
      return sent.ok ? success({}) : sent;
    },
  };
}
