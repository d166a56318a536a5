/** A proxy in front of a server that can forward a request and then cut the line. */
import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request: passed on; done with the answer lost; lost before it is done. */
type Fate = 'pass' | 'lose-answer' | 'lose-request';

export interface Proxy {
  readonly port: number;
  /** Methods and paths that came, in order. */
  readonly seen: readonly string[];
  /** Decides about the requests from now on. */
  decide(fateOf: (method: string, url: string) => Fate): void;
  stop(): Promise<void>;
}

/** Starts it in front of a port on loopback. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const seen: string[] = [];
  let fateOf = passed;

  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    seen.push(`${method} ${url}`);
    void relay(request, response, { targetPort, fate: fateOf(method, url) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    seen,
    decide: (next) => {
      fateOf = next;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function passed(_method: string, _url: string): Fate {
  return 'pass';
}

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  { targetPort, fate }: { targetPort: number; fate: Fate },
): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  if (fate === 'lose-request') {
    request.socket.destroy();
    return;
  }
  const onward = forward({
    host: '127.0.0.1',
    port: targetPort,
    method: request.method,
    path: request.url,
    headers: request.headers,
  });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const content = Buffer.concat(await answer.toArray());
  if (fate === 'lose-answer') {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  response.end(content);
}
