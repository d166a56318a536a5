/**
 * Role: what can be done with service principals: make, upsert, change, read, list.
 * Making an application does not make one. Facts: docs/vendors.md#graph-registrations,
 * docs/vendors.md#graph-permissions, docs/vendors.md#entra-tokens.
 */
import {
  collision,
  quotaUsedUp,
  stranger,
  withoutReadRole,
  withoutWriteRole,
} from './directory-gates.ts';
import type { Call, Key, ServicePrincipal, ServicePrincipalPatch } from './directory-objects.ts';
import { noBackingApplication, notFound, Refusal } from './directory-refusal.ts';
import {
  addId,
  applicationsByKey,
  commit,
  type DirectoryStore,
  emptyBin,
  forWriting,
  hold,
  liveNow,
  liveTo,
  principalsByKey,
} from './directory-store.ts';

/** What a caller asks of a service principal that may not exist yet. */
export interface PrincipalRequest {
  appId: string;
  patch: ServicePrincipalPatch;
}

/** POST /servicePrincipals. 400 while the replica does not know the application; 409 if there is one. */
export function createServicePrincipal(
  store: DirectoryStore,
  call: Call,
  { appId, patch }: PrincipalRequest,
): ServicePrincipal | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const key: Key = { by: 'appId', value: appId };
  if (principalsByKey(store, key).some((held) => liveNow(held) !== undefined)) {
    return new Refusal(
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  }
  const [backing] = applicationsByKey(store, key);
  const application = backing === undefined ? undefined : liveTo(call, backing);
  if (backing === undefined || application === undefined || liveNow(backing) === undefined) {
    return noBackingApplication(appId);
  }
  const turnedAway = stranger(call, backing) ?? quotaUsedUp(store, call);
  if (turnedAway !== undefined) return turnedAway;
  const principal: ServicePrincipal = {
    kind: 'service-principal',
    id: store.random.uuid(),
    appId,
    displayName: patch.displayName ?? application.displayName,
    accountEnabled: patch.accountEnabled ?? true,
    tags: patch.tags ?? application.tags,
    notes: patch.notes ?? null,
    createdAt: call.at,
    deletedAt: undefined,
    passwords: [],
  };
  const owners = call.replica === 'latest' ? [] : [call.by.principalId];
  store.principals.set(principal.id, hold(store, call, { value: principal, owners }));
  addId(store.principalIds, appId, principal.id);
  return principal;
}

/** PATCH /servicePrincipals(appId='…') with or without `Prefer: create-if-missing`. */
export function upsertServicePrincipal(
  store: DirectoryStore,
  call: Call,
  request: PrincipalRequest & { createIfMissing: boolean },
): { kind: 'created' | 'updated'; principal: ServicePrincipal } | Refusal {
  emptyBin(store, call.at);
  const key: Key = { by: 'appId', value: request.appId };
  const exists = principalsByKey(store, key).some((held) => liveNow(held) !== undefined);
  if (!exists && request.createIfMissing) {
    const principal = createServicePrincipal(store, call, request);
    return principal instanceof Refusal ? principal : { kind: 'created', principal };
  }
  const principal = patchServicePrincipal(store, call, { key, patch: request.patch });
  return principal instanceof Refusal ? principal : { kind: 'updated', principal };
}

/** PATCH /servicePrincipals/{key}. The caller must own the application and the service principal. */
export function patchServicePrincipal(
  store: DirectoryStore,
  call: Call,
  { key, patch }: { key: Key; patch: ServicePrincipalPatch },
): ServicePrincipal | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = forWriting(call, principalsByKey(store, key), key);
  if (found instanceof Refusal) return found;
  const { held, value } = found;
  const [backing] = applicationsByKey(store, { by: 'appId', value: value.appId });
  const turnedAway =
    stranger(call, held) ??
    (backing === undefined ? undefined : stranger(call, backing)) ??
    collision(store, call, { held, deed: 'other' });
  if (turnedAway !== undefined) return turnedAway;
  const changed: ServicePrincipal = {
    ...value,
    displayName: patch.displayName ?? value.displayName,
    accountEnabled: patch.accountEnabled ?? value.accountEnabled,
    tags: patch.tags ?? value.tags,
    notes: patch.notes === undefined ? value.notes : patch.notes,
  };
  return commit(store, held, { value: changed, at: call.at, kind: 'change' });
}

/** GET /servicePrincipals/{key}, as the call's replica shows it. */
export function readServicePrincipal(
  store: DirectoryStore,
  call: Call,
  key: Key,
): ServicePrincipal | Refusal {
  emptyBin(store, call.at);
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  for (const held of principalsByKey(store, key)) {
    const value = liveTo(call, held);
    if (value !== undefined) return value;
  }
  return notFound(key.value);
}

/** GET /servicePrincipals, oldest first, as the call's replica shows them. */
export function listServicePrincipals(
  store: DirectoryStore,
  call: Call,
): readonly { sequence: number; principal: ServicePrincipal }[] | Refusal {
  emptyBin(store, call.at);
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  return [...store.principals.values()].flatMap((held) => {
    const principal = liveTo(call, held);
    return principal === undefined ? [] : [{ sequence: held.sequence, principal }];
  });
}
