/**
 * What may go, and why (laws 6 and 7). Every removal of the product is decided in this file; no
 * evidence means that a credential serves.
 */
import { act, stands, type Finding } from '../finding.ts';
import type { Cause, RemovalWhy } from '../entry.ts';
import { clockSkewMs, disproofAttempts, hourMs, replicationMs } from '../limits.ts';
import type { OrderMemory } from '../memory.ts';
import { doubtEndsAt, isProven, servesNoConnector, type Credential, type Scene } from '../scene.ts';
import { nextToPromote, promotedCredential, targetCredential } from '../target.ts';
import { isAnyWorse } from './confirm.ts';
import { isGivenUp, needsSlot } from './credential.ts';

/** A listed credential that serves nobody any more, with the ground for its removal. */
export function credentialToRemove(scene: Scene): readonly Finding[] {
  const { objectId } = scene;
  if (!scene.registration || objectId === undefined) return [];
  return scene.credentials.flatMap((one): readonly Finding[] => {
    if (!one.listed) return [];
    if (one.place !== 'application') return orderedElsewhere(scene, one);
    const why = groundForRemoval(scene, one);
    if (why === undefined) return laterRemoval(scene, one);
    const because: Cause = needsSlot(scene) ? 'slot-needed' : causeOf(why);
    const { keyId } = one;
    return act(scene, `remove:${keyId}`, { kind: 'remove', objectId, keyId, why, because });
  });
}

/** On the service principal Keeper removes nothing: who orders it is told so. */
function orderedElsewhere(scene: Scene, { keyId }: Credential): readonly Finding[] {
  const named = retireOrderOf(scene, keyId) ?? leakOrderOf(scene, keyId);
  return named ? stands('credential-elsewhere', scene.now + hourMs, keyId) : [];
}

function causeOf(why: RemovalWhy): Cause {
  if (why === 'compromised') return 'compromised';
  return why === 'ordered' ? 'ordered' : 'cleanup';
}

/** Why this credential may be removed now; undefined: it may not. */
function groundForRemoval(scene: Scene, one: Credential): RemovalWhy | undefined {
  const leakedBound = removalBoundAt(scene, one);
  if (leakedBound !== undefined && scene.now >= leakedBound && !isOnlyHope(scene, one)) {
    return 'compromised';
  }
  if (isWanted(scene, one)) return undefined;
  return one.memory ? groundForOurs(scene, one) : groundForForeign(scene, one);
}

function groundForOurs(scene: Scene, one: Credential): RemovalWhy | undefined {
  const { memory } = one;
  if (!memory) return undefined;
  if (one.ended) return 'ended';
  if (!memory.pushed && memory.promotedAt === undefined) {
    // A replica that has not seen it yet would say that there is nothing to remove.
    if (scene.now < memory.addedAt + replicationMs) return undefined;
    if (isOrphan(scene, one)) return 'orphan';
    if (isGivenUp(one, scene.now)) return 'abandoned';
    if (one.compromised) return 'compromised';
    const promoted = promotedCredential(scene);
    const superseded = promoted !== undefined && one.endAt <= promoted.endAt;
    return superseded && memory.origin === 'issued' ? 'superseded' : undefined;
  }
  if (isSpentLastResort(scene, one)) return 'superseded';
  if (one.compromised && mayLeave(scene, one)) return 'compromised';
  // A worse health after the switch pauses an early retirement.
  const mayRetire = mayLeave(scene, one) && !isAnyWorse(scene);
  return retireOrderOf(scene, one.keyId) && mayRetire ? 'ordered' : undefined;
}

function groundForForeign(scene: Scene, one: Credential): RemovalWhy | undefined {
  if (scene.memory.parked.length > 0) return undefined;
  if (one.ended && isVaultSeen(scene) && needsSlot(scene)) return 'ended';
  const named = retireOrderOf(scene, one.keyId) ?? leakOrderOf(scene, one.keyId);
  return named && mayLeave(scene, one) ? 'ordered' : undefined;
}

/** While the vault cannot be read, nothing seems to be stored, and so a credential seems to be wanted. */
function isVaultSeen({ observed }: Scene): boolean {
  return observed.pending.kind !== 'unknown' && observed.current.kind !== 'unknown';
}

/** Switched to in the last resort, refused since, and replaced everywhere. */
function isSpentLastResort(scene: Scene, one: Credential): boolean {
  const { memory } = one;
  return (
    memory?.promotedAt === undefined &&
    !isProven(one) &&
    memory?.refusedAt !== undefined &&
    mayLeave(scene, one)
  );
}

