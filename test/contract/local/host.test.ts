/** Role: the bundle that is deployed, in the embedded mode's host, on real storage. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { repository, writeBundle } from '../../../scripts/bundle.ts';
import { expectedFunctions, parts, type Part } from '../../../scripts/expected-functions.ts';
import { prepareStorage } from '../../../src/clients/storage.ts';
import { startAzurite, type Azurite } from '../../../src/local/azurite.ts';
import { simulatedClock } from '../../../src/local/clock.ts';
import { installFunctionsCore } from '../../../src/local/functions-core.ts';
import { startHost, type Host, type HostOptions } from '../../../src/local/host.ts';
import { PortInUse } from '../../../src/local/host-server.ts';
import { nativeImport } from './native-import.ts';

const bundle = new URL('../../../dist/main.mjs', import.meta.url);
const startAt = Date.parse('2031-05-06T07:08:09Z');
const clock = simulatedClock(startAt, Date.now);
const log: string[] = [];
let azurite: Azurite;
let options: HostOptions;
let host: Host;

beforeAll(async () => {
  for (const method of ['info', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => log.push(line));
  }
  if (!existsSync(bundle)) await writeBundle(repository);
  azurite = await startAzurite();
  const account = { connectionString: azurite.connectionString };
  expect(await prepareStorage({ clock, account }, ['keeper-work'])).toMatchObject({ ok: true });
  options = {
    bundle,
    port: 0,
    clock,
    storage: azurite.connectionString,
    settings: {
      KEEPER_TENANT_ID: '11111111-2222-4333-8444-555555555555',
      KEEPER_STORAGE: azurite.connectionString,
      KEEPER_QUEUE: 'keeper-work',
      KEEPER_TICK: '0 */15 * * * *',
      KEEPER_CHECKPOINT: '0 0 * * * *',
      KEEPER_AUDIENCE: '11111111-2222-4333-8444-666666666666',
    },
    log: (line) => log.push(line),
    load: nativeImport,
  };
  host = await startHost(options);
});

afterAll(async () => {
  await host?.stop();
  await azurite?.stop();
});

/** What the bundle registers as that part, function by function. */
async function registeredAs(part: Part): Promise<object> {
  const core = installFunctionsCore({ clock, log: () => undefined });
  vi.stubEnv('KEEPER_PART', part);
  try {
    await nativeImport(`${bundle.href}?part=${part}`);
    const functions = [...core.functions.values()].map(({ name, bindings }) => [
      name,
      Object.values(bindings).map(({ name: _name, properties: _p, ...rest }) => rest),
    ]);
    return Object.fromEntries(functions) as object;
  } finally {
    vi.unstubAllEnvs();
    core.uninstall();
  }
}

describe('the bundle', () => {
  it('registers exactly the functions of its part', async () => {
    await host.stop();
    for (const part of parts) expect(await registeredAs(part)).toEqual(expectedFunctions[part]);
    host = await startHost(options);
  });
});

describe('startHost()', () => {
  it('loads all functions', () => {
    expect(host.functions).toEqual(Object.keys(expectedFunctions.all).toSorted());
  });

  it('lets only one host into a process', async () => {
    await expect(startHost(options)).rejects.toThrow(/second functions core/);
    expect((await fetch(`${host.url}/api/nowhere`)).status).toBe(404);
  });

  it('knows when the timer fires next', () => {
    expect(new Date(host.nextTickAt(startAt)).toISOString()).toBe('2031-05-06T07:15:00.000Z');
  });

  it('tells a taken port, and leaves nothing behind', async () => {
    await host.stop();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startHost({ ...options, port })).rejects.toThrow(new PortInUse(port));
    expect(new PortInUse(port).message).toContain(String(port));
    expect(process.env['KEEPER_QUEUE']).toBeUndefined();

    other.close();
    host = await startHost({ ...options, port });
    expect(host.url).toBe(`http://127.0.0.1:${port}`);
  });

  it('tells which setting is missing', async () => {
    await host.stop();
    const { KEEPER_TICK: _tick, ...settings } = options.settings;
    await expect(startHost({ ...options, settings })).rejects.toThrow(/setting KEEPER_TICK/);
    host = await startHost(options);
  });
});

describe('keys', () => {
  it('open nothing that people ask for', async () => {
    const status = async (path: string, headers = {}): Promise<number> =>
      (await fetch(`${host.url}${path}`, { headers })).status;
    expect(await status('/api/health')).toBe(200);
    expect(await status('/api/status')).toBe(401);
    expect(await status(`/api/status?code=${host.masterKey}`)).toBe(401);
    expect(await status('/api/status', { 'x-functions-key': host.masterKey })).toBe(401);
    const principal = { 'x-ms-client-principal-id': 'somebody', 'x-ms-client-principal': 'e30=' };
    expect(await status('/api/status', principal)).toBe(401);
  });

  it('never logs them', () => {
    const text = log.join('\n');
    for (const key of [host.functionKey, host.systemKey, host.masterKey, 'wrong']) {
      expect(text).not.toContain(key);
    }
  });
});

describe('queues', () => {
  it('gives up a message that is not ours after five times, and keeps it', async () => {
    const queues = QueueServiceClient.fromConnectionString(azurite.connectionString);
    const text = JSON.stringify({ nothing: 'of ours' });
    await queues
      .getQueueClient('keeper-work')
      .sendMessage(Buffer.from(text, 'utf8').toString('base64'));
    log.length = 0;

    expect(await host.drainQueue()).toBe(6);
    expect(log.filter((line) => line.includes('not one of ours'))).toHaveLength(5);
    expect(await host.drainQueue()).toBe(0);

    const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const kept: string[] = [];
    for await (const container of blobs.listContainers()) {
      const client = blobs.getContainerClient(container.name);
      for await (const blob of client.listBlobsFlat()) {
        if (!blob.name.includes('poison-')) continue;
        // By the clock of the host, not by the machine's.
        expect(blob.name).toContain('poison-2031-05-06T07:08');
        kept.push((await client.getBlobClient(blob.name).downloadToBuffer()).toString('utf8'));
      }
    }
    expect(kept).toHaveLength(1);
    expect(JSON.parse(kept[0] ?? '')).toMatchObject({
      message: text,
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('polls when asked to, until told to stop', async () => {
    const queue = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(
      'keeper-work',
    );
    const message = { v: 1, registration: 'not-in-file', cause: 'due' };
    await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
    host.pollQueues(20);
    await expect
      .poll(async () => (await queue.getProperties()).approximateMessagesCount, { timeout: 5_000 })
      .toBe(0);
    await host.stopPolling();
  });
});

describe('events', () => {
  it('ignores one of another vault, and accepts it', async () => {
    const event = {
      id: '1',
      topic: '/subscriptions/x/providers/Microsoft.KeyVault/vaults/other',
      subject: 'name',
      eventType: 'Microsoft.KeyVault.SecretNearExpiry',
      eventTime: '2031-05-06T07:08:09Z',
      data: { VaultName: 'other', ObjectType: 'Secret', ObjectName: 'name', Version: 'v' },
      dataVersion: '1',
      metadataVersion: '1',
    };
    expect(await host.deliverEvent(event)).toBe(202);
    expect(await host.drainQueue()).toBe(0);
  });
});
