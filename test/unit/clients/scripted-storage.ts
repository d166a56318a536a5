/** A storage account under the real library that answers by address; for client tests. */
import { Readable } from 'node:stream';
import type { StorageOptions } from '../../../src/clients/storage.ts';

export interface StorageAnswer {
  readonly status: number;
  readonly body: string;
  /** The service's own word for a refusal. */
  readonly code?: string;
}

/** Options for a client of the account. */
export function storageWith(
  answer: (url: URL) => StorageAnswer,
): Pick<StorageOptions, 'account' | 'httpClient'> {
  return {
    account: {
      blobUrl: 'https://kept.blob.example',
      queueUrl: 'https://kept.queue.example',
      credential: {
        getToken: async () => ({ token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
      },
    },
    httpClient: {
      async sendRequest(request) {
        const { status, body, code } = answer(new URL(request.url));
        const headers = request.headers.clone();
        for (const { name } of headers.headersArray()) headers.remove(name);
        headers.set('content-type', 'application/xml');
        headers.set('content-length', String(Buffer.byteLength(body)));
        headers.set('etag', '"1"');
        headers.set('date', 'Thu, 26 Nov 2026 03:00:00 GMT');
        if (code !== undefined) headers.set('x-ms-error-code', code);
        const streamed = request.streamResponseStatusCodes;
        const isStream = streamed?.has(status) === true || streamed?.has(Infinity) === true;
        const content = isStream
          ? { readableStreamBody: Readable.from([Buffer.from(body)]) }
          : { bodyAsText: body };
        return { request, status, headers, ...content };
      },
    },
  };
}
