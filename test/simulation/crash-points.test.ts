import { describe, expect, it } from 'vitest';
import { coveringNylasModes } from '../../src/local/simulators/nylas-modes.ts';
import { plainMode } from '../support/tenant.ts';
import { allCastings, countWrites, mishaps, singlePoints } from './crash-points.ts';
import { tell } from './crash-run.ts';
import { modeName } from './modes.ts';

/** With two holders the same writes are made, and more. */
const stories = ['creation', 'planned-two', 'compromised-two', 'retire', 'retire-two'] as const;
const told = allCastings([plainMode], stories).filter(
  (one) => one.audience === 'organizations-and-personal',
);
const counted = await Promise.all(
  told.map(async (casting) => ({ casting, writes: await countWrites(casting) })),
);

describe.each(counted)('the story $casting.story of $writes writes', ({ casting, writes }) => {
  const points = singlePoints(writes);

  it.each(mishaps)('survives each write with the mishap "%s"', async (mishap) => {
    for (const point of points.filter((one) => one.mishap === mishap)) await tell(casting, [point]);
  });
});

describe.each(counted)('the story $casting.story', ({ casting, writes }) => {
  it('is not taken for survived when its mishap never comes', async () => {
    const beyond = { nth: writes + 1, mishap: 'lost' } as const;
    await expect(tell(casting, [beyond])).rejects.toThrow('a mishap did not happen');
  });
});

const castings = allCastings(coveringNylasModes());

describe('without a mishap', () => {
  it.each(castings.map((one) => [one.story, one.audience, modeName(one.mode), one] as const))(
    'the story %s ends well for %s at a Nylas that is %s',
    async (_story, _audience, _mode, casting) => {
      await tell(casting, []);
    },
  );
});
