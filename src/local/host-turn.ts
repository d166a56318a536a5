/** Role: one after the other. */

/** A queue of work: each piece begins when all before it have ended, however they ended. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  };
}
