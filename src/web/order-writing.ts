/** Writes an order, and wakes the loop: the one thing that HTTP may do to the world. */
import type { Order, OrderBody } from '../core/order.ts';
import type { Result } from '../core/fault.ts';
import type { World } from '../reconcile/world.ts';

export type OrderParts = Pick<World, 'orders' | 'queue' | 'clock' | 'newId'>;

/** Creates it once, under an id that sorts by time, and asks for a pass. Gives the id. */
export async function writeOrder(
  world: OrderParts,
  registration: string,
  { body, by }: { readonly body: OrderBody; readonly by: string },
): Promise<Result<string>> {
  const at = world.clock.now();
  const id = `${new Date(at).toISOString()}-${world.newId()}`;
  const order: Order = { id, registration, body, by, at };
  const written = await world.orders.write(order);
  if (!written.ok) return written;
  // A lost message is no loss: the next look at the registration finds the order.
  await world.queue.send({ v: 1, registration, cause: 'order' });
  return { ok: true, value: id };
}

/** Where the answer to an order will be. */
export function orderPath(id: string): string {
  return `/api/orders/${encodeURIComponent(id)}`;
}
