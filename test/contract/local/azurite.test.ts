/** Role: local storage lives and ends with the process that started it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAzurite } from '../../../src/local/azurite.ts';

/** Starts storage, writes a blob, tells where it is, and goes on for ever. */
const parentScript = `
  import { startAzurite } from './src/local/azurite.ts';
  import { BlobServiceClient } from '@azure/storage-blob';
  const azurite = await startAzurite({ location: process.env.LOCATION });
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const { containerClient } = await service.createContainer('kept');
  const text = 'written before the end';
  await containerClient.getBlockBlobClient('note').upload(text, text.length);
  process.send({ pid: azurite.pid, blobPort: azurite.blobPort });
  setInterval(() => undefined, 1000);
`;

interface Told {
  readonly pid: number;
  readonly blobPort: number;
}

let location: string;

beforeEach(() => {
  location = mkdtempSync(join(tmpdir(), 'keeper-azurite-'));
});

afterEach(() => {
  rmSync(location, { recursive: true, force: true });
});

async function startParent(): Promise<{ parent: ChildProcess; told: Told }> {
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', parentScript], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...process.env, LOCATION: location },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [told] = (await once(parent, 'message')) as [Told];
  return { parent, told };
}

/** A process that ended, and that nobody has asked for yet, counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function noteIn(connectionString: string): Promise<string> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const blob = service.getContainerClient('kept').getBlobClient('note');
  return (await blob.downloadToBuffer()).toString('utf8');
}

describe('startAzurite()', () => {
  it('gives storage in memory on ports of its own', async () => {
    const [one, other] = await Promise.all([startAzurite(), startAzurite()]);
    const ports = [one.blobPort, one.queuePort, other.blobPort, other.queuePort];
    expect(new Set(ports).size).toBe(4);
    const queue = QueueServiceClient.fromConnectionString(one.connectionString);
    await queue.createQueue('things');
    await queue.getQueueClient('things').sendMessage('hello');
    const { receivedMessageItems } = await queue.getQueueClient('things').receiveMessages();
    expect(receivedMessageItems[0]?.messageText).toBe('hello');

    await Promise.all([one.stop(), other.stop()]);
    expect([isRunning(one.pid), isRunning(other.pid)]).toEqual([false, false]);
    await one.stop();
  });

  it('ends when its starter is killed, and keeps what was written', async () => {
    const { parent, told } = await startParent();
    expect(isRunning(told.pid)).toBe(true);
    parent.kill('SIGKILL');
    const [, signal] = (await once(parent, 'exit')) as [number | null, string];
    expect(signal).toBe('SIGKILL');
    await expect.poll(() => isRunning(told.pid), { timeout: 10_000, interval: 20 }).toBe(false);
    await expect(fetch(`http://127.0.0.1:${told.blobPort}/`)).rejects.toThrow();

    const again = await startAzurite({ location });
    expect(await noteIn(again.connectionString)).toBe('written before the end');
    await again.stop();
  });

  it('waits for the one before it to save, when started at once after a kill', async () => {
    const { parent, told } = await startParent();
    parent.kill('SIGKILL');
    const again = await startAzurite({ location });
    expect(isRunning(told.pid)).toBe(false);
    expect(await noteIn(again.connectionString)).toBe('written before the end');
    await again.stop();
  });

  it('does not keep its starter alive', async () => {
    const script = parentScript.replace(/setInterval.*/, '');
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: join(import.meta.dirname, '../../..'),
      env: { ...process.env, LOCATION: location },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [[told], [code]] = (await Promise.all([
      once(parent, 'message'),
      once(parent, 'exit'),
    ])) as [[Told], [number]];
    expect(code).toBe(0);
    await expect.poll(() => isRunning(told.pid), { timeout: 10_000, interval: 20 }).toBe(false);
  });
});
