/**
 * Role: adding and removing client secrets, on applications and on service principals, and telling
 * whether one works. Not idempotent, like the vendor: each add makes another one.
 * Facts: docs/vendors.md#graph-credentials, docs/vendors.md#graph-policies,
 * docs/vendors.md#entra-tokens.
 */
import { collision, consumerSideLagging, stranger, withoutWriteRole } from './directory-gates.ts';
import type { Application, Call, Key, Password, ServicePrincipal } from './directory-objects.ts';
import {
  judgeSecret,
  makePassword,
  noSuchPassword,
  passwordLimitReached,
  type PasswordRequest,
} from './directory-passwords.ts';
import { forbiddenByPolicy } from './directory-policy.ts';
import { Refusal } from './directory-refusal.ts';
import type { Replicated } from './directory-replicas.ts';
import {
  applicationsByKey,
  commit,
  type DirectoryStore,
  emptyBin,
  forWriting,
  type Held,
  principalsByKey,
  shownTo,
} from './directory-store.ts';

/** Which of the two lists of secrets. */
export type CredentialOwner = 'application' | 'service-principal';

/** The object that holds the list. */
export interface CredentialList {
  on: CredentialOwner;
  key: Key;
}

type Found =
  | { on: 'application'; held: Held<Application>; value: Application }
  | { on: 'service-principal'; held: Held<ServicePrincipal>; value: ServicePrincipal };

function findList(store: DirectoryStore, call: Call, { on, key }: CredentialList): Found | Refusal {
  if (on === 'application') {
    const found = forWriting(call, applicationsByKey(store, key), key);
    return found instanceof Refusal ? found : { on, ...found };
  }
  const found = forWriting(call, principalsByKey(store, key), key);
  return found instanceof Refusal ? found : { on, ...found };
}

function rewriteList(
  store: DirectoryStore,
  found: Found,
  write: { passwords: readonly Password[]; at: number; kind: 'change' | 'removal' },
): void {
  const { passwords, at, kind } = write;
  if (found.on === 'application') {
    commit(store, found.held, { value: { ...found.value, passwords }, at, kind });
  } else {
    commit(store, found.held, { value: { ...found.value, passwords }, at, kind });
  }
}

/** POST …/addPassword: the only answer that ever shows the text. */
export function addPassword(
  store: DirectoryStore,
  call: Call,
  { list, request }: { list: CredentialList; request: PasswordRequest },
): Password | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = findList(store, call, list);
  if (found instanceof Refusal) return found;
  const turnedAway =
    stranger(call, found.held) ??
    (found.on === 'application' ? consumerSideLagging(store, call, found) : undefined) ??
    collision(store, call, { held: found.held, deed: 'add' }) ??
    passwordLimitReached(found.value, store.random);
  if (turnedAway !== undefined) return turnedAway;
  const password = makePassword(request, call.at, store.random);
  if (password instanceof Refusal) return password;
  const forbidden = forbiddenByPolicy(found.value, password, {
    byDefault: store.defaultPolicy,
    assigned: store.applicationPolicies.get(found.value.id),
  });
  if (forbidden !== undefined) return forbidden;
  const passwords = [...found.value.passwords, password];
  rewriteList(store, found, { passwords, at: call.at, kind: 'change' });
  return password;
}

/** POST …/removePassword. An unknown key id is a 400, also for one that the replica has not seen. */
export function removePassword(
  store: DirectoryStore,
  call: Call,
  { list, keyId }: { list: CredentialList; keyId: string },
): undefined | Refusal {
  emptyBin(store, call.at);
  const refused = withoutWriteRole(call);
  if (refused !== undefined) return refused;
  const found = findList(store, call, list);
  if (found instanceof Refusal) return found;
  const turnedAway =
    stranger(call, found.held) ?? collision(store, call, { held: found.held, deed: 'other' });
  if (turnedAway !== undefined) return turnedAway;
  const { passwords } = found.value;
  if (!lists(passwords, keyId) || isUnseen(store, call, { found, keyId })) {
    return noSuchPassword(keyId);
  }
  const rest = passwords.filter((password) => password.keyId !== keyId);
  rewriteList(store, found, { passwords: rest, at: call.at, kind: 'removal' });
  store.removals.set(keyId, { by: call.by.principalId, at: call.at });
  return undefined;
}

/** Lets a secret of an application end at another time. Time could do that, no caller can. */
export function endPassword(
  store: DirectoryStore,
  call: Call,
  { key, keyId, endAt }: { key: Key; keyId: string; endAt: number },
): undefined | Refusal {
  const found = findList(store, call, { on: 'application', key });
  if (found instanceof Refusal) return found;
  const passwords = found.value.passwords.map((password) =>
    password.keyId === keyId ? aged(password, endAt) : password,
  );
  rewriteList(store, found, { passwords, at: call.at, kind: 'change' });
  return undefined;
}

/** Its whole life lies earlier: a short life would be another thing than an old secret. */
function aged(password: Password, endAt: number): Password {
  const startAt = password.startAt - (password.endAt - endAt);
  return {
    ...password,
    startAt,
    endAt,
    startDateTime: new Date(startAt).toISOString(),
    endDateTime: new Date(endAt).toISOString(),
  };
}

function isUnseen(
  store: DirectoryStore,
  call: Call,
  { found, keyId }: { found: Found; keyId: string },
): boolean {
  if (!store.options.removalRacesReplication) return false;
  const shown = shownTo<Application | ServicePrincipal>(call, found.held.shown);
  return !lists(shown?.passwords ?? [], keyId);
}

function lists(passwords: readonly Password[], keyId: string): boolean {
  return passwords.some((password) => password.keyId === keyId);
}

/** What the token service answers: accepted, or an AADSTS code (docs/vendors.md#entra-tokens). */
export type Verdict =
  | 'accepted'
  | { refused: 700_016 | 7_000_229 | 7_000_112 | 7_000_215 | 7_000_222 };

/**
 * The token service's checks, in its order: application known, service principal there, enabled,
 * then the secret on either list. `server` is one of the token servers, or 'latest' for the truth.
 */
export function judgeClient(
  store: DirectoryStore,
  client: { appId: string; secretText: string },
  { at, server }: { at: number; server: number | 'latest' },
): Verdict {
  emptyBin(store, at);
  const key: Key = { by: 'appId', value: client.appId };
  const seen = <T>(value: Replicated<T>): T | undefined =>
    server === 'latest' ? value.latest() : value.on(server, at);
  const application = applicationsByKey(store, key)
    .map((held) => seen(held.known))
    .find((value) => value !== undefined && value.deletedAt === undefined);
  if (application === undefined) return { refused: 700_016 };
  const principal = principalsByKey(store, key)
    .map((held) => seen(held.known))
    .find((value) => value !== undefined && value.deletedAt === undefined);
  if (principal === undefined) return { refused: 7_000_229 };
  if (!principal.accountEnabled) return { refused: 7_000_112 };
  return judgeSecret([...application.passwords, ...principal.passwords], client.secretText, at);
}
