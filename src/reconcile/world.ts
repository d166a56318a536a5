/**
 * The ports of the loop: what it needs of the outside, in the loop's own terms. No vendor type
 * appears here. Every call answers with a value or a {@link Fault}; none throws for an expected
 * failure, none retries a write, and reads may be retried only inside their time limit.
 */
import type { ChainStore } from '../audit/chain-store.ts';
import type { Patch } from '../core/action.ts';
import type { DesiredConnector, SecretRef } from '../core/desired.ts';
import type { Result } from '../core/fault.ts';
import type {
  GrantHealth,
  SeenApplication,
  SeenConnector,
  SeenCredential,
  SeenRecord,
  SeenRegistration,
  SeenSecret,
  SeenServicePrincipal,
  SeenVersion,
} from '../core/observed.ts';
import type { Order } from '../core/order.ts';
import type { Secret } from '../core/secret.ts';

/** A write that was carried out. */
export interface Done {
  readonly requestId?: string;
}

/** How a registration may be addressed. */
export type RegistrationRef =
  | { readonly uniqueName: string }
  | { readonly appId: string }
  | { readonly objectId: string };

/** The properties of a registration that Keeper writes. */
export type RegistrationPatch = Patch;

export interface IssuedCredential extends SeenCredential {
  readonly secret: Secret;
  readonly requestId?: string;
}

/** What the tenant's application management policy says of client secrets. */
export interface SecretPolicy {
  readonly forbidden: boolean;
  readonly maxLifetimeMs?: number;
}

/** One line of the listing of Keeper's registrations. */
export interface ListedRegistration {
  readonly appId: string;
  readonly tags: readonly string[];
  readonly uniqueName?: string;
  /** Changes when anything that Keeper cares about changes; see `core/fingerprint.ts`. */
  readonly fingerprint: string;
}

/** Microsoft Graph. One read is one read: `undefined` is one 404, not yet a confirmed absence. */
export interface Directory {
  readRegistration(ref: RegistrationRef): Promise<Result<SeenRegistration | undefined>>;
  findDeletedRegistration(
    ref: RegistrationRef,
  ): Promise<Result<{ objectId: string; appId: string } | undefined>>;
  /** All registrations that carry Keeper's tag. */
  listRegistrations(): Promise<Result<readonly ListedRegistration[]>>;
  /** Create by unique name if missing; updates nothing else. */
  createRegistration(
    uniqueName: string,
    body: RegistrationPatch & { readonly displayName: string },
  ): Promise<Result<Done & { readonly objectId?: string; readonly appId?: string }>>;
  updateRegistration(objectId: string, patch: RegistrationPatch): Promise<Result<Done>>;
  readServicePrincipal(appId: string): Promise<Result<SeenServicePrincipal | undefined>>;
  createServicePrincipal(appId: string): Promise<Result<Done>>;
  addCredential(
    objectId: string,
    request: { readonly displayName: string; readonly endAt: number },
  ): Promise<Result<IssuedCredential>>;
  /** Succeeds also when Graph knows no such credential (any more); `found` tells. */
  removeCredential(objectId: string, keyId: string): Promise<Result<Done & { found: boolean }>>;
  readSecretPolicy(objectId: string): Promise<Result<SecretPolicy>>;
}

/** The answer of the token endpoint to one attempt with a secret. */
export type Trial =
  | { readonly kind: 'accepted'; readonly requestId?: string }
  /** `code` is the AADSTS number. */
  | { readonly kind: 'refused'; readonly code: number; readonly requestId?: string };

/** Entra's token endpoint, for proofs only: the token is thrown away. */
export interface TokenEndpoint {
  tryCredential(appId: string, secret: Secret): Promise<Result<Trial>>;
}

/** Key Vault. */
export interface Vault {
  /**
   * All versions and, where the newest is enabled, its hint. `undefined` when there is no such secret.
   * Of more than can be listed: the newest, those listed and those `named`; without names, a fault.
   */
  readSecret(ref: SecretRef, named?: readonly string[]): Promise<Result<SeenSecret | undefined>>;
  /** The text of the newest version, in one read. `undefined`: no such secret; disabled: `denied`. */
  readNewest(ref: SecretRef): Promise<Result<Secret | undefined>>;
  /** The text of one version. `undefined`: no such version; a disabled one is a `denied` fault. */
  readValue(ref: SecretRef, version: string): Promise<Result<Secret | undefined>>;
  putValue(
    ref: SecretRef,
    value: Secret,
    options: { readonly tags: Readonly<Record<string, string>>; readonly expiresAt: number },
  ): Promise<Result<Done & { readonly version: SeenVersion }>>;
  disableVersion(ref: SecretRef, version: string): Promise<Result<Done>>;
  /** Is the name in the vault's deleted secrets? */
  isDeleted(ref: SecretRef): Promise<Result<boolean>>;
}

