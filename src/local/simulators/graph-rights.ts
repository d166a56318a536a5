/**
 * Role: routes that tell who may do what: managed identities, the application permissions that they
 * hold, owners, and who holds the roles of an enterprise application. Reads only.
 * Facts: docs/vendors.md#graph-permissions.
 */
import type { Hono } from 'hono';
import { withoutReadRole } from './directory-gates.ts';
import type { GraphRole } from './directory-objects.ts';
import { notFound, Refusal } from './directory-refusal.ts';
import {
  applicationsByKey,
  type DirectoryStore,
  type Identity,
  liveTo,
  principalsByKey,
  shownTo,
} from './directory-store.ts';
import { type GraphContext, type GraphEnv, keyOf, showOne } from './graph-routes.ts';

/** Microsoft Graph as a resource of the tenant. */
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';
const GRAPH_OBJECT_ID = '0b0b0b0b-0000-4000-8000-000000000003';

/** Ids of application permissions; the same in every tenant. */
const ROLE_IDS: Readonly<Record<GraphRole, string>> = {
  'Application.ReadWrite.OwnedBy': '18a4783c-866b-4cc7-a460-3d5e5662c884',
  'Application.ReadWrite.All': '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9',
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
  'Directory.ReadWrite.All': '19dbc75e-c2e2-444c-a770-ec69d8559fc7',
  'Policy.Read.All': '246dd0d5-5bd0-4def-940b-0421030a5b68',
};

const GRAPH_PRINCIPAL = {
  id: GRAPH_OBJECT_ID,
  appId: GRAPH_APP_ID,
  displayName: 'Microsoft Graph',
  servicePrincipalType: 'Application',
  appRoles: Object.entries(ROLE_IDS).map(([value, id]) => ({ id, value, isEnabled: true })),
};

/** Adds the routes; they stand before those of applications and service principals. */
export function rightsRoutes(app: Hono<GraphEnv>): void {
  app.get('/v1.0/servicePrincipals/:key', async (context, next) => {
    const special = specialPrincipal(context);
    if (special === undefined) return next();
    return refusedReader(context) ?? showOne(context, 'servicePrincipals', special);
  });
  app.get('/v1.0/servicePrincipals/:key/appRoleAssignments', answerRoles);
  app.get('/v1.0/servicePrincipals/:key/appRoleAssignedTo', answerHolders);
  app.get('/v1.0/applications/:key/owners', answerOwners);
}

function refusedReader({ var: { call, reply } }: GraphContext): Response | undefined {
  const refused = withoutReadRole(call);
  return refused && reply.refused(refused);
}

/** Graph itself, or a managed identity. */
function specialPrincipal(context: GraphContext): Readonly<Record<string, unknown>> | undefined {
  const key = keyOf(context);
  if (key instanceof Refusal) return undefined;
  if (key.value === GRAPH_APP_ID || key.value === GRAPH_OBJECT_ID) return GRAPH_PRINCIPAL;
  const identity = identityOf(context.var.directory.store, key.value);
  return (
    identity && {
      id: identity.principalId,
      appId: identity.clientId,
      displayName: identity.displayName,
      servicePrincipalType: 'ManagedIdentity',
    }
  );
}

function identityOf({ identities }: DirectoryStore, id: string): Identity | undefined {
  return [...identities.values()].find((one) => one.clientId === id || one.principalId === id);
}

function answerRoles(context: GraphContext): Response {
  const { directory, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const identity = identityOf(directory.store, key.value);
  const roles = identity && directory.store.callers.get(identity.principalId);
  const value = (roles ?? []).map((role, index) => ({
    id: `${identity?.principalId}-${index}`,
    appRoleId: ROLE_IDS[role],
    principalId: identity?.principalId,
    resourceId: GRAPH_OBJECT_ID,
    resourceDisplayName: GRAPH_PRINCIPAL.displayName,
  }));
  return refusedReader(context) ?? reply.json({ value });
}

function answerHolders(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const [held] = principalsByKey(directory.store, key);
  const principal = held && liveTo(call, held);
  if (principal === undefined) return reply.refused(notFound(key.value));
  const holders = directory.store.enterprises.get(principal.appId)?.holders ?? [];
  const value = holders.map((one, index) => ({
    id: `${principal.id}-${index}`,
    appRoleId: one.roleId,
    principalId: one.principalId,
    resourceId: principal.id,
  }));
  return refusedReader(context) ?? reply.json({ value });
}

function answerOwners(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const [held] = applicationsByKey(directory.store, key);
  if (held === undefined || liveTo(call, held) === undefined) {
    return reply.refused(notFound(key.value));
  }
  const value = (shownTo(call, held.owners) ?? []).map((id) => ({
    '@odata.type': '#microsoft.graph.servicePrincipal',
    id,
  }));
  return refusedReader(context) ?? reply.json({ value });
}
