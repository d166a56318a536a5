/**
 * Role: from a trigger to the audit log, in the bundle that is deployed: each line that a function
 * logs carries its invocation, and each entry that a pass writes has a line.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isStale, repository, writeBundle } from '../../../scripts/bundle.ts';
import { blobChains } from '../../../src/clients/chain-store.ts';
import { prepareStorage } from '../../../src/clients/storage.ts';
import { blankHead, readLog } from '../../../src/audit/log.ts';
import { startAzurite, type Azurite } from '../../../src/local/azurite.ts';
import { simulatedClock } from '../../../src/local/clock.ts';
import { startHost, type Host } from '../../../src/local/host.ts';
import { nativeImport } from './native-import.ts';

interface Line {
  readonly message?: string;
  readonly metric?: string;
  readonly registration?: string;
  readonly seq?: number;
  readonly hash?: string;
  readonly function?: string;
  readonly invocation?: string;
}

const clock = simulatedClock(Date.parse('2031-05-06T07:08:09Z'), Date.now);
const queueName = 'correlation-work';
/** Nobody listens there: the pass finds no vendor, and writes down what it is asked to keep. */
const nowhere = 'https://127.0.0.1:9';
const lines: Line[] = [];
let azurite: Azurite;
let host: Host;

beforeAll(async () => {
  for (const method of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => {
      if (line.startsWith('{')) lines.push(JSON.parse(line) as Line);
    });
  }
  if (isStale(repository)) await writeBundle(repository);
  azurite = await startAzurite();
  const account = { connectionString: azurite.connectionString };
  expect(await prepareStorage({ clock, account }, [queueName])).toMatchObject({ ok: true });
  host = await startHost({
    bundle: new URL('../../../dist/main.mjs', import.meta.url),
    port: 0,
    clock,
    storage: azurite.connectionString,
    settings: {
      KEEPER_TENANT_ID: '11111111-2222-4333-8444-555555555555',
      KEEPER_STORAGE: azurite.connectionString,
      KEEPER_QUEUE: queueName,
      KEEPER_TICK: '0 */15 * * * *',
      KEEPER_CHECKPOINT: '0 0 * * * *',
      KEEPER_GRAPH_URL: nowhere,
      KEEPER_LOGIN_URL: nowhere,
      KEEPER_NYLAS_US_URL: nowhere,
      KEEPER_NYLAS_EU_URL: nowhere,
      KEEPER_VAULT_SUFFIX: 'vault.invalid',
      IDENTITY_ENDPOINT: 'http://127.0.0.1:9',
      IDENTITY_HEADER: 'none',
      OTEL_METRICS_EXPORTER: 'console',
    },
    log: () => undefined,
    load: nativeImport,
  });
}, 60_000);

afterAll(async () => {
  await host?.stop();
  await azurite?.stop();
  vi.restoreAllMocks();
});

function linesOf(message: string): readonly Line[] {
  return lines.filter((one) => one.message === message);
}

describe('one invocation', () => {
  it('can be followed from its trigger to the entries that it wrote', async () => {
    clock.jumpTo(clock.now() + 900_000);
    await host.tick();
    const [tick] = linesOf('tick');
    expect(tick).toMatchObject({
      function: 'tick',
      invocation: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });

    await host.drainQueue();
    const passes = linesOf('pass');
    expect(passes.length).toBeGreaterThan(0);
    const invocations = new Set(passes.map(({ invocation }) => invocation));
    expect(invocations.size).toBe(passes.length);
    for (const { registration = '', invocation } of passes) {
      const chains = blobChains({ clock, account: { connectionString: azurite.connectionString } });
      const read = await readLog(chains, registration, blankHead);
      if (!read.ok) throw new Error('the chain cannot be read');
      const told = linesOf('entry written').filter((one) => one.registration === registration);
      expect(told.map(({ seq }) => seq)).toEqual(read.value.entries.map(({ seq }) => seq));
      expect(told.length).toBeGreaterThan(0);
      expect(new Set(told.map((one) => one.invocation))).toEqual(new Set([invocation]));
      expect(told.at(-1)?.hash).toBe(read.value.head.hash);
    }
  });

  it('is not on lines of metrics, which belong to none and are handed on at the end', async () => {
    await host.stop();
    const metrics = linesOf('metric');
    expect(metrics.map(({ metric }) => metric)).toContain('keeper.passes');
    expect(metrics.filter(({ invocation }) => invocation !== undefined)).toEqual([]);
  });
});
