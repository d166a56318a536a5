/** What a reader is told of one registration. No secret, no free text from outside. */
import type { Plan, Standing } from './action.ts';
import type { Reason, State } from './reason.ts';
import { holdingOf, sceneOf, type PlanInput } from './scene.ts';
import { dueAt } from './schedule.ts';
import { promotedCredential, targetCredential } from './target.ts';

export interface CredentialStatus {
  readonly keyId: string;
  readonly expiresAt: number;
  readonly role: 'serving' | 'next' | 'old' | 'foreign';
  readonly place: 'application' | 'service-principal';
}

export interface ConnectorStatus {
  readonly id: string;
  /** The client id that Keeper last pushed, or that Nylas shows. */
  readonly clientId: string | null;
  /** The credential that it certainly holds. */
  readonly keyId: string | null;
  readonly switchedAt: number | null;
  readonly grants: { readonly total: number; readonly invalid: number } | null;
}

export interface RegistrationStatus {
  readonly id: string;
  readonly state: State;
  readonly reason: Reason;
  /** Since when state and reason are these, as far as passes have seen. */
  readonly sinceAt?: number;
  readonly standing: readonly Standing[];
  readonly appId: string | null;
  /** The credential that connectors should hold now. */
  readonly credential: {
    readonly keyId: string;
    readonly expiresAt: number;
    /** From when on it is renewed. */
    readonly renewsAt?: number;
  } | null;
  readonly credentials: readonly CredentialStatus[];
  readonly connectors: readonly ConnectorStatus[];
  /** A person asked Keeper to change nothing until then. */
  readonly frozenUntilAt?: number;
  readonly lookedAt: number;
  readonly nextLookAt: number;
}

/** The status with its age: unchanged since the one before, or new. */
export function agedStatus(
  status: RegistrationStatus,
  before: RegistrationStatus | undefined,
): RegistrationStatus {
  const isSame = before?.state === status.state && before.reason === status.reason;
  return { ...status, sinceAt: isSame ? (before.sinceAt ?? before.lookedAt) : status.lookedAt };
}

/** The view of one registration after a pass. */
export function statusOf(input: PlanInput, plan: Plan): RegistrationStatus {
  const scene = sceneOf(input);
  const target = targetCredential(scene) ?? promotedCredential(scene);
  const credentials = scene.credentials
    .filter((one) => one.listed)
    .map((one): CredentialStatus => {
      const { keyId, endAt, place } = one;
      return { keyId, expiresAt: endAt, place, role: roleOf(one, target?.keyId) };
    });
  const connectors = scene.desired.connectors.map((connector): ConnectorStatus => {
    const holding = holdingOf(scene.memory, connector.id);
    const view = scene.observed.connectors[connector.id];
    const clean = scene.memory.connectors[connector.id]?.clean;
    const shown = view?.connector.kind === 'known' ? view.connector.value.clientId : undefined;
    const grants = view?.grants.kind === 'known' ? view.grants.value : undefined;
    return {
      id: connector.id,
      clientId: shown ?? clean?.appId ?? null,
      keyId: holding.kind === 'certain' ? holding.keyId : null,
      switchedAt: clean?.doneAt ?? null,
      grants: grants ? { total: grants.total, invalid: grants.invalid } : null,
    };
  });
  const frozenUntilAt = scene.memory.freezeUntilAt;
  return {
    id: scene.desired.id,
    state: plan.state,
    reason: plan.reason,
    standing: plan.standing,
    appId: scene.appId ?? null,
    credential: target
      ? {
          keyId: target.keyId,
          expiresAt: target.endAt,
          renewsAt: dueAt(target, scene.desired.renewBeforeDays),
        }
      : null,
    credentials,
    connectors,
    ...(frozenUntilAt !== undefined && frozenUntilAt > scene.now ? { frozenUntilAt } : {}),
    lookedAt: scene.now,
    nextLookAt: plan.nextLookAt,
  };
}

function roleOf(
  credential: { readonly keyId: string; readonly memory?: { readonly promotedAt?: number } },
  target: string | undefined,
): CredentialStatus['role'] {
  if (credential.keyId === target) return 'serving';
  if (!credential.memory) return 'foreign';
  return credential.memory.promotedAt === undefined ? 'next' : 'old';
}
