/**
 * Role: what people do to simulated Nylas behind Keeper's back, and the truth about what it holds.
 * None of it is throttled or authenticated. Instants are epoch milliseconds.
 */
import { createConnector, deleteConnector, patchConnector } from './nylas-connectors.ts';
import type { GrantWorld } from './nylas-grants.ts';
import type { Ledger } from './nylas-ledger.ts';
import type { NylasMode } from './nylas-modes.ts';
import type { ConnectorWrite } from './nylas-requests.ts';
import {
  type CredentialData,
  type CredentialRecord,
  type Grant,
  type NylasApplication,
  type StatusMode,
  activeRecord,
} from './nylas-state.ts';
import type { Random } from './random.ts';

/** A new application. */
interface NewApplication {
  readonly mode: NylasMode;
  readonly environment?: 'production' | 'staging';
  readonly id?: string;
  /** Its first API key. Default: drawn. */
  readonly apiKey?: string;
  /** Default: drawn. */
  readonly statusMode?: StatusMode;
  /** Where Nylas sends people on. Default: one address. */
  readonly callbackUris?: readonly string[];
}

/** Hand operations and truth. They throw where the thing asked for does not exist. */
export interface NylasHand {
  addApplication(wanted: NewApplication): { id: string; apiKey: string };
  /** Another key for the same application; by default it never ends. */
  addKey(applicationId: string, key?: string, endsAt?: number): string;
  revokeKey(key: string): void;
  /** Changes where Nylas sends people on. */
  setCallbackUris(applicationId: string, uris: readonly string[]): void;
  /** Creates the connector, or changes it the way PATCH does; without checks of form. */
  connectorByHand(applicationId: string, write: ConnectorWrite): void;
  deleteConnectorByHand(applicationId: string): void;
  /** A user signs in; throws when the connector holds no working credential. */
  addGrant(applicationId: string, email: string): { id: string };
  /** The user of a grant signs in again; false when the connector's credential does not work. */
  reauthenticate(applicationId: string, grantId: string): boolean;
  /** The truth, secrets included. */
  application(applicationId: string): NylasApplication;
  activeRecord(applicationId: string): CredentialRecord | undefined;
  grant(applicationId: string, grantId: string): Grant;
}

/** What the hand operations work on. */
export interface HandSurroundings {
  readonly applications: Map<string, NylasApplication>;
  readonly grants: GrantWorld;
  readonly ledger: Ledger;
  readonly random: Random;
  now(): number;
}

/** The hand operations of one region. */
export function nylasHand(surroundings: HandSurroundings): NylasHand {
  const { applications, grants, ledger, random } = surroundings;

  function settled(applicationId: string): NylasApplication {
    grants.settle(surroundings.now());
    const application = applications.get(applicationId);
    if (application === undefined) throw new Error(`No Nylas application ${applicationId}`);
    return application;
  }

  function addApplication(wanted: NewApplication): { id: string; apiKey: string } {
    const id = wanted.id ?? random.uuid();
    const apiKey = wanted.apiKey ?? newKey();
    applications.set(id, {
      id,
      organizationId: random.uuid(),
      environment: wanted.environment ?? 'production',
      mode: wanted.mode,
      statusMode: wanted.statusMode ?? random.pick(['prompt', 'lags', 'never'] as const),
      callbackUris: wanted.callbackUris ?? ['https://app.contoso.example/nylas/callback'],
      keys: new Map([[apiKey, { endsAt: Infinity, isRevoked: false }]]),
      lastClientId: '',
      grants: new Map(),
    });
    return { id, apiKey };
  }

  function newKey(): string {
    return `nyk_v0_${random.hex(48)}`;
  }

  function addKey(applicationId: string, key = newKey(), endsAt = Infinity): string {
    settled(applicationId).keys.set(key, { endsAt, isRevoked: false });
    return key;
  }

  function revokeKey(key: string): void {
    const known = [...applications.values()].map(({ keys }) => keys.get(key)).find(Boolean);
    if (known === undefined) throw new Error('No such API key');
    known.isRevoked = true;
  }

  function connectorByHand(applicationId: string, write: ConnectorWrite): void {
    const application = settled(applicationId);
    ledger.write(application, {
      by: 'hand',
      at: surroundings.now(),
      change: (context) =>
        application.connector === undefined
          ? createConnector(application, { ...write, settings: completed(write) }, context)
          : patchConnector(application, write, context),
    });
  }

  function deleteConnectorByHand(applicationId: string): void {
    const application = settled(applicationId);
    ledger.write(application, {
      by: 'hand',
      at: surroundings.now(),
      change: () => deleteConnector(application),
    });
  }

  function addGrant(applicationId: string, email: string): { id: string } {
    const grant = grants.signIn(settled(applicationId), { email }, surroundings.now());
    if (grant === undefined) throw new Error('The connector holds no working credential');
    return grant;
  }

  function reauthenticate(applicationId: string, grantId: string): boolean {
    const application = settled(applicationId);
    const { email } = grantOf(application, grantId);
    return grants.signIn(application, { email }, surroundings.now()) !== undefined;
  }

  return {
    addApplication,
    addKey,
    revokeKey,
    setCallbackUris: (applicationId, uris) => {
      settled(applicationId).callbackUris = uris;
    },
    connectorByHand,
    deleteConnectorByHand,
    addGrant,
    reauthenticate,
    application: settled,
    activeRecord: (applicationId) => {
      const { connector } = settled(applicationId);
      return connector && activeRecord(connector);
    },
    grant: (applicationId, grantId) => grantOf(settled(applicationId), grantId),
  };
}

function completed({ settings }: ConnectorWrite): CredentialData {
  return { clientId: '', clientSecret: '', ...settings };
}

function grantOf(application: NylasApplication, grantId: string): Grant {
  const grant = application.grants.get(grantId);
  if (grant === undefined) throw new Error(`No grant ${grantId}`);
  return grant;
}
