/** Folded chains on blobs `state/<registration>.json`; what a tick needs is in their metadata. */
import { z } from 'zod';
import { success, type Result } from '../core/fault.ts';
import type { StateHead, StateStore } from '../reconcile/world.ts';
import { blobBytes, blobPages, blobsPerPage } from './limits.ts';
import { retryRead } from './retry-read.ts';
import { attempt, blobPart, blobService, textOf, type StorageOptions } from './storage.ts';

/** Metadata travels in headers: names are identifiers whose case is not kept, values are ASCII. */
const metadata = z
  .object({
    nextlookat: z.coerce.number().finite(),
    lookedat: z.coerce.number().finite(),
    fingerprint: z.string().transform(decoded),
    configuration: z.string().transform(decoded),
    state: z.string().transform(decoded),
    reason: z.string().transform(decoded),
  })
  .transform((raw): Omit<StateHead, 'registration'> => ({
    nextLookAt: raw.nextlookat,
    lookedAt: raw.lookedat,
    fingerprint: raw.fingerprint,
    configuration: raw.configuration,
    state: raw.state,
    reason: raw.reason,
  }));

/** The states of an account. */
export function blobStates(options: StorageOptions): StateStore {
  const container = blobService(options).getContainerClient('state');

  function read(registration: string): Promise<Result<string | undefined>> {
    const client = container.getBlobClient(nameOf(registration));
    return retryRead(options, (signal) =>
      attempt(options, () => textOf(client, blobBytes, signal)),
    );
  }

  /** Overwrites: a lost or older state only costs a fold. */
  async function write(
    registration: string,
    body: string,
    head: StateHead,
  ): Promise<Result<object>> {
    const client = container.getBlockBlobClient(nameOf(registration));
    const bytes = Buffer.from(body, 'utf8');
    const written = await attempt(options, (abortSignal) =>
      client.upload(bytes, bytes.length, {
        abortSignal,
        metadata: metadataOf(head),
        blobHTTPHeaders: { blobContentType: 'application/json' },
      }),
    );
    return written.ok ? success({}) : written;
  }

  /** Blobs whose metadata cannot be read are left out: they look new, and are folded again. */
  function list(): Promise<Result<readonly StateHead[]>> {
    return retryRead(options, (abortSignal) =>
      attempt(options, async () => {
        const heads: StateHead[] = [];
        const pages = container
          .listBlobsFlat({ includeMetadata: true, abortSignal })
          .byPage({ maxPageSize: blobsPerPage });
        let count = 0;
        for await (const page of pages) {
          for (const { name, metadata: raw } of page.segment.blobItems) {
            const head = metadata.safeParse(raw);
            if (!head.success || !name.endsWith('.json')) continue;
            heads.push({ registration: name.slice(0, -'.json'.length), ...head.data });
          }
          count += 1;
          if (count === blobPages) throw new RangeError('cannot list more pages');
        }
        return heads;
      }),
    );
  }

  return { read, write, list };
}

function nameOf(registration: string): string {
  return `${blobPart(registration)}.json`;
}

function metadataOf(head: StateHead): Record<string, string> {
  return {
    nextlookat: String(head.nextLookAt),
    lookedat: String(head.lookedAt),
    fingerprint: encodeURIComponent(head.fingerprint),
    configuration: encodeURIComponent(head.configuration),
    state: encodeURIComponent(head.state),
    reason: encodeURIComponent(head.reason),
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
