/** Role: promises about storage that need a hand on the line: answers and requests that are lost. */
import { beforeEach, describe, expect, it } from 'vitest';
import { blobChains } from '../../../src/clients/chain-store.ts';
import { blobOrders } from '../../../src/clients/order-store.ts';
import type { StorageOptions } from '../../../src/clients/storage.ts';
import { blobText } from '../../../src/clients/text-store.ts';
import { valueOf } from '../../support/contract-run.ts';
import type { StorageSurroundings } from '../../support/contract-storage.ts';
import type { Proxy } from '../../support/contract-proxy.ts';
import { appendAll, chainStart } from './storage-chains.ts';
import { orderOf } from './storage.ts';

/** An account with a proxy in front. */
export interface ProxiedStorage extends StorageSurroundings {
  readonly proxy: Proxy;
  /** The same account through the proxy. */
  readonly proxied: StorageOptions;
  /** An address where nothing answers. */
  readonly dead: StorageOptions;
}

/** The block for Azurite. */
export function describeStorageHands(surroundings: () => ProxiedStorage): void {
  describe('storage, with a hand on the line', () => {
    beforeEach(() => surroundings().proxy.decide(() => 'pass'));

    it('is asked once for a whole tail', async () => {
      const { options, proxied, proxy, newRegistration } = surroundings();
      const registration = newRegistration();
      const end = await appendAll(options, registration, ['{"a":1}', '{"b":2}']);
      const before = proxy.seen.length;
      valueOf(await blobChains(proxied).readTail(registration, chainStart));
      valueOf(await blobChains(proxied).readTail(registration, end));
      expect(proxy.seen.length - before).toBe(2);
    });

    it('has a line whose answer was lost, and the writer finds its own', async () => {
      const { options, proxied, proxy, newRegistration } = surroundings();
      const registration = newRegistration();
      const at = await appendAll(options, registration, ['first']);
      proxy.decide((method, url) =>
        method === 'PUT' && url.includes('comp=appendblock') ? 'lose-answer' : 'pass',
      );
      const outcome = await blobChains(proxied).append(registration, at, 'second');
      expect(outcome).toEqual({
        ok: true,
        value: { kind: 'appended', end: { blob: 1, offset: 13, blocks: 2 } },
      });
      expect(await blobChains(proxied).append(registration, at, 'second')).toEqual(outcome);
      expect(await blobChains(proxied).append(registration, at, 'third')).toEqual({
        ok: true,
        value: { kind: 'moved' },
      });
      const tail = valueOf(await blobChains(options).readTail(registration, chainStart));
      expect(tail.text).toBe('first\nsecond\n');
    });

    it('lacks a line whose request was lost, which is sent once', async () => {
      const { options, proxied, proxy, newRegistration } = surroundings();
      const registration = newRegistration();
      const at = await appendAll(options, registration, ['first']);
      proxy.decide((_, url) => (url.includes('comp=appendblock') ? 'lose-request' : 'pass'));
      const before = proxy.seen.length;
      expect(await blobChains(proxied).append(registration, at, 'second')).toMatchObject({
        ok: false,
        fault: { kind: 'unavailable', vendor: 'storage' },
      });
      const sent = proxy.seen.slice(before).filter((one) => one.includes('comp=appendblock'));
      expect(sent).toHaveLength(1);
    });

    it('is told the time of the given clock', async () => {
      const { options, newRegistration } = surroundings();
      const store = blobChains({ ...options, storageClock: () => 42 });
      expect(valueOf(await store.readTail(newRegistration(), chainStart)).storageAt).toBe(42);
    });

    it('keeps an order while its result could not be written', async () => {
      const { options, proxied, proxy, newRegistration, run } = surroundings();
      const registration = newRegistration();
      const one = orderOf(registration, `2026-11-24T10:00:00.000Z-${run.nameOf('kept')}`);
      valueOf(await blobOrders(options).write(one));
      proxy.decide((_, url) => (url.includes('/results/') ? 'lose-request' : 'pass'));
      expect(await blobOrders(proxied).finish(one, {})).toMatchObject({ ok: false });
      expect(valueOf(await blobOrders(options).list(registration))).toEqual([one]);
    });

    it('that cannot be reached is unavailable', async () => {
      expect(await blobText(surroundings().dead, 'x').write('x')).toMatchObject({
        ok: false,
        fault: { kind: 'unavailable', code: 'ECONNREFUSED' },
      });
    });

    it('that is slower than its time is late', async () => {
      const { options } = surroundings();
      expect(await blobText({ ...options, totalMs: 1 }, 'x').write('x')).toMatchObject({
        ok: false,
        fault: { kind: 'timeout' },
      });
    });
  });
}
