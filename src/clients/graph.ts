/** Microsoft Graph as the loop's {@link Directory}. */
import { failure, success, type Result } from '../core/fault.ts';
import { keeperTag } from '../core/desired.ts';
import { Secret } from '../core/secret.ts';
import type { SeenRegistration, SeenServicePrincipal } from '../core/observed.ts';
import type {
  Directory,
  Done,
  IssuedCredential,
  ListedRegistration,
  RegistrationPatch,
  RegistrationRef,
} from '../reconcile/world.ts';
import { noSuchCredential } from './fault.ts';
import { readAllPages } from './graph-pages.ts';
import { readPolicy } from './graph-policy.ts';
import { graphSender, literal, type GraphOptions, type GraphSender } from './graph-send.ts';
import * as shapes from './graph-shapes.ts';
import { registrationsPerPage } from './limits.ts';
import { readBody } from './read-body.ts';
import type { TransportReply } from './transport.ts';
import { safeRequestId } from './error-shape.ts';

export type { GraphOptions } from './graph-send.ts';

/** The directory of one tenant: that of the tokens. */
export function graphDirectory(options: GraphOptions): Directory {
  const sender = graphSender(options);
  return {
    readRegistration: (ref) => readRegistration(sender, ref),
    findDeletedRegistration: (ref) => findDeleted(sender, ref),
    listRegistrations: () => listRegistrations(sender),
    createRegistration: (uniqueName, body) => createRegistration(sender, uniqueName, body),
    updateRegistration: (objectId, patch) => updateRegistration(sender, objectId, patch),
    readServicePrincipal: (appId) => readServicePrincipal(sender, appId),
    createServicePrincipal: (appId) => createServicePrincipal(sender, appId),
    addCredential: (objectId, request) => addCredential(sender, objectId, request),
    removeCredential: (objectId, keyId) => removeCredential(sender, objectId, keyId),
    readSecretPolicy: (objectId) => readPolicy(sender, objectId),
  };
}

async function readRegistration(
  sender: GraphSender,
  ref: RegistrationRef,
): Promise<Result<SeenRegistration | undefined>> {
  const path = `${applicationPath(ref)}?$select=${shapes.readProperties}`;
  const reply = notFoundAsUndefined(await sender.read(path));
  if (!reply.ok || reply.value === undefined) return reply as Result<undefined>;
  return readBody('graph', reply.value, shapes.seenRegistration);
}

/**
 * Looks through the bin by itself: no source says that `uniqueName` can be filtered by there. It is
 * asked only about a registration that is absent.
 */
async function findDeleted(
  sender: GraphSender,
  ref: RegistrationRef,
): Promise<Result<{ objectId: string; appId: string } | undefined>> {
  const bin = await readAllPages(sender, {
    path: `/directory/deletedItems/microsoft.graph.application?$select=id,appId,uniqueName&$top=${registrationsPerPage}`,
    item: shapes.deletedApplication,
  });
  if (!bin.ok) return bin;
  const found = bin.value.find((one) => {
    if ('uniqueName' in ref) return one.uniqueName === ref.uniqueName;
    return 'appId' in ref ? one.appId === ref.appId : one.id === ref.objectId;
  });
  return success(found === undefined ? undefined : { objectId: found.id, appId: found.appId });
}

async function listRegistrations(
  sender: GraphSender,
): Promise<Result<readonly ListedRegistration[]>> {
  const filter = `tags/any(t:t%20eq%20${literal(keeperTag)})`;
  return readAllPages(sender, {
    path: `/applications?$filter=${filter}&$select=${shapes.listedProperties}&$top=${registrationsPerPage}`,
    item: shapes.listedRegistration,
    headers: { 'x-ms-throttle-priority': 'low' },
  });
}

/**
 * Upsert: two workers who both find nothing make one registration. Where another was faster it is
 * brought to the same properties. Answered 204 it carries no ids: a read must follow.
 */
