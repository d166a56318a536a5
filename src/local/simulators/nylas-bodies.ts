/**
 * Role: the JSON of simulated Nylas. Secrets are never in it; scopes of Microsoft are shortened;
 * instants are unix seconds.
 */
import { grantStatus } from './nylas-grant-life.ts';
import { says, type NylasMode } from './nylas-modes.ts';
import {
  type Connector,
  type CredentialRecord,
  type Grant,
  type NylasApplication,
  settingsRecord,
} from './nylas-state.ts';

const graphPrefix = /^https:\/\/graph\.microsoft\.com\//iu;

/** GET /v3/applications. */
export function applicationBody(application: NylasApplication, region: 'us' | 'eu'): object {
  return {
    application_id: idIn(application.mode, application.id),
    organization_id: application.organizationId,
    region,
    environment: application.environment,
    default_workspace_id: null,
    branding: { name: application.environment },
    hosted_authentication: null,
    callback_uris: application.callbackUris.map((url, index) => ({
      id: `${application.id}-${index}`,
      platform: 'web',
      url,
      settings: {},
    })),
  };
}

/** A connector: no secret, `client_id` only in some modes. */
export function connectorBody(connector: Connector, { mode }: NylasApplication): object {
  const { clientId, tenant } = settingsRecord(connector, mode).data;
  return {
    name: connector.name,
    provider: 'microsoft',
    settings: {
      ...(says(mode, 'showsClientId') && { client_id: idIn(mode, clientId) }),
      ...(tenant !== undefined && { tenant }),
    },
    ...(mode.scopeHidden !== true && { scope: connector.scope.map(shortened) }),
    active_credential_id: idIn(mode, connector.activeId),
  };
}

/** A credential record: neither type nor content. */
export function recordBody(record: CredentialRecord): object {
  return {
    id: record.id,
    name: record.name,
    created_at: seconds(record.createdAt),
    updated_at: seconds(record.updatedAt),
  };
}

/** A grant; `updated_at` is the user's last authentication, not the last refresh. */
export function grantBody(grant: Grant, now: number): object {
  return {
    id: grant.id,
    provider: 'microsoft',
    grant_status: grantStatus(grant, now),
    email: grant.email,
    scope: grant.scope.map(shortened),
    settings: {},
    blocked: false,
    credential_id: grant.credentialId,
    created_at: seconds(grant.createdAt),
    updated_at: seconds(grant.authenticatedAt),
  };
}

function idIn<Id extends string | undefined>({ upperCaseIds }: NylasMode, id: Id): Id {
  return (upperCaseIds === true ? id?.toUpperCase() : id) as Id;
}

function shortened(scope: string): string {
  return scope.replace(graphPrefix, '');
}

function seconds(at: number): number {
  return Math.floor(at / 1000);
}
