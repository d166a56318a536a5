/** The one application permission of Microsoft Graph without which nothing works. */
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { graphRoles, isGraph, roleNamed } from '../graph-roles.ts';
import { principalOf } from '../names.ts';

export const graphRole: Check = {
  id: 'graph-role',
  group: 'entra',
  title: 'Keeper may keep the registrations that it owns',
  runbook: 'graph-denied',
  leansOn: ['keeper-identity'],
  look(examination) {
    const { identity, roles } = examination.evidence;
    if (valueOf(identity) === undefined) return [blocked('keeper-identity')];
    if (roles.kind === 'unknown') {
      const needs = 'the Entra role Directory Readers';
      return [notSeen('Microsoft Graph', roles.fault, { needs })];
    }
    const held = (valueOf(roles) ?? []).filter(isGraph).map(roleNamed);
    const enough = [graphRoles.ownedBy.name, 'Application.ReadWrite.All'];
    const found = held.find((one) => enough.includes(one));
    if (found !== undefined) return [fine(found)];
    return [
      wrong(`its identity has no application permission ${graphRoles.ownedBy.name}`, [
        'infra/graph.sh grant, by a Privileged Role Administrator; or by hand:',
        grantCommand(principalOf(examination), graphRoles.ownedBy.id),
        'Then restart the worker: its token may be a day old.',
      ]),
    ];
  },
};

/** No portal page does it. */
function grantCommand(principal: string, roleId: string): string {
  const graph = `$(az ad sp show --id ${graphRoles.appId} --query id --output tsv)`;
  const url = `https://graph.microsoft.com/v1.0/servicePrincipals/${principal}/appRoleAssignments`;
  const body = `{\\"principalId\\":\\"${principal}\\",\\"resourceId\\":\\"${graph}\\",\\"appRoleId\\":\\"${roleId}\\"}`;
  return `az rest --method post --url ${url} --body "${body}"`;
}
