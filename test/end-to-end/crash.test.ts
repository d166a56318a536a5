/** Role: a Keeper that is killed in the middle of its work goes on from its folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isWrite, requestsIn, storedIn, worldIn, type Asked } from '../support/data-folder.ts';
import {
  endKeepers,
  newFolder,
  nothingIsLeft,
  runKeeper,
  startKeeper,
  type KeeperProcess,
} from '../support/keeper-process.ts';
import {
  endStateOf,
  expectDemonstrationReport,
  expectDemonstrationWorld,
  reportIn,
} from './demonstration.ts';

afterEach(endKeepers);

/** Writes right after which the process dies, whether or not they were answered. */
const moments: readonly (readonly [name: string, isIt: (asked: Asked) => boolean])[] = [
  ['a registration is made', ({ url }) => url.pathname.includes("uniqueName='keeper-calendar'")],
  ['a credential is added', ({ url }) => url.pathname.endsWith('/addPassword')],
  ['it is stored', ({ url }) => url.pathname.endsWith('-pending')],
  ['it is made the current one', ({ url }) => /\/secrets\/nylas-\w+$/.test(url.pathname)],
  ['a connector gets it', ({ url }) => url.pathname.includes('/connectors')],
  ['the orphan is removed', ({ url }) => url.pathname.endsWith('/removePassword')],
];

/** Resolves when a condition holds; throws when the process ends before. */
async function awaited(keeper: KeeperProcess, what: string, holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (!keeper.isRunning()) throw new Error(`Keeper ended before ${what}:\n${keeper.stderr()}`);
    await pause(2);
  }
}

async function killed(keeper: KeeperProcess): Promise<void> {
  expect(keeper.processes().length).toBeGreaterThan(1);
  keeper.send('SIGKILL');
  expect((await keeper.ended).signal).toBe('SIGKILL');
  await nothingIsLeft(keeper, 5_000);
}

function writesIn(folder: string): readonly Asked[] {
  return existsSync(join(folder, 'cloud.jsonl')) ? requestsIn(folder).filter(isWrite) : [];
}

/** Starts again, and expects the end that an undisturbed run has. */
async function expectGoodEnd(folder: string): Promise<object> {
  const { code, stdout, stderr } = await runKeeper('--once', '--json', '--data', folder);
  expect(code, stderr).toBe(0);
  const report = reportIn(stdout);
  expectDemonstrationReport(report);
  expectDemonstrationWorld(report, await worldIn(folder));
  expect((await storedIn(folder)).isVerified).toBe(true);
  return endStateOf(report);
}

describe('kill -9 of npm start -- --data DIR', () => {
  it.each(moments)('when %s: started again, it comes to a good end', async (what, isIt) => {
    const folder = newFolder();
    const keeper = startKeeper('--once', '--json', '--data', folder);
    await awaited(keeper, what, () => writesIn(folder).some(isIt));
    await killed(keeper);
    const calm = endStateOf(reportIn((await runKeeper('--once', '--json')).stdout));
    expect(await expectGoodEnd(folder)).toEqual(calm);
  });

  it('again and again, it comes to a good end', async () => {
    const folder = newFolder();
    for (let round = 1; round <= 4; round += 1) {
      const keeper = startKeeper('--once', '--json', '--data', folder);
      const before = writesIn(folder).length;
      const what = `round ${round}`;
      await awaited(keeper, what, () => writesIn(folder).length >= before + 3);
      await killed(keeper);
    }
    await expectGoodEnd(folder);
  });

  it('before its world is complete, it begins anew', async () => {
    const folder = newFolder();
    const blobs = join(folder, 'storage', '__blobstorage__');
    const keeper = startKeeper('--once', '--json', '--data', folder);
    await awaited(keeper, 'the past is written', () =>
      existsSync(blobs)
        ? readdirSync(blobs).some((name) =>
            readFileSync(join(blobs, name), 'utf8').includes('create-registration'),
          )
        : false,
    );
    await killed(keeper);
    const { file } = JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as {
      file?: string;
    };
    expect(file).toBeUndefined();
    await expectGoodEnd(folder);
  });
});
