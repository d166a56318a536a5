/** Role: a Keeper that is killed in the middle of its work goes on from its folder. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
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

/** How a run ends that nobody disturbs. */
let calm: object;

beforeAll(async () => {
  const { stdout } = await runKeeper('--once', '--json');
  calm = endStateOf(reportIn(stdout));
});

afterEach(endKeepers);

/** Writes right after which the process dies, whether or not they were answered. */
const moments: readonly (readonly [name: string, isIt: (asked: Asked) => boolean])[] = [
  ['a credential is added', ({ url }) => url.pathname.endsWith('/addPassword')],
  ['a connector gets it', ({ url }) => url.pathname.includes('/connectors')],
];

/** Is it time to kill a process that found so many writes when it began? */
type IsTime = (writes: readonly Asked[], before: number) => boolean;

const isMore: IsTime = (writes, before) => writes.length >= before + 3;

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

/** Says whether the writes so far are enough; reads the journal only when it has grown. */
function whenWritten(
  folder: string,
  isEnough: (writes: readonly Asked[]) => boolean,
): () => boolean {
  const journal = join(folder, 'cloud.jsonl');
  let size = 0;
  return () => {
    const now = statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
    if (now === size) return false;
    size = now;
    return isEnough(writesIn(folder));
  };
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
  it('again and again, it comes to a good end', async () => {
    const folder = newFolder();
    const named = moments.map(([what, isIt]): readonly [string, IsTime] => [
      what,
      (writes, before) => writes.slice(before).some(isIt),
    ]);
    const later: readonly [string, IsTime] = ['some writes are made', isMore];
    for (const [what, isTime] of [...named, later]) {
      const keeper = startKeeper('--once', '--json', '--data', folder);
      const before = writesIn(folder).length;
      await awaited(
        keeper,
        what,
        whenWritten(folder, (writes) => isTime(writes, before)),
      );
      await killed(keeper);
    }
    expect(await expectGoodEnd(folder)).toEqual(calm);
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
    expect(await expectGoodEnd(folder)).toEqual(calm);
  });
});
