/** How things are, as far as a pass could see. Absent is not unknown (law 2). */
import type { Permission, Region } from './desired.ts';
import type { Fault } from './fault.ts';

/** One observed part: seen, confirmed absent, or not to be seen just now. */
export type Seen<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly fault: Fault };

/** A client secret as Entra lists it. The text is never readable. */
export interface SeenCredential {
  readonly keyId: string;
  readonly displayName: string;
  /** First three characters of the secret. */
  readonly hint: string;
  readonly startAt: number;
  readonly endAt: number;
  /** Credentials on the service principal are live too, but outside the limit of two. */
  readonly place: 'application' | 'service-principal';
}

export interface SeenRegistration {
  readonly objectId: string;
  readonly appId: string;
  readonly uniqueName?: string;
  readonly displayName: string;
  /** The vendor's word, such as `AzureADandPersonalMicrosoftAccount`. */
  readonly signInAudience: string;
  readonly tokenVersion: number | null;
  readonly redirectUris: readonly string[];
  readonly access: readonly Permission[];
  readonly tags: readonly string[];
  readonly credentials: readonly SeenCredential[];
}

export interface SeenServicePrincipal {
  readonly objectId: string;
  readonly enabled: boolean;
  readonly credentials: readonly SeenCredential[];
}

export interface SeenVersion {
  readonly version: string;
  readonly createdAt: number;
  readonly enabled: boolean;
  readonly expiresAt?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SeenSecret {
  /** The newest version, which readers of the name get. `hint` is missing when it is disabled. */
  readonly current: SeenVersion & { readonly hint?: string };
  /** All versions, newest first. */
  readonly versions: readonly SeenVersion[];
}

/** A Nylas credential record; its content is never readable. */
export interface SeenRecord {
  readonly id: string;
  /** Epoch milliseconds; the only readable trace that a write landed. */
  readonly updatedAt: number;
}

export interface SeenConnector {
  /** Nylas may or may not return it. */
  readonly clientId?: string;
  readonly tenant?: string;
  readonly name?: string;
  /** Short scope names, sorted. Nylas may or may not return them. */
  readonly scopes?: readonly string[];
  readonly activeRecordId?: string;
  readonly records: readonly SeenRecord[];
}

export interface GrantHealth {
  readonly total: number;
  readonly invalid: number;
  /** Latest authentications in epoch milliseconds, oldest first; bounded by the page limit. */
  readonly oldestAuthenticationAt?: number;
}

export interface SeenApplication {
  readonly applicationId: string;
  readonly region: Region | 'unknown';
}

/** What was seen of one connector. */
export interface ConnectorView {
  readonly application: Seen<SeenApplication>;
  readonly connector: Seen<SeenConnector>;
  readonly grants: Seen<GrantHealth>;
}

export interface Observed {
  readonly registration: Seen<SeenRegistration>;
  /** Asked only when the registration is absent: is it in the directory's deleted items? */
  readonly deletedRegistration: Seen<{ readonly objectId: string; readonly appId: string }>;
  readonly servicePrincipal: Seen<SeenServicePrincipal>;
  readonly current: Seen<SeenSecret>;
  readonly pending: Seen<SeenSecret>;
  /** Asked only when the secret, or its pending twin, is absent: which of them are soft-deleted? */
  readonly deletedSecrets: Seen<readonly string[]>;
  readonly connectors: Readonly<Record<string, ConnectorView>>;
}

/** The value of a known part, else undefined. */
export function valueOf<T>(seen: Seen<T>): T | undefined {
  return seen.kind === 'known' ? seen.value : undefined;
}

/** Wraps a seen value. */
export function known<T>(value: T): Seen<T> {
  return { kind: 'known', value };
}

/** The confirmed absence. */
export const absent = { kind: 'absent' } as const;

/** Wraps what stood in the way of seeing. */
export function unknown(fault: Fault): { readonly kind: 'unknown'; readonly fault: Fault } {
  return { kind: 'unknown', fault };
}
