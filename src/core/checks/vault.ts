/** The vault secret: readable, there, and its current version the proven one. */
import { act, noteOnce, stands, unseen, type Finding } from '../finding.ts';
import { dayMs, hourMs, overrulesADay, replicationMs, takeOverRefusals } from '../limits.ts';
import { note } from '../finding.ts';
import { dueAt } from '../schedule.ts';
import { servingCredentials, type Credential, type Scene } from '../scene.ts';
import { promotedCredential } from '../target.ts';
import { isLastResort } from '../urgency.ts';

/** The secret cannot be read, or was there and is gone. */
export function secretMissing(scene: Scene): readonly Finding[] {
  const { current, pending } = scene.observed;
  if (current.kind === 'unknown') return unseen(scene, current.fault);
  if (pending.kind === 'unknown') return unseen(scene, pending.fault);
  if (current.kind === 'known') {
    return scene.memory.secretKnown ? [] : [note({ what: 'secret-known' })];
  }
  return scene.memory.secretKnown ? stands('secret-lost', scene.now + hourMs) : [];
}

/**
 * The secret was there and is gone. What is in the vault's deleted secrets is restored by a person;
 * what was purged is made anew where time is short, or where a rotation is ordered.
 */
export function isSecretLost(scene: Scene): boolean {
  const { current, deletedSecrets } = scene.observed;
  if (current.kind !== 'absent' || !scene.memory.secretKnown) return false;
  const isPurged =
    deletedSecrets.kind === 'known' && !deletedSecrets.value.includes(scene.desired.secret.name);
  const isOrdered = scene.memory.orders.some((order) => order.body.kind === 'rotate');
  return !(isPurged && (isOrdered || isLastResort(scene)));
}

/** Somebody put a version into `<name>`: taken over if it is a better credential, else overruled. */
export function versionByHand(scene: Scene): readonly Finding[] {
  const { current } = scene.observed;
  const { promoted } = scene.memory;
  if (current.kind !== 'known' || !scene.registration || scene.appId === undefined) return [];
  const newest = current.value.current;
  if (promoted?.version === newest.version && newest.enabled) return [];
  if (scene.memory.promoteDoubt && newest.version !== promoted?.version) {
    const doubt = scene.memory.promoteDoubt;
    const credential = scene.credentials.find((one) => one.keyId === doubt.keyId);
    const isOurs = newest.tags['intent'] === doubt.intent && newest.hint === credential?.hint;
    if (isOurs) return []; // Found by its tag, believed by its hint: `versionOfLostAnswer`.
  }
  const better = betterByHand(scene, newest.hint);
  const refusals = better && (scene.memory.waits[`prove:${better.keyId}`]?.attempts ?? 0);
  if (better && (refusals ?? 0) < takeOverRefusals) {
    const { keyId, hint, endAt } = better;
    const held = { secret: 'current', version: newest.version } as const;
    const { appId } = scene;
    return act(scene, `prove:${keyId}`, {
      kind: 'prove',
      keyId,
      appId,
      hint,
      held,
      takeOver: { hint, endAt },
    });
  }
  // Its credential may be so new that Entra does not list it everywhere yet.
  const shownAt = newest.createdAt + replicationMs;
  if (!better && newest.enabled && scene.now < shownAt) return stands('replicating', shownAt);
  return overruled(scene, newest.version);
}

/** A credential that somebody stored is about to be taken over: none needs issuing. */
export function isTakeOverAhead(scene: Scene): boolean {
  return versionByHand(scene).some((one) => one.kind === 'act' && one.action.kind === 'prove');
}

/** A listed credential with this hint that ends later than everything that may serve, and is not due. */
function betterByHand(scene: Scene, hint: string | undefined): Credential | undefined {
  if (hint === undefined) return undefined;
  const lastEndAt = Math.max(
    promotedCredential(scene)?.endAt ?? 0,
    ...servingCredentials(scene).map((one) => one.endAt),
  );
  return scene.credentials.find(
    (one) =>
      one.live &&
      !one.compromised &&
      one.hint === hint &&
      one.memory?.promotedAt === undefined &&
      one.endAt > lastEndAt &&
      scene.now < dueAt(one, scene.desired.renewBeforeDays),
  );
}

/** The proven one becomes current again; not more than once an hour, so that two keepers do not race. */
function overruled(scene: Scene, version: string): readonly Finding[] {
  const findings = noteOnce(scene, version, { what: 'foreign-version', version });
  const promoted = promotedCredential(scene);
  if (!promoted?.held || scene.appId === undefined || findings.length > 0) return findings;
  const againAt = (scene.memory.promoted?.at ?? 0) + hourMs;
  if (scene.now < againAt) return stands('backing-off', againAt, 'vault');
  const [firstAt = 0, ...more] = scene.memory.overruledAt;
  const isContested = more.length + 1 >= overrulesADay && scene.now < firstAt + dayMs;
  if (isContested) return stands('vault-contested', firstAt + dayMs, 'vault');
  const { keyId, hint, endAt, held } = promoted;
  const { appId } = scene;
  return act(scene, 'promote', {
    kind: 'promote',
    keyId,
    appId,
    hint,
    endAt,
    held,
    because: 'drift',
  });
}
