/** What an order's blob must hold. */
import { z } from 'zod';
import { inOneCase } from '../core/guid.ts';
import type { Order } from '../core/order.ts';
import { isInherited } from './foreign-id.ts';
import { isBlobPart } from './storage.ts';

const at = z.number().int().min(0).max(8_640_000_000_000_000);
/** What can be a part of a blob's name. */
const id = z.string().refine((text) => isBlobPart(text) && !isInherited(text));

/**
 * A credential's id: nothing that could name a member of every object. In the letter case of the
 * listing: one that is not found there would count as gone.
 */
const keyId = z
  .string()
  .regex(/^[0-9A-Za-z-]{1,64}$/)
  .refine((text) => !isInherited(text))
  .transform(inOneCase);

/** Free text that goes into a chain: no control characters, no direction marks. */
const printable = z
  .string()
  .max(200)
  .regex(/^[^\p{C}]*$/u);

const body = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('resync'), mode: z.enum(['plan', 'apply']) }),
  z.strictObject({ kind: z.literal('rotate'), reason: printable }),
  z.strictObject({
    kind: z.literal('compromised'),
    keyIds: z.array(keyId).max(100),
    removeAt: at,
    endGrants: z.literal('accept'),
  }),
  z.strictObject({ kind: z.literal('retire'), keyId }),
  z.strictObject({ kind: z.literal('freeze'), untilAt: at }),
  z.strictObject({ kind: z.literal('thaw') }),
]);

const order: z.ZodType<Order> = z.strictObject({ id, registration: id, body, by: printable, at });

/**
 * The order in a blob's text; `undefined` when it is none. Strict: a worker that does not know a
 * field must leave the order to one that does.
 */
export function orderOf(text: string): Order | undefined {
  try {
    return order.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
