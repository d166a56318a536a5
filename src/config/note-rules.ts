/** What no vendor refuses, yet seldom is what was meant. */
import { admitsPersonal } from '../core/desired.ts';
import { permissionNamed } from '../core/permissions.ts';
import { type Finding, type Path, atValue, quote } from './finding.ts';
import { type FileShape, type RegistrationShape, defaults } from './schema.ts';

/** The notes on a file without errors. */
export function noteFile(file: FileShape): Finding[] {
  return Object.entries(file.registrations).flatMap(([id, registration]) => {
    const path = ['registrations', id];
    return [
      ...notePermissions(path, registration),
      ...noteTenants(path, registration),
      ...noteRenewal(path, registration),
    ];
  });
}

function notePermissions(around: Path, { audience, permissions }: RegistrationShape): Finding[] {
  return permissions.flatMap((name, index) => {
    const permission = permissionNamed(name);
    const path = [...around, 'permissions', index];
    if (permission?.personalAccounts === false && admitsPersonal(audience)) {
      const message = `${quote(name)} cannot be granted by personal accounts`;
      return [atValue(path, message, 'keep it in a registration of audience organizations')];
    }
    if (permission?.adminConsent === true) {
      const message = `${quote(name)} needs the consent of an administrator in each organization`;
      return [atValue(path, message, 'leave it out if users shall consent for themselves')];
    }
    return [];
  });
}

function noteTenants(around: Path, { audience, connectors }: RegistrationShape): Finding[] {
  if (!admitsPersonal(audience)) return [];
  return connectors.flatMap(({ tenant = defaults.tenant }, index) => {
    if (tenant === defaults.tenant) return [];
    const path = [...around, 'connectors', index, 'tenant'];
    const message = `through tenant ${quote(tenant)} no personal account can sign in`;
    return [atValue(path, message, 'write common, or choose another audience')];
  });
}

function noteRenewal(around: Path, { secret }: RegistrationShape): Finding[] {
  const third = Math.floor((secret.lifetimeDays ?? defaults.lifetimeDays) / 3);
  if (secret.renewBeforeDays === undefined || secret.renewBeforeDays <= third) return [];
  const path = [...around, 'secret', 'renewBeforeDays'];
  const message = `Keeper renews at most a third of the lifetime (${third} days) before the end`;
  return [atValue(path, message, `write ${third} or less`)];
}
