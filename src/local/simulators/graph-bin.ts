/**
 * Role: routes of `/directory/deletedItems` and `/policies`. Facts:
 * docs/vendors.md#graph-registrations, docs/vendors.md#graph-policies.
 */
import type { Hono } from 'hono';
import { listBin, purgeFromBin, restoreFromBin } from './directory-bin.ts';
import { withoutPolicyRole } from './directory-gates.ts';
import type { Application, ServicePrincipal } from './directory-objects.ts';
import { notFound, Refusal } from './directory-refusal.ts';
import { type GraphContext, type GraphEnv, showOne, showPage } from './graph-routes.ts';
import { applicationOnWire, principalOnWire, type WireObject } from './graph-wire.ts';

const BIN = '/v1.0/directory/deletedItems';
const SET = 'directoryObjects';

/** Adds the routes of the bin. */
export function binRoutes(app: Hono<GraphEnv>): void {
  app.get(`${BIN}/microsoft.graph.application`, (context) => answerBin(context, 'application'));
  app.get(`${BIN}/microsoft.graph.servicePrincipal`, (context) =>
    answerBin(context, 'service-principal'),
  );
  app.get(`${BIN}/:id`, answerBinned);
  app.post(`${BIN}/:id/restore`, answerRestore);
  app.delete(`${BIN}/:id`, answerPurge);
}

/** Adds the routes of policies; they need Policy.Read.All. */
export function policyRoutes(app: Hono<GraphEnv>): void {
  app.get('/v1.0/policies/defaultAppManagementPolicy', (context) => {
    const { directory, call, reply } = context.var;
    const refused = withoutPolicyRole(call);
    return refused === undefined
      ? reply.json({ ...directory.store.defaultPolicy })
      : reply.refused(refused);
  });
  app.get('/v1.0/policies/appManagementPolicies', (context) => {
    const { directory, call, reply } = context.var;
    const refused = withoutPolicyRole(call);
    return refused === undefined
      ? reply.json({ value: [...directory.store.applicationPolicies.values()] })
      : reply.refused(refused);
  });
}

function answerBin(context: GraphContext, kind: 'application' | 'service-principal'): Response {
  const { directory, call, reply } = context.var;
  const found = listBin(directory.store, call);
  if (found instanceof Refusal) return reply.refused(found);
  const listed = found
    .filter((value) => value.kind === kind)
    .map((value, index) => ({
      sequence: index + 1,
      subject: value,
      item: onWire(context, value),
    }));
  const sample = Object.keys(listed[0]?.item ?? {});
  return showPage(context, SET, { listed, sample });
}

function answerBinned(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const found = listBin(directory.store, call);
  if (found instanceof Refusal) return reply.refused(found);
  const id = context.req.param('id') ?? '';
  const value = found.find((one) => one.id === id);
  return value === undefined
    ? reply.refused(notFound(id))
    : showOne(context, SET, onWire(context, value));
}

function answerRestore(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const value = restoreFromBin(directory.store, call, context.req.param('id') ?? '');
  return value instanceof Refusal
    ? reply.refused(value)
    : showOne(context, SET, onWire(context, value));
}

function answerPurge(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const refused = purgeFromBin(directory.store, call, context.req.param('id') ?? '');
  return refused === undefined ? reply.nothing() : reply.refused(refused);
}

function onWire(context: GraphContext, value: Application | ServicePrincipal): WireObject {
  const shown =
    value.kind === 'application'
      ? applicationOnWire(value)
      : principalOnWire(value, context.var.directory.tenantId);
  const type = value.kind === 'application' ? 'application' : 'servicePrincipal';
  return { '@odata.type': `#microsoft.graph.${type}`, ...shown };
}
