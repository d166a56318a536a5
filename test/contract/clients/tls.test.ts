/** The production path over real sockets: HTTPS, undici, the vendors' libraries, a simulator behind. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { generate } from 'selfsigned';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { azureCredential, tokenSource } from '../../../src/clients/identity.ts';
import { keyVault } from '../../../src/clients/key-vault.ts';
import { undiciTransport } from '../../../src/clients/transport.ts';
import { Secret } from '../../../src/core/secret.ts';
import { CALM } from '../../../src/local/simulators/directory-options.ts';
import { simulatedDirectory } from '../../../src/local/simulators/directory-state.ts';
import { simulatedEntra } from '../../../src/local/simulators/entra-simulator.ts';
import { simulatedGraph } from '../../../src/local/simulators/graph-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { simulatedVault } from '../../../src/local/simulators/vault-simulator.ts';

const keeper = '11111111-1111-4111-8111-111111111111';
const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};
const surroundings = { now: () => Date.now(), random: seededRandom('tls') };

let certificate: { readonly key: string; readonly cert: string };
let agent: Agent;
const servers: Server[] = [];

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'graph.localhost' },
          { type: 2, value: 'demo.vault.localhost' },
        ],
      },
    ],
  });
  certificate = { key: made.private, cert: made.cert };
  agent = new Agent({
    connect: {
      ca: made.cert,
      lookup: (_name, options, found) => {
        if (options.all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
        else found(null, '127.0.0.1', 4);
      },
    },
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await agent.destroy();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function listenerOf(fetch: (request: Request) => Promise<Response>): RequestListener {
  const listener = getRequestListener(fetch);
  return (request, response) => void listener(request, response);
}

function overTls(fetch: (request: Request) => Promise<Response>): Promise<number> {
  return portOf(createServer(certificate, listenerOf(fetch)));
}

describe('the clients over HTTPS', () => {
  it('speak to Graph, with a token of the managed identity from its endpoint', async () => {
    const directory = simulatedDirectory(surroundings, {
      ...CALM,
      callers: { [keeper]: ['Application.ReadWrite.OwnedBy'] },
    });
    const identity = { principalId: keeper, clientId: 'client-1', header: 'header-1' };
    const entra = simulatedEntra(directory, surroundings, { identity });
    const identityPort = await portOf(
      createHttpServer(listenerOf((request) => entra.fetch(request))),
    );
    vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${identityPort}/msi/token`);
    vi.stubEnv('IDENTITY_HEADER', identity.header);
    const audiences: string[] = [];
    const graphSimulator = simulatedGraph(directory, surroundings, { audiences });
    const port = await overTls((request) => graphSimulator.fetch(request));
    audiences.push(`https://graph.localhost:${port}`);
    const graph = graphDirectory({
      baseUrl: `https://graph.localhost:${port}`,
      tokens: tokenSource({ credential: azureCredential({ kind: 'managed-identity' }), clock }),
      transport: undiciTransport({ dispatcher: agent }),
      clock,
    });
    const created = await graph.createRegistration('keeper-mail', {
      displayName: 'Mail',
      signInAudience: 'AzureADMultipleOrgs',
      tags: ['keeper'],
    });
    expect(created).toMatchObject({ ok: true });
    expect(await graph.listRegistrations()).toMatchObject({
      ok: true,
      value: [{ uniqueName: 'keeper-mail' }],
    });
  });

  it('speak to a vault under its own name, challenge included', async () => {
    const simulator = simulatedVault(surroundings, {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/00000000-0000-0000-0000-000000000001',
      resource: 'https://vault.localhost',
      accepts: (token) => token === 'token-of-https://vault.localhost/.default',
    });
    const port = await overTls((request) => simulator.fetch(request));
    const vault = keyVault({
      vaultUrlOf: (name) => `https://${name}.vault.localhost:${port}`,
      credential: {
        getToken: async (scope) => ({
          token: `token-of-${String(scope)}`,
          expiresOnTimestamp: Date.now() + 3_600_000,
        }),
      },
      transport: undiciTransport({ dispatcher: agent }),
      clock,
    });
    const ref = { vault: 'demo', name: 'mail' };
    const put = { tags: {}, expiresAt: Date.now() + 86_400_000 };
    expect(await vault.putValue(ref, new Secret('abc-é☃'), put)).toMatchObject({ ok: true });
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: true,
      value: { current: { hint: 'abc' } },
    });
  });

  it('trust no other certificate', async () => {
    const port = await overTls(async () => Response.json({ value: [] }));
    const graph = graphDirectory({
      baseUrl: `https://localhost:${port}`,
      tokens: { getToken: async () => ({ ok: true, value: new Secret('t') }) },
      transport: undiciTransport(),
      clock: { ...clock, sleep: async () => {} },
    });
    const listed = await graph.listRegistrations();
    expect(listed).toMatchObject({ ok: false, fault: { kind: 'unavailable' } });
    expect(listed.ok || listed.fault.code).toMatch(/CERT|SIGNED/);
  });
});
