/**
 * Role: the things a directory holds, as the simulators know them (the truth, secret texts included).
 * Instants are epoch milliseconds. Property names follow the vendor where the vendor has one.
 */

/** Who may sign in to an application. */
export type Audience =
  | 'AzureADMyOrg'
  | 'AzureADMultipleOrgs'
  | 'AzureADandPersonalMicrosoftAccount'
  | 'PersonalMicrosoftAccount';

/** The application roles of Microsoft Graph that the simulator tells apart. */
export type GraphRole =
  | 'Application.ReadWrite.OwnedBy'
  | 'Application.ReadWrite.All'
  | 'Application.Read.All'
  | 'Directory.Read.All'
  | 'Directory.ReadWrite.All'
  | 'Policy.Read.All';

/** A client secret. `text` is never shown again after the answer that made it. */
export interface Password {
  keyId: string;
  displayName: string | null;
  startAt: number;
  endAt: number;
  /** As shown on the wire, up to 7 fraction digits. */
  startDateTime: string;
  /** As shown on the wire, up to 7 fraction digits. */
  endDateTime: string;
  /** First three characters of the text. */
  hint: string;
  text: string;
}

/** A permission asked of one resource. */
interface ResourceAccess {
  resourceAppId: string;
  resourceAccess: readonly { id: string; type: 'Scope' | 'Role' }[];
}

/** A scope that an application offers to others. */
interface OfferedScope {
  id: string;
  value: string | null;
  [more: string]: unknown;
}

/** `application.api`. */
interface ApiSettings {
  requestedAccessTokenVersion: number | null;
  acceptMappedClaims: boolean | null;
  knownClientApplications: readonly string[];
  oauth2PermissionScopes: readonly OfferedScope[];
}

/** `application.web`. */
interface WebSettings {
  redirectUris: readonly string[];
  homePageUrl: string | null;
  logoutUrl: string | null;
  implicitGrantSettings: { enableIdTokenIssuance: boolean; enableAccessTokenIssuance: boolean };
}

/** What a caller can set on an application. */
export interface ApplicationProperties {
  displayName: string;
  description: string | null;
  notes: string | null;
  signInAudience: Audience;
  /** Immutable once set; null on applications that nobody named. */
  uniqueName: string | null;
  tags: readonly string[];
  identifierUris: readonly string[];
  api: ApiSettings;
  web: WebSettings;
  spa: { redirectUris: readonly string[] };
  publicClient: { redirectUris: readonly string[] };
  requiredResourceAccess: readonly ResourceAccess[];
  appRoles: readonly Record<string, unknown>[];
}

/** A change to an application: absent stays, a sent collection replaces the whole collection. */
export interface ApplicationPatch {
  displayName?: string | undefined;
  description?: string | null | undefined;
  notes?: string | null | undefined;
  signInAudience?: Audience | undefined;
  uniqueName?: string | null | undefined;
  tags?: readonly string[] | undefined;
  identifierUris?: readonly string[] | undefined;
  api?: { [K in keyof ApiSettings]?: ApiSettings[K] | undefined } | undefined;
  web?:
    | {
        redirectUris?: readonly string[] | undefined;
        homePageUrl?: string | null | undefined;
        logoutUrl?: string | null | undefined;
        implicitGrantSettings?:
          | {
              enableIdTokenIssuance?: boolean | undefined;
              enableAccessTokenIssuance?: boolean | undefined;
            }
          | undefined;
      }
    | undefined;
  spa?: { redirectUris?: readonly string[] | undefined } | undefined;
  publicClient?: { redirectUris?: readonly string[] | undefined } | undefined;
  requiredResourceAccess?: readonly ResourceAccess[] | undefined;
  appRoles?: readonly Record<string, unknown>[] | undefined;
}

/** An app registration. */
export interface Application extends ApplicationProperties {
  kind: 'application';
  /** Object id. */
  id: string;
  /** Client id. */
  appId: string;
  createdAt: number;
  /** Set while it lies in the bin. */
  deletedAt: number | undefined;
  passwords: readonly Password[];
}

/** The application's face in this tenant; without one the token service refuses. */
export interface ServicePrincipal {
  kind: 'service-principal';
  id: string;
  appId: string;
  displayName: string;
  accountEnabled: boolean;
  tags: readonly string[];
  notes: string | null;
  createdAt: number;
  deletedAt: number | undefined;
  /** A second list of secrets, good for the same client id and outside the two-secret limit. */
  passwords: readonly Password[];
}

/** A change to a service principal. */
export interface ServicePrincipalPatch {
  displayName?: string | undefined;
  accountEnabled?: boolean | undefined;
  tags?: readonly string[] | undefined;
  notes?: string | null | undefined;
}

/** Who calls: an object id of this tenant, with the roles it has now. */
export interface Principal {
  principalId: string;
  /** Client id, if the principal is an application that used a secret. */
  appId?: string | undefined;
  roles: readonly GraphRole[];
}

/** One call on the directory: who, when, and on which replica it lands. */
export interface Call {
  by: Principal;
  /** Epoch milliseconds. */
  at: number;
  /** 'latest' is a person in the portal: sees the truth, meets no replication refusals. */
  replica: number | 'latest';
}

/** How an object is addressed. */
export interface Key {
  by: 'id' | 'appId' | 'uniqueName';
  value: string;
}

/** True for audiences with personal accounts: the two-secret limit and stricter rules hold. */
export function admitsPersonalAccounts(audience: Audience): boolean {
  return (
    audience === 'AzureADandPersonalMicrosoftAccount' || audience === 'PersonalMicrosoftAccount'
  );
}

/** The properties after a change: complex ones are merged, collections are replaced. */
export function patched(
  current: ApplicationProperties,
  patch: ApplicationPatch,
): ApplicationProperties {
  return {
    displayName: patch.displayName ?? current.displayName,
    description: patch.description === undefined ? current.description : patch.description,
    notes: patch.notes === undefined ? current.notes : patch.notes,
    signInAudience: patch.signInAudience ?? current.signInAudience,
    uniqueName: patch.uniqueName === undefined ? current.uniqueName : patch.uniqueName,
    tags: patch.tags ?? current.tags,
    identifierUris: patch.identifierUris ?? current.identifierUris,
    api: { ...current.api, ...sent(patch.api) },
    web: {
      ...current.web,
      ...sent(patch.web),
      implicitGrantSettings: {
        ...current.web.implicitGrantSettings,
        ...sent(patch.web?.implicitGrantSettings),
      },
    },
    spa: { ...current.spa, ...sent(patch.spa) },
    publicClient: { ...current.publicClient, ...sent(patch.publicClient) },
    requiredResourceAccess: patch.requiredResourceAccess ?? current.requiredResourceAccess,
    appRoles: patch.appRoles ?? current.appRoles,
  };
}

/** The fields of a patch that carry a value. */
function sent<T extends object>(
  patch: T | undefined,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(patch ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** What an application is made of before a caller says anything. */
export function blankProperties(audience: Audience): ApplicationProperties {
  return {
    displayName: '',
    description: null,
    notes: null,
    signInAudience: audience,
    uniqueName: null,
    tags: [],
    identifierUris: [],
    api: {
      requestedAccessTokenVersion: admitsPersonalAccounts(audience) ? 2 : null,
      acceptMappedClaims: null,
      knownClientApplications: [],
      oauth2PermissionScopes: [],
    },
    web: {
      redirectUris: [],
      homePageUrl: null,
      logoutUrl: null,
      implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false },
    },
    spa: { redirectUris: [] },
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    appRoles: [],
  };
}
