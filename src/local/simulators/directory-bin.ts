/**
 * Role: deleting, restoring, and owners. Deleted objects lie in the bin for 30 days, keep their
 * names taken, and come back with their secrets. Restoring an application through the API leaves
 * its service principal in the bin, the portal restores both.
 * Facts: docs/vendors.md#graph-registrations, docs/vendors.md#graph-permissions.
 */
import {
  collision,
  hasRole,
  stranger,
  withoutReadRole,
  withoutWriteRole,
} from './directory-gates.ts';
import type { Application, Call, Key, ServicePrincipal } from './directory-objects.ts';
import { denied, notFound, Refusal } from './directory-refusal.ts';
import {
  applicationsByKey,
  commit,
  type DirectoryStore,
  emptyBin,
  forWriting,
  type Held,
  liveNow,
  liveTo,
  principalsByKey,
  purge,
  shownTo,
} from './directory-store.ts';

/** DELETE /applications/{key}: into the bin, with its service principal. */
export function deleteApplication(
  store: DirectoryStore,
  call: Call,
  key: Key,
): Application | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = forWriting(call, applicationsByKey(store, key), key);
  if (found instanceof Refusal) return found;
  const turnedAway =
    stranger(call, found.held) ?? collision(store, call, { held: found.held, deed: 'other' });
  if (turnedAway !== undefined) return turnedAway;
  for (const held of principalsByKey(store, { by: 'appId', value: found.value.appId })) {
    const value = liveNow(held);
    if (value !== undefined) bin(store, call, { held, value });
  }
  return bin(store, call, found);
}

/** DELETE /servicePrincipals/{key}: into the bin. */
export function deleteServicePrincipal(
  store: DirectoryStore,
  call: Call,
  key: Key,
): ServicePrincipal | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = forWriting(call, principalsByKey(store, key), key);
  if (found instanceof Refusal) return found;
  return stranger(call, found.held) ?? bin(store, call, found);
}

function bin<T extends Application | ServicePrincipal>(
  store: DirectoryStore,
  call: Call,
  { held, value }: { held: Held<T>; value: T },
): T {
  store.binnedAt.set(held.id, call.at);
  return commit(store, held, {
    value: { ...value, deletedAt: call.at },
    at: call.at,
    kind: 'removal',
  });
}

/** GET /directory/deletedItems of one kind, as the call's replica shows them. */
export function listBin(
  store: DirectoryStore,
  call: Call,
): readonly (Application | ServicePrincipal)[] | Refusal {
  emptyBin(store, call.at);
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  return [...store.applications.values(), ...store.principals.values()].flatMap((held) => {
    const value = shownTo<Application | ServicePrincipal>(call, held.shown);
    return value?.deletedAt === undefined ? [] : [value];
  });
}

/** POST /directory/deletedItems/{id}/restore: back as it was, old secrets included. */
export function restoreFromBin(
  store: DirectoryStore,
  call: Call,
  id: string,
): Application | ServicePrincipal | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const application = store.applications.get(id);
  const principal = store.principals.get(id);
  const held = application ?? principal;
  if (held === undefined || held.shown.latest()?.deletedAt === undefined) return notFound(id);
  const notMine = stranger(call, held);
  if (notMine !== undefined) return notMine;
  store.binnedAt.delete(id);
  const back = { deletedAt: undefined };
  const { at } = call;
  if (application !== undefined) {
    const value = { ...application.shown.latest()!, ...back };
    return commit(store, application, { value, at, kind: 'change' });
  }
  const value = { ...principal!.shown.latest()!, ...back };
  return commit(store, principal!, { value, at, kind: 'change' });
}

/** DELETE /directory/deletedItems/{id}: gone for good, the name is free. */
export function purgeFromBin(store: DirectoryStore, call: Call, id: string): undefined | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const held = store.applications.get(id) ?? store.principals.get(id);
  if (held === undefined || !store.binnedAt.has(id)) return notFound(id);
  const notMine = stranger(call, held);
  if (notMine !== undefined) return notMine;
  purge(store, id, call.at);
  return undefined;
}

/** GET …/owners: object ids, as the call's replica shows them. */
export function readOwners(
  call: Call,
  held: Held<Application> | Held<ServicePrincipal> | undefined,
): readonly string[] | Refusal {
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  if (held === undefined || liveTo<Application | ServicePrincipal>(call, held) === undefined) {
    return notFound(held?.id ?? 'unknown');
  }
  return shownTo(call, held.owners) ?? [];
}

/** POST …/owners/$ref and DELETE …/owners/{id}/$ref: OwnedBy is not enough. */
export function changeOwners(
  store: DirectoryStore,
  call: Call,
  change: {
    held: Held<Application> | Held<ServicePrincipal> | undefined;
    ownerId: string;
    deed: 'add' | 'remove';
  },
): undefined | Refusal {
  if (!hasRole(call, 'Application.ReadWrite.All')) return denied();
  const { held, ownerId, deed } = change;
  if (held === undefined || liveNow<Application | ServicePrincipal>(held) === undefined) {
    return notFound(held?.id ?? 'unknown');
  }
  const others = (held.owners.latest() ?? []).filter((id) => id !== ownerId);
  const owners = deed === 'add' ? [...others, ownerId] : others;
  held.owners.write(owners, call.at, store.options.lag);
  return undefined;
}
