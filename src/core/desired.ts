/** How things should be: `keeper.yaml`, checked and resolved. Nothing here is secret. */

/** Who may sign in through a registration, in Keeper's words. */
export type Audience = 'organizations-and-personal' | 'organizations' | 'this-organization';

/** Where a Nylas application lives. */
export type Region = 'us' | 'eu';

/** A secret in a vault. `vault` is the vault's name, not its address. */
export interface SecretRef {
  readonly vault: string;
  readonly name: string;
}

/** One permission of an Entra registration: an id on a resource. */
export interface Permission {
  readonly resourceAppId: string;
  readonly id: string;
  readonly type: 'Scope' | 'Role';
}

export interface DesiredConnector {
  /** `<region>/<application id>`: unique over the file. */
  readonly id: string;
  readonly region: Region;
  readonly applicationId: string;
  /** Where the Nylas API key is kept. */
  readonly apiKey: SecretRef;
  readonly tenant: string;
  readonly name?: string;
  /** Short scope names, sorted. */
  readonly scopes: readonly string[];
  /** Ids of further credential records that hold this registration's secret. */
  readonly records: readonly string[];
  /** Consent to replace another client id on a live connector. Its users must sign in again. */
  readonly takeOver: boolean;
}

export interface DesiredRegistration {
  /** The name in the file. */
  readonly id: string;
  /**
   * What storage and vendors know it by: `renamedFrom` where given, else `id`. It never changes,
   * since the registration's unique name cannot.
   */
  readonly key: string;
  /** The client id of an existing registration to adopt. */
  readonly appId?: string;
  readonly displayName: string;
  readonly audience: Audience;
  readonly redirectUris: readonly string[];
  /** Permission names, with those that Nylas always needs, sorted. */
  readonly permissions: readonly string[];
  /** The same, as Entra knows them. */
  readonly access: readonly Permission[];
  /** Lists that Keeper may shorten on a registration that it did not create. */
  readonly owns: { readonly permissions: boolean; readonly redirectUris: boolean };
  readonly secret: SecretRef;
  readonly lifetimeDays: number;
  readonly renewBeforeDays: number;
  readonly connectors: readonly DesiredConnector[];
}

export interface Desired {
  readonly registrations: readonly DesiredRegistration[];
  /** SHA-256 of the file's bytes, hex. */
  readonly hash: string;
}

/** The immutable name that a registration is created under. */
export function uniqueNameOf(key: string): string {
  return `keeper-${key}`;
}

/** The tag by which Keeper's registrations are listed. */
export const keeperTag = 'keeper';

/** The tag that names one registration's key. */
export function keyTagOf(key: string): string {
  return `keeper:${key}`;
}

/** The name of the secret that holds a credential which is not proven yet. */
export function pendingOf(secret: SecretRef): SecretRef {
  return { vault: secret.vault, name: `${secret.name}-pending` };
}

/** True when the audience admits personal accounts, whose registrations hold two secrets at most. */
export function admitsPersonal(audience: Audience): boolean {
  return audience === 'organizations-and-personal';
}
