/** What people ordered: is it fulfilled, or does something speak against it for good? */
import type { Finding } from '../finding.ts';
import { replicationMs } from '../limits.ts';
import { reportKey, type OrderMemory } from '../memory.ts';
import type { Reason } from '../reason.ts';
import { isDead, works, type Scene } from '../scene.ts';
import { promotedCredential, targetCredential } from '../target.ts';
import { earliestServingEndAt } from '../urgency.ts';
import { wouldEndTooEarly } from './credential.ts';

/** Orders that are fulfilled, or that name what is not there. */
export function orderFulfilled(scene: Scene): readonly Finding[] {
  return scene.memory.orders.flatMap((order): readonly Finding[] => {
    const { id: orderId } = order;
    const reason = refusalOf(scene, order);
    const isDone = isFulfilled(scene, order);
    if (isDone && reason !== 'credential-unknown') {
      return [{ kind: 'note', entry: { kind: 'order-end', orderId, result: 'done' } }];
    }
    // Those that are known go first; the answer says that not all were.
    if (reason === undefined || (reason === 'credential-unknown' && !isDone)) {
      return looksAgain(scene, order);
    }
    return [{ kind: 'note', entry: { kind: 'order-end', orderId, result: 'refused', reason } }];
  });
}

/** What speaks against an order for good. */
function refusalOf(scene: Scene, order: OrderMemory): Reason | undefined {
  const { body } = order;
  // To retire the one that serves would be an outage, not a clean-up.
  const isServing = body.kind === 'retire' && targetCredential(scene)?.keyId === body.keyId;
  if (isServing) return 'credential-serves';
  if (namedBy(order).some((keyId) => !isKnown(scene, keyId))) return 'credential-unknown';
  const isBarred =
    body.kind === 'rotate' && !hasNewerOnItsWay(scene, order.at) && wouldEndTooEarly(scene);
  return isBarred ? 'ends-too-early' : undefined;
}

/** A credential issued since then is on its way, and can be switched to. */
function hasNewerOnItsWay(scene: Scene, at: number): boolean {
  const servingEndAt = earliestServingEndAt(scene) ?? 0;
  return scene.credentials.some(
    (one) => one.live && one.endAt > servingEndAt && (one.memory?.addedAt ?? 0) >= at,
  );
}

function isFulfilled(scene: Scene, order: OrderMemory): boolean {
  switch (order.body.kind) {
    case 'resync':
      return false; // Ended by the pass that carries it out.
    case 'freeze':
    case 'thaw':
      return true; // Folding the entry was all.
    case 'rotate':
      return isRotatedSince(scene, order.at);
    case 'retire':
      return areGone(scene, order);
    case 'compromised':
      return (
        areGone(scene, order) &&
        scene.desired.connectors.every((connector) => !isDead(scene, connector))
      );
  }
}

/** The credentials that an order wants gone. */
function namedBy(order: OrderMemory): readonly string[] {
  if (order.body.kind === 'retire') return [order.body.keyId];
  return order.body.kind === 'compromised' ? order.keyIds : [];
}

/** It is, or once was, among the credentials of this registration. */
function isKnown({ memory, credentials }: Scene, keyId: string): boolean {
  return (
    credentials.some((one) => one.keyId === keyId) ||
    ['foreign-credential', 'removed'].some(
      (what) => memory.reported[reportKey(what, keyId)] !== undefined,
    )
  );
}

/** None of them is listed, and no replica that is behind can be the reason. */
function areGone(scene: Scene, order: OrderMemory): boolean {
  return (
    scene.registration !== undefined &&
    namedBy(order).every((keyId) => !isListed(scene, keyId)) &&
    scene.now >= certainAt(scene, order)
  );
}

function isListed(scene: Scene, keyId: string): boolean {
  return scene.credentials.some((one) => one.keyId === keyId && one.listed);
}

/**
 * From when on the listing counts: a credential so new that Entra found nothing to remove, or did not
 * show it at all, shows on every replica then.
 */
function certainAt(scene: Scene, order: OrderMemory): number {
  const instants = namedBy(order).map((keyId) => {
    const notFoundAt = scene.memory.reported[reportKey('not-found', keyId)] ?? 0;
    return isKnown(scene, keyId) ? notFoundAt : order.at;
  });
  return Math.max(0, ...instants.map((at) => (at === 0 ? 0 : at + replicationMs)));
}

function looksAgain(scene: Scene, order: OrderMemory): readonly Finding[] {
  const at = certainAt(scene, order);
  return at > scene.now ? [{ kind: 'look', at }] : [];
}

function isRotatedSince(scene: Scene, at: number): boolean {
  const promoted = promotedCredential(scene);
  if (!promoted?.memory || promoted.memory.addedAt < at) return false;
  return scene.desired.connectors.every(
    (one) =>
      scene.memory.connectors[one.id]?.clean?.keyId === promoted.keyId &&
      works(scene, promoted.keyId),
  );
}
