/**
 * The decision: wishes, observation, memory and an instant in; actions and a verdict out. Pure and
 * total (law 11). The list of checks is the product's promise, read from top to bottom.
 */
import type { Action, Plan, Standing } from './action.ts';
import type { Check, Finding } from './finding.ts';
import { freezeEndsBeforeMs, lastResortMs, secondMs } from './limits.ts';
import { meaningOf } from './reason.ts';
import { nextFullLookAt } from './schedule.ts';
import { sceneOf, type PlanInput, type Scene } from './scene.ts';
import { connectorDown, servingUnproven, timeShort } from './checks/alarm.ts';
import { connectorDiffers } from './checks/connector.ts';
import { grantsWorse } from './checks/confirm.ts';
import {
  betterCredentialWaits,
  credentialByOthers,
  credentialDue,
  credentialUnproven,
} from './checks/credential.ts';
import { addInDoubt, intentWithoutOutcome, versionOfLostAnswer } from './checks/interrupted.ts';
import {
  foreignListItem,
  legacyPermissionLeft,
  registrationDrifted,
  registrationMissing,
  registrationUnknownToChain,
  servicePrincipalMissing,
} from './checks/registration.ts';
import { orderFulfilled } from './checks/orders.ts';
import { credentialToRemove, removedSecretReadable } from './checks/removal.ts';
import { secretMissing, versionByHand } from './checks/vault.ts';
import { earliestServingEndAt, isBroken } from './urgency.ts';

export type { PlanInput } from './scene.ts';

/** In the order in which they are carried out; what cannot be seen stops only what depends on it. */
const checks: readonly Check[] = [
  addInDoubt,
  versionOfLostAnswer,
  registrationMissing,
  registrationUnknownToChain,
  registrationDrifted,
  legacyPermissionLeft,
  foreignListItem,
  servicePrincipalMissing,
  secretMissing,
  credentialByOthers,
  credentialUnproven,
  versionByHand,
  betterCredentialWaits,
  connectorDiffers,
  grantsWorse,
  credentialToRemove,
  removedSecretReadable,
  credentialDue,
  orderFulfilled,
  connectorDown,
  timeShort,
  servingUnproven,
];

/** What to do now, what stands in the way, and when to look again. */
export function plan(input: PlanInput): Plan {
  const scene = sceneOf(input);
  const interrupted = intentWithoutOutcome(scene);
  const findings = interrupted.length > 0 ? interrupted : checks.flatMap((check) => check(scene));
  return verdict(scene, thawed(scene, findings));
}

/**
 * A freeze holds back every write, until 14 days before the serving credential ends; never where a
 * connector is down already, or a credential has leaked.
 */
function thawed(scene: Scene, findings: readonly Finding[]): readonly Finding[] {
  const { freezeUntilAt } = scene.memory;
  const servingEndAt = earliestServingEndAt(scene);
  const untilAt = Math.min(
    freezeUntilAt ?? 0,
    servingEndAt === undefined ? Number.POSITIVE_INFINITY : servingEndAt - freezeEndsBeforeMs,
  );
  if (freezeUntilAt === undefined || scene.now >= untilAt || isBroken(scene)) return findings;
  const kept = findings.filter((finding) => finding.kind !== 'act');
  return [{ kind: 'wait', reason: 'frozen', untilAt }, ...kept];
}

function verdict(scene: Scene, findings: readonly Finding[]): Plan {
  const entries = findings.flatMap((one) => (one.kind === 'note' ? [one.entry] : []));
  const wanted = findings.flatMap((one) => (one.kind === 'act' ? [one.action] : []));
  // Notes change the memory that the rest was planned from: write them, then plan anew.
  const actions: readonly Action[] = entries.length > 0 ? [{ kind: 'note', entries }] : wanted;
  const standing = standingOf(findings, wanted);
  const reason = standing[0]?.reason ?? 'settled';
  return {
    actions,
    state: meaningOf(reason).state,
    reason,
    standing,
    nextLookAt: nextLookAt(scene, findings),
  };
}

/** People first, then what is awaited, then what is merely worth telling. */
function standingOf(findings: readonly Finding[], wanted: readonly Action[]): readonly Standing[] {
  const pick = (kind: 'person' | 'wait' | 'remark'): readonly Standing[] =>
    findings.flatMap((one) => {
      if (one.kind !== kind) return [];
      return [
        { reason: one.reason, ...(one.subject === undefined ? {} : { subject: one.subject }) },
      ];
    });
  const unfinished: readonly Standing[] = wanted.length > 0 ? [{ reason: 'working' }] : [];
  const all = [...pick('person'), ...pick('wait'), ...unfinished, ...pick('remark')];
  return all.filter(isFirst);
}

function isFirst(one: Standing, index: number, all: readonly Standing[]): boolean {
  return (
    all.findIndex((other) => other.reason === one.reason && other.subject === one.subject) === index
  );
}

function nextLookAt(scene: Scene, findings: readonly Finding[]): number {
  const instants = findings.flatMap((one) => {
    if (one.kind === 'wait') return [one.untilAt];
    return one.kind === 'look' ? [one.at] : [];
  });
  const servingEndAt = earliestServingEndAt(scene);
  const ahead = [
    ...instants,
    ...(servingEndAt === undefined ? [] : [servingEndAt - lastResortMs, servingEndAt]),
    nextFullLookAt(scene.now, scene.desired.key),
  ].filter((at) => at > scene.now);
  return Math.max(scene.now + secondMs, Math.min(...ahead));
}
