/**
 * Role: writes to a simulated connector and its credential records, by the application's mode.
 * No secret is tried at write time: Nylas documents no such check.
 */
import { says, type NylasMode } from './nylas-modes.ts';
import { invalidRequest, notFound } from './nylas-refusal.ts';
import type { ConnectorWrite, RecordWrite, SentData } from './nylas-requests.ts';
import {
  type Connector,
  type CredentialData,
  type CredentialRecord,
  type NylasApplication,
  type Writer,
  activeRecord,
  settingsRecord,
} from './nylas-state.ts';
import type { Random } from './random.ts';

/** Who writes, when (epoch milliseconds), and where new ids come from. */
export interface WriteContext {
  readonly by: Writer;
  readonly at: number;
  readonly random: Random;
}

/** The application's connector, or a 404. */
export function connectorOf(application: NylasApplication): Connector {
  if (application.connector === undefined) throw notFound('connector');
  return application.connector;
}

/** The record asked for, or a 404. */
export function recordOf(application: NylasApplication, id: string): CredentialRecord {
  const record = connectorOf(application).records.get(id);
  if (record === undefined) throw notFound('credential');
  return record;
}

/** Creates the connector with its primary record; a second one is refused (status assumed: 400). */
export function createConnector(
  application: NylasApplication,
  write: ConnectorWrite & { readonly settings: CredentialData },
  context: WriteContext,
): Connector {
  if (application.connector !== undefined) {
    throw invalidRequest('connector already exists for this provider');
  }
  const primary = newRecord('primary', 'connector', write.settings, context);
  const connector: Connector = {
    name: write.name ?? 'microsoft',
    scope: write.scope ?? [],
    primaryId: primary.id,
    activeId: primary.id,
    records: new Map([[primary.id, primary]]),
    isSpoiled: false,
  };
  application.connector = connector;
  noteKeeper(connector, context);
  return connector;
}

/** Changes a connector; what is left out stays, but for settings in a mode that replaces them. */
export function patchConnector(
  application: NylasApplication,
  write: ConnectorWrite,
  context: WriteContext,
): Connector {
  const connector = connectorOf(application);
  const { activeCredentialId } = write;
  if (activeCredentialId !== undefined) {
    if (!connector.records.has(activeCredentialId)) {
      throw invalidRequest('active_credential_id names no credential of this connector');
    }
    connector.activeId = activeCredentialId;
    connector.handChosenAt = context.by === 'hand' ? context.at : undefined;
  }
  if (write.name !== undefined) connector.name = write.name;
  if (write.scope !== undefined) connector.scope = write.scope;
  if (write.settings !== undefined) {
    writeSettings(connector, write.settings, application.mode, context);
    noteKeeper(connector, context);
  }
  return connector;
}

/** Deletes the connector with its records; the caller stops the grants. */
export function deleteConnector(application: NylasApplication): void {
  connectorOf(application);
  application.connector = undefined;
}

/** Makes a record, or gives back the one that has the same parameters already. */
export function createRecord(
  application: NylasApplication,
  write: RecordWrite & { readonly name: string; readonly data: SentData },
  context: WriteContext,
): CredentialRecord {
  const connector = connectorOf(application);
  const data: CredentialData = { ...activePair(connector), ...write.data };
  const type = write.type ?? 'connector';
  const twin = twinOf(connector, data, type);
  if (twin !== undefined) return twin;
  if ([...connector.records.values()].some(({ name }) => name === write.name)) {
    throw invalidRequest('a credential with this name already exists');
  }
  const record = newRecord(write.name, type, data, context);
  connector.records.set(record.id, record);
  return record;
}

/** Changes a record in place. */
export function patchRecord(
  application: NylasApplication,
  id: string,
  { write, context }: { readonly write: RecordWrite; readonly context: WriteContext },
): CredentialRecord {
  const record = recordOf(application, id);
  if (write.name !== undefined) record.name = write.name;
  const data =
    write.data === undefined ? record.data : written(record.data, write.data, application.mode);
  overwrite(record, data, context);
  return record;
}

/** Deletes a record unless it is the active one; the caller stops its grants. */
export function deleteRecord(application: NylasApplication, id: string): void {
  const connector = connectorOf(application);
  recordOf(application, id);
  if (connector.activeId === id) throw invalidRequest('the active credential cannot be deleted');
  connector.records.delete(id);
}

function writeSettings(
  connector: Connector,
  sent: SentData,
  mode: NylasMode,
  context: WriteContext,
): void {
  const target = settingsRecord(connector, mode);
  const data = written(target.data, sent, mode);
  if (!says(mode, 'makesRecords')) return overwrite(target, data, context);
  const twin = twinOf(connector, data, 'connector');
  const record =
    twin ?? newRecord(`connector-${connector.records.size + 1}`, 'connector', data, context);
  if (twin !== undefined) overwrite(twin, data, context);
  connector.records.set(record.id, record);
  connector.activeId = record.id;
}

function written(before: CredentialData, sent: SentData, mode: NylasMode): CredentialData {
  const replaced = {
    ...sent,
    clientId: sent.clientId ?? '',
    clientSecret: sent.clientSecret ?? '',
  };
  const isComplete = Object.keys(before).every((name) => name in sent);
  return isComplete || !says(mode, 'merges') ? replaced : { ...before, ...sent };
}

function overwrite(record: CredentialRecord, data: CredentialData, context: WriteContext): void {
  record.data = data;
  record.updatedAt = context.at;
  record.handWrittenAt = context.by === 'hand' ? context.at : undefined;
}

function newRecord(
  name: string,
  type: CredentialRecord['type'],
  data: CredentialData,
  { by, at, random }: WriteContext,
): CredentialRecord {
  const handWrittenAt = by === 'hand' ? at : undefined;
  const record = { id: random.uuid(), name, type, data, createdAt: at, updatedAt: at };
  return { ...record, handWrittenAt, isSpoiled: false };
}

function twinOf(
  connector: Connector,
  data: CredentialData,
  type: CredentialRecord['type'],
): CredentialRecord | undefined {
  return [...connector.records.values()].find(
    (record) =>
      record.type === type &&
      record.data.clientId === data.clientId &&
      record.data.clientSecret === data.clientSecret &&
      record.data.tenant === data.tenant,
  );
}

function activePair(connector: Connector): CredentialData {
  const { clientId, clientSecret } = activeRecord(connector).data;
  return { clientId, clientSecret };
}

function noteKeeper(connector: Connector, { by, at }: WriteContext): void {
  if (by === 'api') connector.keeperWroteAt ??= at;
}
