/**
 * The seam between the vendors' clients and the network: one request, one reply, no retries, no
 * redirects. A transport throws {@link TransportError} when there is no usable reply; each status
 * code is a reply. Simulations pass the `fetch` of a simulator instead of a network.
 */
import { Agent, request as send, type Dispatcher } from 'undici';
import * as limits from './limits.ts';

export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the call before its total time is over. */
  readonly signal?: AbortSignal;
}

export interface TransportReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request. Throws only {@link TransportError}. */
export type Transport = (request: TransportRequest) => Promise<TransportReply>;

/** Why there is no usable reply. */
export type TransportErrorKind =
  /** A time limit passed. */
  | 'timeout'
  /** The connection could not be made, or broke. */
  | 'broken'
  /** The reply is larger than the bound. */
  | 'oversized'
  /** The library wanted to send to an address that is not the vendor's. */
  | 'misdirected'
  /** The time for sending it was over; nothing was sent. */
  | 'late';

/** No usable reply. Carries nothing of what was sent or received. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  /** The network's code, such as `ECONNRESET`. */
  readonly code: string | undefined;

  constructor(kind: TransportErrorKind, code?: string) {
    super('no usable reply');
    this.name = 'TransportError';
    this.kind = kind;
    this.code = code;
  }
}

export interface TransportOptions {
  /** Milliseconds for one call in all. */
  readonly totalMs?: number;
  /** Bytes of a reply's body. */
  readonly bodyBytes?: number;
}

export interface UndiciOptions extends TransportOptions {
  readonly connectMs?: number;
  readonly headersMs?: number;
  readonly bodyMs?: number;
  /** The connections to use; else the transport makes its own, which live as long as it. */
  readonly dispatcher?: Dispatcher;
}

/** Connections with a limit on each of their phases, HTTP/1.1 with keep-alive. Close it when done. */
export function undiciAgent(options: Omit<UndiciOptions, 'dispatcher'> = {}): Agent {
  return new Agent({
    connect: { timeout: options.connectMs ?? limits.connectMs },
    headersTimeout: options.headersMs ?? limits.headersMs,
    bodyTimeout: options.bodyMs ?? limits.bodyMs,
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.keepAliveMs * 10,
    connections: limits.connections,
    pipelining: 1,
    allowH2: false,
  });
}

/** The transport of production: undici over real sockets. */
export function undiciTransport(options: UndiciOptions = {}): Transport {
  const dispatcher = options.dispatcher ?? undiciAgent(options);
  const bound = options.bodyBytes ?? limits.bodyBytes;
  return async (request) => {
    try {
      const reply = await send(request.url, {
        dispatcher,
        method: request.method,
        headers: { 'user-agent': 'keeper', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: signalOf(request, options),
      });
      return {
        status: reply.statusCode,
        headers: flatHeaders(reply.headers),
        body: await boundedText(reply.body, bound),
      };
    } catch (error) {
      throw asTransportError(error);
    }
  };
}

/**
 * A transport in front of any `fetch`, such as a simulator's in the same process. What `fetch`
 * throws counts as a broken connection, save for defects of the program.
 */
export function fetchTransport(
  fetch: (request: Request) => Promise<Response> | Response,
  options: TransportOptions = {},
): Transport {
  const bound = options.bodyBytes ?? limits.bodyBytes;
  return async (request) => {
    const signal = signalOf(request, options);
    const asked = new Request(request.url, {
      method: request.method,
      headers: { ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal,
    });
    try {
      const reply = await orAborted(Promise.resolve(fetch(asked)), signal);
      return {
        status: reply.status,
        headers: Object.fromEntries(reply.headers),
        body: reply.body === null ? '' : await orAborted(boundedText(reply.body, bound), signal),
      };
    } catch (error) {
      if (isDefect(error)) throw error;
      throw asTransportError(error);
    }
  };
}

function signalOf(request: TransportRequest, options: TransportOptions): AbortSignal {
  const total = AbortSignal.timeout(options.totalMs ?? limits.totalMs);
  return request.signal === undefined ? total : AbortSignal.any([total, request.signal]);
}

function flatHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
    }
  }
  return flat;
}

/** The text of a body, read no further than the bound: the sender may be hostile. */
async function boundedText(body: AsyncIterable<Uint8Array>, bound: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > bound) throw new TransportError('oversized');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** `fetch` itself reports a broken connection as a TypeError with a cause. */
function isDefect(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    (error instanceof TypeError && error.cause === undefined)
  );
}

function asTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  if (!(error instanceof Error)) return new TransportError('broken');
  const code = networkCode(error) ?? networkCode(error.cause);
  const isTime =
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    (code !== undefined && /^UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/.test(code));
  return new TransportError(isTime ? 'timeout' : 'broken', code);
}

function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
