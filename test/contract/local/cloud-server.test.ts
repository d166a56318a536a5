/** Role: the real clients meet the simulated cloud over HTTPS, with nothing switched off. */
import dns from 'node:dns';
import { get, type RequestOptions } from 'node:https';
import { promisify } from 'node:util';
import { ManagedIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  resolveLocalhostNames,
  startCloudServer,
  trustLocally,
  type CloudServer,
} from '../../../src/local/cloud-server.ts';
import { ConnectionCut } from '../../../src/local/simulators/simulator.ts';

const tenant = '11111111-2222-4333-8444-555555555555';
const environment = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const;

let server: CloudServer;
let undo: (() => void)[];
let seen: { method: string; url: URL; headers: Headers; body: string }[] = [];
let cuts = 0;
let defects: unknown[] = [];

beforeAll(async () => {
  server = await startCloudServer({
    hosts: ['graph.localhost', 'login.localhost', '*.vault.localhost'],
    fetch: answer,
    onCut: () => {
      cuts += 1;
    },
    onDefect: (error) => defects.push(error),
  });
  undo = [trustLocally(server.ca), resolveLocalhostNames()];
  process.env['IDENTITY_ENDPOINT'] = `https://login.localhost:${server.port}/msi/token`;
  process.env['IDENTITY_HEADER'] = 'the header';
});

afterAll(async () => {
  for (const name of environment) delete process.env[name];
  for (const step of undo ?? []) step();
  await server?.stop();
});

beforeEach(() => {
  seen = [];
  cuts = 0;
  defects = [];
});

async function answer(asked: Request): Promise<Response> {
  const url = new URL(asked.url);
  seen.push({ method: asked.method, url, headers: asked.headers, body: await asked.text() });
  if (url.pathname === '/cut') throw new ConnectionCut();
  if (url.pathname === '/defect') throw new TypeError('a defect');
  if (url.pathname === '/msi/token') return identityToken(url);
  if (url.pathname.startsWith('/secrets/')) return secret(asked.headers);
  return new Response('hello', {
    headers: [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
  });
}

/** A library that sees another resource than it asked for keeps no token. */
function identityToken({ searchParams }: URL): Response {
  const inADay = Math.floor(Date.now() / 1000) + 86_400;
  const resource = searchParams.get('resource');
  return Response.json({
    access_token: 'a token',
    expires_on: String(inADay),
    resource,
    token_type: 'Bearer',
    client_id: 'x',
  });
}

function secret(headers: Headers): Response {
  const authorization = `https://login.localhost:${server.port}/${tenant}`;
  const challenge = `Bearer authorization="${authorization}", resource="https://vault.localhost"`;
  if (!headers.has('authorization')) {
    return new Response('{}', { status: 401, headers: { 'www-authenticate': challenge } });
  }
  const id = `https://demo.vault.localhost:${server.port}/secrets/one/0123456789abcdef`;
  return Response.json({ id, value: 'a value', attributes: { enabled: true } });
}

function at(host: string, path: string): string {
  return `https://${host}:${server.port}${path}`;
}

async function httpsStatus(url: string, options: RequestOptions = {}): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, options, (reply) => {
    reply.resume();
    resolve(reply.statusCode);
  }).on('error', reject);
  return promise;
}

describe('startCloudServer()', () => {
  it('passes a request on with its whole address, header by header', async () => {
    const reply = await request(at('graph.localhost', '/v1.0/x?api%2Dversion=1&a=b'), {
      method: 'POST',
      headers: { 'x-given': 'yes' },
      body: 'grüße',
    });
    expect(await reply.body.text()).toBe('hello');
    expect(reply.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', body: 'grüße' });
    expect(seen[0]?.url.href).toBe(at('graph.localhost', '/v1.0/x?api%2Dversion=1&a=b'));
    expect(seen[0]?.headers.get('x-given')).toBe('yes');
  });

  it('destroys the connection when a simulator says so', async () => {
    await expect(request(at('graph.localhost', '/cut'))).rejects.toMatchObject({
      code: 'UND_ERR_SOCKET',
    });
    expect(cuts).toBe(1);
    expect(defects).toEqual([]);
  });

  it('tells of a defect of a simulator', async () => {
    await expect(request(at('graph.localhost', '/defect'))).rejects.toThrow();
    expect(cuts).toBe(0);
    expect(defects).toEqual([new TypeError('a defect')]);
  });

  it('refuses a body beyond its bound', async () => {
    const body = Buffer.alloc(4 * 1_048_576 + 1);
    const reply = await request(at('graph.localhost', '/'), { method: 'PUT', body });
    await reply.body.dump();
    expect(reply.statusCode).toBe(413);
    expect(seen).toEqual([]);
  });

  it('has a certificate for its names only', async () => {
    await expect(httpsStatus(at('other.localhost', '/'))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await httpsStatus(at('any.vault.localhost', '/'))).toBe(200);
  });
});

describe('trustLocally() and resolveLocalhostNames()', () => {
  it('answers names by all ways to ask', async () => {
    const loopback = { address: '127.0.0.1', family: 4 };
    expect(await dns.promises.lookup('a.b.localhost')).toEqual(loopback);
    expect(await dns.promises.lookup('a.localhost', { all: true })).toEqual([loopback]);
    expect(await promisify(dns.lookup)('a.localhost')).toEqual(loopback);
    expect(await promisify(dns.lookup)('localhost')).toMatchObject({ address: expect.any(String) });
    await expect(dns.promises.lookup('localhost.invalid')).rejects.toMatchObject({
      code: expect.stringMatching(/^E/),
    });
  });

  it('can be undone', async () => {
    for (const step of undo) step();
    const unknown = request(at('graph.localhost', '/'), { dispatcher: new Agent() });
    await expect(unknown).rejects.toThrow();
    const names = resolveLocalhostNames();
    const untrusted = request(at('graph.localhost', '/'), { dispatcher: new Agent() });
    await expect(untrusted).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    names();
    undo = [trustLocally(server.ca), resolveLocalhostNames()];
    const again = await request(at('graph.localhost', '/'), { dispatcher: new Agent() });
    expect(again.statusCode).toBe(200);
    await again.body.dump();
  });
});

describe('the real clients', () => {
  it('get a token of the managed identity once in a process', async () => {
    const scope = 'https://graph.localhost/.default';
    expect((await new ManagedIdentityCredential().getToken(scope)).token).toBe('a token');
    expect((await new ManagedIdentityCredential().getToken(scope)).token).toBe('a token');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers.get('x-identity-header')).toBe('the header');
    expect(Object.fromEntries(seen[0]?.url.searchParams ?? [])).toEqual({
      'api-version': '2019-08-01',
      resource: 'https://graph.localhost',
    });
  });

  it('write a secret after the challenge', async () => {
    const url = at('demo.vault.localhost', '');
    const client = new SecretClient(url, new ManagedIdentityCredential(), {
      retryOptions: { maxRetries: 0 },
    });
    expect((await client.setSecret('one', 'a value')).value).toBe('a value');
    expect((await client.getSecret('one')).value).toBe('a value');
    expect(seen.map(({ method, url: { pathname } }) => `${method} ${pathname}`)).toEqual([
      'PUT /secrets/one',
      'GET /msi/token',
      'PUT /secrets/one',
      'GET /secrets/one/',
    ]);
    expect(seen.map((one) => one.body)).toEqual([
      '',
      '',
      expect.stringContaining('"value":"a value"'),
      '',
    ]);
  });
});
