/** Orders by people and their results: create-once blobs `orders/<registration>/<id>.json`, `results/<id>.json`. */
import type { BlockBlobClient } from '@azure/storage-blob';
import { failure, success, type Result } from '../core/fault.ts';
import type { Order } from '../core/order.ts';
import type { Done, OrderStore } from '../reconcile/world.ts';
import { blobBytes, ordersPerRead } from './limits.ts';
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

/** The orders of an account. */
export function blobOrders(options: StorageOptions): OrderStore {
  const service = blobService(options);
  const orders = service.getContainerClient('orders');
  const results = service.getContainerClient('results');

  /**
   * Open orders, oldest first, 200 at the most. What cannot be read as an order of this registration
   * is left where it is: a newer worker may know it.
   */
  function list(registration: string): Promise<Result<readonly Order[]>> {
    const prefix = `${blobPart(registration)}/`;
    return retryRead(options, (abortSignal) =>
      attempt(options, async () => {
        const found: Order[] = [];
        const pages = orders
          .listBlobsFlat({ prefix, abortSignal })
          .byPage({ maxPageSize: ordersPerRead });
        for await (const page of pages) {
          for (const { name } of page.segment.blobItems) {
            const text = await textOf(orders.getBlobClient(name), blobBytes, abortSignal);
            const order = text === undefined ? undefined : orderOf(text);
            if (order !== undefined && nameOf(order) === name) found.push(order);
          }
          break;
        }
        return found;
      }),
    );
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

function nameOf(order: Order): string {
  return `${blobPart(order.registration)}/${blobPart(order.id)}.json`;
}

function resultOf(orderId: string): string {
  return `${blobPart(orderId)}.json`;
}
