/** Rules within one connector, seen together with its registration. */
import { inOneCase } from '../core/guid.ts';
import { basePermissions } from '../core/permissions.ts';
import { type ConnectorDraft, type RegistrationDraft, connectorsOf, itemsOf } from './draft.ts';
import { type Finding, type Path, atValue, quote } from './finding.ts';
import { checkDuplicates } from './registration-rules.ts';
import { defaults } from './schema.ts';

/** All rules, for all connectors of a registration. */
export function checkConnectors(id: string, registration: RegistrationDraft): Finding[] {
  return connectorsOf(id, registration).flatMap(([path, connector]) => [
    ...checkTenant(path, connector, registration),
    ...checkScopes(path, connector, registration),
    ...checkDuplicates([...path, 'scopes'], connector.scopes),
    ...checkDuplicates([...path, 'records'], connector.records, inOneCase),
  ]);
}

/** The page of all tenants refuses a registration that admits one. */
function checkTenant(
  path: Path,
  { tenant = defaults.tenant }: ConnectorDraft,
  { audience }: RegistrationDraft,
): Finding[] {
  if (audience !== 'this-organization' || tenant !== defaults.tenant) return [];
  return [
    atValue(
      [...path, 'tenant'],
      'audience this-organization admits one directory, and tenant common means all',
      'write the id of your directory as tenant',
    ),
  ];
}

function checkScopes(
  path: Path,
  { scopes }: ConnectorDraft,
  { permissions }: RegistrationDraft,
): Finding[] {
  // With a permission missing, a misspelt one may have been meant for the scope.
  if (!permissions || permissions.includes(undefined)) return [];
  const granted = new Set([...permissions, ...basePermissions]);
  return itemsOf([...path, 'scopes'], scopes)
    .filter(([, scope]) => !granted.has(scope))
    .map(([place, scope]) =>
      atValue(
        place,
        `${quote(scope)} is not among the permissions of the registration`,
        `add ${scope} to permissions, or remove it here`,
      ),
    );
}
