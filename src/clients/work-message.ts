/** Reads a queue message. Anybody with access to the queue can write one: it is a hint (law 9). */
import { z } from 'zod';
import type { WorkMessage } from '../reconcile/world.ts';

const shape = z.strictObject({
  v: z.literal(1),
  registration: z.string().regex(/^[a-z0-9-]{1,40}$/),
  cause: z.enum(['due', 'new', 'changed', 'event', 'order']),
});

/** The message, or undefined when it is not one of ours. */
export function readWorkMessage(raw: unknown): WorkMessage | undefined {
  const read = shape.safeParse(raw);
  return read.success ? read.data : undefined;
}