/** What a push writes; always client id, secret and tenant together. */
export interface ConnectorBody {
  readonly clientId: string;
  readonly secret: Secret;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly name?: string;
}

/** Nylas. There is no way to delete anything (law 8). The API key is fetched by the adapter. */
export interface Connectors {
  readApplication(connector: DesiredConnector): Promise<Result<SeenApplication>>;
  /** With the records named in `recordIds` and the active one. */
  readConnector(
    connector: DesiredConnector,
    recordIds: readonly string[],
  ): Promise<Result<SeenConnector | undefined>>;
  readRecord(connector: DesiredConnector, id: string): Promise<Result<SeenRecord | undefined>>;
  createConnector(connector: DesiredConnector, body: ConnectorBody): Promise<Result<Done>>;
  updateConnector(connector: DesiredConnector, body: ConnectorBody): Promise<Result<Done>>;
  updateRecord(
    connector: DesiredConnector,
    id: string,
    body: Pick<ConnectorBody, 'clientId' | 'secret' | 'tenant'>,
  ): Promise<Result<Done>>;
  readGrants(connector: DesiredConnector): Promise<Result<GrantHealth>>;
}

/** The metadata by which a tick finds what is due. */
export interface StateHead {
  readonly registration: string;
  readonly nextLookAt: number;
  readonly lookedAt: number;
  readonly fingerprint: string;
  readonly configuration: string;
  readonly state: string;
  readonly reason: string;
  /** Since when the reason has stood. */
  readonly sinceAt?: number;
  /** When the credential that serves ends, and from when on it is renewed; absent: there is none. */
  readonly endsAt?: number;
  readonly renewsAt?: number;
  /** How many there are; absent in what an older Keeper wrote, which has none of these four. */
  readonly connectors?: number;
  /** When Entra last accepted a secret of it; for metrics. */
  readonly provedAt?: number;
  /** Changes with each write; for those who keep what they have read. */
  readonly etag?: string;
}

/** The cache of folded chains. Losing it costs a fold, never a fact. */
export interface StateStore {
  read(registration: string): Promise<Result<string | undefined>>;
  write(registration: string, body: string, head: StateHead): Promise<Result<Done>>;
  list(): Promise<Result<readonly StateHead[]>>;
}

/** Orders by people, and the answers to them. */
export interface OrderStore {
  list(registration: string): Promise<Result<readonly Order[]>>;
  /** Create-once. */
  write(order: Order): Promise<Result<Done>>;
  /** Create-once, and the order is taken off the list: the chain has it. */
  finish(order: Order, result: object): Promise<Result<Done>>;
  readResult(orderId: string): Promise<Result<string | undefined>>;
}

/** The fleet's counter of switches (law 12). */
export interface SwitchCounter {
  /** Takes one of the hour's switches; `false` when none is left. */
  take(hourAt: number, limit: number): Promise<Result<boolean>>;
}

/** The queue of passes. */
export interface WorkQueue {
  send(message: WorkMessage): Promise<Result<Done>>;
}

/** Why a pass was asked for. A hint only: the pass looks for itself. */
export interface WorkMessage {
  readonly v: 1;
  readonly registration: string;
  readonly cause: 'due' | 'new' | 'changed' | 'event' | 'order';
}

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Never goes back; milliseconds from an arbitrary start. For deadlines. */
  monotonic(): number;
  /** A pause of seconds at the most. */
  sleep(ms: number): Promise<void>;
}

export interface LogFields {
  readonly [field: string]: string | number | boolean | undefined;
}

/** Log lines: a constant message, facts in fields. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** All that a pass may touch. */
export interface World {
  readonly directory: Directory;
  readonly tokens: TokenEndpoint;
  readonly vault: Vault;
  readonly connectors: Connectors;
  readonly chains: ChainStore;
  readonly states: StateStore;
  readonly orders: OrderStore;
  readonly switches: SwitchCounter;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs the sending of a write; what would leave later than `untilMs` is not sent (law 4). */
  within<T>(untilMs: number, work: () => Promise<T>): Promise<T>;
  /** A fresh UUID. */
  newId(): string;
  /** Planned switches that the whole fleet may make in an hour (law 12). */
  readonly switchesPerHour: number;
  /** Actions that one pass may carry out (law 12). */
  readonly actionsPerPass: number;
  /** Who writes: build and instance, for the chain. */
  readonly worker: string;
  /** The build that runs, and whose rights it has, as the chain names them. */
  readonly build: string;
  readonly identity: string;
}
