/**
 * Role: what one simulated Nylas application holds. Secrets are plain text here, as the vendor
 * holds them; they leave only towards the (simulated) provider. Instants are epoch milliseconds.
 */
import { says, type NylasMode } from './nylas-modes.ts';
import type { FailureWhy } from './outage.ts';
import type { Random } from './random.ts';

/** Who wrote: Keeper through the API, or a person in the dashboard. */
export type Writer = 'api' | 'hand';

/** A client id with a secret; the empty string where a write wiped it. */
export interface CredentialPair {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The content of a credential record. */
export interface CredentialData extends CredentialPair {
  readonly tenant?: string;
}

/** A connector credential (`/v3/connectors/{provider}/creds`). */
export interface CredentialRecord {
  readonly id: string;
  readonly type: 'connector' | 'adminconsent';
  readonly createdAt: number;
  name: string;
  data: CredentialData;
  updatedAt: number;
  /** When a person wrote it, where that was the last write. */
  handWrittenAt?: number | undefined;
  /** The last write was Keeper's and put a dead secret in the place of a working one. */
  isSpoiled: boolean;
}

/** The `microsoft` connector of an application. */
export interface Connector {
  name: string;
  scope: readonly string[];
  readonly primaryId: string;
  activeId: string;
  readonly records: Map<string, CredentialRecord>;
  /** Keeper's first write to it; undefined: Keeper never pushed. */
  keeperWroteAt?: number;
  /** When a person chose the active record, where that was the last choice. */
  handChosenAt?: number | undefined;
  /** Keeper chose an active record that is dead while the one before worked. */
  isSpoiled: boolean;
}

/** Why and since when something that a grant or connector needs is gone. */
export interface Failing {
  readonly since: number;
  readonly why: FailureWhy;
}

/** One user's account. */
export interface Grant {
  readonly id: string;
  readonly email: string;
  readonly scope: readonly string[];
  readonly createdAt: number;
  /** The last authentication by the user; `updated_at` on the wire. */
  authenticatedAt: number;
  credentialId: string;
  /** What it was last authenticated with. */
  bound: CredentialPair;
  /** Since when its credential does not work; its access token may still do. */
  failing?: Failing | undefined;
  /** Since when its access token has run out too. */
  downSince?: number | undefined;
  /** From when on Nylas says `invalid`. */
  invalidAt?: number | undefined;
  /** When its user signs in again. */
  signInAt?: number | undefined;
  /** Counts its plans: what the agenda holds for an older one is void. */
  plan: number;
  readonly random: Random;
}

/** Does `grant_status` turn `invalid` when refreshing fails, late, or never (as reported once)? */
export type StatusMode = 'prompt' | 'lags' | 'never';

/** A Nylas application in one region. */
export interface NylasApplication {
  readonly id: string;
  readonly organizationId: string;
  readonly environment: 'production' | 'staging';
  readonly mode: NylasMode;
  readonly statusMode: StatusMode;
  callbackUris: readonly string[];
  /** API keys with the instant they end. */
  readonly keys: Map<string, { readonly endsAt: number; isRevoked: boolean }>;
  connector?: Connector | undefined;
  /** What the connector's credential suffers from; also set while the connector is deleted. */
  connectorFailing?: Failing | undefined;
  /** The client id that the connector held last. */
  lastClientId: string;
  readonly grants: Map<string, Grant>;
}

/** The active record of a connector. */
export function activeRecord(connector: Connector): CredentialRecord {
  return recordOf(connector, connector.activeId);
}

/** The record that PATCH and GET of the connector's own settings concern. */
export function settingsRecord(connector: Connector, mode: NylasMode): CredentialRecord {
  const active = activeRecord(connector);
  const primary = connector.records.get(connector.primaryId);
  if (primary === undefined || primary === active) return active;
  return says(mode, 'keepsToPrimary') ? primary : active;
}

function recordOf(connector: Connector, id: string): CredentialRecord {
  const record = connector.records.get(id);
  if (record === undefined) throw new Error(`The connector has no record ${id}`);
  return record;
}
