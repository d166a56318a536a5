/** The audit log: how fast and in how much memory it is verified, and what an append costs. */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEntry, genesis, type Link } from '../src/audit/chain.ts';
import { appendEntry, blankHead } from '../src/audit/log.ts';
import { reviewLog } from '../src/audit/review.ts';
import { keysAmong } from '../src/audit/key-file.ts';
import { folderFiles } from '../src/cli/log-folder.ts';
import { blobChains } from '../src/clients/chain-store.ts';
import { prepareStorage, type StorageOptions } from '../src/clients/storage.ts';
import type { EntryBody } from '../src/core/entry.ts';
import { systemClock } from '../src/live.ts';
import { startAzurite } from '../src/local/azurite.ts';
import { startProxy } from '../test/support/contract-proxy.ts';
import { atLeast, atMost, show } from './rows.ts';

const startAt = Date.parse('2026-01-01T00:00:00.000Z');

/** Prints the rows. Gives the exit code. */
export async function benchAudit(wantsJson: boolean): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-bench-'));
  try {
    const small = join(folder, 'small');
    await writeChain(small, 200_000);
    const perSecond = await entriesPerSecond(small, 200_000);
    rmSync(small, { recursive: true });
    const large = join(folder, 'large');
    await writeChain(large, 1_000_000);
    const megabytes = residentMegabytes(large);
    const requests = await requestsOfAppend();
    return show(
      [
        atLeast('audit-verify-entries-per-second', perSecond, 50_000, 'entries/s'),
        atMost('audit-verify-rss-mb-1000000', megabytes, 150, 'MB'),
        atMost('audit-append-requests', requests, 1, 'requests'),
      ],
      wantsJson,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A chain as a year of rotations would leave it: intents with their outcomes. */
async function writeChain(folder: string, entries: number): Promise<void> {
  mkdirSync(join(folder, 'audit', 'bench'), { recursive: true });
  let link: Link = genesis;
  let part = 0;
  // As in a storage account: a part has 40,000 lines.
  for (let written = 0; written < entries; written += 40_000) {
    part += 1;
    const stream = createWriteStream(join(folder, 'audit', 'bench', `${part}.jsonl`));
    for (let index = written; index < Math.min(entries, written + 40_000); index += 1) {
      const encoded = encodeEntry(bodyOf(index), startAt + index * 1_000, link);
      ({ link } = encoded);
      if (!stream.write(encoded.line)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'close');
  }
}

function bodyOf(index: number): EntryBody {
  const id = `${String(Math.floor(index / 2)).padStart(8, '0')}-a786-4a9c-a737-27bf5f7698d6`;
  const keyId = 'fe1e86d3-beaf-4db5-93b6-8db9ec991f90';
  if (index % 2 === 1) {
    const requestId = '38998654-f650-4527-9121-b0662d834a4f';
    return {
      kind: 'outcome',
      intent: id,
      result: 'done',
      requestId,
      facts: { keyId, hint: 'xfF' },
    };
  }
  return {
    kind: 'intent',
    id,
    because: 'due',
    worker: 'worker-1',
    deadlineAt: startAt + index * 1_000 + 60_000,
    effect: {
      kind: 'add-credential',
      objectId: '6b2c7560-bbe1-4405-a1b4-50f7c4972e9f',
      endAt: startAt,
    },
  };
}

/** The best of three, on one core: the machine's other work is not ours. */
async function entriesPerSecond(folder: string, entries: number): Promise<number> {
  const files = folderFiles(folder);
  let best = 0;
  for (let round = 0; round < 3; round += 1) {
    const startedMs = performance.now();
    const verdict = await reviewLog({ files, keyOf: keysAmong(files) });
    const seconds = (performance.now() - startedMs) / 1_000;
    if (!verdict.ok || verdict.value.chains[0]?.entries !== entries)
      throw new Error('not verified');
    best = Math.max(best, entries / seconds);
  }
  return best;
}

/** The command itself, in a process of its own: the most memory that it ever held. */
function residentMegabytes(folder: string): number {
  const code = `process.on('exit', () => console.error(process.resourceUsage().maxRSS));
process.argv = [process.argv[0], 'keeper', 'audit', 'verify', '--folder', ${JSON.stringify(folder)}, '--json'];
await import(${JSON.stringify(new URL('../src/local/keeper.ts', import.meta.url).href)});`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  const kilobytes = Number(run.stderr.trim().split('\n').at(-1));
  if (run.status !== 0 || !(kilobytes > 0)) throw new Error(`not verified: ${run.stderr}`);
  return kilobytes / 1_024;
}

/** Requests to storage for one entry behind others. */
async function requestsOfAppend(): Promise<number> {
  const azurite = await startAzurite();
  const proxy = await startProxy(azurite.blobPort);
  try {
    const connectionString = azurite.connectionString.replaceAll(
      `:${azurite.blobPort}/`,
      `:${proxy.port}/`,
    );
    const storage: StorageOptions = { clock: systemClock, account: { connectionString } };
    await prepareStorage(storage, []);
    const chains = blobChains(storage);
    const first = await appendEntry(chains, 'bench', blankHead, bodyOf(0), startAt);
    if (!first.ok || !first.value) throw new Error('not appended');
    const before = proxy.seen.length;
    const next = await appendEntry(chains, 'bench', first.value.head, bodyOf(1), startAt);
    if (!next.ok || !next.value) throw new Error('not appended');
    return proxy.seen.length - before;
  } finally {
    await proxy.stop();
    await azurite.stop();
  }
}
