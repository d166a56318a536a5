/** The registration: is it there, is it ours, is it as the file says? */
import type { Action, Patch } from '../action.ts';
import { keeperTag, keyTagOf, uniqueNameOf, type Audience, type Permission } from '../desired.ts';
import { act, note, noteOnce, stands, unseen, type Finding } from '../finding.ts';
import { hash64 } from '../fingerprint.ts';
import { hourMs, replicationMs } from '../limits.ts';
import type { SeenRegistration } from '../observed.ts';
import { isLegacyPermission } from '../permissions.ts';
import { isWrongApplication, type Scene } from '../scene.ts';

const vendorAudience: Readonly<Record<Audience, string>> = {
  'organizations-and-personal': 'AzureADandPersonalMicrosoftAccount',
  organizations: 'AzureADMultipleOrgs',
  'this-organization': 'AzureADMyOrg',
};

/** The registration is missing: new, or lost? Lost is never new (law 2). */
export function registrationMissing(scene: Scene): readonly Finding[] {
  const { desired, memory, observed, now } = scene;
  if (observed.registration.kind === 'unknown') return unseen(scene, observed.registration.fault);
  if (observed.registration.kind === 'known') return [];
  if (observed.deletedRegistration.kind === 'known') {
    return stands('registration-deleted', now + hourMs);
  }
  if (observed.deletedRegistration.kind === 'unknown') {
    return unseen(scene, observed.deletedRegistration.fault);
  }
  const writtenAt = memory.registrationWriteAt;
  if (writtenAt !== undefined && now < writtenAt + replicationMs) {
    return stands('replicating', writtenAt + replicationMs);
  }
  if (memory.registration) return stands('registration-lost', now + hourMs);
  if (desired.appId !== undefined) return stands('registration-not-found', now + hourMs);
  if (namedElsewhere(scene)) return stands('registration-lost', now + hourMs);
  for (const secret of [observed.current, observed.pending]) {
    // Its tags may name a registration that is lost: unknown is not absent.
    if (secret.kind === 'unknown') return unseen(scene, secret.fault);
  }
  const connectors = connectorsInTheWay(scene);
  if (connectors.length > 0) return connectors;
  const body = { ...wholePatch(scene), displayName: desired.displayName };
  return act(scene, 'registration', {
    kind: 'create-registration',
    uniqueName: uniqueNameOf(desired.key),
    body,
  });
}

/** A vault tag or a connector names a registration of ours that is not there. */
function namedElsewhere(scene: Scene): boolean {
  const { current, pending } = scene.observed;
  return [current, pending].some(
    (secret) =>
      secret.kind === 'known' &&
      secret.value.versions.some(
        (one) => one.tags['registration'] === scene.desired.key && one.tags['appId'] !== undefined,
      ),
  );
}

/** A connector that exists already serves some registration; a new one would end its grants. */
function connectorsInTheWay(scene: Scene): readonly Finding[] {
  return scene.desired.connectors.flatMap((connector) => {
    const view = scene.observed.connectors[connector.id]?.connector;
    if (!view || view.kind === 'absent') return [];
    if (isWrongApplication(scene, connector)) {
      return stands('wrong-application', scene.now + hourMs, connector.id);
    }
    if (view.kind === 'unknown') return unseen(scene, view.fault, connector.id);
    if (connector.takeOver) return [];
    const reason =
      view.value.clientId === undefined ? 'connector-unconfirmed' : 'connector-foreign';
    return stands(reason, scene.now + hourMs, connector.id);
  });
}

/** The registration that this chain is about is not the one that is seen, or not yet noted. */
export function registrationUnknownToChain(scene: Scene): readonly Finding[] {
  const { registration, memory } = scene;
  if (!registration) return [];
  if (!memory.registration) {
    const created =
      memory.createIntended && registration.uniqueName === uniqueNameOf(scene.desired.key);
    const { objectId, appId } = registration;
    return [note({ what: 'registration-known', objectId, appId, created })];
  }
  const wanted = scene.desired.appId ?? registration.appId;
  if (memory.registration.appId === registration.appId && wanted === registration.appId) return [];
  return stands('registration-replaced', scene.now + hourMs, wanted);
}

/** The registration differs from the file. */
export function registrationDrifted(scene: Scene): readonly Finding[] {
  const { registration, memory, now } = scene;
  if (!registration || memory.registration?.appId !== registration.appId) return [];
  const patch = difference(scene, registration);
  const changes = Object.keys(patch).toSorted();
  if (changes.length === 0) return [];
  const fingerprint = hash64(JSON.stringify(patch));
  const last = memory.lastPatch;
  if (last?.patch === fingerprint && now < last.at + replicationMs) {
    return stands('replicating', last.at + replicationMs);
  }
  const { objectId } = registration;
  const action: Action = { kind: 'update-registration', objectId, patch, changes, fingerprint };
  return act(scene, 'registration', action);
}

