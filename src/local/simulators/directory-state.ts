/**
 * Role: one simulated tenant, shared by the Graph and the Entra simulators: its store, what people
 * do by hand in the portal, and the truth for oracles. By-hand operations meet no replication
 * refusals, take the time from the surroundings, and throw where the portal would show an error.
 */
import { createApplication, patchApplication } from './directory-applications.ts';
import { changeOwners, deleteApplication, purgeFromBin, restoreFromBin } from './directory-bin.ts';
import {
  addPassword,
  endPassword,
  type CredentialOwner,
  judgeClient,
  removePassword,
  type Verdict,
} from './directory-credentials.ts';
import type {
  Application,
  ApplicationPatch,
  Call,
  GraphRole,
  Key,
  Password,
  Principal,
  ServicePrincipal,
  ServicePrincipalPatch,
} from './directory-objects.ts';
import { DEFAULT_DIRECTORY_OPTIONS, type DirectoryOptions } from './directory-options.ts';
import {
  type AppManagementPolicy,
  type CredentialRestrictions,
  type DefaultAppManagementPolicy,
  NO_POLICY,
} from './directory-policy.ts';
import { createServicePrincipal, patchServicePrincipal } from './directory-principals.ts';
import { Refusal } from './directory-refusal.ts';
import {
  applicationsByKey,
  type DirectoryStore,
  type Enterprise,
  type Identity,
  liveNow,
  principalsByKey,
  type Removal,
} from './directory-store.ts';
import { type IssuedToken, principalFrom, tokenBook } from './directory-tokens.ts';
import type { Surroundings } from './simulator.ts';

/** Object id of the person who works in the portal. */
export const PORTAL_PERSON = '0a0a0a0a-0000-4000-8000-000000000001';

/** A tenant, with hands and eyes. Applications are named by client id. */
export interface SimulatedDirectory {
  readonly tenantId: string;
  readonly store: DirectoryStore;
  /** Changes how the tenant behaves from now on; `replicas` and `tenantId` cannot change. */
  setTenant(options: Partial<Omit<DirectoryOptions, 'replicas' | 'tenantId'>>): void;
  setCallerRoles(principalId: string, roles: readonly GraphRole[]): void;
  /** The tenant's default policy; undefined takes it away. */
  setPolicy(policy: Partial<DefaultAppManagementPolicy> | undefined): void;
  /** A policy for one application, in place of the default; undefined takes it away. */
  assignPolicy(appId: string, restrictions: CredentialRestrictions | undefined): void;

  /** Makes an application with its service principal, as the portal does. The portal owns nothing. */
  addApplicationByHand(
    properties: ApplicationPatch & { displayName: string },
    extra?: { owners?: readonly string[]; withoutServicePrincipal?: boolean; appId?: string },
  ): Application;
  addPasswordByHand(
    appId: string,
    request?: { displayName?: string; startAt?: number; endAt?: number; on?: CredentialOwner },
  ): { keyId: string; text: string };
  removePasswordByHand(appId: string, keyId: string): void;
  /** For demonstrations: a secret ends sooner, as if time had passed. */
  endPasswordEarly(appId: string, keyId: string, endAt: number): void;
  changeByHand(appId: string, patch: ApplicationPatch): void;
  addServicePrincipalByHand(appId: string): ServicePrincipal;
  changeServicePrincipalByHand(appId: string, patch: ServicePrincipalPatch): void;
  deleteApplicationByHand(appId: string): void;
  /** Out of the bin, with its service principal, as the portal does. */
  restore(appId: string): void;
  /** Out of the bin for good. */
  purgeByHand(appId: string): void;
  addOwnerByHand(appId: string, principalId: string): void;
  removeOwnerByHand(appId: string, principalId: string): void;
  /** The service principal of a managed identity; give it roles with `setCallerRoles`. */
  addIdentityByHand(identity: Identity): void;
  /** Who may use an application that offers roles. */
  setEnterpriseByHand(appId: string, enterprise: Enterprise): void;
  /** All replicas and token servers show the truth from now on. */
  settle(): void;

