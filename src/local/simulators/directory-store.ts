/**
 * Role: what a simulated tenant remembers, and the few ways to touch it: find, show, commit, make,
 * bin, purge. It decides nothing about permission; that is `directory-gates.ts`.
 */
import type { Application, Call, GraphRole, Key, ServicePrincipal } from './directory-objects.ts';
import type { DirectoryOptions } from './directory-options.ts';
import type { AppManagementPolicy, DefaultAppManagementPolicy } from './directory-policy.ts';
import { notFound, type Refusal } from './directory-refusal.ts';
import { drawLagMs, replicated, type Replicated } from './directory-replicas.ts';
import type { TokenBook } from './directory-tokens.ts';
import type { Random } from './random.ts';

/** Deleted objects can be restored for this long; their names stay taken as long. */
const BIN_DAYS = 30;
const BIN_MS = BIN_DAYS * 86_400_000;

/** One object with its replicas: Graph's readers, the token servers, and the owners apart. */
export interface Held<T extends Application | ServicePrincipal> {
  readonly id: string;
  /** Order of making; pages go by it. */
  readonly sequence: number;
  readonly createdBy: string;
  /** What Graph's replicas show. */
  readonly shown: Replicated<T>;
  /** What the token servers know. */
  readonly known: Replicated<T>;
  /** Object ids; replicated apart, so a new application can look like somebody else's for a while. */
  readonly owners: Replicated<readonly string[]>;
  /** When the consumer directory has it. */
  readonly consumerReadyAt: number;
  lastWriteAt: number | undefined;
}

/** Who removed a credential, and when. */
export interface Removal {
  by: string;
  at: number;
}

/** All that a tenant remembers. */
export interface DirectoryStore {
  readonly options: DirectoryOptions;
  readonly random: Random;
  readonly applications: Map<string, Held<Application>>;
  readonly principals: Map<string, Held<ServicePrincipal>>;
  /** Object ids by client id. */
  readonly applicationIds: Map<string, string>;
  /** Object ids by unique name; more than one only if simultaneous upserts may both create. */
  readonly namedIds: Map<string, readonly string[]>;
  /** Object ids of service principals by client id; those in the bin too. */
  readonly principalIds: Map<string, readonly string[]>;
  readonly callers: Map<string, readonly GraphRole[]>;
  readonly removals: Map<string, Removal>;
  readonly binnedAt: Map<string, number>;
  /** Objects made and not purged, by maker. */
  readonly made: Map<string, number>;
  readonly purged: { by: string; at: number }[];
  readonly tokens: TokenBook;
  defaultPolicy: DefaultAppManagementPolicy;
  readonly applicationPolicies: Map<string, AppManagementPolicy>;
  /** Service principals of managed identities, which have no application, by client id. */
  readonly identities: Map<string, Identity>;
  /** Who may use an application that offers roles, by client id. */
  readonly enterprises: Map<string, Enterprise>;
  sequence: number;
  /** Rises with every write to an object. */
  revision: number;
}

/** A managed identity as the directory knows it; its roles are those of the caller with its id. */
export interface Identity {
  readonly principalId: string;
  readonly clientId: string;
  readonly displayName: string;
}

/** The settings of an enterprise application that an administrator makes. */
export interface Enterprise {
  readonly isAssignmentRequired: boolean;
  readonly holders: readonly { readonly principalId: string; readonly roleId: string }[];
}

/** What the call's replica shows of an object. */
export function shownTo<T>(call: Call, value: Replicated<T>): T | undefined {
  return call.replica === 'latest' ? value.latest() : value.on(call.replica, call.at);
}

/** What the call's replica shows of an object that is not in the bin. */
export function liveTo<T extends Application | ServicePrincipal>(
  call: Call,
  held: Held<T>,
): T | undefined {
  const value = shownTo(call, held.shown);
  return value?.deletedAt === undefined ? value : undefined;
}

/** The latest state of an object that is not in the bin. */
export function liveNow<T extends Application | ServicePrincipal>(held: Held<T>): T | undefined {
  const value = held.shown.latest();
  return value?.deletedAt === undefined ? value : undefined;
}

/** All applications that a key may mean, in the bin or not. */
export function applicationsByKey(store: DirectoryStore, key: Key): Held<Application>[] {
  return idsOfApplication(store, key).flatMap((id) => store.applications.get(id) ?? []);
}

