/** One ranged read of a chain's blob. */
import type { BlobClient } from '@azure/storage-blob';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import { faultOfLibraryError, malformed, refusalOf } from './fault.ts';
import { instantOf } from './retry-after.ts';
import { bytesOf, isRefusal } from './storage.ts';

/** What lies at an offset. `at` is the storage's clock. */
export type Piece =
  | {
      readonly kind: 'bytes';
      readonly at: number;
      readonly bytes: Buffer;
      /** The blob's length and its blocks at this answer. */
      readonly length: number;
      readonly blocks: number;
    }
  /** The blob ends there. */
  | { readonly kind: 'end'; readonly at: number }
  /** The blob ends before: acknowledged entries are gone. */
  | { readonly kind: 'shorter'; readonly at: number }
  /** There is no such blob. */
  | { readonly kind: 'missing'; readonly at: number };

export interface PieceRequest {
  readonly offset: number;
  readonly count: number;
  readonly signal: AbortSignal;
  readonly storageClock: (() => number) | undefined;
}

/** Reads once. Past the end the service answers 416, which is an answer here. */
export async function readPiece(
  client: BlobClient,
  { offset, count, signal, storageClock }: PieceRequest,
): Promise<Result<Piece>> {
  const clockOf = (date: Date | undefined): number | undefined =>
    storageClock?.() ?? date?.getTime();
  try {
    const reply = await client.download(offset, count, {
      abortSignal: signal,
      maxRetryRequests: 0,
    });
    const bytes = await bytesOf(reply.readableStreamBody, count);
    const length = lengthOf(reply.contentRange) ?? offset + bytes.length;
    const blocks = reply.blobCommittedBlockCount;
    const at = clockOf(reply.date);
    if (at === undefined || !Number.isFinite(at)) return failure(unfit());
    // Azurite answers 206 with nothing at the very end, where the service answers 416.
    if (bytes.length === 0 && length === offset) return success({ kind: 'end', at });
    if (bytes.length === 0 || blocks === undefined) return failure(unfit());
    // Else a reader would ask again and again, for a few bytes each time.
    if (bytes.length < Math.min(count, length - offset)) {
      return failure(malformed('storage', { status: 206, code: 'cut-off' }));
    }
    return success({ kind: 'bytes', at, bytes, length, blocks });
  } catch (error) {
    const headers = refusalOf(error)?.headers ?? {};
    const at = storageClock?.() ?? instantOf(headers['date']);
    if (at !== undefined && isRefusal(error, 404, 'BlobNotFound')) {
      return success({ kind: 'missing', at });
    }
    if (at !== undefined && isRefusal(error, 416, 'InvalidRange')) {
      const length = lengthOf(headers['content-range']);
      return success({ kind: length !== undefined && length < offset ? 'shorter' : 'end', at });
    }
    return failure(faultOfLibraryError('storage', error));
  }
}

/** A success that no append blob gives. */
function unfit(): Fault {
  return malformed('storage', { status: 206, code: 'append-blob' });
}

/** The total of `bytes 0-9/100`, or of the 416's form with an asterisk for the range. */
function lengthOf(contentRange: string | undefined): number | undefined {
  const total = /^bytes (?:\d+-\d+|\*)\/(\d{1,15})$/.exec(contentRange ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
