/**
 * A TCP proxy in front of a port of this machine. It can watch what a client sends, and it can be a
 * bad line: slow, cut, deaf from the start, or dead in the middle of a reply without ever closing.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of one connection. `afterBytes` counts bytes of replies. */
export type Line =
  | { readonly kind: 'good' }
  /** Each piece of a reply comes that much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Accepted, and nothing ever follows. */
  | { readonly kind: 'mute' }
  /** Half open: from there on nothing gets through in either direction, and nothing closes. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Broken with a reset. */
  | { readonly kind: 'reset'; readonly afterBytes: number };

export interface TcpProxyOptions {
  readonly targetPort: number;
  /** Draws the fate of the next connection. */
  readonly lineOf?: () => Line;
  /** Shown each piece that a client sends, before it goes on. */
  readonly onSent?: (piece: Buffer) => void;
  /** Shown each piece of a reply, after it was passed on. */
  readonly onReplied?: (piece: Buffer) => void;
}

/** A connection on which nothing gets through any more. */
export interface DeadLine {
  readonly kind: 'mute' | 'stall';
  /** From the first thing that got lost, or from its start, until the client gave up. */
  waitedMs: number | undefined;
}

export interface TcpProxy {
  readonly port: number;
  readonly targetPort: number;
  /** Connections so far, by what became of them. */
  readonly lines: Readonly<Record<Line['kind'], number>>;
  readonly deadLines: readonly DeadLine[];
  stop(): Promise<void>;
}

/** Starts it on any free port. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const lines = { good: 0, slow: 0, mute: 0, stall: 0, reset: 0 };
  const deadLines: DeadLine[] = [];
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // The other side's troubles are the trial.
    socket.on('error', () => undefined);
  };
  const server = createServer((client) => {
    const line = options.lineOf?.() ?? { kind: 'good' };
    lines[line.kind] += 1;
    keep(client);
    if (line.kind === 'mute') {
      client.resume();
      deadLines.push(watchedEnd(client, 'mute'));
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port: options.targetPort });
    keep(upstream);
    relay(options, { client, upstream, line, onDead: (dead) => deadLines.push(dead) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    targetPort: options.targetPort,
    lines,
    deadLines,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Relay {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly line: Exclude<Line, { kind: 'mute' }>;
  readonly onDead: (dead: DeadLine) => void;
}

function relay(options: TcpProxyOptions, { client, upstream, line, onDead }: Relay): void {
  let replied = 0;
  let isDead = false;
  client.on('data', (piece) => {
    options.onSent?.(piece);
    if (!isDead) upstream.write(piece);
  });
  upstream.on('data', (piece) => {
    if (isDead) return;
    const left = 'afterBytes' in line ? line.afterBytes - replied : Number.POSITIVE_INFINITY;
    replied += piece.length;
    if (piece.length <= left) {
      later(line, () => void client.write(piece));
      options.onReplied?.(piece);
      return;
    }
    isDead = true;
    if (left > 0) client.write(piece.subarray(0, left));
    if (line.kind === 'reset') client.resetAndDestroy();
    else onDead(watchedEnd(client, 'stall'));
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (!isDead) later(line, () => void client.end());
  });
}

function later(line: Line, work: () => void): void {
  if (line.kind === 'slow') setTimeout(work, line.delayMs);
  else work();
}

function watchedEnd(client: Socket, kind: DeadLine['kind']): DeadLine {
  const sinceMs = performance.now();
  const dead: DeadLine = { kind, waitedMs: undefined };
  client.on('close', () => {
    dead.waitedMs = performance.now() - sinceMs;
  });
  return dead;
}

/** Gives out these lines one after the other, and good ones when they are used up. */
export function linesInTurn(lines: readonly Line[]): () => Line {
  const left = [...lines];
  return () => left.shift() ?? { kind: 'good' };
}
