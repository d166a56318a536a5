/** Which credential should serve, and which comes next. */
import { personalSlots } from './limits.ts';
import { admitsUnproven, isBroken, isUrgent, settledAtOf } from './urgency.ts';
import { isProven, servingCredentials, type Credential, type Scene } from './scene.ts';

/** The credential in the vault's current version, if it works and nobody declared it leaked. */
export function promotedCredential(scene: Scene): Credential | undefined {
  const { promoted } = scene.memory;
  if (!promoted) return undefined;
  const credential = scene.credentials.find((one) => one.keyId === promoted.keyId);
  return credential?.live && !credential.compromised ? credential : undefined;
}

/** Credentials whose text Keeper has and which work, proven or not, latest end first. */
export function storedCredentials(scene: Scene): readonly Credential[] {
  return scene.credentials
    .filter((one) => one.memory && one.held && one.live && !one.compromised)
    .toSorted((one, other) => other.endAt - one.endAt || one.keyId.localeCompare(other.keyId));
}

/** The proven credential to make current next; undefined when the current one is best. */
export function nextToPromote(scene: Scene): Credential | undefined {
  const promoted = promotedCredential(scene);
  return storedCredentials(scene).find(
    (one) =>
      one.keyId !== promoted?.keyId &&
      isProven(one) &&
      isReady(scene, one) &&
      (promoted === undefined || one.endAt > promoted.endAt) &&
      endsLast(scene, one),
  );
}

/**
 * The credential that every connector should hold now: the current one, or in the last resort a
 * stored one that could not be proven (law 10).
 */
export function targetCredential(scene: Scene): Credential | undefined {
  const promoted = promotedCredential(scene);
  const lastResort = storedCredentials(scene).find(
    (one) =>
      !isProven(one) &&
      one.memory?.promotedAt === undefined &&
      admitsUnproven(scene, one) &&
      endsLast(scene, one),
  );
  return lastResort ?? stayingCredential(scene, promoted) ?? promoted ?? leakedForNow(scene);
}

/**
 * One that was switched to in the last resort, and ends later than the current one: connectors stay
 * with it (law 1), unless Entra has come to refuse it.
 */
function stayingCredential(scene: Scene, promoted: Credential | undefined): Credential | undefined {
  // Its text need not be readable: the connectors have it.
  return servingCredentials(scene)
    .filter((one) => one.memory && one.memory.refusedAt === undefined && !one.compromised)
    .toSorted((one, other) => other.endAt - one.endAt || one.keyId.localeCompare(other.keyId))
    .find((one) => one.endAt > (promoted?.endAt ?? 0));
}

/**
 * All are leaked, and both slots are taken: one must serve everywhere before the other can go, or
 * no new one can be added.
 */
function leakedForNow(scene: Scene): Credential | undefined {
  const listed = scene.credentials.filter((one) => one.listed && one.place === 'application');
  if (!scene.personal || listed.length < personalSlots) return undefined;
  const leaked = listed.filter((one) => one.compromised && one.live && one.held);
  return leaked.toSorted(
    (one, other) => other.endAt - one.endAt || one.keyId.localeCompare(other.keyId),
  )[0];
}

/**
 * Rested, and proven again after its rest; or wanted at once. A connector that is not there yet can
 * have the current one, and hurries nothing.
 */
function isReady(scene: Scene, credential: Credential): boolean {
  if (promotedCredential(scene) ? isBroken(scene) : isUrgent(scene)) return true;
  const settledAt = settledAtOf(scene, credential);
  const { provedAt = 0, promotedAt } = credential.memory ?? {};
  // One that has been current needs no other proof: the first is made current before its rest.
  return scene.now >= settledAt && (provedAt >= settledAt || promotedAt !== undefined);
}

/** Law 1: never to one that ends earlier than what serves; leaked ones bar nothing. */
function endsLast(scene: Scene, credential: Credential): boolean {
  return servingCredentials(scene).every(
    (one) => one.compromised || one.keyId === credential.keyId || one.endAt <= credential.endAt,
  );
}
