/** Ctrl-C and SIGTERM. */

/** Whether the end was asked for. */
export interface Over {
  readonly isOver: () => boolean;
  /** Resolves when the end is asked for. */
  readonly asked: Promise<void>;
}

/** A terminal's Ctrl-C can arrive twice, by npm and by the group: within this time it is one. */
const onceMs = 1_000;

/** Ctrl-C ends everything in order; a second one at once. */
export function endOnSignal(): Over {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  let askedMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (isOver && nowMs - askedMs > onceMs) process.exit(130);
      if (!isOver) askedMs = nowMs;
      isOver = true;
      resolve();
    });
  }
  return { isOver: () => isOver, asked: promise };
}
