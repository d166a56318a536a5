/**
 * `POST /api/orders` writes an order; `GET /api/orders/{id}` tells what came of it. Neither calls a
 * vendor. A body that is not understood is refused with a reason and changes nothing.
 */
import type { Desired } from '../core/desired.ts';
import type { World } from '../reconcile/world.ts';
import { keyNotUnderstood, keyUsedBefore, orderNameOf } from './idempotency.ts';
import { bodyOf, faultOf, orderRequest } from './order-request.ts';
import { orderPath, writeOrder, type OrderParts } from './order-writing.ts';
import { json, lasting, noSuchRegistration, problem, type Reply } from './reply.ts';
import { isShallow } from './saved-status.ts';

/** Bytes of a body that is read. */
export const orderBodyBytes = 16_384;

export interface OrderCall {
  readonly world: OrderParts;
  readonly desired: Desired;
  readonly body: string;
  /** Who asks, verified: an object id of the directory. */
  readonly by: string;
  /** The sender's name for this order: sent again, it is the same one. */
  readonly idempotencyKey?: string | null;
}

/** Takes an order. */
export async function placeOrder(call: OrderCall): Promise<Reply> {
  const { world, desired, body, by, idempotencyKey: key = null } = call;
  if (Buffer.byteLength(body) > orderBodyBytes) {
    return problem(413, 'Body too large', `Send at most ${orderBodyBytes} bytes.`);
  }
  const raw = parsed(body);
  if (raw === undefined) return problem(400, 'Body not understood', 'The body is not JSON.');
  const read = orderRequest.safeParse(raw);
  if (!read.success) return problem(400, 'Body not understood', faultOf(read.error));
  const registration = desired.registrations.find((one) => one.id === read.data.registration);
  if (!registration) return noSuchRegistration(desired);
  const now = world.clock.now();
  const name =
    key === null ? undefined : orderNameOf(key, { by, registration: registration.key, now });
  if (name !== undefined && 'wrong' in name) return keyNotUnderstood(name.wrong);
  // The same order is the same to the last byte, instants that it counts from now included.
  const order = bodyOf(read.data, name?.at ?? now);
  if ('wrong' in order) return problem(400, 'Body not understood', order.wrong);
  const wish = { body: order, by, ...(name === undefined ? {} : { name }) };
  const written = await writeOrder(world, registration.key, wish);
  if (written.ok) return accepted(written.value, registration.id, order.kind);
  return written.fault.code === 'exists'
    ? keyUsedBefore()
    : problem(503, 'Not accepted', 'Storage does not answer. Try again in a minute.');
}

function accepted(id: string, registration: string, kind: string): Reply {
  const look = orderPath(id);
  return json(202, { order: id, registration, kind, look }, { location: look });
}

/** Tells what came of an order: nothing yet, or the answer. */
export async function orderAnswer({ orders }: Pick<World, 'orders'>, id: string): Promise<Reply> {
  const unknown = problem(
    404,
    'No answer',
    'No order of this id has an answer yet. An order is taken in by the next pass, within minutes; ask again then.',
  );
  if (!/^[\w.:-]{1,100}$/.test(id)) return unknown;
  const read = await orders.readResult(id);
  if (!read.ok)
    return problem(503, 'State not readable', 'Storage does not answer. Try again in a minute.');
  const answer = parsed(read.value ?? '');
  return typeof answer === 'object' && answer !== null && isShallow(answer)
    ? lasting(answer)
    : unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
