/**
 * Role: routes of `/servicePrincipals`. Facts: docs/vendors.md#graph-permissions.
 */
import type { Hono } from 'hono';
import { deleteServicePrincipal } from './directory-bin.ts';
import {
  createServicePrincipal,
  listServicePrincipals,
  patchServicePrincipal,
  readServicePrincipal,
  upsertServicePrincipal,
} from './directory-principals.ts';
import { invalid, Refusal } from './directory-refusal.ts';
import { readPrincipalBody } from './graph-body.ts';
import { credentialRoutes } from './graph-credentials.ts';
import {
  createsIfMissing,
  type GraphContext,
  type GraphEnv,
  keyOf,
  showCreated,
  showOne,
  showPage,
} from './graph-routes.ts';
import { principalOnWire } from './graph-wire.ts';

const SET = 'servicePrincipals';
/** What `$select` can name. */
const PROPERTIES = [
  'id',
  'deletedDateTime',
  'accountEnabled',
  'appDisplayName',
  'appId',
  'appOwnerOrganizationId',
  'createdDateTime',
  'displayName',
  'notes',
  'servicePrincipalNames',
  'servicePrincipalType',
  'tags',
  'keyCredentials',
  'passwordCredentials',
];

/** Adds the routes of service principals. */
export function principalRoutes(app: Hono<GraphEnv>): void {
  app.get('/v1.0/servicePrincipals', answerList);
  app.post('/v1.0/servicePrincipals', (context) => answerCreate(context));
  app.get('/v1.0/servicePrincipals/:key', answerRead);
  app.patch('/v1.0/servicePrincipals/:key', (context) => answerPatch(context));
  app.delete('/v1.0/servicePrincipals/:key', answerDelete);
  credentialRoutes(app, 'service-principal');
}

function answerList(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const found = listServicePrincipals(directory.store, call);
  if (found instanceof Refusal) return reply.refused(found);
  const listed = found.map(({ sequence, principal }) => ({
    sequence,
    subject: principal,
    item: principalOnWire(principal, directory.tenantId),
  }));
  return showPage(context, SET, { listed, sample: PROPERTIES });
}

async function answerCreate(context: GraphContext): Promise<Response> {
  const { directory, call, reply } = context.var;
  const body = readPrincipalBody(await context.req.text());
  if (body instanceof Refusal) return reply.refused(body);
  const { appId, ...patch } = body;
  if (appId === undefined) {
    return reply.refused(invalid('appId', 'A value is required for property appId.'));
  }
  const principal = createServicePrincipal(directory.store, call, { appId, patch });
  return principal instanceof Refusal
    ? reply.refused(principal)
    : showCreated(context, SET, principalOnWire(principal, directory.tenantId));
}

function answerRead(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const principal = readServicePrincipal(directory.store, call, key);
  if (principal instanceof Refusal) return reply.refused(principal);
  const enterprise = directory.store.enterprises.get(principal.appId);
  return showOne(context, SET, {
    ...principalOnWire(principal, directory.tenantId),
    appRoleAssignmentRequired: enterprise?.isAssignmentRequired ?? false,
  });
}

async function answerPatch(context: GraphContext): Promise<Response> {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const body = readPrincipalBody((await context.req.text()) || '{}');
  if (body instanceof Refusal) return reply.refused(body);
  const { appId, ...patch } = body;
  if (appId !== undefined && (key.by !== 'appId' || key.value !== appId)) {
    return reply.refused(invalid('appId', "Property 'appId' is read-only and cannot be set."));
  }
  if (key.by === 'appId' && createsIfMissing(context)) {
    const request = { appId: key.value, patch, createIfMissing: true };
    const outcome = upsertServicePrincipal(directory.store, call, request);
    if (outcome instanceof Refusal) return reply.refused(outcome);
    return outcome.kind === 'created'
      ? showCreated(context, SET, principalOnWire(outcome.principal, directory.tenantId))
      : reply.nothing();
  }
  const changed = patchServicePrincipal(directory.store, call, { key, patch });
  return changed instanceof Refusal ? reply.refused(changed) : reply.nothing();
}

function answerDelete(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const outcome = deleteServicePrincipal(directory.store, call, key);
  return outcome instanceof Refusal ? reply.refused(outcome) : reply.nothing();
}
