import { describe, expect, it } from 'vitest';
import { keyVault } from '../../../src/clients/key-vault.ts';
import { azureHttpClient } from '../../../src/clients/key-vault-http.ts';
import { fetchTransport } from '../../../src/clients/transport.ts';
import { Secret } from '../../../src/core/secret.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import { ConnectionCut } from '../../../src/local/simulators/simulator.ts';
import { simulatedVault } from '../../../src/local/simulators/vault-simulator.ts';
import { expectSilent } from '../../unit/clients/canary.ts';
import { manualClock, scripted } from '../../unit/clients/scripted.ts';
import { valueOf } from './outcome.ts';

function vaultBench() {
  const clock = manualClock();
  const simulator = simulatedVault(
    { now: () => clock.now(), random: seededRandom('clients') },
    {
      vaultName: 'demo',
      host: 'demo.vault.localhost',
      authority: 'https://login.localhost/00000000-0000-0000-0000-000000000001',
      resource: 'https://vault.localhost',
      accepts: (token) => token === 'good',
    },
  );
  const sent: string[] = [];
  const state: { token: string; lose?: (request: Request) => boolean } = { token: 'good' };
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.localhost`,
    credential: {
      getToken: async () => ({ token: state.token, expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    transport: fetchTransport(async (request) => {
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
      const isLost = state.lose?.(request) === true;
      const reply = await simulator.fetch(request);
      if (isLost) throw new ConnectionCut();
      return reply;
    }),
    clock,
  });
  return { clock, simulator, vault, sent, state };
}

const ref = { vault: 'demo', name: 'mail-secret' };

describe('keyVault() before the simulated vault', () => {
  const put = { tags: { keeper: 'intent-1' }, expiresAt: Date.UTC(2027, 5, 1) };

  it('puts, reads, orders and disables versions', async () => {
    const { vault, clock } = vaultBench();
    expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
    const first = valueOf(await vault.putValue(ref, new Secret('abc-first'), put)).version;
    expect(first).toMatchObject({ enabled: true, expiresAt: put.expiresAt, tags: put.tags });
    // Within the same second, which is all that the vault tells of an instant.
    const second = valueOf(await vault.putValue(ref, new Secret('def-second'), put)).version;
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...second, hint: 'def' });
    expect(seen?.versions).toEqual([second, first]);
    expect(valueOf(await vault.readValue(ref, first.version))?.reveal()).toBe('abc-first');
    expect(valueOf(await vault.readValue(ref, 'f'.repeat(32)))).toBeUndefined();
    await clock.sleep(5_000);
    valueOf(await vault.disableVersion(ref, first.version));
    expect(await vault.readValue(ref, first.version)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', code: 'SecretDisabled' },
    });
    expect(valueOf(await vault.readSecret(ref))?.versions[1]).toMatchObject({
      enabled: false,
      tags: put.tags,
    });
  });

  it('shows a disabled current version without a hint', async () => {
    const { vault } = vaultBench();
    const { version } = valueOf(await vault.putValue(ref, new Secret('abc'), put));
    valueOf(await vault.disableVersion(ref, version.version));
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.current).toEqual({ ...version, enabled: false });
  });

  it('reads all pages of versions', async () => {
    const { vault, simulator, clock } = vaultBench();
    for (let index = 0; index < 60; index += 1) {
      simulator.putByHand(ref.name, { value: `v${index}`, tags: {} });
      await clock.sleep(500);
    }
    const seen = valueOf(await vault.readSecret(ref));
    expect(seen?.versions).toHaveLength(60);
    expect(seen?.current.hint).toBe('v59');
  });

  it('tells a deleted secret from one that never was', async () => {
    const { vault, simulator, clock } = vaultBench();
    expect(valueOf(await vault.isDeleted(ref))).toBe(false);
    valueOf(await vault.putValue(ref, new Secret('abc'), put));
    simulator.deleteByHand(ref.name);
    await clock.sleep(120_000);
    expect(valueOf(await vault.readSecret(ref))).toBeUndefined();
    expect(valueOf(await vault.isDeleted(ref))).toBe(true);
    expect(await vault.putValue(ref, new Secret('abc'), put)).toMatchObject({
      ok: false,
      fault: { kind: 'deleted-holds-name' },
    });
  });

  it('puts once when the answer is lost', async () => {
    const { vault, simulator, sent, state } = vaultBench();
    valueOf(await vault.putValue(ref, new Secret('abc'), put));
    sent.length = 0;
    state.lose = (request) => request.method === 'PUT';
    const lost = await vault.putValue(ref, new Secret('def'), put);
    expect(lost).toMatchObject({ ok: false, fault: { kind: 'unavailable', vendor: 'vault' } });
    expectSilent(lost);
    expect(sent.filter((one) => one.startsWith('PUT'))).toHaveLength(1);
    expect(simulator.state.read(ref.name).version.value).toBe('def');
  });

  it.each([
    [
      'without a good token',
      (bench: ReturnType<typeof vaultBench>) => void (bench.state.token = 'bad'),
    ],
    [
      'without the right',
      (bench: ReturnType<typeof vaultBench>) => bench.simulator.access.forbid('good'),
    ],
  ])('is denied %s', async (_, spoil) => {
    const bench = vaultBench();
    spoil(bench);
    for (const result of [
      await bench.vault.readSecret(ref),
      await bench.vault.putValue(ref, new Secret('abc'), put),
      await bench.vault.isDeleted(ref),
    ]) {
      expect(result).toMatchObject({ ok: false, fault: { kind: 'denied', vendor: 'vault' } });
    }
  });
});

function hostile(reply: (request: Request) => Response) {
  const requests: string[] = [];
  const clock = manualClock();
  const vault = keyVault({
    vaultUrlOf: (name) => `https://${name}.vault.localhost`,
    credential: {
      getToken: async () => ({ token: 'good', expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    transport: fetchTransport((request) => {
      requests.push(request.url);
      if (request.headers.has('authorization')) return reply(request);
      const challenge =
        'Bearer authorization="https://login.localhost/t", resource="https://vault.localhost"';
      return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
    }),
    clock,
  });
  return { vault, requests };
}

describe('keyVault() before a hostile vault', () => {
  it.each([
    ['no JSON', () => new Response('<html>', { headers: { 'content-type': 'application/json' } })],
    ['null', () => Response.json(null)],
    ['a list', () => Response.json([1])],
    ['versions that are none', () => Response.json({ value: 7 })],
    ['a version without an id', () => Response.json({ value: [{}] })],
    [
      'attributes of the wrong type',
      () =>
        Response.json({
          value: [{ id: 'https://demo.vault.localhost/secrets/a/b', attributes: 7 }],
        }),
    ],
    ['a 404 that is not its own', () => new Response('nginx', { status: 404 })],
    [
      'a redirect',
      () => new Response('', { status: 307, headers: { location: 'https://evil.example/' } }),
    ],
  ])('calls %s malformed', async (_, reply) => {
    const { vault, requests } = hostile(reply);
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault' },
    });
    expect(requests.every((url) => url.startsWith('https://demo.vault.localhost/'))).toBe(true);
  });

  it('sends no token where a page points away', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://evil.example/secrets' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed' },
    });
    expect(requests.some((url) => url.includes('evil'))).toBe(false);
  });

  it('refuses to send to another address, whatever the library wants', async () => {
    const { transport, requests } = scripted({});
    const client = azureHttpClient(transport, 'https://demo.vault.localhost');
    const request = { url: 'https://evil.example/', method: 'GET' };
    const sent = client.sendRequest(request as Parameters<typeof client.sendRequest>[0]);
    await expect(sent).rejects.toMatchObject({ kind: 'misdirected' });
    expect(requests).toHaveLength(0);
  });

  it('ends after its bound of pages', async () => {
    const { vault, requests } = hostile(() =>
      Response.json({ value: [], nextLink: 'https://demo.vault.localhost/secrets/a/versions?x=1' }),
    );
    expect(await vault.readSecret(ref)).toMatchObject({
      ok: false,
      fault: { kind: 'malformed', code: 'too-many-pages' },
    });
    expect(requests.length).toBeLessThan(50);
  });
});
