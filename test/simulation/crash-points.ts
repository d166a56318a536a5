/**
 * Role: enumerates the points at which a story can be cut: each write to the outside, and each pair
 * of writes, with all that can become of them.
 */
import { fraction } from '../../src/core/fingerprint.ts';
import type { Mishap, MishapPoint } from '../support/interposed-world.ts';
import { audiences, type Part } from './beginnings.ts';
import { storyNames, type StoryName } from './stories.ts';

/** What can become of a single write. */
export const mishaps: readonly Mishap[] = ['failed', 'lost', 'crash', 'crash-before'];

/** What can become of the writes of a pair. */
export const pairMishaps: readonly Mishap[] = ['failed', 'lost'];

/** All stories, or those named, for all audiences. */
export function allParts(stories: readonly StoryName[] = storyNames): readonly Part[] {
  return stories.flatMap((story) => audiences.map((audience) => ({ story, audience })));
}

/** Every single point of a story of so many writes. */
export function singlePoints(writes: number): readonly MishapPoint[] {
  return mishaps.flatMap((mishap) =>
    Array.from({ length: writes }, (_, index) => ({ nth: index + 1, mishap })),
  );
}

/** First points of pairs. */
export function firstPoints(writes: number): readonly MishapPoint[] {
  return singlePoints(writes).filter((one) => pairMishaps.includes(one.mishap));
}

/**
 * The pairs that begin with a point, in a run that has so many writes after it. Of all pairs each
 * `every`-th; where a first point begins is spread by a hash, so that a sample reaches all of them.
 */
export function pairsFrom(
  first: MishapPoint,
  { following, every }: { readonly following: number; readonly every: number },
): readonly (readonly MishapPoint[])[] {
  const shift = Math.floor(fraction(`${first.nth}/${first.mishap}`) * every);
  return Array.from({ length: following }, (_, index) => index + 1)
    .flatMap((j) => pairMishaps.map((mishap) => [first, { nth: first.nth + j, mishap }] as const))
    .filter((_, index) => (index + shift) % every === 0);
}
