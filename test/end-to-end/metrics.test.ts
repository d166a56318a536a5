/** Role: the product as it is started, with a collector of OTLP beside it: good, bad, or none at all. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { repository, isStale, writeBundle } from '../../scripts/bundle.ts';
import { startCollector, type Collector } from '../support/collector.ts';
import { storedIn, worldIn } from '../support/data-folder.ts';
import { leaksIn } from '../support/haystack.ts';
import { apiOf } from '../support/keeper-api.ts';
import { endKeepers, newFolder, runKeeper, startKeeper } from '../support/keeper-process.ts';
import { ownFile } from './own-file.ts';

const open: Collector[] = [];

beforeAll(async () => {
  if (isStale(repository)) await writeBundle(repository);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await endKeepers();
  for (const collector of open.splice(0)) await collector.close();
});

/** Processes started from now on send there. */
async function collecting(...args: Parameters<typeof startCollector>): Promise<Collector> {
  const collector = await startCollector(...args);
  open.push(collector);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
  vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '500');
  return collector;
}

describe('metrics of a running Keeper', () => {
  it('reach a collector while secrets are rotated, and once more at the end', async () => {
    const collector = await collecting();
    const folder = newFolder();
    const keeper = startKeeper('--port', '0', '--seed', '3', '--data', folder);
    const api = await apiOf(keeper);
    await api.age('calendar', 20);
    await api.resynced('calendar', 'apply');
    await collector.until(({ points }) => points('keeper.rotations').length > 0);
    const before = collector.deliveries.length;
    keeper.send('SIGINT');
    const { code, stdout, stderr } = await keeper.ended;
    expect(code, stderr).toBe(0);
    expect(collector.deliveries.length).toBeGreaterThan(before);

    const newest = collector
      .points()
      .filter(({ delivery }) => delivery === collector.deliveries.length - 1);
    const registrations = newest
      .filter(({ metric, value }) => metric === 'keeper.registration.state' && value === 1)
      .map(({ attributes }) => `${attributes['registration']} ${attributes['state']}`);
    expect(registrations).toContain('reports needs-person');
    expect(registrations).toHaveLength(5);
    const vendors = newest
      .filter(({ metric }) => metric === 'keeper.requests')
      .map(({ attributes }) => attributes['vendor']);
    expect(new Set(vendors)).toEqual(
      new Set(['graph', 'entra', 'vault', 'nylas-us', 'nylas-eu', 'storage']),
    );
    const remaining = newest.filter(({ metric }) => metric === 'keeper.credential.remaining');
    expect(remaining.map(({ value }) => value > 0)).toEqual([true, true, true, true]);
    expect(newest[0]?.resource).toMatchObject({ 'service.name': 'keeper', 'keeper.part': 'all' });

    const { secrets } = await worldIn(folder);
    const sent = collector.deliveries.map(({ body }, index) => [`${index}`, body] as const);
    expect(leaksIn([...sent, ['stdout', stdout]], secrets)).toEqual([]);
    const { chains } = await storedIn(folder);
    expect(chains.size).toBe(5);
  });

  it('do no harm when their collector does not answer', async () => {
    const collector = await collecting('hang');
    const path = join(newFolder(), 'own.yaml');
    writeFileSync(path, ownFile);
    const { code, stdout, stderr } = await runKeeper('--once', '--json', '--config', path);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, settled: true, outageSeconds: 0 });
    expect(collector.deliveries).not.toEqual([]);
  });
});
