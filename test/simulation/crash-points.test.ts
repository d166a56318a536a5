import { describe, expect, it } from 'vitest';
import { plainMode } from '../support/tenant.ts';
import { mishaps, singlePoints } from './crash-points.ts';
import { tell } from './crash-run.ts';

/** With two holders the same writes are made, and more. */
const stories = ['creation', 'planned-two', 'compromised-two', 'retire', 'retire-two'] as const;
const told = stories.map((story) => ({
  story,
  audience: 'organizations-and-personal' as const,
  mode: plainMode,
}));
const counted = await Promise.all(
  told.map(async (casting) => ({ casting, ...(await tell(casting, [])) })),
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
