/** The log in a storage account as files: containers `audit` and `checkpoints` (docs/audit-format.md). */
import type { BlobClient, ContainerClient } from '@azure/storage-blob';
import type { AuditFiles, CheckpointStore, Folder, ListedFile } from '../audit/files.ts';
import { failure, success, type Result } from '../core/fault.ts';
import { malformed } from './fault.ts';
import { blobPages, blobsPerPage } from './limits.ts';
import { retryRead } from './retry-read.ts';
import {
  attempt,
  blobPart,
  blobService,
  bytesOf,
  isRefusal,
  type StorageOptions,
} from './storage.ts';

/** Bytes of one request: what a reader holds at a time. */
const pieceBytes = 4 * 1_024 * 1_024;

/** Which container a folder is, and what names in it begin with. */
const places: Readonly<Record<Folder, { readonly container: string; readonly prefix: string }>> = {
  audit: { container: 'audit', prefix: '' },
  checkpoints: { container: 'checkpoints', prefix: '' },
  keys: { container: 'checkpoints', prefix: 'keys/' },
};

/** All that is in the account's log, for reading. */
export function blobAuditFiles(options: StorageOptions): AuditFiles {
  const service = blobService(options);
  return {
    list(folder, within) {
      const { container, prefix: start } = places[folder];
      const prefix = within === undefined ? start : `${start}${blobPart(within)}/`;
      return listed(options, service.getContainerClient(container), { folder, prefix });
    },
    read(name, offset) {
      const { container, blob } = blobOf(name);
      return pieces(options, service.getContainerClient(container).getBlobClient(blob), offset);
    },
  };
}

/** Publishes files of checkpoints, each once. */
export function blobCheckpoints(options: StorageOptions): CheckpointStore {
  const service = blobService(options);
  return {
    create(name, text) {
      const { container, blob } = blobOf(name);
      const client = service.getContainerClient(container).getBlockBlobClient(blob);
      const bytes = Buffer.from(text, 'utf8');
      return attempt(options, async (abortSignal) => {
        try {
          const conditions = { ifNoneMatch: '*' };
          await client.upload(bytes, bytes.length, { abortSignal, conditions });
          return 'created';
        } catch (error) {
          if (isRefusal(error, 409, 'BlobAlreadyExists')) return 'exists';
          throw error;
        }
      });
    },
  };
}

function blobOf(name: string): { readonly container: string; readonly blob: string } {
  const cut = name.indexOf('/');
  const folder = name.slice(0, cut);
  return folder === 'keys'
    ? { container: 'checkpoints', blob: name }
    : { container: folder, blob: name.slice(cut + 1) };
}

function listed(
  options: StorageOptions,
  container: ContainerClient,
  { folder, prefix }: { readonly folder: Folder; readonly prefix: string },
): Promise<Result<readonly ListedFile[]>> {
  return retryRead(options, (abortSignal) =>
    attempt(options, async () => {
      const files: ListedFile[] = [];
      const pages = container
        .listBlobsFlat({ abortSignal, ...(prefix === '' ? {} : { prefix }) })
        .byPage({ maxPageSize: blobsPerPage });
      let count = 0;
      for await (const page of pages) {
        for (const { name, properties } of page.segment.blobItems) {
          const full = folder === 'keys' ? name : `${folder}/${name}`;
          files.push({ name: full, bytes: properties.contentLength ?? 0 });
        }
        count += 1;
        if (count === blobPages) throw new RangeError('cannot list more pages');
      }
      return files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    }),
  );
}

async function* pieces(
  options: StorageOptions,
  client: BlobClient,
  from: number,
): AsyncGenerator<Result<Uint8Array>> {
  for (let offset = from; ;) {
    const read = await retryRead(options, () => piece(options, client, offset));
    if (!read.ok) {
      yield read;
      return;
    }
    const { bytes, total } = read.value;
    if (bytes.length > 0) yield success(bytes);
    offset += bytes.length;
    if (bytes.length === 0 || offset >= total) return;
  }
}

async function piece(
  options: StorageOptions,
  client: BlobClient,
  offset: number,
): Promise<Result<{ readonly bytes: Buffer; readonly total: number }>> {
  const read = await attempt(options, async (abortSignal) => {
    try {
      const reply = await client.download(offset, pieceBytes, { abortSignal, maxRetryRequests: 0 });
      const bytes = await bytesOf(reply.readableStreamBody, pieceBytes);
      const total = /\/(\d{1,15})$/.exec(reply.contentRange ?? '')?.[1];
      return { bytes, total: total === undefined ? offset + bytes.length : Number(total) };
    } catch (error) {
      // Past the end there is nothing; what is not there is empty.
      const isEnd = isRefusal(error, 416, 'InvalidRange') || isRefusal(error, 404, 'BlobNotFound');
      if (isEnd) return { bytes: Buffer.alloc(0), total: offset };
      throw error;
    }
  });
  if (!read.ok) return read;
  const { bytes, total } = read.value;
  const isCut = bytes.length < Math.min(pieceBytes, total - offset);
  return isCut ? failure(malformed('storage', { code: 'cut-off' })) : success(read.value);
}
