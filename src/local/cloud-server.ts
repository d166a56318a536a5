/**
 * Role: the simulated cloud over HTTPS: one server on the loopback address for all vendors' names,
 * with a certificate authority made at start; and how this process, and only this one, comes to
 * trust it and to find its names. Nothing is switched off: certificates are checked as ever.
 */
import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { leafFor } from './local-authority.ts';
import { ConnectionCut } from './simulators/simulator.ts';

/** Bytes of a request's body. */
const bodyBytes = 4 * 1_048_576;

export interface CloudServerOptions {
  /** Names for the certificate; `*.` stands for one label. */
  readonly hosts: readonly string[];
  /** Answers one request. {@link ConnectionCut} destroys the connection instead. */
  fetch(this: void, request: Request): Promise<Response>;
  /** Told of each connection that was cut. */
  onCut?(this: void, request: Request): void;
  /** Told of everything else that `fetch` throws: a defect of a simulator. */
  onDefect?(this: void, error: unknown): void;
}

/** A server that listens. */
export interface CloudServer {
  readonly port: number;
  /** The certificate authority, PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startCloudServer(options: CloudServerOptions): Promise<CloudServer> {
  const { ca, cert, key } = await leafFor(options.hosts);
  const server = createServer({ cert, key }, (incoming, response) => {
    void serve(options, incoming, response);
  });
  // Connections that nobody uses stay open: the only cuts are the simulators' own.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ca,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  { fetch, onCut, onDefect = rethrow }: CloudServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await requestOf(incoming);
  if (typeof request === 'number') {
    response.writeHead(request, { connection: 'close' }).end();
    return;
  }
  try {
    const reply = await fetch(request);
    const body = Buffer.from(await reply.arrayBuffer());
    response.writeHead(reply.status, headersOf(reply, body.length));
    response.end(incoming.method === 'HEAD' ? undefined : body);
  } catch (error) {
    incoming.socket.destroy();
    if (error instanceof ConnectionCut) onCut?.(request);
    else onDefect(error);
  }
}

/** Out of the promise chain, so that the process tells of it. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

/** The request with its full address; a status when it cannot be one. */
async function requestOf(incoming: IncomingMessage): Promise<Request | number> {
  const target = incoming.url ?? '';
  const url = URL.parse(`https://${incoming.headers.host ?? ''}${target}`);
  if (!url || !target.startsWith('/')) return 400;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length <= bodyBytes) pieces.push(piece);
  }
  if (length > bodyBytes) return 413;
  const method = incoming.method ?? 'GET';
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const isBodiless = method === 'GET' || method === 'HEAD';
  return new Request(url, {
    method,
    headers,
    ...(isBodiless || length === 0 ? {} : { body: Buffer.concat(pieces) }),
  });
}

function headersOf(reply: Response, length: number): string[] {
  const headers = [...reply.headers].filter(([name]) => name !== 'content-length');
  if (reply.status !== 204 && reply.status !== 304)
    headers.push(['content-length', String(length)]);
  return headers.flat();
}

/** Adds an authority to the default ones. Returns what undoes it. */
export function trustLocally(ca: string): () => void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, ca]);
  return () => tls.setDefaultCACertificates(before);
}

/**
 * Names that end in `.localhost` are this machine, as RFC 6761 has it and some resolvers do not.
 * Returns what undoes it.
 */
export function resolveLocalhostNames(): () => void {
  const { lookup, promises } = dns;
  const { lookup: lookupPromise } = promises;
  dns.lookup = withSymbolsOf(lookup, callbackLookup(lookup));
  promises.lookup = promiseLookup(lookupPromise);
  syncBuiltinESMExports();
  return () => {
    dns.lookup = lookup;
    promises.lookup = lookupPromise;
    syncBuiltinESMExports();
  };
}

/** As the library calls it: one address, or all of them. */
type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

type AnyLookup = (name: string, options: LookupOptions, callback: LookupCallback) => void;

function callbackLookup(original: typeof dns.lookup): typeof dns.lookup {
  function lookup(
    name: string,
    given: LookupOptions | number | LookupCallback,
    callback?: LookupCallback,
  ): void {
    const options = typeof given === 'number' ? { family: given } : given;
    const done = typeof options === 'function' ? options : callback;
    const wishes = typeof options === 'function' ? {} : options;
    if (done === undefined || !isLocal(name, wishes)) {
      (original as AnyLookup)(name, wishes, done as LookupCallback);
      return;
    }
    if (wishes.all === true) process.nextTick(done, null, [loopback]);
    else process.nextTick(done, null, loopback.address, loopback.family);
  }
  return lookup as typeof dns.lookup;
}

function promiseLookup(original: typeof dns.promises.lookup): typeof dns.promises.lookup {
  async function lookup(
    name: string,
    given: LookupOptions | number = {},
  ): Promise<LookupAddress | LookupAddress[]> {
    const options = typeof given === 'number' ? { family: given } : given;
    if (!isLocal(name, options)) return original(name, options);
    return options.all === true ? [{ ...loopback }] : { ...loopback };
  }
  return lookup as typeof dns.promises.lookup;
}

const loopback: LookupAddress = { address: '127.0.0.1', family: 4 };

/** The server listens on IPv4 only, so a question for IPv6 goes the usual way. */
function isLocal(name: string, { family }: LookupOptions): boolean {
  return family !== 6 && family !== 'IPv6' && /\.localhost\.?$/i.test(name);
}

/** `util.promisify` knows the original by a property whose name is a symbol. */
function withSymbolsOf<T extends object>(original: object, replacement: T): T {
  for (const symbol of Object.getOwnPropertySymbols(original)) {
    const property = Object.getOwnPropertyDescriptor(original, symbol);
    if (property) Object.defineProperty(replacement, symbol, property);
  }
  return replacement;
}
