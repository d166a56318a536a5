/**
 * A storage account for reading, in a process of its own: a thousand states and a chain each, over
 * real HTTP, as fast as it can or with a pause before each answer.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What it is told first; it answers with its port. */
export interface WebStorage {
  /** Metadata of each state, by name of the registration. */
  readonly states: readonly (readonly [name: string, metadata: Readonly<Record<string, string>>])[];
  /** All states have this body, and all chains this text. */
  readonly body: string;
  readonly chain: string;
}

/** What it is told later: the pause before each answer from now on. It answers the count of requests so far. */
export interface Told {
  readonly pauseMs: number;
}

const [{ states, body, chain }] = (await once(process, 'message')) as [WebStorage];
let pauseMs = 0;
let requests = 0;

const properties = `<Properties><Creation-Time>Wed, 25 Nov 2026 08:00:00 GMT</Creation-Time><Last-Modified>Wed, 25 Nov 2026 08:00:00 GMT</Last-Modified><Etag>0x8DF0000000000</Etag><Content-Length>${body.length}</Content-Length><Content-Type>application/json</Content-Type><Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5>AAAAAAAAAAAAAAAAAAAAAA==</Content-MD5><Cache-Control /><Content-Disposition /><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>`;

function listingOf(blobs: readonly string[]): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="state"><Blobs>${blobs.join('')}</Blobs><NextMarker /></EnumerationResults>`,
  );
}

const listing = listingOf(
  states.map(([name, metadata]) => {
    const told = Object.entries(metadata).map(([key, value]) => `<${key}>${value}</${key}>`);
    return `<Blob><Name>${name}.json</Name>${properties}<Metadata>${told.join('')}</Metadata><OrMetadata /></Blob>`;
  }),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests += 1;
  if (pauseMs > 0) await pause(pauseMs);
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  const [, , container = ''] = url.pathname.split('/');
  const common = { 'x-ms-request-id': 'bench', 'x-ms-version': '2023-11-03', etag: '"0x8DF"' };
  if (url.searchParams.get('comp') === 'list') {
    const prefix = url.searchParams.get('prefix') ?? '';
    const chains = `<Blob><Name>${prefix}1.jsonl</Name>${properties}</Blob>`;
    const sent = container === 'state' ? listing : listingOf([chains]);
    response.writeHead(200, { ...common, 'content-type': 'application/xml' }).end(sent);
    return;
  }
  const text = container === 'state' ? body : chain;
  const range = `bytes 0-${text.length - 1}/${text.length}`;
  const status = request.headers['x-ms-range'] === undefined ? 200 : 206;
  response
    .writeHead(status, {
      ...common,
      'content-type': 'application/json',
      'content-length': text.length,
      ...(status === 206 ? { 'content-range': range } : {}),
      'last-modified': 'Wed, 25 Nov 2026 08:00:00 GMT',
      'x-ms-blob-type': 'BlockBlob',
    })
    .end(text);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', (told: Told) => {
  ({ pauseMs } = told);
  process.send?.(requests);
});
process.send?.((server.address() as AddressInfo).port);
