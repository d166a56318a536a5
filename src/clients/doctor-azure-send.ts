/** Reads of Azure Resource Manager: GET alone, and never anywhere else. */
import type { z } from 'zod';
import { z as zod } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import { faultOfError, faultOfReply, malformed } from './fault.ts';
import type { TokenSource } from './identity.ts';
import { readBody } from './read-body.ts';
import { retryRead, type Patience } from './retry-read.ts';
import type { Transport, TransportReply } from './transport.ts';

export interface AzureOptions extends Patience {
  /** `https://management.azure.com`, or that of a sovereign cloud. */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
}

/** Pages of one listing. */
const pages = 20;

export interface AzureReader {
  /** One resource; `undefined`: there is none. */
  one<T>(path: string, schema: z.ZodType<T>): Promise<Result<T | undefined>>;
  /** All items of a listing. */
  all<T>(path: string, item: z.ZodType<T>): Promise<Result<readonly T[]>>;
}

/** A reader below one address. `path` begins with a slash and holds its own version. */
export function azureReader(options: AzureOptions): AzureReader {
  const { origin } = new URL(options.baseUrl);

  async function get(url: string): Promise<Result<TransportReply>> {
    return retryRead(options, async (signal) => {
      const token = await options.tokens.getToken(`${origin}/.default`);
      if (!token.ok) return token;
      try {
        const reply = await options.transport({
          method: 'GET',
          url,
          headers: { accept: 'application/json', authorization: `Bearer ${token.value.reveal()}` },
          signal,
        });
        // Its errors have the form of Graph's.
        return reply.status === 200
          ? success(reply)
          : failure(faultOfReply('graph', reply.status, reply.headers, reply.body));
      } catch (error) {
        return failure(faultOfError('graph', error));
      }
    });
  }

  return {
    async one(path, schema) {
      const reply = await get(`${origin}${path}`);
      if (reply.ok) return readBody('graph', reply.value, schema);
      return reply.fault.kind === 'absent' ? success(undefined) : reply;
    },
    async all(path, item) {
      const page = zod.object({
        value: zod.array(item).max(5_000),
        nextLink: zod.string().max(16_384).nullish(),
      });
      const items = [];
      let url = `${origin}${path}`;
      for (let count = 0; count < pages; count += 1) {
        const reply = await get(url);
        if (!reply.ok) return reply;
        const body = readBody('graph', reply.value, page);
        if (!body.ok) return body;
        items.push(...body.value.value);
        const { nextLink } = body.value;
        if (nextLink === undefined || nextLink === null || nextLink === '') return success(items);
        // The token goes with each request.
        if (URL.parse(nextLink)?.origin !== origin) {
          return failure(malformed('graph', { code: 'next-link' }));
        }
        url = nextLink;
      }
      return failure(malformed('graph', { code: 'too-many-pages' }));
    },
  };
}

/** The control plane that belongs to a Microsoft Graph. */
export function azureUrlOf(graphUrl: string): string {
  const { hostname } = new URL(graphUrl);
  if (hostname.endsWith('microsoft.us')) return 'https://management.usgovcloudapi.net';
  return hostname.endsWith('chinacloudapi.cn')
    ? 'https://management.chinacloudapi.cn'
    : 'https://management.azure.com';
}
