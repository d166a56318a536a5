/**
 * The audit chains on append blobs (docs/vendors.md#storage): `audit/<registration>/<n>.jsonl`, one
 * entry a block. The append position is the compare-and-swap that makes the chain a lock (law 4).
 */
import type { AppendBlobClient, ContainerClient } from '@azure/storage-blob';
import type { ChainPosition, ChainStore, ChainTail } from '../audit/chain-store.ts';
import { chainBlocks } from '../core/limits.ts';
import { failure, leavesDoubt, success, type Fault, type Result } from '../core/fault.ts';
import { faultOfLibraryError, malformed } from './fault.ts';
import { readPiece, type Piece } from './chain-piece.ts';
import { blobPages, blobsPerPage, chainBytes, chainPieceBytes } from './limits.ts';
import { retryRead } from './retry-read.ts';
import {
  attempt,
  blobPart,
  blobService,
  createAppendBlob,
  isRefusal,
  type StorageOptions,
} from './storage.ts';

export interface ChainStoreOptions extends StorageOptions {
  /**
   * Blocks of one blob; other than the format's for tests only. Raising it hides entries: readers look
   * for a next blob only where this one has so many. With a lower one a verifier finds that a next part
   * came too early.
   */
  readonly maxBlocks?: number;
  /** The storage's time, epoch milliseconds, instead of the answers' `date` header; for fast clocks. */
  readonly storageClock?: () => number;
}

type Appended = Awaited<ReturnType<ChainStore['append']>>;

/** The chains of an account. */
export function blobChains(options: ChainStoreOptions): ChainStore {
  const container = blobService(options).getContainerClient('audit');
  const chains = { options, container, maxBlocks: options.maxBlocks ?? chainBlocks };
  return {
    readTail: (registration, from) => readTail(chains, registration, from),
    append: (registration, at, line) => append(chains, registration, at, line),
    list: () => list(chains),
  };
}

interface Chains {
  readonly options: ChainStoreOptions;
  readonly container: ContainerClient;
  readonly maxBlocks: number;
}

/** One request in the usual case; more for a long tail, and for the next blob after a full one. */
async function readTail(
  chains: Chains,
  registration: string,
  from: ChainPosition,
): Promise<Result<ChainTail>> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let here = from;
  let end = from;
  for (;;) {
    const read = await readOn(chains, registration, here);
    if (!read.ok) return read;
    const piece = read.value;
    if (piece.kind === 'missing' && here.offset > 0) {
      return failure({ kind: 'absent', vendor: 'storage', code: 'chain-lost', status: 404 });
    }
    if (piece.kind === 'shorter') return failure(malformed('storage', { code: 'chain-shortened' }));
    if (piece.kind === 'bytes') {
      bytes += piece.bytes.length;
      if (bytes > chainBytes) return failure(malformed('storage', { code: 'chain-too-long' }));
      pieces.push(piece.bytes);
      end = { blob: here.blob, offset: here.offset + piece.bytes.length, blocks: piece.blocks };
      here = end;
      if (end.offset < piece.length) continue;
    }
    // Past the end of a full blob there may be a next one; past the last one there is nothing yet.
    if (here !== end || end.blocks < chains.maxBlocks) {
      const text = Buffer.concat(pieces).toString('utf8');
      return success({ text, end, storageAt: piece.at });
    }
    here = { blob: end.blob + 1, offset: 0, blocks: 0 };
  }
}

function readOn(
  { options, container }: Chains,
  registration: string,
  { blob, offset }: ChainPosition,
): Promise<Result<Piece>> {
  const client = blobOf(container, registration, blob);
  return retryRead(options, (signal) =>
    readPiece(client, {
      offset,
      count: chainPieceBytes,
      signal,
      storageClock: options.storageClock,
    }),
  );
}

/**
 * Takes effect at the position or not at all. When the answer was lost, or said that somebody else
 * was first, the bytes at the position tell whose line is there; lines never repeat.
 */
async function append(
  chains: Chains,
  registration: string,
  at: ChainPosition,
  line: string,
): Promise<Appended> {
  const bytes = Buffer.from(lineOf(line), 'utf8');
  const target = at.blocks >= chains.maxBlocks ? { blob: at.blob + 1, offset: 0, blocks: 0 } : at;
  const client = blobOf(chains.container, registration, target.blob);
  const appended: Appended = success({
    kind: 'appended',
    end: { blob: target.blob, offset: target.offset + bytes.length, blocks: target.blocks + 1 },
  });
  const sent = await sendBlock(chains, client, target.offset, bytes);
  if (sent.kind === 'appended') return appended;
  if (sent.kind === 'fault' && !leavesDoubt(sent.fault)) return failure(sent.fault);
  const piece = await retryRead(chains.options, (signal) =>
    readPiece(client, {
      offset: target.offset,
      count: bytes.length,
      signal,
      storageClock: () => 0,
    }),
  );
  if (piece.ok && piece.value.kind === 'bytes') {
    return piece.value.bytes.equals(bytes) ? appended : success({ kind: 'moved' });
  }
  if (sent.kind === 'fault') return failure(sent.fault);
  return piece.ok ? success({ kind: 'moved' }) : piece;
}

type Sent =
  | { readonly kind: 'appended' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'fault'; readonly fault: Fault };

async function sendBlock(
  { options }: Chains,
  client: AppendBlobClient,
  appendPosition: number,
  bytes: Buffer,
): Promise<Sent> {
  if (appendPosition === 0) {
    const created = await attempt(options, (signal) => createAppendBlob(client, signal));
    if (!created.ok) return { kind: 'fault', fault: created.fault };
  }
  const sent = await attempt(options, async (abortSignal): Promise<Sent> => {
    try {
      const conditions = { appendPosition };
      await client.appendBlock(bytes, bytes.length, { abortSignal, conditions });
      return { kind: 'appended' };
    } catch (error) {
      if (isRefusal(error, 412)) return { kind: 'taken' };
      return { kind: 'fault', fault: faultOfLibraryError('storage', error) };
    }
  });
  return sent.ok ? sent.value : { kind: 'fault', fault: sent.fault };
}

function list({ options, container }: Chains): Promise<Result<readonly string[]>> {
  return retryRead(options, (abortSignal) =>
    attempt(options, async () => {
      const names: string[] = [];
      const pages = container
        .listBlobsByHierarchy('/', { abortSignal })
        .byPage({ maxPageSize: blobsPerPage });
      let count = 0;
      for await (const page of pages) {
        names.push(...(page.segment.blobPrefixes ?? []).map((one) => one.name.slice(0, -1)));
        count += 1;
        if (count === blobPages) throw new RangeError('cannot list more pages');
      }
      return names;
    }),
  );
}

function blobOf(container: ContainerClient, registration: string, blob: number): AppendBlobClient {
  return container.getAppendBlobClient(`${blobPart(registration)}/${blob}.jsonl`);
}

function lineOf(line: string): string {
  const text = line.endsWith('\n') ? line : `${line}\n`;
  if (text.indexOf('\n') !== text.length - 1) throw new RangeError('an entry is one line');
  return text;
}
