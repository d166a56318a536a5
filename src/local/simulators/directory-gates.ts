/**
 * Role: what stands between a caller and a write: roles, ownership, a consumer directory that
 * lags, collisions, quotas. Each gate is named for what it turns away, and answers with a refusal
 * or with nothing. A person in the portal (`replica: 'latest'`) meets only the lasting ones.
 */
import type { Application, Call, GraphRole, ServicePrincipal } from './directory-objects.ts';
import { admitsPersonalAccounts } from './directory-objects.ts';
import {
  concurrentWrite,
  consumerSideMissing,
  denied,
  quotaExceeded,
  type Refusal,
} from './directory-refusal.ts';
import { countedFor, type DirectoryStore, type Held, shownTo } from './directory-store.ts';

const COLLISION_RETRY_SECONDS = 5;

/** True when the caller has one of the roles. */
export function hasRole(call: Call, ...roles: readonly GraphRole[]): boolean {
  return call.by.roles.some((role) => roles.includes(role));
}

/** Turns away callers who may not read applications. OwnedBy may read and list all of them. */
export function withoutReadRole(call: Call): Refusal | undefined {
  const allowed = hasRole(
    call,
    'Application.Read.All',
    'Application.ReadWrite.All',
    'Application.ReadWrite.OwnedBy',
    'Directory.Read.All',
  );
  return allowed ? undefined : denied();
}

/** Turns away callers who may not make or change anything. */
export function withoutWriteRole(call: Call): Refusal | undefined {
  const allowed = hasRole(call, 'Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy');
  return allowed ? undefined : denied();
}

/** Turns away callers who may not read policies. */
export function withoutPolicyRole(call: Call): Refusal | undefined {
  return hasRole(call, 'Policy.Read.All') ? undefined : denied();
}

/** Turns away those who may change only their own objects, and do not own this one (yet). */
export function stranger(
  call: Call,
  held: Held<Application> | Held<ServicePrincipal>,
): Refusal | undefined {
  if (hasRole(call, 'Application.ReadWrite.All')) return undefined;
  if (!hasRole(call, 'Application.ReadWrite.OwnedBy')) return denied();
  const owners = shownTo(call, held.owners) ?? [];
  return owners.includes(call.by.principalId) ? undefined : denied();
}

/** Turns away some writes on a new application that the consumer directory does not have yet. */
export function consumerSideLagging(
  store: DirectoryStore,
  call: Call,
  { held, value }: { held: Held<Application>; value: Application },
): Refusal | undefined {
  if (call.replica === 'latest' || call.at >= held.consumerReadyAt) return undefined;
  if (!admitsPersonalAccounts(value.signInAudience)) return undefined;
  return store.random.chance(store.options.consumerRefusalChance)
    ? consumerSideMissing()
    : undefined;
}

/** Turns away some writes that come close after another one on the same object. */
export function collision(
  store: DirectoryStore,
  call: Call,
  { held, deed }: { held: Held<Application> | Held<ServicePrincipal>; deed: 'add' | 'other' },
): Refusal | undefined {
  const { concurrencyWindowMs, concurrencyChance, concurrencyAs503Chance } = store.options;
  if (call.replica === 'latest' || held.lastWriteAt === undefined) return undefined;
  if (call.at - held.lastWriteAt >= concurrencyWindowMs) return undefined;
  if (!store.random.chance(concurrencyChance)) return undefined;
  const as503 = deed === 'add' && store.random.chance(concurrencyAs503Chance);
  const saysWhen = store.random.chance(0.5);
  return concurrentWrite(as503 ? 503 : 409, saysWhen ? COLLISION_RETRY_SECONDS : undefined);
}

/** Turns away the maker of too many objects, and a tenant that is full. */
export function quotaUsedUp(store: DirectoryStore, call: Call): Refusal | undefined {
  const { createdObjectQuota, tenantObjectQuota } = store.options;
  if (store.applications.size + store.principals.size >= tenantObjectQuota) {
    return quotaExceeded('Tenant');
  }
  if (call.replica === 'latest') return undefined;
  const counted = countedFor(store, call.by.principalId, call.at);
  return counted >= createdObjectQuota ? quotaExceeded('Principal') : undefined;
}
