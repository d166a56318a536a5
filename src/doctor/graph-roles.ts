/** Application permissions of Microsoft Graph: which Keeper needs, which it may have. */
import { graphResource } from '../core/permissions.ts';
import type { GrantedRole } from './ports.ts';

/** By name and id; ids are the same in every tenant (docs/vendors.md#graph-permissions). */
export const graphRoles = {
  appId: graphResource,
  ownedBy: {
    id: '18a4783c-866b-4cc7-a460-3d5e5662c884',
    name: 'Application.ReadWrite.OwnedBy',
  },
  readPolicies: { id: '246dd0d5-5bd0-4def-940b-0421030a5b68', name: 'Policy.Read.All' },
} as const;

/** True for a permission of Microsoft Graph itself. */
export function isGraph({ resource }: GrantedRole): boolean {
  return resource === graphResource;
}

/** Its name, or its id where nobody told the name. */
export function roleNamed({ name, roleId }: GrantedRole): string {
  if (roleId === graphRoles.ownedBy.id) return graphRoles.ownedBy.name;
  return roleId === graphRoles.readPolicies.id ? graphRoles.readPolicies.name : (name ?? roleId);
}
