/** Ctrl-C and SIGTERM. */

/** Whether the end was asked for. */
export interface Over {
  readonly isOver: () => boolean;
  /** Resolves when the end is asked for. */
  readonly asked: Promise<void>;
}

/** Ctrl-C ends everything in order; a second one at once. */
export function endOnSignal(): Over {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isOver) process.exit(130);
      isOver = true;
      resolve();
    });
  }
  return { isOver: () => isOver, asked: promise };
}
