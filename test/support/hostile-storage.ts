/** A storage account under the real library that replies as a property says. */
import { Readable } from 'node:stream';
import { RestError } from '@azure/storage-blob';
import fc from 'fast-check';
import type { StorageOptions } from '../../src/clients/storage.ts';
import { TransportError, type TransportRequest } from '../../src/clients/transport.ts';
import { canary } from '../unit/clients/canary.ts';
import { manualClock, type Scripted } from '../unit/clients/scripted.ts';
import { hostileText, hostileValue, jsonText } from './hostile-values.ts';

export const storageOrigin = 'https://keeper.blob.core.windows.net';

/** After so many requests of one call something has no end. */
const mostRequests = 400;

export interface ScriptedAccount {
  readonly options: StorageOptions;
  readonly requests: TransportRequest[];
}

/** A sign-in to the account. */
export const storageCredential = {
  getToken: async () => ({ token: canary, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
};

/** Answers with the replies in turn; the last one repeats. */
export function scriptedAccount(...replies: readonly Scripted[]): ScriptedAccount {
  const requests: TransportRequest[] = [];
  const options: StorageOptions = {
    clock: manualClock(),
    account: {
      blobUrl: storageOrigin,
      queueUrl: storageOrigin.replace('.blob.', '.queue.'),
      credential: storageCredential,
    },
    httpClient: {
      async sendRequest(request) {
        const reply = replies[Math.min(requests.length, replies.length - 1)] ?? {};
        requests.push({ method: request.method, url: request.url, headers: {} });
        if (requests.length > mostRequests) throw new RestError('', { code: 'ETIMEDOUT' });
        if (reply instanceof TransportError) throw networkError(reply);
        const { status = 200, headers = {}, body = '' } = reply;
        const held = request.headers.clone();
        for (const { name } of held.headersArray()) held.remove(name);
        for (const [name, text] of Object.entries(headers)) held.set(name, text);
        const streamed = request.streamResponseStatusCodes;
        const isStream = streamed?.has(status) === true || streamed?.has(Infinity) === true;
        const content = isStream
          ? { readableStreamBody: Readable.from([Buffer.from(body)]) }
          : { bodyAsText: body };
        return { request, status, headers: held, ...content };
      },
    },
  };
  return { options, requests };
}

function networkError({ kind }: TransportError): Error {
  const error = new RestError(canary, { code: kind === 'timeout' ? 'ETIMEDOUT' : 'ECONNRESET' });
  return kind === 'oversized' ? new RangeError(canary) : error;
}

/** Text as it stands in XML. */
function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A page of a listing as the service writes it. */
export function listingPage(blobs: readonly string[], marker = ''): string {
  const next = marker === '' ? '<NextMarker />' : `<NextMarker>${xmlText(marker)}</NextMarker>`;
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="${storageOrigin}/"><Blobs>${blobs.join('')}</Blobs>${next}</EnumerationResults>`;
}

/** One blob of a listing. */
export function listedBlob(name: string, metadata: Readonly<Record<string, string>> = {}): string {
  const items = Object.entries(metadata).map(([key, one]) => `<${key}>${xmlText(one)}</${key}>`);
  return `<Blob><Name>${xmlText(name)}</Name><Properties><Last-Modified>Wed, 25 Nov 2026 17:37:13 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>5</Content-Length><BlobType>BlockBlob</BlobType></Properties><Metadata>${items.join('')}</Metadata></Blob>`;
}

const headers = fc.dictionary(
  fc.constantFrom(
    'content-length',
    'content-range',
    'content-type',
    'date',
    'etag',
    'last-modified',
    'retry-after',
    'x-ms-blob-committed-block-count',
    'x-ms-blob-append-offset',
    'x-ms-error-code',
    'x-ms-request-id',
    'x-ms-meta-v',
    'x-ms-has-immutability-policy',
  ),
  fc.constantFrom(
    '',
    '0',
    '1',
    '-1',
    '1e999',
    'NaN',
    'true',
    '99999999999999999999',
    'bytes 0-9/10',
    'bytes 0-0/999999999999999',
    'bytes */5',
    'Wed, 25 Nov 2026 17:37:13 GMT',
    'Wed, 99 Xyz 9999 99:99:99 GMT',
    'application/xml',
    'BlobNotFound',
    'ContainerNotFound',
    'BlobAlreadyExists',
    'InvalidRange',
    'AppendPositionConditionNotMet',
    'ServerBusy',
    canary,
  ),
  { maxKeys: 4 },
);

/** Ways in which XML surprises. */
const trickyXml = [
  '<?xml version="1.0"?>',
  '<a><b></a></b>',
  `<!DOCTYPE a [<!ENTITY x "${canary}">]><EnumerationResults><Blobs><Blob><Name>&x;</Name></Blob></Blobs></EnumerationResults>`,
  '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><EnumerationResults><Blobs><Blob><Name>&d;</Name></Blob></Blobs></EnumerationResults>',
  '<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs><NextMarker>again</NextMarker></EnumerationResults>',
  '<EnumerationResults><Blobs></Blobs><NextMarker>again</NextMarker></EnumerationResults>',
  '<EnumerationResults><Blobs><__proto__><polluted>1</polluted></__proto__></Blobs></EnumerationResults>',
  '<EnumerationResults><Blobs><BlobPrefix><Name>../x/</Name></BlobPrefix></Blobs><NextMarker /></EnumerationResults>',
  '<Blobs>'.repeat(300),
  `<Error><Code>BlobNotFound</Code><Message>${canary}</Message></Error>`,
  `<Error><Code>${canary}</Code></Error>`,
  `<html><title>${canary}</title></html>`,
];

const statuses = [
  200, 201, 202, 204, 206, 301, 304, 400, 401, 403, 404, 404, 409, 412, 412, 413, 416, 429, 500,
  503,
];

/** Any reply to a call of the library whose good replies are known. */
export function hostileStorageReply(good: Scripted): fc.Arbitrary<Scripted> {
  const whole = good instanceof TransportError ? {} : good;
  const { body = '', headers: goodHeaders = {} } = whole;
  const cut = fc
    .tuple(fc.nat(body.length), fc.nat(12), fc.oneof(hostileText, fc.constantFrom('', '<', '&')))
    .map(([at, count, text]) => body.slice(0, at) + text + body.slice(at + count));
  const text = fc.oneof(
    { weight: 3, arbitrary: fc.constant(body) },
    { weight: 3, arbitrary: cut },
    { weight: 2, arbitrary: fc.constantFrom(...trickyXml) },
    { weight: 1, arbitrary: fc.oneof(hostileText, hostileValue.map(jsonText)) },
  );
  const status = fc.oneof(
    { weight: 3, arbitrary: fc.constant(whole.status ?? 200) },
    { weight: 2, arbitrary: fc.constantFrom(...statuses) },
  );
  const near = headers.map((changes) => ({ ...goodHeaders, ...changes }));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(good) },
    { weight: 10, arbitrary: fc.record({ status, headers: fc.oneof(near, headers), body: text }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Scripted>(
        new TransportError('timeout'),
        new TransportError('broken'),
        new TransportError('oversized'),
      ),
    },
  );
}
