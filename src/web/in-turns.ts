/** Much to do, and not all of it at once. */

/** Known already, or to be waited for. */
export type Maybe<Value> = Value | Promise<Value>;

/** Calls under way at once. */
const atOnce = 32;

/** The results in the order of the items. What is known at once costs no turn of the event loop. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Maybe<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const result = work(items[index] as Item);
      results[index] = result instanceof Promise ? await result : result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, hand));
  return results;
}
