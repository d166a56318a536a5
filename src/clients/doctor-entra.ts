/** What doctor asks Microsoft Graph about Keeper's own identity and its sign-in. Reads only. */
import { z } from 'zod';
import { success, type Result } from '../core/fault.ts';
import type { EntraProbes, GrantedRole, Principal, SignIn } from '../doctor/ports.ts';
import { foreignId as id } from './foreign-id.ts';
import { readAllPages } from './graph-pages.ts';
import { graphSender, literal, type GraphOptions, type GraphSender } from './graph-send.ts';
import { readBody } from './read-body.ts';

const text = z.string().max(4_096);
const appRoles = z
  .array(z.object({ id, value: text.nullish(), isEnabled: z.boolean().nullish() }))
  .max(5_000);

const principal = z
  .object({ id, displayName: text.nullish() })
  .transform((raw): Principal => ({ objectId: raw.id, displayName: raw.displayName ?? '' }));

const assignment = z.object({ appRoleId: id, resourceId: id });
const resource = z.object({ id, appId: id, displayName: text.nullish(), appRoles });
const application = z.object({ id, appRoles });
const enterprise = z.object({ id, appRoleAssignmentRequired: z.boolean().nullish() });
const object = z.object({ id });

/** The probes of one tenant. */
export function entraProbes(options: GraphOptions): EntraProbes {
  const sender = graphSender(options);
  return {
    readPrincipal: (clientId) =>
      readOne(
        sender,
        `/servicePrincipals(appId=${literal(clientId)})?$select=id,displayName`,
        principal,
      ),
    readRoles: (principalId) => readRoles(sender, principalId),
    async readOwners(objectId) {
      const path = `/applications/${encodeURIComponent(objectId)}/owners?$select=id`;
      const owners = await readAllPages(sender, { path, item: object });
      return owners.ok ? success(owners.value.map((one) => one.id)) : owners;
    },
    readSignIn: (clientId) => readSignIn(sender, clientId),
  };
}

/** Names are of the resource: an assignment holds ids alone. */
async function readRoles(
  sender: GraphSender,
  principalId: string,
): Promise<Result<readonly GrantedRole[]>> {
  const path = `/servicePrincipals/${encodeURIComponent(principalId)}/appRoleAssignments`;
  const held = await readAllPages(sender, { path, item: assignment });
  if (!held.ok) return held;
  const roles: GrantedRole[] = [];
  for (const resourceId of new Set(held.value.map((one) => one.resourceId))) {
    const where = `/servicePrincipals/${encodeURIComponent(resourceId)}?$select=id,appId,displayName,appRoles`;
    const found = await readOne(sender, where, resource);
    if (!found.ok) return found;
    for (const one of held.value.filter((each) => each.resourceId === resourceId)) {
      const name = found.value?.appRoles.find((role) => role.id === one.appRoleId)?.value;
      roles.push({
        roleId: one.appRoleId,
        resource: found.value?.appId ?? resourceId,
        ...(typeof name === 'string' ? { name } : {}),
      });
    }
  }
  return success(roles);
}

async function readSignIn(
  sender: GraphSender,
  clientId: string,
): Promise<Result<SignIn | undefined>> {
  const key = `(appId=${literal(clientId)})`;
  const found = await readOne(sender, `/applications${key}?$select=id,appRoles`, application);
  if (!found.ok || found.value === undefined) return found as Result<undefined>;
  const roles = found.value.appRoles.flatMap((one) =>
    one.isEnabled !== false && typeof one.value === 'string' ? [one.value] : [],
  );
  const path = `/servicePrincipals${key}?$select=id,appRoleAssignmentRequired`;
  const seen = await readOne(sender, path, enterprise);
  if (!seen.ok) return seen;
  if (seen.value === undefined) return success({ roles, assigned: 0 });
  const offered = new Set(found.value.appRoles.map((one) => one.id));
  const assigned = await readAllPages(sender, {
    path: `/servicePrincipals/${encodeURIComponent(seen.value.id)}/appRoleAssignedTo`,
    item: assignment,
  });
  if (!assigned.ok) return assigned;
  return success({
    roles,
    isAssignmentRequired: seen.value.appRoleAssignmentRequired === true,
    assigned: assigned.value.filter((one) => offered.has(one.appRoleId)).length,
  });
}

/** `undefined`: Graph says that it is not there. */
async function readOne<T>(
  sender: GraphSender,
  path: string,
  schema: z.ZodType<T>,
): Promise<Result<T | undefined>> {
  const reply = await sender.read(path);
  if (reply.ok) return readBody('graph', reply.value, schema);
  const isAbsent = reply.fault.kind === 'absent' && (reply.fault.code ?? '').endsWith('NotFound');
  return isAbsent ? success(undefined) : reply;
}