/** Permissions of EWS, EAS, IMAP or POP that Keeper may not remove itself. */
export function legacyPermissionLeft(scene: Scene): readonly Finding[] {
  const { registration } = scene;
  if (!registration || ownsPermissions(scene)) return [];
  const legacy = registration.access.filter(isLegacyPermission);
  return legacy.length === 0 ? [] : stands('legacy-permissions', scene.now + hourMs, legacy[0]?.id);
}

/** What others put on lists that Keeper does not own: told once, never removed (law 7). */
export function foreignListItem(scene: Scene): readonly Finding[] {
  const { registration, desired } = scene;
  if (!registration) return [];
  const permissions = ownsPermissions(scene)
    ? []
    : registration.access.filter(
        (one) => !desired.access.some((want) => samePermission(want, one)),
      );
  const uris = ownsRedirectUris(scene)
    ? []
    : registration.redirectUris.filter((uri) => !desired.redirectUris.includes(uri));
  return [
    ...permissions.flatMap((one) =>
      noteOnce(scene, one.id, { what: 'foreign-permission', subject: one.id }),
    ),
    ...uris.flatMap((uri) => {
      const subject = hash64(uri);
      return noteOnce(scene, subject, { what: 'foreign-redirect-uri', subject });
    }),
  ];
}

/** The service principal, without which no secret can be proven, is missing or disabled. */
export function servicePrincipalMissing(scene: Scene): readonly Finding[] {
  const { observed, memory, now, registration } = scene;
  if (!registration) return [];
  const seen = observed.servicePrincipal;
  if (seen.kind === 'unknown') return unseen(scene, seen.fault);
  if (seen.kind === 'known') {
    return seen.value.enabled ? [] : stands('service-principal-disabled', now + hourMs);
  }
  const writtenAt = memory.servicePrincipalAt;
  if (writtenAt !== undefined && now < writtenAt + replicationMs) {
    return stands('replicating', writtenAt + replicationMs);
  }
  const { appId } = registration;
  return act(scene, 'service-principal', { kind: 'create-service-principal', appId });
}

function ownsPermissions(scene: Scene): boolean {
  return scene.desired.owns.permissions || (scene.memory.registration?.created ?? false);
}

function ownsRedirectUris(scene: Scene): boolean {
  return scene.desired.owns.redirectUris || (scene.memory.registration?.created ?? false);
}

function samePermission(one: Permission, other: Permission): boolean {
  return (
    one.resourceAppId === other.resourceAppId && one.id === other.id && one.type === other.type
  );
}

function wholePatch(scene: Scene): Patch {
  const { desired } = scene;
  return {
    displayName: desired.displayName,
    signInAudience: vendorAudience[desired.audience],
    tokenVersion: 2,
    redirectUris: desired.redirectUris,
    access: desired.access,
    tags: [keeperTag, keyTagOf(desired.key)],
  };
}

/** Only what differs; a list that is sent replaces the whole list. */
function difference(scene: Scene, seen: SeenRegistration): Patch {
  const want = wholePatch(scene);
  const uris = merged(seen.redirectUris, want.redirectUris ?? [], ownsRedirectUris(scene));
  const access = mergedAccess(seen.access, want.access ?? [], ownsPermissions(scene));
  const tags = merged(seen.tags, want.tags ?? [], false);
  return {
    ...(seen.displayName === scene.desired.displayName
      ? {}
      : { displayName: scene.desired.displayName }),
    ...(seen.signInAudience === want.signInAudience
      ? {}
      : { signInAudience: vendorAudience[scene.desired.audience] }),
    ...(seen.tokenVersion === 2 ? {} : { tokenVersion: 2 as const }),
    ...(uris ? { redirectUris: uris } : {}),
    ...(access ? { access } : {}),
    ...(tags ? { tags } : {}),
  };
}

/** The list to write, or undefined when the seen one is right. */
function merged(
  seen: readonly string[],
  want: readonly string[],
  owned: boolean,
): readonly string[] | undefined {
  const missing = want.filter((one) => !seen.includes(one));
  const extra = owned ? seen.filter((one) => !want.includes(one)) : [];
  if (missing.length === 0 && extra.length === 0) return undefined;
  return owned ? want : [...seen, ...missing];
}

function mergedAccess(
  seen: readonly Permission[],
  want: readonly Permission[],
  owned: boolean,
): readonly Permission[] | undefined {
  const missing = want.filter((one) => !seen.some((other) => samePermission(one, other)));
  const extra = owned
    ? seen.filter((one) => !want.some((other) => samePermission(one, other)))
    : [];
  if (missing.length === 0 && extra.length === 0) return undefined;
  return owned ? want : [...seen, ...missing];
}
