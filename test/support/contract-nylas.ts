/** Role: what the suite and the probes of Nylas run in, and what they may do there. */
import type { DesiredConnector, Region } from '../../src/core/desired.ts';
import type { Secret } from '../../src/core/secret.ts';
import type { ConnectorBody, Connectors } from '../../src/reconcile/world.ts';
import type { DirectorySurroundings } from './contract-directory.ts';
import { memberOf, textAt, type RawCalls } from './contract-raw.ts';
import { valueOf, type ContractRun } from './contract-run.ts';

/** What a connector holds. */
export type ConnectorPair = Pick<ConnectorBody, 'clientId' | 'secret' | 'tenant'>;

/** A Nylas application, real or simulated, as suite and probes meet it. */
export interface NylasSurroundings {
  readonly run: ContractRun;
  readonly connectors: Connectors;
  /** The same client with another API key. */
  readonly connectorsWith: (apiKey: Secret) => Connectors;
  readonly connector: DesiredConnector;
  /** Requests with the application's key; paths begin with the version. */
  readonly nylas: RawCalls;
  /** Works at Entra; the connector is left with it. */
  readonly good: ConnectorPair;
  /** The grant of a test user, and the tenant of the registration that it was given to. */
  readonly grant?: TestGrant;
}

/** A grant with the secret under which its user signed in. */
export interface TestGrant {
  readonly id: string;
  /** Key id of that secret; its name begins with the contract prefix. */
  readonly keyId: string;
  readonly tenant: DirectorySurroundings;
}

/** More grants than this, and an application is no sandbox, whatever the settings say. */
const sandboxGrants = 5;

/** The connector of an application. */
export function contractConnector(
  region: Region,
  applicationId: string,
  tenant: string,
): DesiredConnector {
  return {
    id: `${region}/${applicationId}`,
    region,
    applicationId,
    apiKey: { vault: 'contract', name: 'nylas' },
    tenant,
    scopes: contractScopes,
    records: [],
    takeOver: false,
  };
}

/** What the suites' connector asks of users. */
export const contractScopes = ['Mail.Read', 'User.Read', 'offline_access'];

/** @throws Error when the key opens another application than named, or one that people use. */
export async function checkSandboxApplication({
  connectors,
  connector,
}: Pick<NylasSurroundings, 'connectors' | 'connector'>): Promise<void> {
  const { applicationId, region } = valueOf(await connectors.readApplication(connector));
  if (applicationId !== connector.applicationId) {
    throw new Error('The key is not of the application of KEEPER_CONTRACT_NYLAS_APPLICATION_ID');
  }
  if (region !== connector.region && region !== 'unknown') {
    throw new Error('The application is not in the region of KEEPER_CONTRACT_NYLAS_REGION');
  }
  const { total } = valueOf(await connectors.readGrants(connector));
  if (total > sandboxGrants) {
    throw new Error(`The application has ${total} grants: it is no sandbox`);
  }
}

/** The full body of a push. */
export function bodyOf(pair: ConnectorPair): ConnectorBody {
  return { ...pair, scopes: contractScopes };
}

/** The nested settings of a request that no client sends. */
export function settingsOf({ clientId, secret, tenant }: ConnectorPair) {
  return { client_id: clientId, client_secret: secret.reveal(), tenant };
}

/** Has the application a connector with the good pair, made where there is none? It is left there. */
export async function ensureConnector({
  connectors,
  connector,
  good,
}: NylasSurroundings): Promise<void> {
  // Nothing is written with a key that has not opened the application.
  valueOf(await connectors.readApplication(connector));
  const updated = await connectors.updateConnector(connector, bodyOf(good));
  if (updated.ok || updated.fault.kind !== 'absent') valueOf(updated);
  else valueOf(await connectors.createConnector(connector, bodyOf(good)));
}

/** Ids of all records, as many as a page can hold. */
export async function recordIds(nylas: RawCalls): Promise<readonly string[]> {
  const { json } = await nylas({
    method: 'GET',
    path: '/v3/connectors/microsoft/creds?limit=200',
  });
  const data = memberOf(json, 'data');
  return Array.isArray(data) ? data.map((one) => textAt(one, 'id') ?? '') : [];
}

/**
 * Makes a record under a name of the run, removed at its end. Nylas gives back a record that has the
 * same content instead: that one was not made here, and stays.
 */
export async function ownRecord(
  { run, nylas }: NylasSurroundings,
  what: string,
  pair: ConnectorPair,
): Promise<{ readonly id: string; readonly isOwn: boolean }> {
  const before = await recordIds(nylas);
  const name = run.nameOf(what);
  const { status, json } = await nylas({
    method: 'POST',
    path: '/v3/connectors/microsoft/creds',
    body: { name, credential_type: 'connector', credential_data: settingsOf(pair) },
  });
  const id = textAt(json, 'data', 'id');
  if (id === undefined) throw new Error(`The record was refused with ${status}`);
  const isOwn = !before.includes(id) && textAt(json, 'data', 'name') === name;
  if (isOwn) {
    run.atEnd(`record ${name}`, async () => {
      const path = `/v3/connectors/microsoft/creds/${id}`;
      const removed = await nylas({ method: 'DELETE', path });
      if (removed.status !== 200 && removed.status !== 404) throw new Error('still there');
    });
  }
  return { id, isOwn };
}