async function createRegistration(
  sender: GraphSender,
  uniqueName: string,
  patch: RegistrationPatch & { readonly displayName: string },
): Promise<Result<Done & { readonly objectId?: string; readonly appId?: string }>> {
  const reply = await sender.write({
    method: 'PATCH',
    path: applicationPath({ uniqueName }),
    body: shapes.bodyOf(patch),
    headers: { prefer: 'create-if-missing' },
  });
  if (!reply.ok) return reply;
  if (reply.value.status === 204) return success(doneOf(reply.value));
  const ids = readBody('graph', reply.value, shapes.createdIds);
  if (!ids.ok) return ids;
  return success({ ...doneOf(reply.value), objectId: ids.value.id, appId: ids.value.appId });
}

async function updateRegistration(
  sender: GraphSender,
  objectId: string,
  patch: RegistrationPatch,
): Promise<Result<Done>> {
  const path = applicationPath({ objectId });
  return done(await sender.write({ method: 'PATCH', path, body: shapes.bodyOf(patch) }));
}

async function readServicePrincipal(
  sender: GraphSender,
  appId: string,
): Promise<Result<SeenServicePrincipal | undefined>> {
  const path = `/servicePrincipals(appId=${literal(appId)})?$select=${shapes.principalProperties}`;
  const reply = notFoundAsUndefined(await sender.read(path));
  if (!reply.ok || reply.value === undefined) return reply as Result<undefined>;
  return readBody('graph', reply.value, shapes.seenServicePrincipal);
}

/** POST, whose body is documented in full; "exists already" is what was wanted. */
async function createServicePrincipal(sender: GraphSender, appId: string): Promise<Result<Done>> {
  const reply = await sender.write({ method: 'POST', path: '/servicePrincipals', body: { appId } });
  if (!reply.ok && reply.fault.code === 'Request_MultipleObjectsWithSameKeyValue') {
    return success(requestIdOf(reply.fault.requestId));
  }
  return done(reply);
}

async function addCredential(
  sender: GraphSender,
  objectId: string,
  { displayName, endAt }: { readonly displayName: string; readonly endAt: number },
): Promise<Result<IssuedCredential>> {
  const reply = await sender.write({
    method: 'POST',
    path: `${applicationPath({ objectId })}/addPassword`,
    body: { passwordCredential: { displayName, endDateTime: new Date(endAt).toISOString() } },
  });
  if (!reply.ok) return reply;
  const issued = readBody('graph', reply.value, shapes.issuedPassword);
  if (!issued.ok) return issued;
  const { secretText, ...password } = issued.value;
  const secret = new Secret(secretText);
  const credential = shapes.credentialOf(
    { ...password, hint: password.hint ?? secret.hint },
    'application',
  );
  return success({ ...credential, ...doneOf(reply.value), secret });
}

/** The text for an unknown key id is all that tells: Graph's code for it is the general one. */
async function removeCredential(
  sender: GraphSender,
  objectId: string,
  keyId: string,
): Promise<Result<Done & { found: boolean }>> {
  const reply = await sender.write({
    method: 'POST',
    path: `${applicationPath({ objectId })}/removePassword`,
    body: { keyId },
  });
  if (reply.ok) return success({ ...doneOf(reply.value), found: true });
  return reply.fault.kind === 'rejected' && reply.fault.code === noSuchCredential
    ? success({ ...requestIdOf(reply.fault.requestId), found: false })
    : reply;
}

function applicationPath(ref: RegistrationRef): string {
  if ('objectId' in ref) return `/applications/${encodeURIComponent(ref.objectId)}`;
  return 'appId' in ref
    ? `/applications(appId=${literal(ref.appId)})`
    : `/applications(uniqueName=${literal(ref.uniqueName)})`;
}

/** Absent is what Graph itself says is not there; a 404 of anything on the way says nothing. */
function notFoundAsUndefined(reply: Result<TransportReply>): Result<TransportReply | undefined> {
  if (reply.ok || reply.fault.kind !== 'absent') return reply;
  if ((reply.fault.code ?? '').endsWith('NotFound')) return success(undefined);
  return failure({ ...reply.fault, kind: 'malformed' });
}

function done(reply: Result<TransportReply>): Result<Done> {
  return reply.ok ? success(doneOf(reply.value)) : reply;
}

function doneOf({ headers }: TransportReply): Done {
  return requestIdOf(safeRequestId(headers['request-id']));
}

function requestIdOf(requestId: string | undefined): Done {
  return requestId === undefined ? {} : { requestId };
}
