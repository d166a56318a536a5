/** Role: worlds for commands to be tried on: stores in memory, and an API that a test writes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenWorld, WorldOpeners, WorldPlace } from '../../../src/cli/world-place.ts';
import { readSettings, type Settings } from '../../../src/config/settings.ts';
import type { RegistrationStatus } from '../../../src/core/status.ts';
import type { World } from '../../../src/reconcile/world.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';

export interface FakeWorld {
  readonly openers: WorldOpeners;
  readonly stores: ReturnType<typeof webWorld>;
  /** The places that were opened, in order. */
  readonly opened: readonly WorldPlace[];
  closed(): number;
  /** Stores what a pass left of a registration of the file. */
  left(key: string, changes?: Partial<RegistrationStatus>): void;
}

/** The world of the file that `webDesired()` reads. */
export function fakeWorld(more: Partial<Pick<OpenWorld, 'api' | 'by' | 'where'>> = {}): FakeWorld {
  const stores = webWorld();
  const opened: WorldPlace[] = [];
  let closed = 0;
  // Commands that only read states and write orders see nothing of the other ports.
  const world = stores as Partial<World> as World;

  async function open(place: WorldPlace): Promise<OpenWorld> {
    opened.push(place);
    return {
      where: 'keeper.example',
      world,
      desired: webDesired(),
      settings: someSettings(),
      close: async () => void (closed += 1),
      ...more,
    };
  }

  return {
    openers: { live: open, local: open },
    stores,
    opened,
    closed: () => closed,
    left(key, changes = {}) {
      const status: RegistrationStatus = { ...goodStatus, ...changes };
      const { lookedAt, nextLookAt, state, reason } = status;
      stores.states.bodies.set(key, JSON.stringify({ status }));
      stores.states.heads.set(key, {
        registration: key,
        lookedAt,
        nextLookAt,
        state,
        reason,
        fingerprint: '',
        configuration: '',
      });
    },
  };
}

function someSettings(): Settings {
  const read = readSettings({
    KEEPER_TENANT_ID: '5f1b3c52-6a0c-4b57-9d55-4d1b9e7c0a11',
    KEEPER_STORAGE: 'UseDevelopmentStorage=true',
  });
  if (!read.ok) throw new Error('the settings of the test are not usable');
  return read.settings;
}

/** A request as the API got it. */
export interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** `cut`: the connection breaks. */
export type FakeAnswer = { readonly status: number; readonly body: object | string } | 'cut';

export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  readonly got: readonly Got[];
}

/** An API on this machine. */
export async function fakeApi(answer: (got: Got) => FakeAnswer): Promise<FakeApi> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body };
      got.push(one);
      const reply = answer(one);
      if (reply === 'cut') {
        request.socket.destroy();
        return;
      }
      const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    got,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
