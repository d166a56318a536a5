/** Role: the disk under `--data` gets full: Keeper says so, stops, and has lost nothing. */
import { afterAll, afterEach, expect, it } from 'vitest';
import { unannouncedWrites } from '../rounds/violations.ts';
import { isWrite, requestsIn, storedIn, worldIn } from '../support/data-folder.ts';
import { endKeepers, runKeeper, startKeeper, type Ended } from '../support/keeper-process.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { expectDemonstrationReport, expectDemonstrationWorld, reportIn } from './demonstration.ts';

/** What Keeper holds in reserve and wants to see free, and less than the demonstration writes. */
const tightKib = 12 * 1_024 + 400;
/** Enough for all that is to come. */
const roomyKib = 32 * 1_024;

// Only root may mount a file system: without that this trial is not possible, and counts as skipped.
const disk = mountSmallDisk(tightKib);

afterEach(endKeepers);
afterAll(() => disk?.unmount());

/** Ended by itself, in order, with one line that says what is full and what to do. */
function expectFull({ code, signal, stderr }: Ended): void {
  expect({ code, signal }, stderr).toEqual({ code: 1, signal: null });
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^keeper: --data \S+: its disk is full\. Free \d+ MB or more and start again: /,
  );
  expect(stderr).not.toMatch(/\n +at |Unhandled|ENOSPC/);
}

/** Nothing that vendors were asked for is missing in the chains, and all comes to the usual end. */
async function expectNothingLost(folder: string): Promise<void> {
  const { code, stdout, stderr } = await runKeeper('--once', '--json', '--data', folder);
  expect(code, stderr).toBe(0);
  const report = reportIn(stdout);
  expectDemonstrationReport(report);
  expectDemonstrationWorld(report, await worldIn(folder));
  const stored = await storedIn(folder);
  expect(stored.isVerified).toBe(true);
  expect(unannouncedWrites(requestsIn(folder).filter(isWrite), stored)).toEqual([]);
}

it.skipIf(!disk)(
  'says that the disk is full, loses nothing, and goes on when it is not',
  { timeout: 300_000 },
  async () => {
    if (!disk) return;
    const folder = `${disk.path}/data`;
    // Keeper fills it by itself.
    expectFull(await runKeeper('--once', '--json', '--data', folder));
    // Nothing starts without room.
    expectFull(await runKeeper('--once', '--json', '--data', folder));
    // Somebody else fills it, to the last byte, in the middle of a rotation.
    disk.resize(roomyKib);
    const keeper = startKeeper('--once', '--json', '--data', folder);
    await keeper.tells(/made it the vault's current version/i);
    disk.fill();
    expectFull(await keeper.ended);
    disk.free();
    await expectNothingLost(folder);
  },
);
