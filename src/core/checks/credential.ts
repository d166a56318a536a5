/** The life of a credential from issue to promotion. */
import { act, noteOnce, note, stands, unseen, type Finding } from '../finding.ts';
import type { Cause } from '../entry.ts';
import {
  abandonAfterMs,
  abandonRefusals,
  abandonedRestMs,
  dayMs,
  hourMs,
  lifetimeCapMs,
  maxAbandonments,
  personalSlots,
  pushDoubtMs,
} from '../limits.ts';
import { valueOf } from '../observed.ts';
import { dueAt, lifetimeDays, worthwhileAt } from '../schedule.ts';
import { isProven, servingCredentials, type Credential, type Scene } from '../scene.ts';
import { nextToPromote, promotedCredential, storedCredentials } from '../target.ts';
import { isUrgent, settledAtOf } from '../urgency.ts';
import { isSecretLost } from './vault.ts';
import { isTakeOverAhead } from './vault.ts';

/** Credentials that Keeper did not make, and ours that vanished: told on the day they are seen. */
export function credentialByOthers(scene: Scene): readonly Finding[] {
  if (!scene.registration) return [];
  return scene.credentials.flatMap((one): readonly Finding[] => {
    if (!one.memory) {
      const { keyId, endAt } = one;
      if (isParked(scene)) return [];
      return noteOnce(scene, keyId, { what: 'foreign-credential', keyId, endAt });
    }
    const { keyId, memory } = one;
    if (one.listed && memory.removedWhy === 'by-hand') {
      return [note({ what: 'credential-back', keyId })];
    }
    if (one.listed || memory.removedAt !== undefined) return [];
    return [note({ what: 'credential-gone', keyId })];
  });
}

function isParked(scene: Scene): boolean {
  return scene.memory.parked.length > 0;
}

/** The one credential of ours that is on its way: neither proven, nor serving, nor given up. */
function unprovenCredential(scene: Scene): Credential | undefined {
  return scene.credentials.find(
    (one) =>
      one.memory?.origin === 'issued' &&
      !isProven(one) &&
      one.memory.promotedAt === undefined &&
      one.listed &&
      !one.ended &&
      !one.memory.pushed,
  );
}

/** A stored credential of ours is not proven yet, or not again after its rest. */
export function credentialUnproven(scene: Scene): readonly Finding[] {
  return storedCredentials(scene).flatMap((one): readonly Finding[] => {
    const { memory, held } = one;
    if (!memory || !held || scene.appId === undefined) return [];
    if (memory.promotedAt !== undefined || memory.origin === 'taken-over') return [];
    if (isGivenUp(one, scene.now)) return [];
    const settledAt = settledAtOf(scene, one);
    const provedAt = isProven(one) ? memory.provedAt : undefined;
    const fresh = provedAt !== undefined && (scene.now < settledAt || provedAt >= settledAt);
    if (fresh) return [];
    const { keyId, hint } = one;
    const { appId } = scene;
    return [
      ...neverAccepted(scene, one),
      ...act(scene, `prove:${keyId}`, { kind: 'prove', keyId, appId, hint, held }),
    ];
  });
}

/** Entra answers, but neither accepts nor refuses it: a day of that is for a person. */
function neverAccepted(scene: Scene, one: Credential): readonly Finding[] {
  const { memory, keyId } = one;
  if (!memory || isProven(one) || scene.now < memory.addedAt + dayMs) return [];
  const wait = scene.memory.waits[`prove:${keyId}`];
  return wait?.reason === 'not-accepted-yet' ? stands('never-accepted', wait.untilAt, keyId) : [];
}

/** Refused so long and so often that it was never any good; it must not have served. */
export function isGivenUp(credential: Credential, now: number): boolean {
  const { memory } = credential;
  return (
    memory !== undefined &&
    !isProven(credential) &&
    !memory.pushed &&
    memory.refusals >= abandonRefusals &&
    now >= memory.addedAt + abandonAfterMs
  );
}

/** A proven credential is better than the current one: rest it, then make it current. */
export function betterCredentialWaits(scene: Scene): readonly Finding[] {
  const next = nextToPromote(scene);
  if (next?.held && scene.appId !== undefined) {
    const because: Cause = isUrgent(scene) ? 'dead' : 'rotation';
    const { keyId, hint, endAt, held } = next;
    const { appId } = scene;
    return (
      promotionBlocked(scene) ??
      act(scene, 'promote', { kind: 'promote', keyId, appId, hint, endAt, held, because })
    );
  }
  const promoted = promotedCredential(scene);
  return storedCredentials(scene).flatMap((one) => {
    if (one.keyId === promoted?.keyId || !isProven(one)) return [];
    if (promoted && one.endAt <= promoted.endAt) return [];
    const settledAt = settledAtOf(scene, one);
    return settledAt > scene.now ? stands('settling', settledAt) : [];
  });
}

/** A promotion whose end is not known must have had its time first. */
function promotionBlocked(scene: Scene): readonly Finding[] | undefined {
  const { current } = scene.observed;
  if (current.kind === 'unknown') return unseen(scene, current.fault);
  if (isSecretLost(scene) || isNameDeleted(scene)) {
    return stands('secret-lost', scene.now + hourMs);
  }
  const doubt = scene.memory.promoteDoubt;
  if (doubt && scene.now < doubt.at + pushDoubtMs) {
    return stands('backing-off', doubt.at + pushDoubtMs);
  }
  return undefined;
}

/** Its name is among the vault's deleted secrets: every write to it is refused until it is recovered. */
function isNameDeleted(scene: Scene): boolean {
  return valueOf(scene.observed.deletedSecrets)?.includes(scene.desired.secret.name) ?? false;
}