  /** The truth: live applications, oldest first. */
  applications(): readonly Application[];
  /** The truth about one, in the bin or not. */
  application(appId: string): Application | undefined;
  /** The truth about its service principal, unless that is in the bin. */
  servicePrincipal(appId: string): ServicePrincipal | undefined;
  /** The truth: what a token server that knows everything would answer at that time. */
  credentialWorks(appId: string, secretText: string, now: number): Verdict;
  /** Who removed a credential; undefined while it is listed or if it never was. */
  whoRemoved(keyId: string): Removal | undefined;
  /** Rises with every write to an object. */
  revision(): number;

  /** The caller that a live token speaks for; undefined for a wrong audience too (answer 401). */
  principalOf(token: string, audience: string | readonly string[]): Principal | undefined;
  /** A token made without the token service, for tests; ends never. */
  tokenFor(principalId: string, audience: string): string;
  /** A call that lands on a replica of the tenant's choosing. */
  call(by: Principal): Call;
}

/** One tenant. Options default to the vendor's habits; see `CALM` for a tenant without lags. */
export function simulatedDirectory(
  surroundings: Surroundings,
  options: Partial<DirectoryOptions> = {},
): SimulatedDirectory {
  const random = surroundings.random.fork('directory');
  const store = emptyStore(random, {
    tenantId: surroundings.random.fork('tenant').uuid(),
    ...DEFAULT_DIRECTORY_OPTIONS,
    ...options,
  });
  const replicaChoice = surroundings.random.fork('replica-choice');
  const portal: Principal = {
    principalId: PORTAL_PERSON,
    roles: ['Application.ReadWrite.All', 'Policy.Read.All'],
  };
  const byHand = (): Call => ({ by: portal, at: surroundings.now(), replica: 'latest' });

  function heldApplication(appId: string) {
    const [held] = applicationsByKey(store, keyOf(appId));
    if (held === undefined) throw new Error(`No application has the client id ${appId}`);
    return held;
  }

  function rolesOf(token: IssuedToken): readonly GraphRole[] {
    if (store.options.rolesFixedInToken) return token.roles;
    return store.callers.get(token.principalId) ?? [];
  }

  return {
    tenantId: store.options.tenantId,
    store,
    setTenant: (changes) => void Object.assign(store.options, changes),
    setCallerRoles: (principalId, roles) => void store.callers.set(principalId, roles),
    setPolicy: (policy) => {
      const custom = { ...NO_POLICY, isEnabled: true, ...policy };
      store.defaultPolicy = policy === undefined ? NO_POLICY : custom;
    },
    assignPolicy: (appId, restrictions) => {
      const { id } = heldApplication(appId);
      if (restrictions === undefined) store.applicationPolicies.delete(id);
      else store.applicationPolicies.set(id, assignedPolicy(random.uuid(), restrictions));
    },

    addApplicationByHand: (
      properties,
      { owners = [], withoutServicePrincipal = false, appId } = {},
    ) => {
      const call = byHand();
      const application = done(createApplication(store, call, properties, appId));
      const created = [heldApplication(application.appId)];
      for (const ownerId of owners) {
        for (const held of created) done(changeOwners(store, call, { held, ownerId, deed: 'add' }));
      }
      if (!withoutServicePrincipal) {
        done(createServicePrincipal(store, call, { appId: application.appId, patch: {} }));
      }
      return application;
    },
    addPasswordByHand: (appId, { displayName, startAt, endAt, on = 'application' } = {}) => {
      const request = {
        displayName,
        startDateTime: startAt === undefined ? undefined : new Date(startAt).toISOString(),
        endDateTime: endAt === undefined ? undefined : new Date(endAt).toISOString(),
      };
      const list = { on, key: keyOf(appId) };
      const { keyId, text } = done(addPassword(store, byHand(), { list, request }));
      return { keyId, text };
    },
    removePasswordByHand: (appId, keyId) => {
      const onPrincipal = listsOf(principalsByKey(store, keyOf(appId))).some(
        (password) => password.keyId === keyId,
      );
      const on = onPrincipal ? 'service-principal' : 'application';
      done(removePassword(store, byHand(), { list: { on, key: keyOf(appId) }, keyId }));
    },
    endPasswordEarly: (appId, keyId, endAt) => {
      done(endPassword(store, byHand(), { key: keyOf(appId), keyId, endAt }));
    },
    changeByHand: (appId, patch) => {
      done(patchApplication(store, byHand(), { key: keyOf(appId), patch }));
    },
    addServicePrincipalByHand: (appId) =>
      done(createServicePrincipal(store, byHand(), { appId, patch: {} })),
    changeServicePrincipalByHand: (appId, patch) => {
      done(patchServicePrincipal(store, byHand(), { key: keyOf(appId), patch }));
    },
    deleteApplicationByHand: (appId) => {
      done(deleteApplication(store, byHand(), keyOf(appId)));
    },
    restore: (appId) => {
      const call = byHand();
      done(restoreFromBin(store, call, heldApplication(appId).id));
      const [principal] = principalsByKey(store, keyOf(appId));
      if (principal !== undefined && liveNow(principal) === undefined) {
        done(restoreFromBin(store, call, principal.id));
      }
    },
    purgeByHand: (appId) => {
      done(purgeFromBin(store, byHand(), heldApplication(appId).id));
    },
    addOwnerByHand: (appId, ownerId) => {
      const held = heldApplication(appId);
      done(changeOwners(store, byHand(), { held, ownerId, deed: 'add' }));
    },
    removeOwnerByHand: (appId, ownerId) => {
      const held = heldApplication(appId);
      done(changeOwners(store, byHand(), { held, ownerId, deed: 'remove' }));
    },
    addIdentityByHand: (identity) => void store.identities.set(identity.clientId, identity),
    setEnterpriseByHand: (appId, enterprise) => void store.enterprises.set(appId, enterprise),
    settle: () => {
      for (const held of [...store.applications.values(), ...store.principals.values()]) {
        held.shown.settle();
        held.known.settle();
        held.owners.settle();
      }
    },

    applications: () => [...store.applications.values()].flatMap((held) => liveNow(held) ?? []),
    application: (appId) => applicationsByKey(store, keyOf(appId))[0]?.shown.latest(),
    servicePrincipal: (appId) =>
      principalsByKey(store, keyOf(appId)).flatMap((held) => liveNow(held) ?? [])[0],
    credentialWorks: (appId, secretText, now) =>
      judgeClient(store, { appId, secretText }, { at: now, server: 'latest' }),
    whoRemoved: (keyId) => store.removals.get(keyId),
    revision: () => store.revision,

    principalOf: (token, audience) => {
      const found = store.tokens.find(token, typeof audience === 'string' ? [audience] : audience);
      return found === undefined ? undefined : principalFrom(found, rolesOf(found));
    },
    tokenFor: (principalId, audience) => {
      const roles = store.callers.get(principalId) ?? [];
      return store.tokens.issue({ principalId, audience, roles, isExpired: () => false });
    },
    call: (by) => ({
      by,
      at: surroundings.now(),
      replica: replicaChoice.int(store.options.replicas),
    }),
  };
}

