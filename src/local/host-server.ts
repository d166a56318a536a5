/**
 * Role: the host's HTTP server, on the loopback address only: reads requests within bounds, hands
 * them on, and writes replies. It logs neither addresses nor headers, since both carry keys.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Bytes of a request's body. */
const bodyBytes = 1_048_576;

/** Bytes that are read and dropped, so that a sender of too much still reads the refusal. */
const droppedBytes = 8 * bodyBytes;

/** How long requests under way may take when the host stops. */
const stopMs = 5_000;

/** One request. */
export interface HostRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Throws when it is too large, which the server answers. */
  readBody(): Promise<Buffer>;
}

export interface HostReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** The body has more than {@link bodyBytes}. */
class BodyTooLarge extends Error {}

/** Something else listens on the port. */
export class PortInUse extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is in use by another program.`);
    this.name = 'PortInUse';
    this.port = port;
  }
}

/** A server that listens. */
export interface HostServer {
  readonly url: string;
  stop(this: void): Promise<void>;
}

/** What is behind the server. */
export interface Answerer {
  answer(this: void, request: HostRequest): Promise<HostReply>;
  /** Told of what `answer` throws; the sender learns nothing of it. */
  onError(this: void, error: unknown): void;
}

/** Starts it. @throws PortInUse */
export async function startServer(port: number, answerer: Answerer): Promise<HostServer> {
  const server = createServer((request, response) => {
    void serve(request, response, answerer);
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUse(port);
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${taken}`, stop: () => stopServer(server) };
}

async function stopServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), stopMs);
  await closed;
  clearTimeout(timer);
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answerer: Answerer,
): Promise<void> {
  const read = requestOf(incoming);
  const reply = 'status' in read ? read : await replyTo(read, answerer);
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(reply.status === 204 ? {} : { 'content-length': body?.length ?? 0 }),
    ...(reply.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(incoming.method === 'HEAD' ? undefined : body);
}

async function replyTo(request: HostRequest, { answer, onError }: Answerer): Promise<HostReply> {
  try {
    return await answer(request);
  } catch (error) {
    if (error instanceof BodyTooLarge) return { status: 413 };
    onError(error);
    return { status: 500 };
  }
}

/** The request, or the refusal of one that is not meant for this host. */
function requestOf(incoming: IncomingMessage): HostRequest | HostReply {
  const target = incoming.url ?? '';
  const url = URL.parse(`http://${incoming.headers.host ?? ''}${target}`);
  if (!url || !target.startsWith('/')) return { status: 400 };
  // A web page elsewhere can point a name of its own at 127.0.0.1 and read what needs no key.
  if (!/^(?:127\.0\.0\.1|(?:.+\.)?localhost)$/i.test(url.hostname)) return { status: 421 };
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    method: incoming.method ?? 'GET',
    url,
    headers: Object.fromEntries(headers),
    readBody: () => bodyOf(incoming),
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > droppedBytes) throw new BodyTooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length <= bodyBytes) pieces.push(piece);
    else if (length > droppedBytes) break;
  }
  if (length > bodyBytes) throw new BodyTooLarge();
  return Buffer.concat(pieces);
}
