import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedClock } from '../../../src/local/clock.ts';
import { startCloudServer, resolveLocalhostNames } from '../../../src/local/cloud-server.ts';
import { answerForRun, runClock, runHost } from '../../../src/local/run-clock.ts';
import { readRunFile, writeRunFile } from '../../../src/local/run-file.ts';

const told = {
  api: { url: 'http://127.0.0.1:7071', token: 'a-token' },
  run: `https://${runHost}:1/`,
  ca: 'a certificate',
  settings: { KEEPER_QUEUE: 'keeper-work' },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of a run', () => {
  it('tells another process all it needs, and is gone afterwards', () => {
    const remove = writeRunFile(folder, told);
    const { api, run, settings } = told;
    expect(readRunFile(folder)).toMatchObject({
      api,
      run,
      settings,
      pid: process.pid,
      authority: told.ca,
    });
    remove();
    expect(readRunFile(folder)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is only for the user who started the run, also where an older file was for all', () => {
    writeFileSync(join(folder, 'run.json.new'), '', { mode: 0o644 });
    writeRunFile(folder, told);
    expect(statSync(join(folder, 'run.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', '[]', '{"v":2}', '{"v":1,"pid":"1"}'])('is none when it says %j', (text) => {
    writeFileSync(join(folder, 'run.json'), text);
    expect(readRunFile(folder)).toBeUndefined();
  });
});

describe('the clock of a run', () => {
  const startAt = Date.parse('2026-11-26T08:00:00Z');

  async function running() {
    const clock = simulatedClock(startAt, () => 0);
    const server = await startCloudServer({
      hosts: [runHost],
      fetch: (request) => answerForRun(request, clock, { between: async (work) => work() }),
    });
    const options = {
      url: `https://${runHost}:${server.port}/`,
      authority: server.ca,
      pid: process.pid,
    };
    const restore = resolveLocalhostNames();
    return {
      clock,
      options,
      async [Symbol.asyncDispose]() {
        restore();
        await server.stop();
      },
    };
  }

  it('is the same in another process, also after a jump', async () => {
    await using run = await running();
    const clock = await runClock(run.options);
    if (!clock) throw new Error('no clock');
    expect(clock.now() - startAt).toBeLessThan(5_000);
    run.clock.jumpTo(startAt + 86_400_000);
    await expect.poll(() => clock.now(), { timeout: 5_000 }).toBeGreaterThan(startAt + 86_399_000);
    await clock.stop();
  });

  it('moves for all by a pause there', async () => {
    await using run = await running();
    const clock = await runClock(run.options);
    const before = clock?.monotonic() ?? 0;
    await clock?.sleep(30_000);
    expect(run.clock.now()).toBe(startAt + 30_000);
    expect((clock?.now() ?? 0) - startAt).toBeGreaterThanOrEqual(30_000);
    expect((clock?.monotonic() ?? 0) - before).toBeGreaterThanOrEqual(30_000);
    await clock?.stop();
  });

  it('is none where another process answers, or nobody', async () => {
    await using run = await running();
    expect(await runClock({ ...run.options, pid: process.pid + 1 })).toBeUndefined();
    expect(await runClock({ ...run.options, url: `https://${runHost}:1/` })).toBeUndefined();
  });

  it('is none where the answer is not vouched for', async () => {
    await using run = await running();
    await using other = await running();
    const { authority } = other.options;
    expect(await runClock({ ...run.options, authority })).toBeUndefined();
  });

  it('is moved by no more than a pause', async () => {
    await using run = await running();
    for (const query of ['?ms=60001', '?ms=-5', '?ms=x', '']) {
      const request = new Request(`https://${runHost}/${query}`, { method: 'POST' });
      await answerForRun(request, run.clock, { between: async (work) => work() });
    }
    await answerForRun(new Request(`https://${runHost}/?ms=5`), run.clock, {
      between: async (work) => work(),
    });
    expect(run.clock.now()).toBe(startAt);
  });
});
