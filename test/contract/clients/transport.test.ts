import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  fetchTransport,
  TransportError,
  undiciAgent,
  undiciTransport,
  type UndiciOptions,
} from '../../../src/clients/transport.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function failureOf(url: string, options: UndiciOptions = {}): Promise<TransportError> {
  const agent = undiciAgent(options);
  try {
    await undiciTransport({ ...options, dispatcher: agent })({ method: 'GET', url, headers: {} });
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  } finally {
    await agent.destroy();
  }
  throw new Error('there was an answer');
}

describe('undiciTransport()', () => {
  it('sends what it is given, and gives back status, headers and text', async () => {
    const url = await serve((request, response) => {
      void (async () => {
        const body = Buffer.concat(await request.toArray()).toString();
        response.writeHead(418, { 'X-Thing': 'a', 'set-cookie': ['a=1', 'b=2'] });
        response.end(`${request.method} ${String(request.headers['x-mine'])} ${body}`);
      })();
    });
    const transport = undiciTransport();
    const reply = await transport({
      method: 'POST',
      url,
      headers: { 'x-mine': 'yes' },
      body: 'grüß ☃',
    });
    expect(reply).toMatchObject({ status: 418, body: 'POST yes grüß ☃' });
    expect(reply.headers).toMatchObject({ 'x-thing': 'a', 'set-cookie': 'a=1, b=2' });
  });

  it('follows no redirect and repeats nothing', async () => {
    let count = 0;
    const url = await serve((_, response) => {
      count += 1;
      response.writeHead(count === 1 ? 302 : 503, { location: '/elsewhere' }).end();
    });
    const transport = undiciTransport();
    expect((await transport({ method: 'GET', url, headers: {} })).status).toBe(302);
    expect((await transport({ method: 'PUT', url, headers: {}, body: '{}' })).status).toBe(503);
    expect(count).toBe(2);
  });

  it('ends a call that takes too long in all, though bytes keep coming', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failureOf(url, { totalMs: 150 })).toMatchObject({ kind: 'timeout' });
  });

  it('ends a call whose headers do not come', async () => {
    const url = await serve(() => {});
    expect(await failureOf(url, { headersMs: 100 })).toMatchObject({ kind: 'timeout' });
  });

  it('stops reading a reply without end', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    expect(await failureOf(url, { bodyBytes: 100_000 })).toMatchObject({ kind: 'oversized' });
    expect(sent).toBeLessThan(50_000_000);
  });

  it('reports a broken line with its code', async () => {
    const cut = await serve((request) => request.socket.destroy());
    expect(await failureOf(cut)).toMatchObject({ kind: 'broken' });
    const short = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('abc', () => response.destroy());
    });
    expect(await failureOf(short)).toMatchObject({ kind: 'broken' });
    expect(await failureOf('http://127.0.0.1:1/')).toMatchObject({
      kind: 'broken',
      code: 'ECONNREFUSED',
    });
    expect(await failureOf('http://no-such-host.invalid/')).toMatchObject({ kind: 'broken' });
  });

  it('listens to the signal of its caller', async () => {
    const url = await serve(() => {});
    const call = undiciTransport()({
      method: 'GET',
      url,
      headers: {},
      signal: AbortSignal.timeout(50),
    });
    await expect(call).rejects.toMatchObject({ name: 'TransportError', kind: 'timeout' });
  });
});

describe('fetchTransport()', () => {
  const request = {
    method: 'POST',
    url: 'https://vendor.example/a',
    headers: { a: 'b' },
    body: 'x',
  };

  it('passes the request on and the reply back', async () => {
    const transport = fetchTransport(async (asked) => {
      const text = `${asked.method} ${asked.url} ${asked.headers.get('a')} ${await asked.text()}`;
      return new Response(text, { status: 201, headers: { 'X-Thing': 'c' } });
    });
    expect(await transport(request)).toMatchObject({
      status: 201,
      headers: { 'x-thing': 'c' },
      body: 'POST https://vendor.example/a b x',
    });
  });

  it('takes what is thrown for a broken line, but not a defect', async () => {
    const broken = fetchTransport(() => Promise.reject(new Error('cut')));
    await expect(broken(request)).rejects.toMatchObject({ kind: 'broken' });
    const defect = fetchTransport(() => Promise.reject(new TypeError('x is not a function')));
    await expect(defect(request)).rejects.toThrow(TypeError);
  });

  it('ends a call that takes too long, and a reply without end', async () => {
    const silent = fetchTransport(() => new Promise(() => {}), { totalMs: 30 });
    await expect(silent(request)).rejects.toMatchObject({ kind: 'timeout' });
    const endless = fetchTransport(
      () =>
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
        ),
      { bodyBytes: 200_000 },
    );
    await expect(endless(request)).rejects.toMatchObject({ kind: 'oversized' });
  });
});
