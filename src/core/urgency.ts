/** When time wins over caution (law 10). */
import { hourMs, lastResortMs, settleMs } from './limits.ts';
import {
  credentialsBeforeKeeper,
  isDead,
  servingCredentials,
  type Credential,
  type Scene,
} from './scene.ts';

/** A connector has no working credential, or all that is left is declared leaked. */
export function isUrgent(scene: Scene): boolean {
  if (scene.memory.orders.some((order) => order.body.kind === 'compromised')) return true;
  return scene.desired.connectors.some((connector) => isDead(scene, connector));
}

/** A connector that exists has no working credential, or what is left is declared leaked. */
export function isBroken(scene: Scene): boolean {
  if (scene.memory.orders.some((order) => order.body.kind === 'compromised')) return true;
  return scene.desired.connectors.some(
    (one) => scene.observed.connectors[one.id]?.connector.kind !== 'absent' && isDead(scene, one),
  );
}

/** The earliest end among credentials that connectors certainly or possibly hold. */
export function earliestServingEndAt(scene: Scene): number | undefined {
  return earliest([...servingCredentials(scene), ...credentialsBeforeKeeper(scene)]);
}

/**
 * When a connector runs out. Of the credentials that one may hold from before Keeper the last
 * counts: nobody knows which it is, and an unproven one must not replace a good one.
 */
function outOfServiceAt(scene: Scene): number | undefined {
  const before = credentialsBeforeKeeper(scene).map((one) => one.endAt);
  const lastBeforeAt = before.length === 0 ? [] : [{ endAt: Math.max(...before) }];
  return earliest([...servingCredentials(scene), ...lastBeforeAt]);
}

function earliest(ending: readonly { readonly endAt: number }[]): number | undefined {
  return ending.length === 0 ? undefined : Math.min(...ending.map((one) => one.endAt));
}

/** When a proven credential has rested enough: a day, less when the serving one ends before that. */
export function settledAtOf(scene: Scene, credential: Credential): number {
  const { memory } = credential;
  if (memory?.origin === 'taken-over') return memory.provedAt ?? scene.now;
  const rested = (memory?.addedAt ?? scene.now) + settleMs;
  const servingEndAt = earliestServingEndAt(scene);
  if (servingEndAt === undefined) return rested;
  return Math.min(rested, Math.max(memory?.provedAt ?? rested, servingEndAt - 2 * hourMs));
}

/**
 * The serving credential is within its last 72 hours, or dead. A connector that is not there yet
 * holds none: for its sake no other is switched to what is not proven.
 */
export function isLastResort(scene: Scene): boolean {
  if (isBroken(scene)) return true;
  const endAt = outOfServiceAt(scene);
  return endAt !== undefined && scene.now >= endAt - lastResortMs;
}

/** A stored credential may be used without proof: settled, listed, and not refused after that. */
export function admitsUnproven(scene: Scene, credential: Credential): boolean {
  const { memory } = credential;
  if (!memory || !isLastResort(scene)) return false;
  const settledAt = memory.addedAt + settleMs;
  const refusedAfter = memory.refusedAt !== undefined && memory.refusedAt >= settledAt;
  return scene.registration !== undefined && scene.now >= settledAt && !refusedAfter;
}
