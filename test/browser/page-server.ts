/** Serves the pages as Keeper does, with their policy, and remembers what was asked for. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentSecurityPolicy } from '../../src/web/page/style.ts';

export interface PageServer {
  readonly origin: string;
  /** Paths asked for since the last look. */
  takeRequests(): readonly string[];
  close(): Promise<void>;
}

/** Starts it on a free port of this machine. */
export async function pageServer(pages: Readonly<Record<string, string>>): Promise<PageServer> {
  let requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    // A browser with a window asks for this by itself, whatever a page says.
    if (path !== '/favicon.ico') requests.push(path);
    const page = Object.hasOwn(pages, path.slice(1)) ? pages[path.slice(1)] : undefined;
    response.writeHead(page === undefined ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
    });
    response.end(page ?? 'no such page');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
