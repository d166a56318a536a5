/**
 * Requests to Microsoft Graph through its client library, with a middleware chain of our own: the
 * library's would retry POST on 503 and 504 (a second live secret), never time out, and attach the
 * token to some hosts only (docs/vendors.md#graph-client-library). Raw replies are asked of it: its
 * error objects quote bodies.
 */
import {
  Client,
  GraphClientError,
  ResponseType,
  type Context,
  type Middleware,
} from '@microsoft/microsoft-graph-client';
import { failure, success, type Fault, type Result } from '../core/fault.ts';
import { faultOfError, faultOfReply, malformed } from './fault.ts';
import type { TokenSource } from './identity.ts';
import { retryRead, type Patience } from './retry-read.ts';
import type { Transport, TransportReply } from './transport.ts';

export interface GraphOptions extends Patience {
  /** `https://graph.microsoft.com`, or that of a sovereign cloud; no path. */
  readonly baseUrl: string;
  /** What tokens are asked for; default: the base URL with `/.default`. */
  readonly scope?: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
}

/** One call that changes something. */
interface GraphWrite {
  readonly method: 'POST' | 'PATCH';
  /** Path and query below the version, encoded. */
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests below `<baseUrl>/v1.0`. Values are replies of 2xx. */
export interface GraphSender {
  /** GET, repeated at most twice when Graph fails in passing. */
  read(path: string, headers?: Readonly<Record<string, string>>): Promise<Result<TransportReply>>;
  /** Sent once. */
  write(request: GraphWrite): Promise<Result<TransportReply>>;
  /** The path of a next link below the version; `undefined` when it leads anywhere else. */
  pathOf(nextLink: string): string | undefined;
}

const version = 'v1.0';

/** A sender over one client. */
export function graphSender(options: GraphOptions): GraphSender {
  const origin = new URL(options.baseUrl).origin;
  const scope = options.scope ?? `${origin}/.default`;
  const client = Client.initWithMiddleware({
    baseUrl: origin,
    defaultVersion: version,
    middleware: [tokenStep(options.tokens, scope, origin), transportStep(options.transport)],
  });

  function read(path: string, headers = {}): Promise<Result<TransportReply>> {
    return retryRead(options, (signal) =>
      replyOf(async () => {
        const request = client.api(path).headers(headers).option('signal', signal);
        return request.responseType(ResponseType.RAW).get();
      }),
    );
  }

  function write({
    method,
    path,
    body,
    headers = {},
  }: GraphWrite): Promise<Result<TransportReply>> {
    const request = client.api(path).headers(headers).responseType(ResponseType.RAW);
    return replyOf(async () => (method === 'POST' ? request.post(body) : request.patch(body)));
  }

  function pathOf(nextLink: string): string | undefined {
    if (!URL.canParse(nextLink)) return undefined;
    const link = new URL(nextLink);
    const below = `/${version}/`;
    if (link.origin !== origin || !link.pathname.startsWith(below)) return undefined;
    const path = link.pathname.slice(below.length - 1) + link.search;
    // The library takes a host out of a path in which an address stands, wherever it stands.
    return path.includes('https://') ? undefined : path;
  }

  return { read, write, pathOf };
}

/** A value as an OData string literal inside a path or a query. */
export function literal(value: string): string {
  return `'${encodeURIComponent(value.replaceAll("'", "''"))}'`;
}

async function replyOf(call: () => Promise<unknown>): Promise<Result<TransportReply>> {
  try {
    const response = await call();
    if (!(response instanceof Response)) return failure(malformed('graph', { code: 'no-reply' }));
    const reply: TransportReply = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
    return response.ok
      ? success(reply)
      : failure(faultOfReply('graph', reply.status, reply.headers, reply.body));
  } catch (error) {
    if (error instanceof GraphClientError && isCarried(error.customError)) {
      return failure(error.customError.fault);
    }
    throw error;
  }
}

interface Carried {
  readonly fault: Fault;
}

/** The one kind of error that the library passes on as it is. */
function carrying(fault: Fault): GraphClientError {
  const error = new GraphClientError('no usable reply');
  error.customError = { fault } satisfies Carried;
  return error;
}

function isCarried(value: unknown): value is Carried {
  return typeof value === 'object' && value !== null && 'fault' in value;
}

/** Attaches the token, to requests that go to Graph: the library can read another host out of a path. */
function tokenStep(tokens: TokenSource, scope: string, origin: string): Middleware {
  let next: Middleware | undefined;
  return {
    async execute(context: Context): Promise<void> {
      if (URL.parse(urlOf(context))?.origin !== origin) {
        throw carrying(malformed('graph', { code: 'misdirected' }));
      }
      const token = await tokens.getToken(scope);
      if (!token.ok) throw carrying(token.fault);
      context.options = {
        ...context.options,
        headers: {
          ...headersOf(context),
          authorization: `Bearer ${token.value.reveal()}`,
        },
      };
      await next?.execute(context);
    },
    setNext(middleware: Middleware): void {
      next = middleware;
    },
  };
}

/** Sends over the transport; the last step. */
function transportStep(transport: Transport): Middleware {
  return {
    async execute(context: Context): Promise<void> {
      const { body, method, signal } = context.options ?? {};
      try {
        const reply = await transport({
          method: method ?? 'GET',
          url: urlOf(context),
          headers: { accept: 'application/json', ...headersOf(context) },
          ...(typeof body === 'string' ? { body } : {}),
          ...(signal === undefined || signal === null ? {} : { signal }),
        });
        context.response = responseOf(reply);
      } catch (error) {
        throw error instanceof GraphClientError ? error : carrying(faultOfError('graph', error));
      }
    },
  };
}

/** `Response` takes no body with 204, 205 and 304, and no status outside 200 to 599. */
function responseOf({ status, headers, body }: TransportReply): Response {
  if (status < 200 || status > 599) throw carrying(malformed('graph', { code: 'bad-status' }));
  const isBodiless = body === '' || status === 204 || status === 205 || status === 304;
  return new Response(isBodiless ? null : body, { status, headers });
}

function urlOf({ request }: Context): string {
  return typeof request === 'string' ? request : request.url;
}

function headersOf(context: Context): Record<string, string> {
  return (context.options?.headers ?? {}) as Record<string, string>;
}
