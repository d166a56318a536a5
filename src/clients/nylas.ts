/** Nylas as the loop's {@link Connectors}: eight calls, none of which deletes (law 8). */
import type { DesiredConnector } from '../core/desired.ts';
import { success, type Result } from '../core/fault.ts';
import type { SeenApplication, SeenConnector, SeenRecord } from '../core/observed.ts';
import type { ConnectorBody, Connectors, Done } from '../reconcile/world.ts';
import { apiKeys, type ApiKeysOptions } from './api-keys.ts';
import { safeRequestId } from './error-shape.ts';
import { readHealth } from './nylas-grants.ts';
import {
  notFoundAsUndefined,
  nylasSender,
  type NylasSender,
  type NylasSendOptions,
} from './nylas-send.ts';
import * as shapes from './nylas-shapes.ts';
import { readBody } from './read-body.ts';
import type { TransportReply } from './transport.ts';

export type NylasOptions = NylasSendOptions & Pick<ApiKeysOptions, 'vault'>;

const connectorPath = '/connectors/microsoft';

/** The `microsoft` connectors of all Nylas applications. */
export function nylasConnectors(options: NylasOptions): Connectors {
  const sender = nylasSender(options, apiKeys(options));
  return {
    readApplication: (connector) => readApplication(sender, connector),
    readConnector: (connector, recordIds) => readConnector(sender, connector, recordIds),
    readRecord: (connector, id) => readRecord(sender, connector, id),
    createConnector: (connector, body) => createConnector(sender, connector, body),
    updateConnector: (connector, body) => updateConnector(sender, connector, body),
    updateRecord: (connector, id, body) => updateRecord(sender, connector, id, body),
    readGrants: (connector) => readHealth(sender, connector),
  };
}

/** Whose application the key opens: the check before every push, without which none is sent. */
async function readApplication(
  sender: NylasSender,
  connector: DesiredConnector,
): Promise<Result<SeenApplication>> {
  const reply = await sender.readOpened(connector, '/applications', (one) => {
    const opened = applicationIn(one);
    return opened.ok ? opened.value.applicationId : undefined;
  });
  return reply.ok ? applicationIn(reply.value) : reply;
}

function applicationIn(reply: TransportReply): Result<SeenApplication> {
  const body = readBody('nylas', reply, shapes.application);
  return body.ok ? success(body.value.data) : body;
}

/** Records that are not there (any more) are left out. */
async function readConnector(
  sender: NylasSender,
  connector: DesiredConnector,
  recordIds: readonly string[],
): Promise<Result<SeenConnector | undefined>> {
  const reply = notFoundAsUndefined(await sender.read(connector, connectorPath));
  if (!reply.ok || reply.value === undefined) return reply as Result<undefined>;
  const body = readBody('nylas', reply.value, shapes.connector);
  if (!body.ok) return body;
  const { activeRecordId } = body.value.data;
  const ids = new Set(activeRecordId === undefined ? recordIds : [...recordIds, activeRecordId]);
  const records: SeenRecord[] = [];
  for (const id of ids) {
    const record = await readRecord(sender, connector, id);
    if (!record.ok) return record;
    if (record.value !== undefined) records.push(record.value);
  }
  return success({ ...body.value.data, records });
}

async function readRecord(
  sender: NylasSender,
  connector: DesiredConnector,
  id: string,
): Promise<Result<SeenRecord | undefined>> {
  const reply = notFoundAsUndefined(await sender.read(connector, recordPath(id)));
  if (!reply.ok || reply.value === undefined) return reply as Result<undefined>;
  const body = readBody('nylas', reply.value, shapes.record);
  return body.ok ? success(body.value.data) : body;
}

async function createConnector(
  sender: NylasSender,
  connector: DesiredConnector,
  body: ConnectorBody,
): Promise<Result<Done>> {
  return done(
    await sender.write(connector, {
      method: 'POST',
      path: '/connectors',
      body: { provider: 'microsoft', ...fieldsOf(body) },
    }),
  );
}

/** PATCH, as the contract says; the vendor's library sends PUT. */
async function updateConnector(
  sender: NylasSender,
  connector: DesiredConnector,
  body: ConnectorBody,
): Promise<Result<Done>> {
  return done(
    await sender.write(connector, { method: 'PATCH', path: connectorPath, body: fieldsOf(body) }),
  );
}

async function updateRecord(
  sender: NylasSender,
  connector: DesiredConnector,
  id: string,
  body: Pick<ConnectorBody, 'clientId' | 'secret' | 'tenant'>,
): Promise<Result<Done>> {
  return done(
    await sender.write(connector, {
      method: 'PATCH',
      path: recordPath(id),
      body: { credential_data: shapes.settingsOf(body) },
    }),
  );
}

function fieldsOf(body: ConnectorBody): object {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    settings: shapes.settingsOf(body),
    scope: body.scopes,
  };
}

function recordPath(id: string): string {
  return `${connectorPath}/creds/${encodeURIComponent(id)}`;
}

/** A 2xx is the outcome; of its body only the request id is of use. */
function done(reply: Result<TransportReply>): Result<Done> {
  if (!reply.ok) return reply;
  const requestId = safeRequestId(reply.value.headers['x-request-id']);
  return success(requestId === undefined ? {} : { requestId });
}
