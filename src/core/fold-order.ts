/** What orders by people mean for memory. */
import type { Entry } from './entry.ts';
import { orderEndsKept } from './limits.ts';
import { reportKey, type Memory } from './memory.ts';
import type { OrderBody } from './order.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;

/** An order counts from the entry that takes it in (law 9). */
export function foldOrder(memory: Memory, entry: Of<'order'>): void {
  if (entry.body.kind === 'freeze') memory.freezeUntilAt = entry.body.untilAt;
  if (entry.body.kind === 'thaw') delete memory.freezeUntilAt;
  const keyIds = [...(entry.keyIds ?? [])];
  if (isCallToAct(entry.body)) {
    forgetWaits(memory);
    memory.abandonments = 0;
  }
  if (entry.body.kind === 'compromised') {
    for (const keyId of keyIds) {
      // The ids are foreign text: `__proto__` names no credential, but the prototype of all.
      if (!Object.hasOwn(memory.credentials, keyId)) continue;
      const credential = memory.credentials[keyId];
      if (credential) credential.compromisedBy = entry.orderId;
    }
  }
  memory.reported[reportKey('order', entry.orderId)] = entry.at;
  memory.orders.push({ id: entry.orderId, by: entry.by, at: entry.at, body: entry.body, keyIds });
}

/** A person has seen to it, or wants it now: what was put off is due. */
function isCallToAct(body: OrderBody): boolean {
  if (body.kind === 'resync') return body.mode === 'apply';
  return body.kind === 'rotate' || body.kind === 'compromised';
}

/**
 * Back-off ends, but for proofs, which wait for Microsoft's servers, and for what a vendor asked to
 * wait for: no person hurries either.
 */
export function forgetWaits(memory: Memory): void {
  for (const [step, { reason }] of Object.entries(memory.waits)) {
    if (!step.startsWith('prove:') && reason !== 'throttled') delete memory.waits[step];
  }
}

/** An order has ended; what it led to is kept for the answer. */
export function foldOrderEnd(memory: Memory, entry: Of<'order-end'>): void {
  const { orderId, result, reason } = entry;
  const order = memory.orders.find((one) => one.id === orderId);
  memory.orders = memory.orders.filter((one) => one !== order);
  const removed = order?.keyIds.flatMap((keyId) => {
    const at = memory.credentials[keyId]?.removedAt ?? memory.reported[reportKey('removed', keyId)];
    return at === undefined ? [] : [{ keyId, validForMs: Math.max(0, at - order.at) }];
  });
  memory.orderEnds[orderId] = {
    result,
    ...(reason === undefined ? {} : { reason }),
    ...(removed?.length ? { removed } : {}),
  };
  for (const id of Object.keys(memory.orderEnds).slice(0, -orderEndsKept)) {
    delete memory.orderEnds[id];
  }
}
