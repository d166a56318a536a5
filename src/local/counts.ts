/** Counts requests: to vendors at the simulated cloud, to storage where they leave this process. */
import diagnostics from 'node:diagnostics_channel';

export interface RequestCounts {
  readonly graph: number;
  readonly entra: number;
  readonly vault: number;
  readonly nylas: number;
  readonly blobs: number;
  readonly queues: number;
}

export interface StorageCounts {
  readonly blobs: number;
  readonly queues: number;
  stop(): void;
}

/** Counts the requests that this process sends to two ports of this machine. */
export function countStorageRequests(blobPort: number, queuePort: number): StorageCounts {
  let blobs = 0;
  let queues = 0;
  const channel = 'http.client.request.start';

  function count(message: unknown): void {
    const host = hostOf(message);
    if (host?.endsWith(`:${blobPort}`)) blobs += 1;
    if (host?.endsWith(`:${queuePort}`)) queues += 1;
  }

  diagnostics.subscribe(channel, count);
  return {
    get blobs() {
      return blobs;
    },
    get queues() {
      return queues;
    },
    stop: () => void diagnostics.unsubscribe(channel, count),
  };
}

function hostOf(message: unknown): string | undefined {
  const { request } = message as { request?: { getHeader?(name: string): unknown } };
  const host = request?.getHeader?.('host');
  return typeof host === 'string' ? host : undefined;
}