/** Nobody has its text: never stored, and no store can land any more; or its version was disabled. */
function isOrphan(scene: Scene, one: Credential): boolean {
  const { memory, observed, now } = scene;
  const credential = one.memory;
  if (!credential || one.held) return false;
  if (!isVaultSeen(scene)) return false;
  // Its text may come back with a vault secret that can be recovered.
  const { deletedSecrets } = observed;
  if (deletedSecrets.kind !== 'known' || deletedSecrets.value.length > 0) return false;
  const storing = memory.open.some((intent) => intent.effect.kind === 'store-credential');
  if (storing) return false;
  const doubtAt = credential.storeDoubtAt;
  if (doubtAt !== undefined && now < doubtEndsAt({ at: doubtAt })) return false;
  return now >= credential.addedAt + replicationMs;
}

/** Law 6, with a serving one to go to. */
function mayLeave(scene: Scene, one: Credential): boolean {
  return servesNoConnector(scene, one.keyId);
}

/** What the next switch would go to, and what connectors hold now by our latest word. */
function isWanted(scene: Scene, one: Credential): boolean {
  if (one.ended) return false;
  return targetCredential(scene)?.keyId === one.keyId || nextToPromote(scene)?.keyId === one.keyId;
}

/** The instant at which a leaked credential goes whatever else holds. */
function removalBoundAt(scene: Scene, one: Credential): number | undefined {
  const order = leakOrderOf(scene, one.keyId);
  return order?.body.kind === 'compromised' ? order.body.removeAt : undefined;
}

/**
 * Nothing else works yet, and a new one is on its way or can be: never leave nobody served. Where it
 * stands in the way itself, for only foreign credentials keep the other slots, the order's time counts.
 */
function isOnlyHope(scene: Scene, one: Credential): boolean {
  if (targetCredential(scene)?.keyId !== one.keyId) return false;
  const others = scene.credentials.filter(
    (other) => other.keyId !== one.keyId && other.live && other.place === 'application',
  );
  return !needsSlot(scene) || others.some((other) => other.memory !== undefined);
}

function retireOrderOf(scene: Scene, keyId: string): OrderMemory | undefined {
  return scene.memory.orders.find(
    (order) => order.body.kind === 'retire' && order.body.keyId === keyId,
  );
}

function leakOrderOf(scene: Scene, keyId: string): OrderMemory | undefined {
  return scene.memory.orders.find(
    (order) => order.body.kind === 'compromised' && order.keyIds.includes(keyId),
  );
}

/** When there will be a ground: the old one ends, an orphan's time is over. */
function laterRemoval(scene: Scene, one: Credential): readonly Finding[] {
  const { memory } = one;
  if (!memory || !one.listed) return [];
  if (!one.ended && memory.promotedAt !== undefined) {
    const isOld = targetCredential(scene)?.keyId !== one.keyId;
    const goneAt = one.endAt + clockSkewMs;
    const old: Finding = { kind: 'remark', reason: 'old-credential-ending', subject: one.keyId };
    return isOld ? [old, { kind: 'look', at: goneAt }] : [{ kind: 'look', at: goneAt }];
  }
  const shownAt = memory.addedAt + replicationMs;
  if (memory.removedAt !== undefined || scene.now >= shownAt) return [];
  return one.held ? [{ kind: 'look', at: shownAt }] : stands('replicating', shownAt);
}

/** A removed secret must be refused from now on; its vault versions are disabled then. */
export function removedSecretReadable(scene: Scene): readonly Finding[] {
  const { appId, now } = scene;
  if (appId === undefined) return [];
  return scene.credentials.flatMap((one): readonly Finding[] => {
    const { memory, held, keyId, hint } = one;
    if (!memory?.removedAt || one.listed || !held) return [];
    if (memory.disprovedAt === undefined && !isTriedEnough(scene, keyId)) {
      if (now < memory.removedAt) return [];
      return act(scene, `prove:${keyId}`, { kind: 'disprove', keyId, appId, hint, held });
    }
    if (isNewestOfName(scene, held)) return [];
    return act(scene, `disable:${held.version}`, { kind: 'disable-version', keyId, held });
  });
}

/** Entra said neither yes nor no for days: the listing is all the evidence there will be. */
function isTriedEnough(scene: Scene, keyId: string): boolean {
  const wait = scene.memory.waits[`prove:${keyId}`];
  return (
    wait !== undefined &&
    wait.attempts >= disproofAttempts &&
    wait.reason !== 'removed-secret-works'
  );
}

/** Readers of `<name>` get the newest version: Keeper never disables that one. */
function isNewestOfName(
  scene: Scene,
  held: { readonly secret: 'current' | 'pending'; readonly version: string },
): boolean {
  if (held.secret !== 'current') return false;
  const { current } = scene.observed;
  return current.kind !== 'known' || current.value.current.version === held.version;
}
