/** Orders by people: taken into the chain once, answered once (law 9). */
import type { EntryBody } from '../core/entry.ts';
import type { Result } from '../core/fault.ts';
import { entryBytes } from '../core/limits.ts';
import type { Order, OrderBody } from '../core/order.ts';
import { reportKey, type Memory } from '../core/memory.ts';
import type { RegistrationStatus } from '../core/status.ts';
import { append, type Session } from './session.ts';

/** Puts each order that waits into the chain, unless it is there. */
export async function takeInOrders(
  session: Session,
  listed: Result<readonly Order[]>,
): Promise<readonly Order[]> {
  const { world, desired } = session;
  if (!listed.ok) {
    world.log.warn('orders cannot be read', {
      registration: desired.key,
      fault: listed.fault.kind,
    });
    return [];
  }
  for (const order of listed.value) {
    if (session.memory.reported[reportKey('order', order.id)] !== undefined) continue;
    const entry = entryOf(order, session.memory);
    if (Buffer.byteLength(JSON.stringify(entry)) > entryBytes / 2) {
      world.log.error('order is too long for the chain', { registration: desired.key });
      continue;
    }
    await append(session, entry);
  }
  return listed.value;
}

/** What the chain keeps of an order. The credentials are named once; there may be a hundred. */
function entryOf(order: Order, memory: Memory): EntryBody {
  const keyIds = keyIdsOf(order.body, memory);
  const body = chainBody(order.body);
  return {
    kind: 'order',
    orderId: order.id,
    by: order.by,
    orderedAt: order.at,
    body,
    ...(keyIds.length === 0 ? {} : { keyIds }),
  };
}

/** Key ids are written as Graph writes them: in small letters. */
function chainBody(body: OrderBody): OrderBody {
  if (body.kind === 'compromised') return { ...body, keyIds: [] };
  return body.kind === 'retire' ? { ...body, keyId: body.keyId.toLowerCase() } : body;
}

/** The credentials an order is about: those named, or all of Keeper's that exist now. */
function keyIdsOf(body: OrderBody, memory: Memory): readonly string[] {
  if (body.kind !== 'compromised') return [];
  if (body.keyIds.length > 0) return body.keyIds.map((keyId) => keyId.toLowerCase());
  return Object.values(memory.credentials)
    .filter((one) => one.removedAt === undefined)
    .map((one) => one.keyId);
}

/** True when all that waits is a wish to see the plan: then the pass changes nothing. */
export function isDryRun(orders: readonly Order[]): boolean {
  return (
    orders.length > 0 &&
    orders.every((order) => order.body.kind === 'resync' && order.body.mode === 'plan')
  );
}

/**
 * Answers the orders that this pass has carried out, and ends them in the chain. False when one of
 * them is still to be answered although nothing is left to do for it.
 */
export async function finishOrders(
  session: Session,
  orders: readonly Order[],
  answer: { readonly plan: object | undefined; readonly status: RegistrationStatus },
): Promise<boolean> {
  let areAnswered = true;
  for (const order of orders) {
    if (session.stop) return false;
    const isTaken = session.memory.reported[reportKey('order', order.id)] !== undefined;
    const open = session.memory.orders.some((one) => one.id === order.id);
    if (open && order.body.kind === 'resync') {
      await append(session, { kind: 'order-end', orderId: order.id, result: 'done' });
    } else if (open) {
      continue; // A later pass ends it.
    }
    const end = session.memory.orderEnds[order.id];
    const result = {
      order: order.id,
      result: isTaken ? (end?.result ?? 'done') : 'refused',
      registration: session.desired.id,
      at: new Date(session.world.clock.now()).toISOString(),
      state: answer.status.state,
      reason: answer.status.reason,
      did: session.did,
      ...(end?.reason ? { because: end.reason } : {}),
      ...(end?.removed ? { removed: end.removed } : {}),
      ...(answer.plan ? { plan: answer.plan } : {}),
    };
    const finished = await session.world.orders.finish(order, result);
    if (!finished.ok) {
      session.world.log.warn('order could not be answered', {
        order: order.id,
        fault: finished.fault.kind,
      });
      areAnswered = false;
    }
  }
  return areAnswered;
}
