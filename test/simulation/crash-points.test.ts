import { describe, expect, it } from 'vitest';
import { allNylasModes } from '../../src/local/simulators/nylas-modes.ts';
import type { MishapPoint } from '../support/interposed-world.ts';
import { plainMode } from '../support/tenant.ts';
import type { Part } from './beginnings.ts';
import { allParts, mishaps, pairMishaps, singlePoints } from './crash-points.ts';
import { failuresOf, readings } from './crash-readings.ts';
import { tell } from './crash-run.ts';

const named = ['creation', 'planned', 'compromised', 'retire'] as const;

/** Each single point of a story in each reading of Nylas, by as few tellings as there are differences. */
async function survive(part: Part, mishap: MishapPoint['mishap']): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { modes, end } of await readings(part, [], { modes: allNylasModes() })) {
    if (typeof end === 'string') return [end];
    for (const point of singlePoints(end.writes).filter((one) => one.mishap === mishap)) {
      failures.push(...failuresOf(await readings(part, [point], { modes, after: end })));
    }
  }
  return failures;
}

describe.each(allParts(named))('the story $story for $audience, in all readings', (part) => {
  it.each(pairMishaps)('survives each write with the mishap "%s"', async (mishap) => {
    expect(await survive(part, mishap)).toEqual([]);
  });
});

/** What is not told above; with two holders the same writes are made, and more. Plain in all else. */
const told = (['creation', 'planned-two', 'compromised-two', 'retire', 'retire-two'] as const).map(
  (story) => ({ story, audience: 'organizations-and-personal', mode: plainMode }) as const,
);
const counted = await Promise.all(
  told.map(async (casting) => ({ casting, calm: await tell(casting, []) })),
);

describe.each(counted)('the story $casting.story of $calm.writes writes', ({ casting, calm }) => {
  const points = singlePoints(calm.writes);
  const after = calm.course;
  const isToldAbove = named.some((one) => one === casting.story);
  const kinds = mishaps.filter((one) => !isToldAbove || !pairMishaps.includes(one));

  it.each(kinds)('survives each write with the mishap "%s"', async (mishap) => {
    for (const point of points.filter((one) => one.mishap === mishap)) {
      await tell(casting, [point], { after });
    }
  });

  it('is not taken for survived when its mishap never comes', async () => {
    const beyond = { nth: calm.writes + 1, mishap: 'lost' } as const;
    await expect(tell(casting, [beyond])).rejects.toThrow('a mishap did not happen');
    await expect(tell(casting, [beyond], { after })).rejects.toThrow('a mishap did not happen');
  });
});
