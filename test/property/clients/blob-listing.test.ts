/** Listings of blobs, and the heads of states that stand in them: names and metadata are anybody's. */
import { ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobListing, readListing } from '../../../src/clients/blob-listing.ts';
import { blobStates } from '../../../src/clients/state-store.ts';
import { isBlobPart } from '../../../src/clients/storage.ts';
import { expectOnlyTo, expectPrecise } from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  hostileStorageReply,
  listedBlob,
  listingPage,
  storageCredential,
  storageOrigin,
} from '../../support/hostile-storage.ts';
import { expectUnpolluted, hostileText, inheritedNames } from '../../support/hostile-values.ts';
import { fakeApi, type FakeApi } from '../../unit/cli/world-bench.ts';
import { manualClock, scripted } from '../../unit/clients/scripted.ts';

/** What XML can hold: no control characters, no halves of characters. */
const text = hostileText.map((one) =>
  one
    .toWellFormed()
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '')
    .slice(0, 300),
);
const metadataName = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/),
  fc.constantFrom(...inheritedNames.map((name) => name.toLowerCase()), 'name', 'metadata', 'blob'),
);
const blob = fc.record({ name: text, metadata: fc.dictionary(metadataName, text, { maxKeys: 5 }) });

describe('readListing()', () => {
  it(
    'gives names and metadata as they are, for any of them',
    () => {
      fc.assert(
        fc.property(fc.array(blob, { maxLength: 4 }), text, (blobs, marker) => {
          const page = listingPage(
            blobs.map((one) => listedBlob(one.name, one.metadata)),
            marker,
          );
          const read = readListing(page);
          expectUnpolluted();
          expect(read?.marker).toBe(marker);
          expect(
            read?.blobs.map(({ name, metadata }) => ({ name, metadata: { ...metadata } })),
          ).toEqual(blobs.map(({ name, metadata }) => ({ name, metadata: { ...metadata } })));
        }),
        cases(120),
      );
    },
    patience(),
  );

  it(
    'gives no blob that is not there, for any listing with something wrong in it',
    () => {
      const names = ['one.json', 'two.json', 'three.json'];
      const good = listingPage(
        names.map((name) => listedBlob(name, { state: 'healthy' })),
        'more',
      );
      const put = fc.oneof(
        fc.constantFrom('', '<', '>', '&', '</Blob>', '<Blob>', '<Metadata>', '</Name>', '<!--'),
        hostileText,
      );
      fc.assert(
        fc.property(fc.nat(good.length), fc.nat(300), put, (at, count, piece) => {
          const given = good.slice(0, at) + piece + good.slice(at + count);
          const read = readListing(given);
          expectUnpolluted();
          expect(readListing(given)).toEqual(read);
          // A listing that is cut off is none; else the absent would look gone.
          if (!given.trimEnd().endsWith('</EnumerationResults>')) expect(read).toBeUndefined();
          expect(read?.blobs.length ?? 0).toBeLessThanOrEqual(names.length + 1);
          for (const { name } of read?.blobs ?? []) {
            expect(given.replaceAll('&amp;', '&')).toContain(name.slice(0, 5));
          }
        }),
        cases(150),
      );
    },
    patience(),
  );

  it('is not exhausted by length', () => {
    for (const piece of ['<Blob>', '<Blob><Name>', '<Metadata><a>', '&amp;', '<a></a>']) {
      const page = listingPage([piece.repeat(50_000)]);
      expect(readListing(page)?.blobs.length ?? 0).toBeLessThanOrEqual(1);
    }
  });
});

describe('blobListing()', () => {
  it(
    'is precise for any replies',
    async () => {
      const container = new ContainerClient(`${storageOrigin}/state`, storageCredential);
      const good = { body: listingPage([listedBlob('a.json')]) };
      const replies = fc.array(hostileStorageReply(good), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(replies, async (script) => {
          const { transport, requests } = scripted(...script);
          const listed = await blobListing(container, transport)(new AbortController().signal);
          expectUnpolluted();
          if (listed.ok) expect(listed.value.every((one) => one.name !== undefined)).toBe(true);
          else expectPrecise(listed);
          expectOnlyTo([storageOrigin], requests);
          expect(requests.every(({ method }) => method === 'GET')).toBe(true);
          expect(requests.length).toBeLessThanOrEqual(100);
        }),
        cases(60),
      );
    },
    patience(),
  );
});

describe('blobStates().list()', () => {
  let page = '';
  let server: FakeApi;
  beforeAll(async () => {
    server = await fakeApi(() => ({ status: 200, body: page }));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  function states() {
    const key = Buffer.from('a key that opens nothing').toString('base64');
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=keeper;AccountKey=${key};BlobEndpoint=${server.url}/keeper;QueueEndpoint=${server.url}/keeper`;
    return blobStates({ clock: manualClock(), account: { connectionString } });
  }

  const number = fc.constantFrom(
    '1780000000000',
    '1e300',
    '-9e15',
    'NaN',
    '',
    'soon',
    '0x10',
    '-0',
  );
  const word = fc.oneof(fc.constantFrom('healthy', 'settled', '%', '%ff', '%00'), text);
  const hostile = fc.record(
    {
      nextlookat: number,
      lookedat: number,
      sinceat: number,
      endsat: number,
      renewsat: number,
      connectors: number,
      provedat: number,
      state: word,
      reason: word,
      fingerprint: word,
      configuration: word,
    },
    { requiredKeys: ['nextlookat', 'lookedat'] },
  );
  const name = fc.oneof(
    fc.constantFrom('backup/calendar.json', '.json', '...json', 'x', '../a.json', 'a?b#c.json'),
    text.map((one) => `${one}.json`),
    fc.stringMatching(/^[a-z]{1,8}\.json$/),
  );

  it(
    'gives heads that a tick can use, and the good one among them, for any names and metadata',
    async () => {
      const good = { nextlookat: '5', lookedat: '4', state: 'healthy', reason: 'settled' };
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(name, hostile), { maxLength: 4 }), async (strays) => {
          const others = strays.filter(([one]) => one !== 'calendar.json');
          page = listingPage([
            ...others.map(([one, metadata]) => listedBlob(one, metadata)),
            listedBlob('calendar.json', good),
          ]);
          const store = states();
          const listed = await store.list();
          expectUnpolluted();
          if (!listed.ok) throw new Error(listed.fault.kind);
          expect(listed.value.at(-1)).toMatchObject({
            registration: 'calendar',
            nextLookAt: 5,
            lookedAt: 4,
            state: 'healthy',
            reason: 'settled',
          });
          for (const { registration, ...head } of listed.value) {
            // Each can be read: a name that leads elsewhere would be an exception.
            expect(isBlobPart(registration)).toBe(true);
            expect(await store.read(registration)).toHaveProperty('ok');
            const numbers = Object.values(head).filter((one) => typeof one === 'number');
            expect(numbers.filter((one) => !(Math.abs(one) <= 8.64e15))).toEqual([]);
          }
        }),
        cases(30),
      );
    },
    patience(),
  );
});
