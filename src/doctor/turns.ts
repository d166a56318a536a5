/** Work over many things, a few at a time, so that no vendor is asked for all of them at once. */

/** The results, in the order of the things. */
export async function inTurns<T, U>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<U>,
): Promise<readonly U[]> {
  const results: U[] = [];
  for (let from = 0; from < things.length; from += atOnce) {
    results.push(...(await Promise.all(things.slice(from, from + atOnce).map(work))));
  }
  return results;
}
