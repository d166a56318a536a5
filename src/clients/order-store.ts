/** Orders by people and their results: create-once blobs `orders/<registration>/<id>.json`, `results/<id>.json`. */
import type { BlockBlobClient } from '@azure/storage-blob';
import { failure, success, type Result } from '../core/fault.ts';
import type { Order } from '../core/order.ts';
import type { Done, Log, OrderStore } from '../reconcile/world.ts';
import { malformed } from './fault.ts';
import { blobBytes, blobPages, blobsPerPage, orderReads, ordersPerRead } from './limits.ts';
import { orderOf } from './order-shape.ts';
import { retryRead } from './retry-read.ts';
import {
  attempt,
  blobPart,
  blobService,
  isBlobPart,
  isRefusal,
  textOf,
  type StorageOptions,
} from './storage.ts';

export interface OrderStoreOptions extends StorageOptions {
  /** Told of what lies among the orders and is none. */
  readonly log?: Log;
}

/** What a listing has met so far. */
interface Listing {
  readonly found: Order[];
  /** Blobs that were looked into. */
  reads: number;
  /** Blobs that are no orders of this registration, as far as this Keeper can tell. */
  strangers: number;
}

/** The orders of an account. */
export function blobOrders(options: OrderStoreOptions): OrderStore {
  const service = blobService(options);
  const orders = service.getContainerClient('orders');
  const results = service.getContainerClient('results');

  /**
   * Open orders, oldest first, 200 at the most. What cannot be read as an order of this registration
   * is left where it is, for a newer worker may know it, and told. A page may be empty and yet not
   * the last (docs/vendors.md#storage): only a listing without another page is at its end.
   */
  async function list(registration: string): Promise<Result<readonly Order[]>> {
    const prefix = `${blobPart(registration)}/`;
    const listed = await retryRead(options, (signal) =>
      attempt(options, () => listing(prefix, signal)),
    );
    if (!listed.ok) return listed;
    if (listed.value === undefined)
      return failure(malformed('storage', { code: 'too-many-pages' }));
    const { found, strangers } = listed.value;
    if (strangers > 0) {
      options.log?.error('orders hold what is no order', { registration, count: strangers });
    }
    return success(found);
  }

  /** `undefined` where there is no end: what was not read must not look absent. */
  async function listing(prefix: string, abortSignal: AbortSignal): Promise<Listing | undefined> {
    const met: Listing = { found: [], reads: 0, strangers: 0 };
    const isFull = (): boolean => met.found.length >= ordersPerRead || met.reads >= orderReads;
    let pages = 0;
    for await (const page of orders
      .listBlobsFlat({ prefix, abortSignal })
      .byPage({ maxPageSize: blobsPerPage })) {
      pages += 1;
      if (pages > blobPages) return undefined;
      for (const { name } of page.segment.blobItems) {
        if (isFull()) return met;
        await meet(met, name, { prefix, abortSignal });
      }
    }
    return met;
  }

  /** By its name first: what has another one need not be read. */
  async function meet(
    met: Listing,
    name: string,
    { prefix, abortSignal }: { readonly prefix: string; readonly abortSignal: AbortSignal },
  ): Promise<void> {
    if (!startsWithInstant.test(name.slice(prefix.length))) {
      met.strangers += 1;
      return;
    }
    met.reads += 1;
    const text = await textOf(orders.getBlobClient(name), blobBytes, abortSignal);
    if (text === undefined) return; // Answered meanwhile.
    const order = orderOf(text);
    if (order !== undefined && nameOf(order) === name) met.found.push(order);
    else met.strangers += 1;
  }

  function write(order: Order): Promise<Result<Done>> {
    return createOnce(options, orders.getBlockBlobClient(nameOf(order)), JSON.stringify(order));
  }

  /** The result first: an order without one is carried out again, a result without one is harmless. */
  async function finish(order: Order, result: object): Promise<Result<Done>> {
    const client = results.getBlockBlobClient(resultOf(order.id));
    const created = await createOnce(options, client, JSON.stringify(result), { keepFirst: true });
    if (!created.ok) return created;
    const deleted = await attempt(options, (abortSignal) =>
      orders.getBlobClient(nameOf(order)).deleteIfExists({ abortSignal }),
    );
    return deleted.ok ? success({}) : deleted;
  }

  async function readResult(orderId: string): Promise<Result<string | undefined>> {
    if (!isBlobPart(orderId)) return success(undefined);
    const client = results.getBlobClient(resultOf(orderId));
    return retryRead(options, (signal) =>
      attempt(options, () => textOf(client, blobBytes, signal)),
    );
  }

  return { list, write, finish, readResult };
}

/**
 * Creates the blob. Where one is already there, it is the outcome of an earlier try whose answer was
 * lost if it holds the same text; another text is `rejected` with code `exists`, save with `keepFirst`.
 */
async function createOnce(
  options: StorageOptions,
  client: BlockBlobClient,
  text: string,
  { keepFirst = false } = {},
): Promise<Result<Done>> {
  const bytes = Buffer.from(text, 'utf8');
  const created = await attempt(options, async (abortSignal) => {
    try {
      await client.upload(bytes, bytes.length, {
        abortSignal,
        conditions: { ifNoneMatch: '*' },
        blobHTTPHeaders: { blobContentType: 'application/json' },
      });
      return true;
    } catch (error) {
      if (isRefusal(error, 409, 'BlobAlreadyExists')) return false;
      throw error;
    }
  });
  if (!created.ok) return created;
  if (created.value || keepFirst) return success({});
  const there = await attempt(options, (signal) => textOf(client, blobBytes, signal));
  if (!there.ok) return there;
  return there.value === text
    ? success({})
    : failure({ kind: 'rejected', vendor: 'storage', status: 409, code: 'exists' });
}

/** The beginning of an order's id (`core/order.ts`). */
const startsWithInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-/;

function nameOf(order: Order): string {
  return `${blobPart(order.registration)}/${blobPart(order.id)}.json`;
}

function resultOf(orderId: string): string {
  return `${blobPart(orderId)}.json`;
}
