/**
 * Role: what can be done with application objects: make, upsert, change, read, list.
 * Refusals come in the vendor's order as far as it is known: role, existence, owner, passing
 * trouble, rules. Facts: docs/vendors.md#graph-registrations, docs/vendors.md#graph-permissions.
 */
import {
  collision,
  consumerSideLagging,
  hasRole,
  quotaUsedUp,
  stranger,
  withoutReadRole,
  withoutWriteRole,
} from './directory-gates.ts';
import {
  type Application,
  type ApplicationPatch,
  blankProperties,
  type Call,
  type Key,
  patched,
} from './directory-objects.ts';
import { denied, invalid, nameTaken, notFound, Refusal } from './directory-refusal.ts';
import { brokenRule } from './directory-rules.ts';
import {
  addId,
  applicationsByKey,
  commit,
  type DirectoryStore,
  emptyBin,
  forWriting,
  type Held,
  hold,
  liveNow,
  liveTo,
} from './directory-store.ts';

/** One application in the listing, with its place in the order of making. */
export interface ListedApplication {
  sequence: number;
  application: Application;
}

/** POST /applications. The caller becomes owner, unless it is a person in the portal. */
export function createApplication(
  store: DirectoryStore,
  call: Call,
  wanted: ApplicationPatch,
  appId?: string,
): Application | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const name = wanted.uniqueName ?? undefined;
  if (name !== undefined && store.namedIds.has(name)) return nameTaken();
  return makeApplication(store, call, wanted, appId);
}

function makeApplication(
  store: DirectoryStore,
  call: Call,
  wanted: ApplicationPatch,
  appId = store.random.uuid(),
): Application | Refusal {
  if (wanted.displayName === undefined) {
    return invalid('displayName', 'A value is required for property displayName.');
  }
  const mapsClaims = wanted.api?.acceptMappedClaims === true;
  if (mapsClaims && !hasRole(call, 'Application.ReadWrite.All')) return denied();
  const overQuota = quotaUsedUp(store, call);
  if (overQuota !== undefined) return overQuota;
  const byDefault = store.options.nationalCloud
    ? 'AzureADMyOrg'
    : 'AzureADandPersonalMicrosoftAccount';
  const application: Application = {
    ...patched(blankProperties(wanted.signInAudience ?? byDefault), wanted),
    kind: 'application',
    id: store.random.uuid(),
    appId,
    createdAt: call.at,
    deletedAt: undefined,
    passwords: [],
  };
  const broken = brokenRule(application, store.options);
  if (broken !== undefined) return broken;
  const owners = call.replica === 'latest' ? [] : [call.by.principalId];
  store.applications.set(application.id, hold(store, call, { value: application, owners }));
  store.applicationIds.set(application.appId, application.id);
  if (application.uniqueName !== null)
    addId(store.namedIds, application.uniqueName, application.id);
  return application;
}

/** What an upsert is asked to do. */
export interface Upsert {
  uniqueName: string;
  patch: ApplicationPatch;
  /** `Prefer: create-if-missing`. */
  createIfMissing: boolean;
}

/** PATCH /applications(uniqueName='…'). A name held by an application in the bin cannot be made. */
export function upsertApplication(
  store: DirectoryStore,
  call: Call,
  upsert: Upsert,
): { kind: 'created' | 'updated'; application: Application } | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const { uniqueName, createIfMissing } = upsert;
  const patch = { ...upsert.patch, uniqueName };
  const holders = applicationsByKey(store, { by: 'uniqueName', value: uniqueName });
  if (createIfMissing && holders.length > 0 && holders.every((one) => liveNow(one) === undefined)) {
    return nameTaken();
  }
  // True also when nobody holds the name.
  const mayCreate = holders.every((one) => isSimultaneous(store, call, one));
  if (createIfMissing && mayCreate) {
    const application = makeApplication(store, call, patch);
    return application instanceof Refusal ? application : { kind: 'created', application };
  }
  if (createIfMissing && patch.displayName === undefined) {
    return invalid('displayName', 'A value is required for property displayName.');
  }
  const held = holders.find((one) => liveNow(one) !== undefined);
  if (held === undefined) return notFound(uniqueName);
  const application = changeApplication(store, call, { held, patch });
  return application instanceof Refusal ? application : { kind: 'updated', application };
}