function keyOf(appId: string): Key {
  return { by: 'appId', value: appId };
}

function emptyStore(random: Surroundings['random'], options: DirectoryOptions): DirectoryStore {
  return {
    options,
    random,
    applications: new Map(),
    principals: new Map(),
    applicationIds: new Map(),
    namedIds: new Map(),
    principalIds: new Map(),
    callers: new Map(Object.entries(options.callers)),
    removals: new Map(),
    binnedAt: new Map(),
    made: new Map(),
    purged: [],
    tokens: tokenBook(random.fork('tokens')),
    defaultPolicy: NO_POLICY,
    applicationPolicies: new Map(),
    identities: new Map(),
    enterprises: new Map(),
    sequence: 0,
    revision: 0,
  };
}

function assignedPolicy(id: string, restrictions: CredentialRestrictions): AppManagementPolicy {
  const displayName = 'Assigned policy';
  return { id, displayName, description: displayName, isEnabled: true, restrictions };
}

function listsOf(
  held: readonly { shown: { latest(): ServicePrincipal | undefined } }[],
): readonly Password[] {
  return held.flatMap((one) => one.shown.latest()?.passwords ?? []);
}

/** The value, or the portal's error. */
function done<T>(outcome: T | Refusal): T {
  if (outcome instanceof Refusal) {
    throw new Error(`The portal refuses: ${outcome.code}: ${outcome.message}`);
  }
  return outcome;
}
