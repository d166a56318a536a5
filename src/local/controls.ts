/**
 * The demonstration's controls, on a port of their own so that nobody takes them for the product:
 * what time or people would do to the simulated world.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Stage } from './stage.ts';

export interface Controls {
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on loopback, on any free port. */
export async function startControls(stage: Stage): Promise<Controls> {
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, text] = await answer(stage, request.method ?? '', request.url ?? '');
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`${text}\n`);
  }

  const server = createServer((request, response) => {
    void respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  stage: Stage,
  method: string,
  path: string,
): Promise<readonly [status: number, text: string]> {
  const url = new URL(path, 'http://controls');
  if (method !== 'POST' || url.pathname !== '/age') {
    return [404, 'POST /age?registration=<id>&days=<n> makes its newest secret end in n days.'];
  }
  const registration = url.searchParams.get('registration') ?? '';
  const days = Number(url.searchParams.get('days') ?? '20');
  if (!Number.isFinite(days) || days < 0 || days > 3650) return [400, 'days is no number of days.'];
  const aged = await stage.door.age(registration, days);
  return aged
    ? [200, `The newest secret of ${registration} now ends in ${days} days.`]
    : [404, `There is no secret of ${registration}.`];
}
