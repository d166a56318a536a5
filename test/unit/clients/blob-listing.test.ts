import { ContainerClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { blobListing, readListing } from '../../../src/clients/blob-listing.ts';
import { TransportError } from '../../../src/clients/transport.ts';
import { scripted } from './scripted.ts';

const blob = (name: string, metadata: string, etag = '"0x1"'): string =>
  `<Blob><Name>${name}</Name><Properties><Etag>${etag}</Etag><Content-Length>5</Content-Length></Properties>${metadata}</Blob>`;
const page = (blobs: string, marker = '<NextMarker />'): string =>
  `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${blobs}</Blobs>${marker}</EnumerationResults>`;
const signal = new AbortController().signal;

function containerWith(token: string | null): ContainerClient {
  const getToken = async () =>
    token === null ? null : { token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
  return new ContainerClient('https://keeper.blob.core.windows.net/state', { getToken });
}

describe('readListing()', () => {
  it('reads names, tags and metadata, with names of metadata in lower case', () => {
    const metadata =
      '<Metadata><NextLookAt>17</NextLookAt><state>a &amp; &lt;b&gt;</state></Metadata>';
    expect(
      readListing(page(blob('one.json', metadata) + blob('two.json', '<Metadata />'))),
    ).toEqual({
      blobs: [
        { name: 'one.json', etag: '"0x1"', metadata: { nextlookat: '17', state: 'a & <b>' } },
        { name: 'two.json', etag: '"0x1"', metadata: {} },
      ],
      marker: '',
    });
  });

  it('does not read twice what is escaped twice', () => {
    const read = readListing(page(blob('a', '<Metadata><x>&amp;lt;</x></Metadata>')));
    expect(read?.blobs[0]?.metadata['x']).toBe('&lt;');
  });

  it('takes metadata with the name of what every object has for metadata', () => {
    const read = readListing(page(blob('a', '<Metadata><__proto__>x</__proto__></Metadata>')));
    expect(Object.entries(read?.blobs[0]?.metadata ?? {})).toEqual([['__proto__', 'x']]);
  });

  it('reads where the next page begins', () => {
    expect(readListing(page('', '<NextMarker>2!48!a&amp;b</NextMarker>'))?.marker).toBe('2!48!a&b');
  });

  it.each([
    ['nothing', ''],
    ['a page of a proxy', '<html><body>Sign in</body></html>'],
    ['a listing that is cut off', page(blob('a', '')).slice(0, -30)],
    ['a blob without a name', page('<Blob><Properties /></Blob>')],
  ])('is none of %s', (_, xml) => {
    expect(readListing(xml)).toBeUndefined();
  });
});

describe('blobListing()', () => {
  it('reads page after page with a token, and asks for metadata', async () => {
    const { transport, requests } = scripted(
      { body: page(blob('a', ''), '<NextMarker>n&amp;m</NextMarker>') },
      { body: page(blob('b', '')) },
    );
    const listed = await blobListing(containerWith('secret-token'), transport)(signal);
    expect(listed).toMatchObject({ ok: true, value: [{ name: 'a' }, { name: 'b' }] });
    const [first, second] = requests.map(({ url }) => new URL(url));
    expect(Object.fromEntries(first?.searchParams ?? [])).toEqual({
      restype: 'container',
      comp: 'list',
      include: 'metadata',
      maxresults: '5000',
    });
    expect(second?.searchParams.get('marker')).toBe('n&m');
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret-token' });
    expect(requests[0]?.headers['x-ms-version']).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it.each([
    ['denied', { status: 403 }],
    ['absent', { status: 404 }],
    ['unavailable', { status: 503 }],
    ['timeout', new TransportError('timeout')],
    ['malformed', { body: '<html>' }],
  ] as const)('is %s, and tells no half', async (kind, reply) => {
    const { transport } = scripted(
      { body: page(blob('a', ''), '<NextMarker>more</NextMarker>') },
      reply,
    );
    const listed = await blobListing(containerWith('t'), transport)(signal);
    expect(listed).toMatchObject({ ok: false, fault: { kind, vendor: 'storage' } });
  });

  it('ends where pages do not', async () => {
    const { transport } = scripted({ body: page('', '<NextMarker>again</NextMarker>') });
    const listed = await blobListing(containerWith('t'), transport)(signal);
    expect(listed).toMatchObject({ ok: false, fault: { code: 'too-many-pages' } });
  });

  it('is denied to who gets no token', async () => {
    const { transport, requests } = scripted({});
    const listed = await blobListing(containerWith(null), transport)(signal);
    expect(listed).toMatchObject({ ok: false, fault: { kind: 'denied' } });
    expect(requests).toEqual([]);
  });
});
