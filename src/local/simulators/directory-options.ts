/**
 * Role: how a simulated tenant behaves. The defaults misbehave as the vendor does;
 * `CALM` is for tests of something else.
 */
import type { GraphRole } from './directory-objects.ts';
import { NO_LAG, TYPICAL_LAG, type Lag } from './directory-replicas.ts';

/** Settings of one simulated tenant; all can be changed while it runs, but for `replicas`. */
export interface DirectoryOptions {
  tenantId: string;
  /** Names that the token service takes in place of the tenant id. */
  domains: readonly string[];
  /** Servers behind Graph's reads, and as many behind the token endpoint. */
  replicas: number;
  /** Until a write shows on a Graph replica. 404, 403 and NoBackingApplicationObject of new objects follow from it. */
  lag: Lag;
  /** Until the token endpoint takes a new secret, application or service principal. */
  acceptanceLag: Lag;
  /** How long the token endpoint still takes a removed secret. */
  removalLag: Lag;
  /** Until the consumer directory has a new application that admits personal accounts. */
  consumerLag: Lag;
  /** Chance that a write within that time meets Error_MsaAppDoesNotExist, 0 to 1. */
  consumerRefusalChance: number;
  /** Two writes on one object closer than this may collide, in milliseconds. */
  concurrencyWindowMs: number;
  /** Chance that such a write is refused, 0 to 1. */
  concurrencyChance: number;
  /** Share of the collisions of addPassword that answer 503 in place of 409, 0 to 1. */
  concurrencyAs503Chance: number;
  /** Chance that addPassword answers so although it has added the password, 0 to 1. Not documented. */
  addedAs503Chance: number;
  /** removePassword on a replica that has not seen the credential says "No password credential found". */
  removalRacesReplication: boolean;
  /**
   * Whether two upserts of one new name within the window can both answer 201. Not known
   * (docs/vendors.md#graph-registrations).
   */
  simultaneousUpserts: 'one-creates' | 'both-create';
  simultaneousUpsertWindowMs: number;
  /** Directory objects that one principal may have made (live, in the bin; purged ones count a quarter). */
  createdObjectQuota: number;
  tenantObjectQuota: number;
  /** Personal accounts do not exist in national clouds. */
  nationalCloud: boolean;
  /** True: a token keeps the roles of its making, as real ones do; false: role changes show at once. */
  rolesFixedInToken: boolean;
  /** Answers of Graph have their ids in upper case; requests may come in lower case all the same. */
  upperCaseIds: boolean;
  /** Principals known from the start, by object id. */
  callers: Readonly<Record<string, readonly GraphRole[]>>;
}

/** The vendor's habits: lags of 2 to 20 s, flapping reads, collisions. The tenant id has to be given or drawn. */
export const DEFAULT_DIRECTORY_OPTIONS: Omit<DirectoryOptions, 'tenantId'> = {
  domains: ['contoso.onmicrosoft.com'],
  replicas: 3,
  lag: TYPICAL_LAG,
  acceptanceLag: TYPICAL_LAG,
  removalLag: TYPICAL_LAG,
  consumerLag: TYPICAL_LAG,
  consumerRefusalChance: 0.5,
  concurrencyWindowMs: 1_000,
  concurrencyChance: 0.3,
  concurrencyAs503Chance: 0.1,
  addedAs503Chance: 0,
  removalRacesReplication: true,
  simultaneousUpserts: 'one-creates',
  simultaneousUpsertWindowMs: 1_000,
  createdObjectQuota: 250,
  tenantObjectQuota: 50_000,
  nationalCloud: false,
  rolesFixedInToken: false,
  upperCaseIds: false,
  callers: {},
};

/** No lags and no collisions: every rule holds, nothing is late. Spread it into the options. */
export const CALM: Partial<DirectoryOptions> = {
  lag: NO_LAG,
  acceptanceLag: NO_LAG,
  removalLag: NO_LAG,
  consumerLag: NO_LAG,
  concurrencyWindowMs: 0,
};
