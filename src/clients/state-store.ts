/** Folded chains on blobs `state/<registration>.json`; what a tick needs is in their metadata. */
import { failure, success, type Result } from '../core/fault.ts';
import { isInstant, stateFormat } from '../reconcile/chain-session.ts';
import type { StateHead, StateStore } from '../reconcile/world.ts';
import { blobListing, type ListedBlob } from './blob-listing.ts';
import { blobBytes } from './limits.ts';
import { retryRead } from './retry-read.ts';
import {
  attempt,
  blobPart,
  blobService,
  bytesOf,
  isBlobPart,
  isRefusal,
  type StorageOptions,
} from './storage.ts';

/** Members of a head that are instants or counts, as metadata names them. */
const numbers = {
  nextLookAt: 'nextlookat',
  lookedAt: 'lookedat',
  sinceAt: 'sinceat',
  endsAt: 'endsat',
  renewsAt: 'renewsat',
  connectors: 'connectors',
  provedAt: 'provedat',
} as const;
const texts = ['fingerprint', 'configuration', 'state', 'reason'] as const;

/** How often a write looks again because somebody else wrote meanwhile. */
const writeTries = 3;

/** What is at a blob's place: whose tag a write may replace, and in which format it is. */
interface Found {
  /** None: there is no blob. */
  readonly etag?: string;
  readonly format: number;
}

/** The states of an account. */
export function blobStates(options: StorageOptions): StateStore {
  const container = blobService(options).getContainerClient('state');
  const listing = blobListing(container);

  /** What this process last saw; a write need not look again unless it was replaced since. */
  const seen = new Map<string, Found>();

  function read(registration: string): Promise<Result<string | undefined>> {
    const client = container.getBlobClient(nameOf(registration));
    return retryRead(options, (abortSignal) =>
      attempt(options, async () => {
        try {
          const reply = await client.download(0, undefined, { abortSignal, maxRetryRequests: 0 });
          const bytes = await bytesOf(reply.readableStreamBody, blobBytes);
          seen.set(registration, foundIn(reply));
          return bytes.toString('utf8');
        } catch (error) {
          if (!isRefusal(error, 404, 'BlobNotFound')) throw error;
          seen.set(registration, nothing);
          return undefined;
        }
      }),
    );
  }

  /**
   * Overwrites: a lost or older state only costs a fold. One of a newer Keeper is left alone, also when
   * it comes while this runs: what is replaced is what was seen.
   */
  async function write(
    registration: string,
    body: string,
    head: StateHead,
  ): Promise<Result<object>> {
    const client = container.getBlockBlobClient(nameOf(registration));
    const bytes = Buffer.from(body, 'utf8');
    const upload = async (found: Found, abortSignal: AbortSignal): Promise<boolean> => {
      try {
        const reply = await client.upload(bytes, bytes.length, {
          abortSignal,
          metadata: metadataOf(head),
          blobHTTPHeaders: { blobContentType: 'application/json' },
          conditions: found.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: found.etag },
        });
        seen.set(registration, foundIn({ ...reply, metadata: metadataOf(head) }));
        return true;
      } catch (error) {
        if (isRefusal(error, 412) || isRefusal(error, 409, 'BlobAlreadyExists')) return false;
        throw error;
      }
    };
    for (let tries = 1; tries <= writeTries; tries += 1) {
      const found = await lookAt(registration);
      if (!found.ok) return found;
      if (found.value.format > stateFormat) {
        return failure({ kind: 'rejected', vendor: 'storage', code: 'newer-format' });
      }
      // Until it is known how this one ends, nothing is known.
      seen.delete(registration);
      const written = await attempt(options, (signal) => upload(found.value, signal));
      if (!written.ok) return written;
      if (written.value) return success({});
    }
    return failure({ kind: 'conflict', vendor: 'storage' });
  }

  async function lookAt(registration: string): Promise<Result<Found>> {
    const known = seen.get(registration);
    if (known) return success(known);
    const client = container.getBlobClient(nameOf(registration));
    return attempt(options, async (abortSignal) => {
      try {
        return foundIn(await client.getProperties({ abortSignal }));
      } catch (error) {
        if (isRefusal(error, 404)) return nothing;
        throw error;
      }
    });
  }

  /** Blobs whose metadata cannot be read are left out: they look new, and are folded again. */
  function list(): Promise<Result<readonly StateHead[]>> {
    return retryRead(options, async (signal) => {
      const listed = await listing(signal);
      return listed.ok ? success(listed.value.flatMap((blob) => headOf(blob) ?? [])) : listed;
    });
  }

  return { read, write, list };
}

const nothing: Found = { format: 0 };

/** A blob without a format is of a Keeper that had one alone. */
function foundIn({
  etag,
  metadata,
}: {
  readonly etag?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}): Found {
  const format = numberIn(metadata?.['v']) ?? 1;
  return etag === undefined ? { format } : { etag, format };
}

function nameOf(registration: string): string {
  return `${blobPart(registration)}.json`;
}

/** Metadata travels in headers: names are identifiers whose case is not kept, values are ASCII. */
function metadataOf(head: StateHead): Record<string, string> {
  const metadata: Record<string, string> = { v: String(stateFormat) };
  for (const [member, name] of Object.entries(numbers) as [keyof typeof numbers, string][]) {
    const value = head[member];
    if (value !== undefined) metadata[name] = String(value);
  }
  for (const name of texts) metadata[name] = encodeURIComponent(head[name]);
  return metadata;
}

/** The head of a blob. What an older Keeper wrote has no glance; a broken one counts as none. */
function headOf({ name, etag, metadata }: ListedBlob): StateHead | undefined {
  if (!name.endsWith('.json')) return undefined;
  const registration = name.slice(0, -'.json'.length);
  // A blob that somebody put there by hand is nobody's state.
  if (!isBlobPart(registration)) return undefined;
  const nextLookAt = numberIn(metadata[numbers.nextLookAt]);
  const lookedAt = numberIn(metadata[numbers.lookedAt]);
  // A listing may leave out what is empty.
  const { fingerprint = '', configuration = '', state, reason } = metadata;
  if (nextLookAt === undefined || lookedAt === undefined) return undefined;
  if (state === undefined || reason === undefined) return undefined;
  return {
    registration,
    nextLookAt,
    lookedAt,
    fingerprint: decoded(fingerprint),
    configuration: decoded(configuration),
    state: decoded(state),
    reason: decoded(reason),
    ...glanceIn(metadata),
    ...(etag === '' ? {} : { etag }),
  };
}

/** All of the glance or nothing of it: a half would tell that there is no credential. */
function glanceIn(metadata: ListedBlob['metadata']): Partial<StateHead> {
  const glance: { -readonly [member in keyof typeof numbers]?: number } = {};
  for (const member of ['sinceAt', 'endsAt', 'renewsAt', 'connectors', 'provedAt'] as const) {
    const text = metadata[numbers[member]];
    if (text === undefined) continue;
    const value = numberIn(text);
    if (value === undefined) return {};
    glance[member] = value;
  }
  return glance.connectors === undefined ? {} : glance;
}

function numberIn(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  // None of them is beyond what a date can hold.
  return isInstant(value) ? value : undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