function idsOfApplication(store: DirectoryStore, key: Key): readonly string[] {
  switch (key.by) {
    case 'id':
      return [key.value];
    case 'appId':
      return [store.applicationIds.get(key.value) ?? ''];
    case 'uniqueName':
      return store.namedIds.get(key.value) ?? [];
  }
}

/** All service principals that a key may mean, in the bin or not. */
export function principalsByKey(store: DirectoryStore, key: Key): Held<ServicePrincipal>[] {
  const ids = key.by === 'id' ? [key.value] : (store.principalIds.get(key.value) ?? []);
  return ids.flatMap((id) => store.principals.get(id) ?? []);
}

/**
 * The live object that a write means. Writes meet the truth, but for one thing: a replica that
 * has never seen the object answers 404, as it does right after creation.
 */
export function forWriting<T extends Application | ServicePrincipal>(
  call: Call,
  candidates: readonly Held<T>[],
  key: Key,
): { held: Held<T>; value: T } | Refusal {
  for (const held of candidates) {
    const value = liveNow(held);
    if (value !== undefined && shownTo(call, held.shown) !== undefined) return { held, value };
  }
  return notFound(key.value);
}

/** Writes a new state of an object; a removal reaches the token servers with the removal lag. */
export function commit<T extends Application | ServicePrincipal>(
  store: DirectoryStore,
  held: Held<T>,
  write: { value: T; at: number; kind: 'change' | 'removal' },
): T {
  const { lag, acceptanceLag, removalLag } = store.options;
  store.revision += 1;
  held.shown.write(write.value, write.at, lag);
  held.known.write(write.value, write.at, write.kind === 'removal' ? removalLag : acceptanceLag);
  held.lastWriteAt = write.at;
  return write.value;
}

/** Puts a new object into its replicas, with its owners, and counts it for its maker. */
export function hold<T extends Application | ServicePrincipal>(
  store: DirectoryStore,
  call: Call,
  make: { value: T; owners: readonly string[] },
): Held<T> {
  const { options, random } = store;
  store.sequence += 1;
  const held: Held<T> = {
    id: make.value.id,
    sequence: store.sequence,
    createdBy: call.by.principalId,
    shown: replicated<T>(options.replicas, random),
    known: replicated<T>(options.replicas, random),
    owners: replicated<readonly string[]>(options.replicas, random),
    consumerReadyAt: call.at + drawLagMs(options.consumerLag, random),
    lastWriteAt: undefined,
  };
  held.owners.write(make.owners, call.at, options.lag);
  commit(store, held, { value: make.value, at: call.at, kind: 'change' });
  store.made.set(held.createdBy, (store.made.get(held.createdBy) ?? 0) + 1);
  // Creation itself is no partner in a collision: the first write after it is routine.
  held.lastWriteAt = undefined;
  return held;
}

/** Objects that count against a maker's quota: live, in the bin, and a quarter of those purged. */
export function countedFor(store: DirectoryStore, principalId: string, at: number): number {
  const purged = store.purged.filter(
    ({ by, at: then }) => by === principalId && then > at - BIN_MS,
  );
  return (store.made.get(principalId) ?? 0) + purged.length / 4;
}

/** Forgets an object for good; its names are free again. */
export function purge(store: DirectoryStore, id: string, at: number): void {
  const held = store.applications.get(id) ?? store.principals.get(id);
  const value = held?.shown.latest();
  if (held === undefined || value === undefined) return;
  store.revision += 1;
  store.applications.delete(id);
  store.principals.delete(id);
  store.binnedAt.delete(id);
  if (value.kind === 'application') {
    store.applicationIds.delete(value.appId);
    if (value.uniqueName !== null) dropId(store.namedIds, value.uniqueName, id);
  } else {
    dropId(store.principalIds, value.appId, id);
  }
  store.made.set(held.createdBy, (store.made.get(held.createdBy) ?? 1) - 1);
  store.purged.push({ by: held.createdBy, at });
}

/** Purges what has lain in the bin for 30 days. */
export function emptyBin(store: DirectoryStore, at: number): void {
  for (const [id, binnedAt] of store.binnedAt) {
    if (binnedAt + BIN_MS <= at) purge(store, id, binnedAt + BIN_MS);
  }
}

/** Adds an id to an index. */
export function addId(index: Map<string, readonly string[]>, name: string, id: string): void {
  index.set(name, [...(index.get(name) ?? []), id]);
}

function dropId(index: Map<string, readonly string[]>, name: string, id: string): void {
  const rest = (index.get(name) ?? []).filter((other) => other !== id);
  if (rest.length === 0) index.delete(name);
  else index.set(name, rest);
}
