/** Role: which write a request to simulated Nylas means, checked for form but not yet carried out. */
import { connectorBody, recordBody } from './nylas-bodies.ts';
import {
  type WriteContext,
  connectorOf,
  createConnector,
  createRecord,
  deleteConnector,
  deleteRecord,
  patchConnector,
  patchRecord,
  recordOf,
} from './nylas-connectors.ts';
import { notFound } from './nylas-refusal.ts';
import {
  connectorCreateOf,
  connectorPatchOf,
  recordCreateOf,
  recordPatchOf,
} from './nylas-requests.ts';
import type { NylasApplication } from './nylas-state.ts';

/** A write that is ready to be carried out; gives the data of the reply, undefined for none. */
export interface NylasWrite {
  readonly status: 200 | 201;
  carryOut(application: NylasApplication, context: WriteContext): object | undefined;
}

const connectorPath = /^\/v3\/connectors\/([^/]+)$/u;
const recordsPath = /^\/v3\/connectors\/([^/]+)\/creds$/u;
const recordPath = /^\/v3\/connectors\/([^/]+)\/creds\/([^/]+)$/u;

/** Does the path exist, whatever the method? */
export function isKnownPath(pathname: string): boolean {
  return [
    /^\/v3\/applications$/u,
    /^\/v3\/connectors$/u,
    connectorPath,
    recordsPath,
    recordPath,
    /^\/v3\/grants(\/[^/]+(\/calendars)?)?$/u,
    /^\/v3\/connect\/custom$/u,
  ].some((pattern) => pattern.test(pathname));
}

/** The write that a request means; undefined when it means none. A 400 or 404 where it is at fault. */
export function nylasWriteOf(
  method: string,
  pathname: string,
  body: () => unknown,
): NylasWrite | undefined {
  if (pathname === '/v3/connectors' && method === 'POST') return connectorCreation(body());
  const connector = connectorPath.exec(pathname);
  if (connector !== null) {
    if (method === 'PATCH') return onMicrosoft(connector[1], connectorChange(body()));
    if (method === 'DELETE') return onMicrosoft(connector[1], connectorDeletion());
  }
  const records = recordsPath.exec(pathname);
  if (records !== null && method === 'POST') return onMicrosoft(records[1], recordCreation(body()));
  const [, provider, id] = recordPath.exec(pathname) ?? [];
  if (id !== undefined) {
    if (method === 'PATCH') return onMicrosoft(provider, recordChange(id, body()));
    if (method === 'DELETE') return onMicrosoft(provider, recordDeletion(id));
  }
  return undefined;
}

function onMicrosoft(provider: string | undefined, write: NylasWrite): NylasWrite {
  if (provider !== 'microsoft') throw notFound('connector');
  return write;
}

function connectorCreation(body: unknown): NylasWrite {
  const write = connectorCreateOf(body);
  return {
    status: 201,
    carryOut: (application, context) =>
      connectorBody(createConnector(application, write, context), application),
  };
}

function connectorChange(body: unknown): NylasWrite {
  const write = connectorPatchOf(body);
  return {
    status: 200,
    carryOut: (application, context) =>
      connectorBody(patchConnector(application, write, context), application),
  };
}

function connectorDeletion(): NylasWrite {
  return {
    status: 200,
    carryOut: (application) => {
      deleteConnector(application);
      return undefined;
    },
  };
}

function recordCreation(body: unknown): NylasWrite {
  const write = recordCreateOf(body);
  return {
    status: 201,
    carryOut: (application, context) => recordBody(createRecord(application, write, context)),
  };
}

function recordChange(id: string, body: unknown): NylasWrite {
  const write = recordPatchOf(body);
  return {
    status: 200,
    carryOut: (application, context) => {
      connectorOf(application);
      recordOf(application, id);
      return recordBody(patchRecord(application, id, { write, context }));
    },
  };
}

function recordDeletion(id: string): NylasWrite {
  return {
    status: 200,
    carryOut: (application) => {
      deleteRecord(application, id);
      return undefined;
    },
  };
}