/** No good credential, or the good one is due: issue a new one, if nothing stands in the way. */
export function credentialDue(scene: Scene): readonly Finding[] {
  if (!scene.registration || scene.observed.servicePrincipal.kind !== 'known') return [];
  const lead = leadCredential(scene);
  const cause = causeToIssue(scene, lead);
  if (typeof cause === 'number') return [{ kind: 'look', at: cause }];
  const blocked = issueBlocked(scene);
  if (blocked) return blocked;
  const days = daysToAskFor(scene);
  const endAt = Math.floor((scene.now + days * dayMs) / 1000) * 1000;
  const { objectId, appId } = scene.registration;
  return act(scene, 'issue', { kind: 'issue', objectId, appId, endAt, because: cause });
}

/** The wish, or what a policy was found to allow not long ago. */
function daysToAskFor(scene: Scene): number {
  const { lifetimeCap } = scene.memory;
  const isFresh = lifetimeCap !== undefined && scene.now < lifetimeCap.at + lifetimeCapMs;
  return lifetimeDays(scene.desired.lifetimeDays, isFresh ? lifetimeCap.days : undefined);
}

/** The proven (or promoted) credential that ends last, resting or not. */
function leadCredential(scene: Scene): Credential | undefined {
  return storedCredentials(scene).find(isProven);
}

/** Why to issue now, or the instant at which there will be a reason. */
function causeToIssue(scene: Scene, lead: Credential | undefined): Cause | number {
  const leaked = scene.credentials.some((one) => one.compromised && one.live);
  if (!lead) return leaked ? 'compromised' : 'first';
  if (isRotationOrdered(scene, lead)) return 'ordered';
  const { renewBeforeDays } = scene.desired;
  const due = dueAt(lead, renewBeforeDays);
  if (scene.now < due) return due;
  const days = daysToAskFor(scene);
  const lastEndAt = Math.max(lead.endAt, ...servingCredentials(scene).map((one) => one.endAt));
  const worthwhile = worthwhileAt(lastEndAt, days * dayMs, renewBeforeDays);
  return scene.now < worthwhile ? worthwhile : 'due';
}

function isRotationOrdered(scene: Scene, lead: Credential): boolean {
  const isOrdered = scene.memory.orders.some(
    (order) => order.body.kind === 'rotate' && (lead.memory?.addedAt ?? 0) < order.at,
  );
  return isOrdered && !wouldEndTooEarly(scene);
}

/** A new credential would end before one that serves: nobody could be switched to it (law 1). */
export function wouldEndTooEarly(scene: Scene): boolean {
  const endAt = scene.now + daysToAskFor(scene) * dayMs;
  return servingCredentials(scene).some((one) => !one.compromised && one.endAt >= endAt);
}

/** What must be in order before a credential may be added. */
function issueBlocked(scene: Scene): readonly Finding[] | undefined {
  const { observed, memory, now, desired } = scene;
  if (memory.parked.length > 0) return []; // Told by `addInDoubt`.
  if (observed.current.kind === 'unknown') return unseen(scene, observed.current.fault);
  if (observed.pending.kind === 'unknown') return unseen(scene, observed.pending.fault);
  if (observed.deletedSecrets.kind === 'unknown')
    return unseen(scene, observed.deletedSecrets.fault);
  if ((valueOf(observed.deletedSecrets) ?? []).length > 0) {
    return stands('secret-lost', now + hourMs, desired.secret.name);
  }
  if (isSecretLost(scene)) return stands('secret-lost', now + hourMs);
  if (unprovenCredential(scene)) return []; // Told where it is proven, or removed.
  const { store } = memory.waits;
  if (store && now < store.untilAt) return stands(store.reason, store.untilAt, 'store');
  if (isTakeOverAhead(scene)) return [];
  if (memory.abandonments >= maxAbandonments) {
    const againAt = (memory.abandonedAt ?? 0) + abandonedRestMs;
    if (now < againAt) return stands('never-accepted', againAt);
  }
  if (scene.personal && takenSlots(scene) >= personalSlots) return slotsFull(scene);
  return undefined;
}

/** Secrets that count against the limit of two; ended ones do while they are listed. */
function takenSlots(scene: Scene): number {
  return scene.credentials.filter((one) => one.place === 'application' && one.listed).length;
}

/** Both slots are taken: something of ours will go, or a person must choose. */
function slotsFull(scene: Scene): readonly Finding[] {
  const ours = scene.credentials.filter((one) => one.memory && one.listed);
  const ending = ours.filter((one) => one.memory?.promotedAt !== undefined).map((one) => one.endAt);
  if (ours.length === 0 || ending.length === 0) return stands('slots-full', scene.now + hourMs);
  // Ours that may still serve leave by themselves when they end; a person can be quicker.
  const nextEndAt = Math.min(...ending);
  const margin = 7 * dayMs;
  const lead = leadCredential(scene);
  // Who has ordered a rotation does not want to wait for months.
  const isWaiting = lead !== undefined && !isRotationOrdered(scene, lead);
  if (isWaiting && nextEndAt < lead.endAt && lead.endAt - nextEndAt > margin) {
    return stands('old-credential-ending', nextEndAt);
  }
  return stands('slots-full', scene.now + hourMs);
}

/** True when a credential is wanted now and only the slots stand in its way. */
export function needsSlot(scene: Scene): boolean {
  if (!scene.registration || !scene.personal || takenSlots(scene) < personalSlots) return false;
  if (scene.memory.parked.length > 0 || unprovenCredential(scene)) return false;
  return typeof causeToIssue(scene, leadCredential(scene)) !== 'number';
}
