/** Writes an order, and wakes the loop: the one thing that HTTP may do to the world. */
import type { Order, OrderBody } from '../core/order.ts';
import { success, type Result } from '../core/fault.ts';
import type { World } from '../reconcile/world.ts';
import type { OrderName } from './idempotency.ts';

export type OrderParts = Pick<World, 'orders' | 'queue' | 'clock' | 'newId'>;

export interface OrderWish {
  readonly body: OrderBody;
  /** Who asks, verified. */
  readonly by: string;
  /** The sender's name for it; without one, each is another order. */
  readonly name?: OrderName;
}

/**
 * Creates it once, under an id that sorts by time, and asks for a pass. Gives the id. One that has a
 * name and an answer is not given again.
 */
export async function writeOrder(
  world: OrderParts,
  registration: string,
  { body, by, name }: OrderWish,
): Promise<Result<string>> {
  if (name !== undefined && (await isAnswered(world, name))) return success(name.id);
  const { id, at } = name ?? freshName(world);
  const order: Order = { id, registration, body, by, at };
  const written = await world.orders.write(order);
  if (!written.ok) return written;
  // A lost message is no loss: the next look at the registration finds the order.
  await world.queue.send({ v: 1, registration, cause: 'order' });
  return success(id);
}

async function isAnswered({ orders }: OrderParts, { id }: OrderName): Promise<boolean> {
  const answer = await orders.readResult(id);
  return answer.ok && answer.value !== undefined;
}

function freshName({ clock, newId }: OrderParts): OrderName {
  const at = clock.now();
  return { id: `${new Date(at).toISOString()}-${newId()}`, at };
}

/** Where the answer to an order will be. */
export function orderPath(id: string): string {
  return `/api/orders/${encodeURIComponent(id)}`;
}
