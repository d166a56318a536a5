/**
 * The tenant's application management policy, as far as it bears on client secrets
 * (docs/vendors.md#graph-policies).
 */
import { z } from 'zod';
import { failure, success, type Result } from '../core/fault.ts';
import type { SecretPolicy } from '../reconcile/world.ts';
import { malformed } from './fault.ts';
import type { GraphSender } from './graph-send.ts';
import { readBody } from './read-body.ts';

const restriction = z.object({
  restrictionType: z.string().max(100),
  state: z.string().max(100).nullish(),
  maxLifetime: z.string().max(100).nullish(),
  restrictForAppsCreatedAfterDateTime: z.string().max(40).nullish(),
});

type Restriction = z.infer<typeof restriction>;

const restrictions = z
  .object({ passwordCredentials: z.array(restriction).max(100).nullish() })
  .nullish();

const assignedPolicies = z.object({
  value: z.array(z.object({ isEnabled: z.boolean().nullish(), restrictions })).max(100),
});

const defaultPolicy = z.object({
  isEnabled: z.boolean().nullish(),
  applicationRestrictions: restrictions,
});

const created = z.object({ createdDateTime: z.string().max(40) });

const day = 86_400_000;

/**
 * What holds for one application: the policy assigned to it, else the tenant's default. Needs
 * `Policy.Read.All`; without it the answer is `denied`.
 */
export async function readPolicy(
  sender: GraphSender,
  objectId: string,
): Promise<Result<SecretPolicy>> {
  const path = `/applications/${encodeURIComponent(objectId)}`;
  const inForce = await readRestrictions(sender, path);
  if (!inForce.ok) return inForce;
  const relevant = inForce.value.filter(
    (one) =>
      one.state !== 'disabled' &&
      (one.restrictionType === 'passwordAddition' || one.restrictionType === 'passwordLifetime'),
  );
  const isDated = relevant.some(
    (one) => typeof one.restrictForAppsCreatedAfterDateTime === 'string',
  );
  const createdAt = isDated ? await readCreation(sender, path) : success(0);
  if (!createdAt.ok) return createdAt;
  return policyOf(relevant.filter((one) => bearsOn(one, createdAt.value)));
}

async function readRestrictions(
  sender: GraphSender,
  path: string,
): Promise<Result<readonly Restriction[]>> {
  const reply = await sender.read(`${path}/appManagementPolicies`);
  if (!reply.ok) return reply;
  const assigned = readBody('graph', reply.value, assignedPolicies);
  if (!assigned.ok) return assigned;
  const own = assigned.value.value[0];
  if (own !== undefined) {
    return success(own.isEnabled === false ? [] : (own.restrictions?.passwordCredentials ?? []));
  }
  const fallback = await sender.read('/policies/defaultAppManagementPolicy');
  if (!fallback.ok) return fallback;
  const policy = readBody('graph', fallback.value, defaultPolicy);
  if (!policy.ok) return policy;
  const { isEnabled, applicationRestrictions } = policy.value;
  return success(isEnabled === true ? (applicationRestrictions?.passwordCredentials ?? []) : []);
}

async function readCreation(sender: GraphSender, path: string): Promise<Result<number>> {
  const reply = await sender.read(`${path}?$select=id,createdDateTime`);
  if (!reply.ok) return reply;
  const body = readBody('graph', reply.value, created);
  if (!body.ok) return body;
  const at = Date.parse(body.value.createdDateTime);
  return Number.isFinite(at) ? success(at) : failure(malformed('graph', { code: 'instant' }));
}

/** A restriction can spare applications that are older than it. An unreadable date spares none. */
function bearsOn(
  { restrictForAppsCreatedAfterDateTime: since }: Restriction,
  createdAt: number,
): boolean {
  const sinceAt = Date.parse(since ?? '');
  return !Number.isFinite(sinceAt) || createdAt >= sinceAt;
}

function policyOf(inForce: readonly Restriction[]): Result<SecretPolicy> {
  const forbidden = inForce.some((one) => one.restrictionType === 'passwordAddition');
  const caps: number[] = [];
  for (const one of inForce) {
    if (one.restrictionType !== 'passwordLifetime') continue;
    const ms = durationMs(one.maxLifetime ?? '');
    if (ms === undefined) return failure(malformed('graph', { code: 'duration' }));
    caps.push(ms);
  }
  return success(
    caps.length === 0 ? { forbidden } : { forbidden, maxLifetimeMs: Math.min(...caps) },
  );
}

/**
 * An ISO 8601 duration such as `P90D` or `P4DT12H30M5S` in milliseconds; a month counts 28 days and
 * a year 365, the shortest that they can be. `undefined` when it is none.
 */
export function durationMs(text: string): number | undefined {
  const form =
    /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d{1,9})?S)?)?$/;
  const match = form.exec(text);
  if (match === null || match.slice(1).every((part) => part === undefined)) return undefined;
  const units = [365 * day, 28 * day, 7 * day, day, 3_600_000, 60_000, 1_000];
  return units.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}
