/** Application permissions that Keeper has and does not need. */
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, risky, type Check, type Outcome } from '../check.ts';
import { graphRoles, isGraph, roleNamed } from '../graph-roles.ts';
import { principalOf } from '../names.ts';

export const graphExcess: Check = {
  id: 'graph-excess',
  group: 'entra',
  title: 'Keeper has no application permission that it does not need',
  runbook: 'graph-denied',
  leansOn: ['keeper-identity', 'graph-role'],
  look(examination) {
    const roles = valueOf(examination.evidence.roles);
    if (valueOf(examination.evidence.identity) === undefined) return [blocked('keeper-identity')];
    if (roles === undefined) return [blocked('graph-role')];
    const needed: readonly string[] = [graphRoles.ownedBy.name, graphRoles.readPolicies.name];
    const surplus = roles.filter((one) => !isGraph(one) || !needed.includes(roleNamed(one)));
    if (surplus.length === 0) return [fine('none')];
    const principal = principalOf(examination);
    const url = `https://graph.microsoft.com/v1.0/servicePrincipals/${principal}/appRoleAssignments`;
    return surplus.map((one): Outcome =>
      risky(
        `its identity also has ${roleNamed(one)}${isGraph(one) ? '' : ` on ${one.resource}`}; whoever takes Keeper over has it too`,
        [
          `az rest --method get --url ${url} --query "value[?appRoleId=='${one.roleId}'].id" --output tsv`,
          `az rest --method delete --url ${url}/ID    # with the id that it prints`,
        ],
      ),
    );
  },
};
