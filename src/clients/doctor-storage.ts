/** What doctor asks the storage service about the log's protection and the worker's clock. Reads only. */
import { decodeJws } from '../audit/statement.ts';
import { failure, success, type Result } from '../core/fault.ts';
import type { Protected, Protection, StateWrite, StorageProbes } from '../doctor/ports.ts';
import { malformed } from './fault.ts';
import { blobBytes, blobPages, blobsPerPage } from './limits.ts';
import { retryRead } from './retry-read.ts';
import { attempt, blobService, isRefusal, textOf, type StorageOptions } from './storage.ts';

/** The probes of one account. */
export function storageProbes(options: StorageOptions): Required<StorageProbes> {
  return {
    readProtection: (container) => readProtection(options, container),
    readStateWrites: () => readStateWrites(options),
    readCheckpointAt: () => readCheckpointAt(options),
  };
}

function readProtection(
  options: StorageOptions,
  container: Protected,
): Promise<Result<Protection | undefined>> {
  const client = blobService(options).getContainerClient(container);
  return retryRead(options, () =>
    attempt(options, async (abortSignal) => {
      try {
        const { hasImmutabilityPolicy, hasLegalHold } = await client.getProperties({ abortSignal });
        return { hasPolicy: hasImmutabilityPolicy === true, hasLegalHold: hasLegalHold === true };
      } catch (error) {
        if (isRefusal(error, 404, 'ContainerNotFound')) return undefined;
        throw error;
      }
    }),
  );
}

/** The date of a write is the service's, the metadata in it the worker's. */
function readStateWrites(options: StorageOptions): Promise<Result<readonly StateWrite[]>> {
  const client = blobService(options).getContainerClient('state');
  return retryRead(options, () =>
    attempt(options, async (abortSignal) => {
      const writes: StateWrite[] = [];
      let count = 0;
      const pages = client
        .listBlobsFlat({ includeMetadata: true, abortSignal })
        .byPage({ maxPageSize: blobsPerPage });
      for await (const page of pages) {
        for (const { name, properties, metadata } of page.segment.blobItems) {
          const lookedAt = Number(metadata?.['lookedat'] ?? Number.NaN);
          if (!Number.isFinite(lookedAt)) continue;
          const registration = name.replace(/\.json$/, '');
          writes.push({ registration, lookedAt, writtenAt: properties.lastModified.getTime() });
        }
        count += 1;
        if (count === blobPages) throw new RangeError('cannot list more pages');
      }
      return writes;
    }),
  );
}

/** Statements are numbered, and names sort as numbers do. */
async function readCheckpointAt(options: StorageOptions): Promise<Result<number | undefined>> {
  const client = blobService(options).getContainerClient('checkpoints');
  const newest = await retryRead(options, () =>
    attempt(options, async (abortSignal) => {
      let last: string | undefined;
      let count = 0;
      for await (const page of client
        .listBlobsFlat({ abortSignal })
        .byPage({ maxPageSize: blobsPerPage })) {
        for (const { name } of page.segment.blobItems) {
          if (/^\d{8}\.jws$/.test(name)) last = name;
        }
        count += 1;
        if (count === blobPages) throw new RangeError('cannot list more pages');
      }
      return last;
    }),
  );
  if (!newest.ok || newest.value === undefined) return newest as Result<undefined>;
  const { value: name } = newest;
  const text = await retryRead(options, () =>
    attempt(options, (signal) => textOf(client.getBlobClient(name), blobBytes, signal)),
  );
  if (!text.ok) return text;
  const at = Date.parse(decodeJws(text.value ?? '')?.statement.at ?? '');
  return Number.isFinite(at) ? success(at) : failure(malformed('storage', { code: 'statement' }));
}
