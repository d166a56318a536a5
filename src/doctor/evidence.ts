/** What doctor has seen, part by part: known, absent, or not to be seen. Nothing in it is secret. */
import type { Memory } from '../core/memory.ts';
import type {
  Seen,
  SeenConnector,
  SeenRegistration,
  SeenSecret,
  SeenServicePrincipal,
} from '../core/observed.ts';
import type { RegistrationStatus } from '../core/status.ts';
import type { SecretPolicy, StateHead } from '../reconcile/world.ts';
import type {
  Assignment,
  AzureStorage,
  AzureVault,
  EventCounts,
  EventPath,
  GrantedRole,
  NylasApplication,
  Principal,
  Protected,
  Protection,
  Retention,
  SeenClock,
  SignIn,
  StateWrite,
} from './ports.ts';

/** What the audit log tells of one registration. */
export interface ChainEvidence {
  readonly memory: Memory;
  /** When an event of the vault last led to a deed. */
  readonly eventAt?: number;
}

export interface RegistrationEvidence {
  readonly registration: Seen<SeenRegistration>;
  /** Asked only when the registration is absent. */
  readonly deleted: Seen<{ readonly objectId: string; readonly appId: string }>;
  readonly servicePrincipal: Seen<SeenServicePrincipal>;
  readonly owners: Seen<readonly string[]>;
  readonly policy: Seen<SecretPolicy>;
  readonly current: Seen<SeenSecret>;
  readonly pending: Seen<SeenSecret>;
  /** Which of the two names lie among the vault's deleted secrets. */
  readonly deletedSecrets: Seen<readonly string[]>;
  readonly chain: Seen<ChainEvidence>;
  readonly status: Seen<RegistrationStatus>;
}

export interface VaultEvidence {
  readonly name: string;
  /** The first fault of its own; `known`: it answers. */
  readonly answers: Seen<true>;
  readonly azure: Seen<AzureVault>;
  readonly events: Seen<EventPath>;
  readonly counts: Seen<EventCounts>;
  /** The last version, old enough for its event to have arrived. */
  readonly versionAt?: number;
}

export interface ConnectorEvidence {
  readonly registration: string;
  readonly key: Seen<SeenSecret>;
  readonly application: Seen<NylasApplication>;
  /** Asked only when the region of the file refuses the key: what the other one says. */
  readonly elsewhere: Seen<NylasApplication>;
  readonly connector: Seen<SeenConnector>;
}

export interface Evidence {
  /** The caller's clock. */
  readonly at: number;
  readonly identity: Seen<Principal>;
  readonly roles: Seen<readonly GrantedRole[]>;
  readonly assignments: Seen<readonly Assignment[]>;
  readonly registrations: ReadonlyMap<string, RegistrationEvidence>;
  readonly vaults: readonly VaultEvidence[];
  readonly connectors: ReadonlyMap<string, ConnectorEvidence>;
  readonly heads: Seen<readonly StateHead[]>;
  readonly storage: Seen<AzureStorage>;
  readonly protections: Readonly<Record<Protected, Seen<Protection>>>;
  readonly retentions: Readonly<Record<Protected, Seen<Retention>>>;
  readonly checkpointAt: Seen<number>;
  /** `undefined`: no key is set. */
  readonly signingKey?: Seen<true>;
  /** `undefined`: no sign-in is set up. */
  readonly signIn?: Seen<SignIn>;
  readonly clocks: readonly SeenClock[];
  /** `undefined`: the storage's clock tells nothing. */
  readonly stateWrites?: Seen<readonly StateWrite[]>;
}
