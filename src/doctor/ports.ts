/**
 * What doctor asks of the outside beyond the loop's own ports. Every call reads: there is none that
 * could change anything at a vendor. Results are values or faults, as everywhere.
 */
import type { PublicKey } from '../audit/signer.ts';
import type { DesiredConnector, Region } from '../core/desired.ts';
import type { Result } from '../core/fault.ts';
import type { World } from '../reconcile/world.ts';

/** The part of the loop's world that doctor reads, with the caller's own rights. */
export interface ReadWorld {
  readonly directory: Pick<
    World['directory'],
    'readRegistration' | 'findDeletedRegistration' | 'readServicePrincipal' | 'readSecretPolicy'
  >;
  readonly vault: Pick<World['vault'], 'readSecret' | 'readNewest' | 'isDeleted'>;
  readonly connectors: Pick<World['connectors'], 'readConnector'>;
  readonly chains: World['chains'];
  readonly states: World['states'];
  readonly clock: Pick<World['clock'], 'now'>;
}

/** A service principal: Keeper's identity, seen from the directory. */
export interface Principal {
  readonly objectId: string;
  readonly displayName: string;
}

/** An application permission that a principal holds. `name` is missing where nobody told it. */
export interface GrantedRole {
  readonly roleId: string;
  readonly name?: string;
  readonly resource: string;
}

/** The registration that people sign in to Keeper with. */
export interface SignIn {
  /** Values of its enabled app roles. */
  readonly roles: readonly string[];
  /** Only people with a role get in. `undefined`: it has no service principal here. */
  readonly isAssignmentRequired?: boolean;
  /** How many people, groups and apps hold one of the roles. */
  readonly assigned: number;
}

export interface EntraProbes {
  readPrincipal(clientId: string): Promise<Result<Principal | undefined>>;
  readRoles(principalId: string): Promise<Result<readonly GrantedRole[]>>;
  /** Object ids of a registration's owners. */
  readOwners(objectId: string): Promise<Result<readonly string[]>>;
  readSignIn(clientId: string): Promise<Result<SignIn | undefined>>;
}

/** Whose application an API key opens. */
export interface NylasApplication {
  readonly applicationId: string;
  readonly region: Region | 'unknown';
  /** Where Nylas sends people after they have signed in. */
  readonly callbackUris: readonly string[];
}

export interface NylasProbes {
  /** Asks the region given, which need not be that of the file. */
  readApplication(
    account: Pick<DesiredConnector, 'apiKey' | 'region'>,
  ): Promise<Result<NylasApplication>>;
}

/** A vault as Azure's control plane knows it. */
export interface AzureVault {
  readonly id: string;
  readonly hasPurgeProtection: boolean;
  /** Roles decide; else access policies do. */
  readonly usesRoles: boolean;
}

/** One subscription to a vault's events. */
export interface EventSubscription {
  readonly name: string;
  readonly state: string;
  /** What it delivers to: the id of a function, a queue, or `undefined` for a web hook. */
  readonly destination?: string;
  /** Empty: all of them. */
  readonly eventTypes: readonly string[];
}

export interface EventPath {
  readonly topicId: string;
  readonly subscriptions: readonly EventSubscription[];
}

/** What Azure counted of a topic's events in a span of time. */
export interface EventCounts {
  readonly matched: number;
  readonly delivered: number;
  /** Laid down as dead letters, or dropped. */
  readonly lost: number;
}

/** One role that a principal holds somewhere, with what the role allows. */
export interface Assignment {
  readonly scope: string;
  readonly role: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/** Immutability as the control plane tells it. */
export interface Retention {
  readonly isLocked: boolean;
  readonly days: number;
  /** Blocks may still be appended to append blobs. */
  readonly allowsAppends: boolean;
}

export interface AzureStorage {
  readonly id: string;
}

export interface AzureProbes {
  findVault(name: string): Promise<Result<AzureVault | undefined>>;
  findStorage(account: string): Promise<Result<AzureStorage | undefined>>;
  /** `undefined`: the vault has no system topic. */
  readEventPath(vaultId: string): Promise<Result<EventPath | undefined>>;
  countEvents(
    topicId: string,
    span: {
      readonly fromAt: number;
      readonly toAt: number;
      /** Only of this subscription. */
      readonly subscription?: string;
    },
  ): Promise<Result<EventCounts>>;
  /** In all subscriptions that the caller sees. */
  readAssignments(principalId: string): Promise<Result<readonly Assignment[]>>;
  /** `undefined`: the container has no policy. */
  readRetention(storageId: string, container: Protected): Promise<Result<Retention | undefined>>;
}

/** The containers that nobody may change behind Keeper's back. */
export type Protected = 'audit' | 'checkpoints';

/** What the storage service itself says of a container. */
export interface Protection {
  readonly hasPolicy: boolean;
  readonly hasLegalHold: boolean;
}

/** When a worker wrote a state, by its own clock and by that of the storage service. */
export interface StateWrite {
  readonly registration: string;
  readonly lookedAt: number;
  readonly writtenAt: number;
}

export interface StorageProbes {
  /** `undefined`: there is no such container. */
  readProtection(container: Protected): Promise<Result<Protection | undefined>>;
  /** Left out where the storage's clock tells nothing, as in the embedded mode. */
  readonly readStateWrites?: () => Promise<Result<readonly StateWrite[]>>;
  /** When the newest statement says that it was made. `undefined`: there is none. */
  readCheckpointAt(): Promise<Result<number | undefined>>;
}

/** A vendor's clock against the caller's, from the date of a reply. */
export interface SeenClock {
  readonly host: string;
  /** How far the caller's clock is ahead; negative: behind. */
  readonly aheadMs: number;
}

/** All probes together. */
export interface Probes {
  readonly entra: EntraProbes;
  readonly nylas: NylasProbes;
  readonly azure: AzureProbes;
  readonly storage: StorageProbes;
  /** The newest version of the signing key; left out when no key is set. */
  readonly readSigningKey?: () => Promise<Result<PublicKey>>;
  /** What the replies so far told of clocks. */
  clocks(): readonly SeenClock[];
}

/** The settings of the deployment that is looked at. */
export interface DoctorSettings {
  /** Client id of Keeper's identity. */
  readonly clientId?: string;
  /** Client id of the sign-in registration. */
  readonly audience?: string;
  readonly checkpointKey?: string;
  /** Name of the storage account; left out when it is reached by a key, as in development. */
  readonly storageAccount?: string;
  readonly queue: string;
  /** Where the wished state is written, for people. */
  readonly file: string;
  readonly graphUrl: string;
  readonly nylasUrls: Readonly<Record<Region, string>>;
}
