/** Role: open orders are found behind whatever else lies in their container, and what does is told. */
import { describe, expect, it } from 'vitest';
import { blobOrders } from '../../../src/clients/order-store.ts';
import { ordersPerRead } from '../../../src/clients/limits.ts';
import type { Order } from '../../../src/core/order.ts';
import type { LogFields } from '../../../src/reconcile/world.ts';
import { listedBlob, listingPage } from '../../support/hostile-storage.ts';
import { storageWith, type StorageAnswer } from './scripted-storage.ts';
import { manualClock } from './scripted.ts';

/** Names on a page of the listing, page by page. */
type Pages = readonly (readonly string[])[];

function orderAt(second: number): Order {
  const at = Date.UTC(2026, 10, 26, 3, 0, second);
  const id = `${new Date(at).toISOString()}-${second}`;
  return { id, registration: 'mail', body: { kind: 'thaw' }, by: 'someone', at };
}

const quiet = (): void => {};

const blobOf = ({ id }: Order): string => `mail/${id}.json`;

/** A store whose listing has these pages, and in which these blobs can be read. */
function storeWith(pages: Pages, texts: Readonly<Record<string, string>>, isEndless = false) {
  const read: string[] = [];
  let listed = 0;
  const answer = (url: URL): StorageAnswer => {
    if (url.searchParams.get('comp') === 'list') {
      const names = pages[Math.min(listed, pages.length - 1)] ?? [];
      listed += 1;
      const isLast = !isEndless && listed >= pages.length;
      return {
        status: 200,
        body: listingPage(
          names.map((name) => listedBlob(name)),
          isLast ? '' : `page-${listed}`,
        ),
      };
    }
    const name = decodeURIComponent(url.pathname.replace(/^.*?\/orders\//, ''));
    read.push(name);
    const text = texts[name];
    return text === undefined
      ? { status: 404, body: '', code: 'BlobNotFound' }
      : { status: 200, body: text };
  };
  const errors: [string, LogFields | undefined][] = [];
  const orders = blobOrders({
    ...storageWith(answer),
    clock: manualClock(),
    log: {
      info: quiet,
      warn: quiet,
      error: (message, fields) => void errors.push([message, fields]),
    },
  });
  return { orders, read, errors, listed: () => listed };
}

function textsOf(orders: readonly Order[]): Record<string, string> {
  return Object.fromEntries(orders.map((order) => [blobOf(order), JSON.stringify(order)]));
}

describe('list()', () => {
  const first = orderAt(1);
  const second = orderAt(2);

  it('goes on behind an empty page that is not the last', async () => {
    const pages = [[], [blobOf(first)], [], [blobOf(second)]];
    const { orders, errors } = storeWith(pages, textsOf([first, second]));
    expect(await orders.list('mail')).toEqual({ ok: true, value: [first, second] });
    expect(errors).toEqual([]);
  });

  it('finds the orders behind more than a page of what is none, and reads none of that', async () => {
    const junk = Array.from({ length: 300 }, (_, at) => `mail/0${at}.json`);
    const { orders, errors, read } = storeWith([junk, [blobOf(first)]], textsOf([first]));
    expect(await orders.list('mail')).toEqual({ ok: true, value: [first] });
    expect(read).toEqual([blobOf(first)]);
    expect(errors).toEqual([
      ['orders hold what is no order', { registration: 'mail', count: 300 }],
    ]);
  });

  it('tells of what has the name of an order and is none, but not of what was answered meanwhile', async () => {
    const third = orderAt(3);
    const texts = { ...textsOf([first]), [blobOf(second)]: '{}' };
    const { orders, errors } = storeWith([[first, second, third].map(blobOf)], texts);
    expect(await orders.list('mail')).toEqual({ ok: true, value: [first] });
    expect(errors).toEqual([['orders hold what is no order', { registration: 'mail', count: 1 }]]);
  });

  it('reads two hundred orders at the most, the oldest', async () => {
    const many = Array.from({ length: ordersPerRead + 5 }, (_, at) => orderAt(at));
    const { orders, read, listed } = storeWith([many.map(blobOf), []], textsOf(many));
    expect(await orders.list('mail')).toEqual({ ok: true, value: many.slice(0, ordersPerRead) });
    expect(read).toHaveLength(ordersPerRead);
    expect(listed()).toBe(1);
  });

  it('looks into a thousand blobs at the most', async () => {
    const many = Array.from({ length: 1_005 }, (_, at) => orderAt(at));
    const texts = Object.fromEntries(many.map((one) => [blobOf(one), '{}']));
    const { orders, read, errors } = storeWith([many.map(blobOf)], texts);
    expect(await orders.list('mail')).toEqual({ ok: true, value: [] });
    expect(read).toHaveLength(1_000);
    expect(errors).toEqual([
      ['orders hold what is no order', { registration: 'mail', count: 1_000 }],
    ]);
  });

  it('calls a listing without end malformed, for what was not read is not absent', async () => {
    const { orders, listed } = storeWith([[]], {}, true);
    expect(await orders.list('mail')).toEqual({
      ok: false,
      fault: { kind: 'malformed', vendor: 'storage', code: 'too-many-pages' },
    });
    expect(listed()).toBe(101);
  });
});
