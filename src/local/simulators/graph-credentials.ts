/**
 * Role: routes that applications and service principals have alike: addPassword, removePassword,
 * owners.
 */
import type { Hono } from 'hono';
import { changeOwners, readOwners } from './directory-bin.ts';
import { addPassword, type CredentialOwner, removePassword } from './directory-credentials.ts';
import type { Application, ServicePrincipal } from './directory-objects.ts';
import { concurrentWrite, Refusal } from './directory-refusal.ts';
import { applicationsByKey, type Held, principalsByKey } from './directory-store.ts';
import { readKeyId, readOwnerReference, readPasswordRequest } from './graph-body.ts';
import { type GraphContext, type GraphEnv, keyOf } from './graph-routes.ts';
import { newPasswordOnWire } from './graph-wire.ts';

/** Adds the routes below `/applications/{key}` or `/servicePrincipals/{key}`. */
export function credentialRoutes(app: Hono<GraphEnv>, on: CredentialOwner): void {
  const base = on === 'application' ? '/v1.0/applications/:key' : '/v1.0/servicePrincipals/:key';
  app.post(`${base}/addPassword`, (context) => answerAdd(context, on));
  app.post(`${base}/removePassword`, (context) => answerRemove(context, on));
  app.get(`${base}/owners`, (context) => answerOwners(context, on));
  app.post(`${base}/owners/:ref{\\$ref}`, (context) => answerNewOwner(context, on));
  app.delete(`${base}/owners/:owner/:ref{\\$ref}`, (context) => answerOwnerGone(context, on));
}

async function answerAdd(context: GraphContext, on: CredentialOwner): Promise<Response> {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const request = readPasswordRequest(await context.req.text());
  if (request instanceof Refusal) return reply.refused(request);
  const password = addPassword(directory.store, call, { list: { on, key }, request });
  if (password instanceof Refusal) return reply.refused(password);
  const { options, random } = directory.store;
  // A chance of nothing draws nothing: what is drawn next stays the same.
  if (options.addedAs503Chance > 0 && random.chance(options.addedAs503Chance)) {
    return reply.refused(concurrentWrite(503));
  }
  const { origin } = new URL(context.req.url);
  const about = { '@odata.context': `${origin}/v1.0/$metadata#microsoft.graph.passwordCredential` };
  return reply.json({ ...about, ...newPasswordOnWire(password) });
}

async function answerRemove(context: GraphContext, on: CredentialOwner): Promise<Response> {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const keyId = readKeyId(await context.req.text());
  if (keyId instanceof Refusal) return reply.refused(keyId);
  const refused = removePassword(directory.store, call, { list: { on, key }, keyId });
  return refused === undefined ? reply.nothing() : reply.refused(refused);
}

function answerOwners(context: GraphContext, on: CredentialOwner): Response {
  const { call, reply } = context.var;
  const held = heldOf(context, on);
  if (held instanceof Refusal) return reply.refused(held);
  const owners = readOwners(call, held);
  if (owners instanceof Refusal) return reply.refused(owners);
  return reply.json({
    '@odata.context': `${new URL(context.req.url).origin}/v1.0/$metadata#directoryObjects`,
    value: owners.map((id) => ({ '@odata.type': '#microsoft.graph.servicePrincipal', id })),
  });
}

async function answerNewOwner(context: GraphContext, on: CredentialOwner): Promise<Response> {
  const { reply } = context.var;
  const ownerId = readOwnerReference(await context.req.text());
  return ownerId instanceof Refusal
    ? reply.refused(ownerId)
    : changeOwner(context, on, { ownerId, deed: 'add' });
}

function answerOwnerGone(context: GraphContext, on: CredentialOwner): Response {
  const ownerId = context.req.param('owner') ?? '';
  return changeOwner(context, on, { ownerId, deed: 'remove' });
}

function changeOwner(
  context: GraphContext,
  on: CredentialOwner,
  change: { ownerId: string; deed: 'add' | 'remove' },
): Response {
  const { directory, call, reply } = context.var;
  const held = heldOf(context, on);
  if (held instanceof Refusal) return reply.refused(held);
  const refused = changeOwners(directory.store, call, { held, ...change });
  return refused === undefined ? reply.nothing() : reply.refused(refused);
}

function heldOf(
  context: GraphContext,
  on: CredentialOwner,
): Held<Application> | Held<ServicePrincipal> | undefined | Refusal {
  const { store } = context.var.directory;
  const key = keyOf(context);
  if (key instanceof Refusal) return key;
  return on === 'application' ? applicationsByKey(store, key)[0] : principalsByKey(store, key)[0];
}
