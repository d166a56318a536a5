/**
 * An order that is sent again because its answer was lost must not be given twice. The sender names
 * it by a key of its own (the header `Idempotency-Key`); the order's id follows from caller,
 * registration and key alone, and an order of one id is written once and taken in once. So nothing need be remembered.
 *
 * The key is a UUID of version 7, since orders are taken in by their time, and that version has one.
 */
import { createHash } from 'node:crypto';
import { problem, type Reply } from './reply.ts';

/** How old a key may be: the instants that an order tells are counted from its key's. */
const oldestMs = 3_600_000;

/** How far a sender's clock may be ahead. */
const aheadMs = 120_000;

/** The name of an order that may come again. */
export interface OrderName {
  readonly id: string;
  /** When it counts as given. */
  readonly at: number;
}

const versionSeven =
  /^"?([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"?$/i;

/** The answer to a key that is none. */
export function keyNotUnderstood(wrong: string): Reply {
  return problem(400, 'Key not understood', wrong);
}

/** The answer to a key under which another order stands. `more`: what was taken all the same. */
export function keyUsedBefore(more = ''): Reply {
  const detail = `Another order was given under this "Idempotency-Key".${more}`;
  return problem(422, 'Key used before', detail);
}

/** Who names an order, and what it is for: a key counts for these two alone. */
export interface Naming {
  readonly by: string;
  readonly registration: string;
  readonly now: number;
}

/** The name that follows from caller, registration and key, or what is wrong with the key. */
export function orderNameOf(
  key: string,
  { by, registration, now }: Naming,
): OrderName | { readonly wrong: string } {
  const read = versionSeven.exec(key);
  if (!read) return { wrong: 'The header "Idempotency-Key" is no UUID of version 7.' };
  const at = Number.parseInt(`${read[1]}${read[2]}`, 16);
  if (at > now + aheadMs || at < now - oldestMs) {
    return { wrong: 'The time in the header "Idempotency-Key" is more than an hour away.' };
  }
  const plain = key.replaceAll('"', '').toLowerCase();
  const hash = createHash('sha256')
    .update(JSON.stringify([by, registration, plain]))
    .digest('hex');
  return { id: `${new Date(at).toISOString()}-${hash.slice(0, 32)}`, at };
}
