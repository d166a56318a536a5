/**
 * Role: all of Keeper's HTTP surface behind its door, over real HTTP: routes, tokens of a simulated
 * Entra, stores in memory, and the time of the door in hand.
 */
import { once } from 'node:events';
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundedBody } from '../../../src/functions/http.ts';
import type { Order } from '../../../src/core/order.ts';
import { failure, success } from '../../../src/core/fault.ts';
import {
  auditRoute,
  healthRoute,
  openApiRoute,
  orderRoute,
  ordersRoute,
  resyncRoute,
  statusRoute,
} from '../../../src/web/api-routes.ts';
import { openDoor } from '../../../src/web/door.ts';
import {
  confirmRoute,
  formRoute,
  orderRoute as orderPageRoute,
  overviewRoute,
  registrationRoute,
} from '../../../src/web/page-routes.ts';
import type { Route, WebParts } from '../../../src/web/route.ts';
import { chainPen, memoryLog } from '../../support/audit-log.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';
import { operatorApi } from './caller-bench.ts';

/** All routes, by the name of their function. */
export const allRoutes: Readonly<Record<string, Route>> = {
  audit: auditRoute,
  health: healthRoute,
  openapi: openApiRoute('tests'),
  order: orderRoute,
  orders: ordersRoute,
  resync: resyncRoute,
  status: statusRoute,
  confirmPage: confirmRoute,
  orderPage: orderPageRoute,
  formOrders: formRoute,
  overviewPage: overviewRoute,
  registrationPage: registrationRoute,
};

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The parts that routes need: one registration that was looked at, with a log of twelve entries. */
export function webParts() {
  const api = operatorApi();
  const world = webWorld();
  const { clock } = api.options;
  const orders = { ...world.orders, write: createOnce(world.orders.waiting) };
  const files = memoryLog();
  const pen = chainPen(files, 'calendar');
  for (let version = 0; version < 12; version += 1) {
    pen.write({ kind: 'observation', seen: { what: 'foreign-version', version: `v${version}` } });
  }
  const head = { registration: 'calendar', nextLookAt: 1_780_000_900_000, lookedAt: 1 };
  const told = { fingerprint: '', configuration: '', state: 'needs-person', reason: 'slots-full' };
  world.states.bodies.set('calendar', JSON.stringify({ v: 1, status: goodStatus }));
  world.states.heads.set('calendar', { ...head, ...told, connectors: 1 });
  const answer = { order: 'an-order', registration: 'calendar', result: 'done', reason: 'settled' };
  const at = '2026-05-28T20:00:00.000Z';
  world.orders.results.set('an-order', JSON.stringify({ ...answer, at }));
  const parts: WebParts = {
    world: { ...world, orders, clock: { ...world.clock, now: clock.now } },
    files,
    wanted: async () => ({ desired: webDesired(), errors: [] }),
    callers: api.options,
  };
  return { api, parts, world, files };
}

/** Orders as storage keeps them: one of another text under an id that there is, is refused. */
function createOnce(waiting: Map<string, Order>) {
  return async (order: Order) => {
    const there = waiting.get(order.id);
    if (there !== undefined && JSON.stringify(there) !== JSON.stringify(order)) {
      return failure({ kind: 'rejected', vendor: 'storage', code: 'exists' } as const);
    }
    waiting.set(order.id, order);
    return success({});
  };
}

/** A door with all routes behind it, on a port of this machine. */
export async function webServer(parts: WebParts, changes: Readonly<Record<string, Route>> = {}) {
  let nowMs = 0;
  const door = openDoor({ monotonic: () => nowMs });
  const routes = Object.values({ ...allRoutes, ...changes }).map((route) => ({
    route,
    pattern: new RegExp(
      `^/${route.path.replace(/^\//, '').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
    ),
  }));
  const server = createServer((incoming, response) => void serve(incoming, response));

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = incoming;
    const url = new URL(incoming.url ?? '', `http://${headers.host}`);
    const found = routes.find(({ pattern }) => pattern.test(url.pathname));
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    const flat = new Headers();
    for (const [name, value] of Object.entries(headers)) flat.set(name, String(value));
    const groups = found.pattern.exec(url.pathname)?.groups ?? {};
    const params = Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    const stream = { headers: flat, body: incoming } as unknown as Parameters<
      typeof boundedBody
    >[0];
    const reply = await door(
      found.route,
      {
        method,
        url: url.href,
        headers: flat,
        params,
        query: url.searchParams,
        body: (bytes) => boundedBody(stream, bytes),
      },
      () => parts,
    );
    incoming.resume();
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  /** One request. Paths go out as they are. */
  function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
    return new Promise<Answered>((resolve, reject) => {
      const length =
        body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const all = { ...length, ...headers };
      const outgoing = send({ port, path, method, headers: all, host: '127.0.0.1' }, (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  return {
    ask,
    /** Lets time pass for the door. */
    pass: (ms: number) => void (nowMs += ms),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
