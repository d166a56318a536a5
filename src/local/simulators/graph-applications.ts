/**
 * Role: routes of `/applications`. Facts: docs/vendors.md#graph-registrations.
 */
import type { Hono } from 'hono';
import {
  createApplication,
  listApplications,
  patchApplication,
  readApplication,
  upsertApplication,
} from './directory-applications.ts';
import { deleteApplication } from './directory-bin.ts';
import { withoutPolicyRole } from './directory-gates.ts';
import type { ApplicationPatch } from './directory-objects.ts';
import { Refusal } from './directory-refusal.ts';
import { readApplicationBody } from './graph-body.ts';
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
import { applicationOnWire } from './graph-wire.ts';

const SET = 'applications';
/** What `$select` can name. */
const PROPERTIES = [
  'id',
  'deletedDateTime',
  'appId',
  'createdDateTime',
  'description',
  'displayName',
  'identifierUris',
  'notes',
  'signInAudience',
  'tags',
  'uniqueName',
  'api',
  'appRoles',
  'keyCredentials',
  'passwordCredentials',
  'publicClient',
  'requiredResourceAccess',
  'spa',
  'web',
];

/** Adds the routes of applications. */
export function applicationRoutes(app: Hono<GraphEnv>): void {
  app.get('/v1.0/applications', answerList);
  app.post('/v1.0/applications', (context) => answerCreate(context));
  app.get('/v1.0/applications/:key', answerRead);
  app.patch('/v1.0/applications/:key', (context) => answerPatch(context));
  app.delete('/v1.0/applications/:key', answerDelete);
  app.get('/v1.0/applications/:key/appManagementPolicies', answerPolicies);
  credentialRoutes(app, 'application');
}

function answerList(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const found = listApplications(directory.store, call);
  if (found instanceof Refusal) return reply.refused(found);
  const listed = found.map(({ sequence, application }) => ({
    sequence,
    subject: application,
    item: applicationOnWire(application),
  }));
  return showPage(context, SET, { listed, sample: PROPERTIES });
}

async function answerCreate(context: GraphContext): Promise<Response> {
  const { directory, call, reply } = context.var;
  const body = readApplicationBody(await context.req.text());
  if (body instanceof Refusal) return reply.refused(body);
  const application = createApplication(directory.store, call, body);
  return application instanceof Refusal
    ? reply.refused(application)
    : showCreated(context, SET, applicationOnWire(application));
}

function answerRead(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const application = readApplication(directory.store, call, key);
  return application instanceof Refusal
    ? reply.refused(application)
    : showOne(context, SET, applicationOnWire(application));
}

async function answerPatch(context: GraphContext): Promise<Response> {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const patch = readApplicationBody(await context.req.text());
  if (patch instanceof Refusal) return reply.refused(patch);
  if (key.by === 'uniqueName') return answerUpsert(context, key.value, patch);
  const changed = patchApplication(directory.store, call, { key, patch });
  return changed instanceof Refusal ? reply.refused(changed) : reply.nothing();
}

function answerUpsert(
  context: GraphContext,
  uniqueName: string,
  patch: ApplicationPatch,
): Response {
  const { directory, call, reply } = context.var;
  const createIfMissing = createsIfMissing(context);
  const outcome = upsertApplication(directory.store, call, { uniqueName, patch, createIfMissing });
  if (outcome instanceof Refusal) return reply.refused(outcome);
  return outcome.kind === 'created'
    ? showCreated(context, SET, applicationOnWire(outcome.application))
    : reply.nothing();
}

function answerDelete(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const outcome = deleteApplication(directory.store, call, key);
  return outcome instanceof Refusal ? reply.refused(outcome) : reply.nothing();
}

function answerPolicies(context: GraphContext): Response {
  const { directory, call, reply } = context.var;
  const key = keyOf(context);
  if (key instanceof Refusal) return reply.refused(key);
  const refused = withoutPolicyRole(call);
  if (refused !== undefined) return reply.refused(refused);
  const application = readApplication(directory.store, call, key);
  if (application instanceof Refusal) return reply.refused(application);
  const policy = directory.store.applicationPolicies.get(application.id);
  const { origin } = new URL(context.req.url);
  return reply.json({
    '@odata.context': `${origin}/v1.0/$metadata#appManagementPolicies`,
    value: policy === undefined ? [] : [policy],
  });
}
