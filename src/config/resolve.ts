/** Turns a file without errors into what Keeper works with: defaults filled in, names resolved. */
import type {
  Desired,
  DesiredConnector,
  DesiredRegistration,
  Permission,
  SecretRef,
} from '../core/desired.ts';
import { inOneCase } from '../core/guid.ts';
import { basePermissions, permissionNamed } from '../core/permissions.ts';
import { compareText } from './finding.ts';
import { resolveRedirectUri } from './redirect-uris.ts';
import { type ConnectorShape, type FileShape, type RegistrationShape, defaults } from './schema.ts';

/** Resolves a file. */
export function resolveFile(file: FileShape, hash: string): Desired {
  const registrations = Object.entries(file.registrations).map(([id, registration]) =>
    resolveRegistration(id, registration),
  );
  return { registrations, hash };
}

function resolveRegistration(id: string, registration: RegistrationShape): DesiredRegistration {
  const { appId, owns = [], secret } = registration;
  const permissions = withBase(registration.permissions);
  const lifetimeDays = secret.lifetimeDays ?? defaults.lifetimeDays;
  return {
    id,
    key: registration.renamedFrom ?? id,
    ...(appId === undefined ? {} : { appId: inOneCase(appId) }),
    displayName: registration.displayName,
    audience: registration.audience,
    redirectUris: registration.redirectUris.map(resolveRedirectUri),
    permissions,
    access: permissions.map(accessOf),
    owns: {
      permissions: owns.includes('permissions'),
      redirectUris: owns.includes('redirectUris'),
    },
    secret: secretRef(secret.vault, secret.name),
    lifetimeDays,
    renewBeforeDays: secret.renewBeforeDays ?? defaultRenewBeforeDays(lifetimeDays),
    connectors: registration.connectors.map((connector) =>
      resolveConnector(connector, secret.vault, permissions),
    ),
  };
}

function resolveConnector(
  connector: ConnectorShape,
  vault: string,
  permissions: readonly string[],
): DesiredConnector {
  const { region, apiKeySecret, name, scopes, records = [] } = connector;
  const applicationId = inOneCase(connector.applicationId);
  return {
    id: `${region}/${applicationId}`,
    region,
    applicationId,
    apiKey:
      typeof apiKeySecret === 'string'
        ? secretRef(vault, apiKeySecret)
        : secretRef(apiKeySecret.vault, apiKeySecret.name),
    tenant: inOneCase(connector.tenant ?? defaults.tenant),
    ...(name === undefined ? {} : { name }),
    scopes: scopes === undefined ? permissions : withBase(scopes),
    records: records.map(inOneCase),
    takeOver: connector.takeOver ?? false,
  };
}

/** A short life cannot hold the default; it gets the third that the plan would use anyway. */
function defaultRenewBeforeDays(lifetimeDays: number): number {
  return Math.min(defaults.renewBeforeDays, Math.floor(lifetimeDays / 3));
}

/** Vault names are part of a host name, so they come in lower case from elsewhere. */
function secretRef(vault: string, name: string): SecretRef {
  return { vault: vault.toLowerCase(), name };
}

function withBase(names: readonly string[]): readonly string[] {
  return [...new Set([...names, ...basePermissions])].toSorted(compareText);
}

function accessOf(name: string): Permission {
  const permission = permissionNamed(name);
  if (permission === undefined) throw new Error('the schema admitted an unknown permission');
  return permission.access;
}
