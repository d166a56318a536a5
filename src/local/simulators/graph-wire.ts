/**
 * Role: directory objects as Microsoft Graph v1.0 shows them. Secret texts never appear here.
 */
import type { Application, Password, ServicePrincipal } from './directory-objects.ts';

/** A JSON object on its way out. */
export type WireObject = Readonly<Record<string, unknown>>;

/** `microsoft.graph.application`. */
export function applicationOnWire(application: Application): WireObject {
  return {
    id: application.id,
    deletedDateTime: wireInstant(application.deletedAt),
    appId: application.appId,
    createdDateTime: wireInstant(application.createdAt),
    description: application.description,
    displayName: application.displayName,
    identifierUris: application.identifierUris,
    notes: application.notes,
    signInAudience: application.signInAudience,
    tags: application.tags,
    uniqueName: application.uniqueName,
    api: application.api,
    appRoles: application.appRoles,
    keyCredentials: [],
    passwordCredentials: application.passwords.map(passwordOnWire),
    publicClient: application.publicClient,
    requiredResourceAccess: application.requiredResourceAccess,
    spa: application.spa,
    web: application.web,
  };
}

/** `microsoft.graph.servicePrincipal`. */
export function principalOnWire(principal: ServicePrincipal, tenantId: string): WireObject {
  return {
    id: principal.id,
    deletedDateTime: wireInstant(principal.deletedAt),
    accountEnabled: principal.accountEnabled,
    appDisplayName: principal.displayName,
    appId: principal.appId,
    appOwnerOrganizationId: tenantId,
    createdDateTime: wireInstant(principal.createdAt),
    displayName: principal.displayName,
    notes: principal.notes,
    servicePrincipalNames: [principal.appId],
    servicePrincipalType: 'Application',
    tags: principal.tags,
    keyCredentials: [],
    passwordCredentials: principal.passwords.map(passwordOnWire),
  };
}

/** `microsoft.graph.passwordCredential` as every read shows it. */
function passwordOnWire(password: Password): WireObject {
  return {
    customKeyIdentifier: null,
    displayName: password.displayName,
    endDateTime: password.endDateTime,
    hint: password.hint,
    keyId: password.keyId,
    secretText: null,
    startDateTime: password.startDateTime,
  };
}

/** The one answer that shows the text: that of addPassword. */
export function newPasswordOnWire(password: Password): WireObject {
  return { ...passwordOnWire(password), secretText: password.text };
}

/** Only the properties that `$select` names. */
export function narrowed(object: WireObject, select: readonly string[] | undefined): WireObject {
  if (select === undefined) return object;
  return Object.fromEntries(select.map((name) => [name, object[name]]));
}

function wireInstant(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString().replace('.000Z', 'Z');
}