/** True if the mode lets a second upsert not see an application that was made a moment ago. */
function isSimultaneous(store: DirectoryStore, call: Call, held: Held<Application>): boolean {
  const { simultaneousUpserts, simultaneousUpsertWindowMs } = store.options;
  const createdAt = liveNow(held)?.createdAt;
  return (
    simultaneousUpserts === 'both-create' &&
    createdAt !== undefined &&
    call.at - createdAt < simultaneousUpsertWindowMs
  );
}

/** PATCH /applications/{key}. Last writer wins, property by property; there are no ETags. */
export function patchApplication(
  store: DirectoryStore,
  call: Call,
  { key, patch }: { key: Key; patch: ApplicationPatch },
): Application | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = forWriting(call, applicationsByKey(store, key), key);
  if (found instanceof Refusal) return found;
  return changeApplication(store, call, { held: found.held, patch });
}

function changeApplication(
  store: DirectoryStore,
  call: Call,
  { held, patch }: { held: Held<Application>; patch: ApplicationPatch },
): Application | Refusal {
  const value = liveNow(held);
  if (value === undefined) return notFound(held.id);
  const refused =
    stranger(call, held) ??
    consumerSideLagging(store, call, { held, value }) ??
    collision(store, call, { held, deed: 'other' }) ??
    renamed(store, value, patch);
  if (refused !== undefined) return refused;
  const changed: Application = { ...value, ...patched(value, patch) };
  const broken = brokenRule(changed, store.options);
  if (broken !== undefined) return broken;
  if (changed.uniqueName !== null && value.uniqueName === null) {
    addId(store.namedIds, changed.uniqueName, held.id);
  }
  copyTags(store, changed, call.at);
  return commit(store, held, { value: changed, at: call.at, kind: 'change' });
}

/** Refuses a unique name that would change, or that another application holds. */
function renamed(
  store: DirectoryStore,
  value: Application,
  patch: ApplicationPatch,
): Refusal | undefined {
  const { uniqueName } = patch;
  if (uniqueName === undefined || uniqueName === value.uniqueName) return undefined;
  if (value.uniqueName !== null) {
    return invalid('uniqueName', "Property 'uniqueName' is immutable once it is set.");
  }
  return uniqueName !== null && store.namedIds.has(uniqueName) ? nameTaken() : undefined;
}

/** Tags of an application are copied to its service principal. */
function copyTags(store: DirectoryStore, { appId, tags }: Application, at: number): void {
  for (const id of store.principalIds.get(appId) ?? []) {
    const held = store.principals.get(id);
    const value = held === undefined ? undefined : liveNow(held);
    if (held === undefined || value === undefined) continue;
    if (value.tags.join(' ') === tags.join(' ')) continue;
    // The vendor's own write: it is no partner in a collision.
    const { lastWriteAt } = held;
    commit(store, held, { value: { ...value, tags }, at, kind: 'change' });
    held.lastWriteAt = lastWriteAt;
  }
}

/** GET /applications/{key}, as the call's replica shows it. */
export function readApplication(
  store: DirectoryStore,
  call: Call,
  key: Key,
): Application | Refusal {
  emptyBin(store, call.at);
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  for (const held of applicationsByKey(store, key)) {
    const value = liveTo(call, held);
    if (value !== undefined) return value;
  }
  return notFound(key.value);
}

/** GET /applications, all pages at once, oldest first, as the call's replica shows them. */
export function listApplications(
  store: DirectoryStore,
  call: Call,
): readonly ListedApplication[] | Refusal {
  emptyBin(store, call.at);
  const refused = withoutReadRole(call);
  if (refused !== undefined) return refused;
  return [...store.applications.values()].flatMap((held) => {
    const application = liveTo(call, held);
    return application === undefined ? [] : [{ sequence: held.sequence, application }];
  });
}
