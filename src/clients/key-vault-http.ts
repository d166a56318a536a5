/** The HTTP client under the Key Vault library: our transport, and nothing but the vault's address. */
import type { SecretClientOptions } from '@azure/keyvault-secrets';
import { vendorError } from './error-shape.ts';
import { TransportError, type Transport, type TransportReply } from './transport.ts';

/** What the Azure libraries send through; its type is not exported by the packages we depend on. */
export type AzureHttpClient = NonNullable<SecretClientOptions['httpClient']>;

type AzureHeaders = Awaited<ReturnType<AzureHttpClient['sendRequest']>>['headers'];

/**
 * Sends over the transport. The library follows a page's next link wherever it leads, and would
 * attach the token: an address outside of `origin` is refused before anything is sent.
 */
export function azureHttpClient(transport: Transport, origin: string): AzureHttpClient {
  return {
    async sendRequest(request) {
      if (new URL(request.url).origin !== origin) throw new TransportError('misdirected');
      const { body, abortSignal } = request;
      if (body !== undefined && body !== null && typeof body !== 'string') {
        throw new TypeError('cannot send a body that is not text');
      }
      const headers = request.headers.toJSON();
      // Replies are bounded as they come: none may be compressed. The length is the transport's to say.
      delete headers['accept-encoding'];
      delete headers['content-length'];
      const reply = await transport({
        method: request.method,
        url: request.url,
        headers,
        ...(typeof body === 'string' ? { body } : {}),
        ...(abortSignal instanceof AbortSignal ? { signal: abortSignal } : {}),
      });
      const { status, headers: replied, body: text } = reply.status === 200 ? reply : told(reply);
      return { request, status, headers: azureHeaders(replied), bodyAsText: text };
    },
  };
}

/**
 * A refusal with its codes alone. The library decodes the body of any refusal: it loses the status
 * over one that it does not expect (an empty one is enough), and keeps the vendor's words.
 */
function told({ status, headers, body }: TransportReply): TransportReply {
  const { codes } = vendorError('vault', headers, body);
  const [code, inner, innermost] = codes;
  const error = { code, innererror: { code: inner, innererror: { code: innermost } } };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ error }),
  };
}

function azureHeaders(from: Readonly<Record<string, string>>): AzureHeaders {
  const held = new Map(Object.entries(from));
  return {
    get: (name) => held.get(name.toLowerCase()),
    has: (name) => held.has(name.toLowerCase()),
    set: (name, value) => void held.set(name.toLowerCase(), String(value)),
    delete: (name) => void held.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(held),
    [Symbol.iterator]: () => held.entries(),
  };
}
