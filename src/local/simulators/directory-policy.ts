/**
 * Role: application management policies: what a tenant's administrators allow of client secrets.
 * They bite when a secret is added, never at existing ones. Facts: docs/vendors.md#graph-policies.
 */
import type { Application, Password, ServicePrincipal } from './directory-objects.ts';
import { Refusal } from './directory-refusal.ts';

/** One restriction; `state` defaults to enabled. */
export interface PasswordRestriction {
  restrictionType: 'passwordAddition' | 'customPasswordAddition' | 'passwordLifetime';
  state?: 'enabled' | 'disabled';
  /** ISO 8601 duration, for passwordLifetime. */
  maxLifetime?: string | null;
  /** ISO 8601 instant: older applications are exempt. */
  restrictForAppsCreatedAfterDateTime?: string | null;
}

/** Restrictions of one kind of object. */
export interface CredentialRestrictions {
  passwordCredentials: readonly PasswordRestriction[];
  keyCredentials: readonly Record<string, unknown>[];
}

/** `GET /policies/defaultAppManagementPolicy`. */
export interface DefaultAppManagementPolicy {
  id: string;
  displayName: string;
  description: string;
  isEnabled: boolean;
  applicationRestrictions: CredentialRestrictions;
  servicePrincipalRestrictions: CredentialRestrictions;
}

/** A policy assigned to one application; it stands in place of the default. */
export interface AppManagementPolicy {
  id: string;
  displayName: string;
  description: string;
  isEnabled: boolean;
  restrictions: CredentialRestrictions;
}

const DAY_MS = 86_400_000;
const NOTHING_RESTRICTED: CredentialRestrictions = { passwordCredentials: [], keyCredentials: [] };

/** What a tenant has before anyone sets a policy. */
export const NO_POLICY: DefaultAppManagementPolicy = {
  id: '00000000-0000-0000-0000-000000000000',
  displayName: 'Default app management tenant policy',
  description:
    'Default tenant policy that enforces app management restrictions on applications and service principals.',
  isEnabled: false,
  applicationRestrictions: NOTHING_RESTRICTED,
  servicePrincipalRestrictions: NOTHING_RESTRICTED,
};

/** The policies that bear on one object. */
export interface PoliciesInForce {
  byDefault: DefaultAppManagementPolicy;
  assigned: AppManagementPolicy | undefined;
}

/** Refuses a new secret that a policy forbids or finds too long. */
export function forbiddenByPolicy(
  owner: Application | ServicePrincipal,
  password: Password,
  { byDefault, assigned }: PoliciesInForce,
): Refusal | undefined {
  const policy = assigned ?? byDefault;
  if (!policy.isEnabled) return undefined;
  for (const restriction of restrictionsOn(owner, policy).passwordCredentials) {
    if (!isInForce(restriction, owner.createdAt)) continue;
    if (restriction.restrictionType === 'passwordAddition') return typeForbidden(policy.id);
    if (isTooLong(restriction, password)) return tooLong(policy.id);
  }
  return undefined;
}

function restrictionsOn(
  owner: Application | ServicePrincipal,
  policy: AppManagementPolicy | DefaultAppManagementPolicy,
): CredentialRestrictions {
  if ('restrictions' in policy) return policy.restrictions;
  return owner.kind === 'application'
    ? policy.applicationRestrictions
    : policy.servicePrincipalRestrictions;
}

function isInForce(restriction: PasswordRestriction, createdAt: number): boolean {
  if (restriction.state === 'disabled') return false;
  const since = restriction.restrictForAppsCreatedAfterDateTime;
  return since === null || since === undefined || createdAt >= Date.parse(since);
}

function isTooLong(restriction: PasswordRestriction, password: Password): boolean {
  if (restriction.restrictionType !== 'passwordLifetime') return false;
  if (restriction.maxLifetime === null || restriction.maxLifetime === undefined) return false;
  return password.endAt - password.startAt > durationMs(restriction.maxLifetime);
}

function typeForbidden(policyId: string): Refusal {
  return new Refusal(
    400,
    'CredentialTypeNotAllowedAsPerAppPolicy',
    `Credential type not allowed as per assigned policy '${policyId}'.`,
  );
}

function tooLong(policyId: string): Refusal {
  const message = `Credential lifetime exceeds the max value allowed as per assigned policy '${policyId}'.`;
  return new Refusal(400, 'CredentialInvalidLifetimeAsPerAppPolicy', message, {
    details: [{ code: 'InvalidKeyEndDate', message, target: 'EndDate' }],
  });
}

/**
 * Milliseconds of an ISO 8601 duration; a year is 365 days and a month 30, as .NET reads them.
 * Throws on text that is no duration, as a policy is set by hand.
 */
function durationMs(text: string): number {
  const match =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/u.exec(
      text,
    );
  if (match === null || text.endsWith('P') || text.endsWith('T')) {
    throw new SyntaxError(`Cannot read "${text}": not an ISO 8601 duration`);
  }
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number, number, number];
  const wholeDays = years * 365 + months * 30 + weeks * 7 + days;
  return wholeDays * DAY_MS + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000;
}
