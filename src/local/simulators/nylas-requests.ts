/**
 * Role: what simulated Nylas accepts as bodies and paging parameters, after its OpenAPI contract.
 * A connector's settings are nested and its key is `scope`; flat bodies and `scopes` are refused.
 */
import { invalidRequest } from './nylas-refusal.ts';
import type { CredentialData } from './nylas-state.ts';

/** The settings that a body carried; what it left out is absent. */
export type SentData = { -readonly [K in keyof CredentialData]?: CredentialData[K] };

/** The body of PATCH (and, with everything mandatory, of POST) of a connector. */
export interface ConnectorWrite {
  readonly name?: string;
  readonly settings?: SentData;
  readonly scope?: readonly string[];
  readonly activeCredentialId?: string;
}

/** The body of a credential record's POST or PATCH. */
export interface RecordWrite {
  readonly name?: string;
  readonly type?: 'connector' | 'adminconsent';
  readonly data?: SentData;
}

const connectorKeys = ['provider', 'name', 'settings', 'scope', 'active_credential_id'];
const recordKeys = ['name', 'credential_type', 'credential_data'];
const dataKeys = ['client_id', 'client_secret', 'tenant'];

/** The body of a connector's PATCH, or a 400. */
export function connectorPatchOf(body: unknown): ConnectorWrite {
  const fields = fieldsOf(body, connectorKeys);
  if (Object.keys(fields).length === 0) throw invalidRequest('the body is empty');
  return connectorWriteOf(fields);
}

/** The body of a connector's POST, or a 400. */
export function connectorCreateOf(body: unknown): ConnectorWrite & { settings: CredentialData } {
  const fields = fieldsOf(body, connectorKeys);
  if (fields['provider'] !== 'microsoft')
    throw invalidRequest('provider is missing or unsupported');
  const write = connectorWriteOf(fields);
  return { ...write, settings: complete(write.settings) };
}

/** The body of a credential record's POST, or a 400. */
export function recordCreateOf(body: unknown): RecordWrite & { name: string; data: SentData } {
  const write = recordWriteOf(fieldsOf(body, recordKeys));
  const { name, type, data } = write;
  if (name === undefined) throw invalidRequest('name is required');
  if (type === undefined) throw invalidRequest('credential_type is required');
  if (data === undefined) throw invalidRequest('credential_data is required');
  if (type === 'connector') return { ...write, name, data: complete(data) };
  if (data.tenant === undefined) throw invalidRequest('tenant is required');
  return { ...write, name, data };
}

/** The body of a credential record's PATCH, or a 400. */
export function recordPatchOf(body: unknown): RecordWrite {
  const fields = fieldsOf(body, recordKeys);
  if (Object.keys(fields).length === 0) throw invalidRequest('the body is empty');
  return recordWriteOf(fields);
}

/** The body of custom authentication, or a 400. */
export function customAuthOf(body: unknown): { refreshToken: string; credentialId?: string } {
  const fields = fieldsOf(body, ['provider', 'settings', 'state', 'scope']);
  if (fields['provider'] !== 'microsoft')
    throw invalidRequest('provider is missing or unsupported');
  const settings = fieldsOf(fields['settings'], ['refresh_token', 'credential_id']);
  const refreshToken = text(settings, 'refresh_token');
  const credentialId = text(settings, 'credential_id');
  if (refreshToken === undefined) throw invalidRequest('refresh_token is required');
  return { refreshToken, ...(credentialId !== undefined && { credentialId }) };
}

/** Where a list is to begin and end. */
export interface Paging {
  readonly limit: number;
  readonly offset: number;
}

/** The paging of a list: 10 a page unless told, at most 200. */
export function pagingOf(query: URLSearchParams): Paging {
  return { limit: whole(query, 'limit', 10, 1, 200), offset: whole(query, 'offset', 0, 0, 1e9) };
}

function connectorWriteOf(fields: Record<string, unknown>): ConnectorWrite {
  const name = text(fields, 'name');
  const scope = fields['scope'];
  const activeCredentialId = text(fields, 'active_credential_id');
  if (scope !== undefined && !(Array.isArray(scope) && scope.every((s) => typeof s === 'string'))) {
    throw invalidRequest('scope is not a list of strings');
  }
  return {
    ...(name !== undefined && { name }),
    ...(fields['settings'] !== undefined && { settings: dataOf(fields['settings']) }),
    ...(scope !== undefined && { scope }),
    ...(activeCredentialId !== undefined && { activeCredentialId }),
  };
}

function recordWriteOf(fields: Record<string, unknown>): RecordWrite {
  const name = text(fields, 'name');
  const type = text(fields, 'credential_type');
  if (type !== undefined && type !== 'connector' && type !== 'adminconsent') {
    throw invalidRequest(`credential_type ${type} is not supported for microsoft`);
  }
  return {
    ...(name !== undefined && { name }),
    ...(type !== undefined && { type }),
    ...(fields['credential_data'] !== undefined && { data: dataOf(fields['credential_data']) }),
  };
}

function dataOf(value: unknown): SentData {
  const fields = fieldsOf(value, dataKeys);
  const clientId = text(fields, 'client_id');
  const clientSecret = text(fields, 'client_secret');
  const tenant = text(fields, 'tenant');
  return {
    ...(clientId !== undefined && { clientId }),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(tenant !== undefined && { tenant }),
  };
}

function complete(data: SentData | undefined): CredentialData {
  const { clientId, clientSecret } = data ?? {};
  if (clientId === undefined) throw invalidRequest('client_id is required');
  if (clientSecret === undefined) throw invalidRequest('client_secret is required');
  return { ...data, clientId, clientSecret };
}

function fieldsOf(value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('a JSON object is required');
  }
  const stray = Object.keys(value).find((key) => !known.includes(key));
  if (stray !== undefined) throw invalidRequest(`unknown field ${stray}`);
  return value as Record<string, unknown>;
}

function text(fields: Record<string, unknown>, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw invalidRequest(`${key} is not a string`);
  return value;
}

function whole(
  query: URLSearchParams,
  name: string,
  usual: number,
  ...[least, most]: [number, number]
): number {
  const value = query.get(name);
  if (value === null) return usual;
  const number = Number(value);
  if (/^\d+$/u.test(value) && number >= least && number <= most) return number;
  throw invalidRequest(`${name} must be between ${least} and ${most}`);
}
