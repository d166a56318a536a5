/**
 * Azure Storage: how to reach an account, and what its calls have in common. The first segment of a
 * path in `docs/storage.md` is a container: `audit/…`, `state/…`, `orders/…` and so on.
 */
import type { TokenCredential } from '@azure/identity';
import {
  BlobServiceClient,
  type AppendBlobClient,
  type BlobClient,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { failure, success, type Result } from '../core/fault.ts';
import { codesOf, faultOfLibraryError, refusalOf } from './fault.ts';
import { totalMs as defaultTotalMs } from './limits.ts';
import type { Patience } from './retry-read.ts';

/** Where the account is, and who asks. */
type StorageAccount =
  /** Azurite, or an account with keys. */
  | { readonly connectionString: string }
  /** An account without keys. */
  | {
      readonly blobUrl: string;
      readonly queueUrl: string;
      readonly credential: TokenCredential;
    };

export interface StorageOptions extends Patience {
  readonly account: StorageAccount;
  /** What requests go through instead of the library's own client; for tests. */
  readonly httpClient?: NonNullable<StoragePipelineOptions['httpClient']>;
}

/** The containers that Keeper uses. */
type ContainerName =
  | 'audit'
  | 'checkpoints'
  | 'state'
  | 'orders'
  | 'results'
  | 'switches'
  | 'config';

const containers: readonly ContainerName[] = [
  'audit',
  'checkpoints',
  'state',
  'orders',
  'results',
  'switches',
  'config',
];

/** A client for blobs. Without retries: those of reads are ours, writes have none. */
export function blobService(options: StorageOptions): BlobServiceClient {
  const { account } = options;
  return 'connectionString' in account
    ? BlobServiceClient.fromConnectionString(account.connectionString, pipelineOf(options))
    : new BlobServiceClient(account.blobUrl, account.credential, pipelineOf(options));
}

/** A client for queues, likewise. */
export function queueService(options: StorageOptions): QueueServiceClient {
  const { account } = options;
  return 'connectionString' in account
    ? QueueServiceClient.fromConnectionString(account.connectionString, pipelineOf(options))
    : new QueueServiceClient(account.queueUrl, account.credential, pipelineOf(options));
}

/** Makes the containers and queues where they are missing. In Azure the deployment has made them. */
export async function prepareStorage(
  options: StorageOptions,
  queues: readonly string[],
): Promise<Result<void>> {
  return attempt(options, async (abortSignal) => {
    const blobs = blobService(options);
    for (const name of containers) {
      await blobs.getContainerClient(name).createIfNotExists({ abortSignal });
    }
    const service = queueService(options);
    for (const name of queues) {
      await service.getQueueClient(name).createIfNotExists({ abortSignal });
    }
  });
}

/** One call of the library with the total time as its limit; what it throws becomes a fault. */
export async function attempt<T>(
  { totalMs = defaultTotalMs }: Pick<StorageOptions, 'totalMs'>,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T>> {
  try {
    return success(await call(AbortSignal.timeout(totalMs)));
  } catch (error) {
    return failure(faultOfLibraryError('storage', error));
  }
}

/** True when the service refused with this status and, where given, one of these codes. */
export function isRefusal(error: unknown, status: number, ...codes: readonly string[]): boolean {
  if (refusalOf(error)?.status !== status) return false;
  return codes.length === 0 || codesOf('storage', error).some((code) => codes.includes(code));
}

/** Creates an append blob unless it is there. */
export async function createAppendBlob(
  client: AppendBlobClient,
  abortSignal: AbortSignal,
): Promise<void> {
  try {
    await client.create({ abortSignal, conditions: { ifNoneMatch: '*' } });
  } catch (error) {
    if (!isRefusal(error, 409, 'BlobAlreadyExists')) throw error;
  }
}

/** The whole text of a blob; `undefined` when it is not there. Throws what the library throws. */
export async function textOf(
  client: BlobClient,
  bound: number,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const reply = await client.download(0, undefined, { abortSignal, maxRetryRequests: 0 });
    return (await bytesOf(reply.readableStreamBody, bound)).toString('utf8');
  } catch (error) {
    if (isRefusal(error, 404, 'BlobNotFound')) return undefined;
    throw error;
  }
}

/** The bytes of a reply, read no further than the bound. */
export async function bytesOf(
  stream: NodeJS.ReadableStream | undefined,
  bound: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream ?? []) {
    const bytes = Buffer.from(piece);
    length += bytes.length;
    if (length > bound) throw new RangeError('cannot read a blob that is larger than its bound');
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/**
 * A part of a blob's name that came from outside. Throws for what could lead to another path: names
 * are checked where they come in, so that is a defect.
 */
export function blobPart(text: string): string {
  if (!isBlobPart(text)) throw new RangeError('cannot use this text as part of a blob name');
  return text;
}

/** True for 1 to 200 letters, digits and `_ . : -` that are not all dots. */
export function isBlobPart(text: string): boolean {
  return /^[\w.:-]{1,200}$/.test(text) && !/^\.+$/.test(text);
}

function pipelineOf({ httpClient }: StorageOptions): {
  readonly retryOptions: { readonly maxTries: number };
  readonly httpClient?: NonNullable<StoragePipelineOptions['httpClient']>;
} {
  return {
    retryOptions: { maxTries: 1 },
    ...(httpClient === undefined ? {} : { httpClient }),
  };
}
