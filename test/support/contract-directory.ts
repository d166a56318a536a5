/**
 * Role: what the suites of Graph and Entra run in, and the registrations that they make for
 * themselves. Nothing is changed or removed but what was made here.
 */
import type { RegistrationPatch, Directory, TokenEndpoint } from '../../src/reconcile/world.ts';
import { keeperTag } from '../../src/core/desired.ts';
import { dayMs } from '../../src/core/limits.ts';
import { textAt, type RawCalls } from './contract-raw.ts';
import { eventually, untilDone, type ContractRun } from './contract-run.ts';

/** A tenant, real or simulated, as the suites meet it. */
export interface DirectorySurroundings {
  readonly run: ContractRun;
  readonly directory: Directory;
  readonly tokens: TokenEndpoint;
  /** The token endpoint under another tenant's name. */
  readonly tokensOf: (tenant: string) => TokenEndpoint;
  /** Requests to Graph with the caller's token; paths begin with the version. */
  readonly graph: RawCalls;
}

/** A registration of the suite's own. */
export interface OwnRegistration {
  readonly uniqueName: string;
  readonly objectId: string;
  readonly appId: string;
}

const graphApi = '00000003-0000-0000-c000-000000000000';

/** What a suite's registration is made with: the audience with the strictest rules. */
export function wantedOf(uniqueName: string) {
  return {
    displayName: `${uniqueName} & 'quoted'`,
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    tokenVersion: 2,
    redirectUris: ['https://api.eu.nylas.com/v3/connect/callback'],
    access: [
      { resourceAppId: graphApi, id: '570282fd-fa5c-430d-a7fd-fc8dc98a9dca', type: 'Scope' },
      { resourceAppId: graphApi, id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Scope' },
    ],
    tags: [keeperTag, `keeper:${uniqueName}`],
  } as const satisfies RegistrationPatch;
}

/** Makes a registration and waits until Graph shows it; it is removed at the end of the run. */
export async function ownRegistration(
  { run, directory, graph }: DirectorySurroundings,
  what: string,
): Promise<OwnRegistration> {
  const uniqueName = run.nameOf(what);
  const made = await untilDone(run, () =>
    directory.createRegistration(uniqueName, wantedOf(uniqueName)),
  );
  const { objectId, appId } = made;
  if (objectId === undefined || appId === undefined) throw new Error('It was there before');
  run.atEnd(`registration ${uniqueName}`, () =>
    removeRegistration(run, graph, { objectId, appId }),
  );
  await eventually(
    run,
    () => directory.readRegistration({ objectId }),
    (seen) => seen !== undefined,
  );
  return { uniqueName, objectId, appId };
}

/** The same with a service principal, which goes with it. */
export async function ownClient(
  surroundings: DirectorySurroundings,
  what: string,
): Promise<OwnRegistration> {
  const { run, directory } = surroundings;
  const own = await ownRegistration(surroundings, what);
  await untilDone(run, () => directory.createServicePrincipal(own.appId));
  await eventually(
    run,
    () => directory.readServicePrincipal(own.appId),
    (seen) => seen !== undefined,
  );
  return own;
}

/** A request for a secret; the default life is a year. */
export function secretRequest({ run }: DirectorySurroundings, name: string, lifeMs = 365 * dayMs) {
  return { displayName: run.nameOf(name), endAt: run.clock.now() + lifeMs };
}

/** Out of the directory, and out of the bin, where it would hold its name for 30 days. */
async function removeRegistration(
  run: ContractRun,
  graph: RawCalls,
  { objectId, appId }: Omit<OwnRegistration, 'uniqueName'>,
): Promise<void> {
  const principalId = await principalOf(run, graph, appId);
  await untilGone(run, () => graph({ method: 'DELETE', path: `/v1.0/applications/${objectId}` }));
  // A service principal goes into the bin with its application, but not out of it.
  for (const id of principalId === undefined ? [objectId] : [objectId, principalId]) {
    const path = `/v1.0/directory/deletedItems/${id}`;
    await untilGone(run, () => graph({ method: 'DELETE', path }));
  }
}

async function principalOf(
  { clock }: ContractRun,
  graph: RawCalls,
  appId: string,
): Promise<string | undefined> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const path = `/v1.0/servicePrincipals(appId='${appId}')?$select=id`;
    const found = textAt((await graph({ method: 'GET', path })).json, 'id');
    if (found !== undefined) return found;
    await clock.sleep(2_000);
  }
  return undefined;
}

/** A 404 is no success: a replica that has not seen the object says it too. */
async function untilGone(
  { clock }: ContractRun,
  remove: () => Promise<{ readonly status: number }>,
): Promise<void> {
  let missing = 0;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { status } = await remove();
    if (status === 204) return;
    missing = status === 404 ? missing + 1 : 0;
    if (missing === 5) return;
    await clock.sleep(10_000);
  }
  throw new Error('still there');
}
