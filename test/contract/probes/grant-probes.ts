/**
 * Role: the probes that need the grant of a test user: does it go on when its old secret is removed
 * after a new one was written? Each takes two hours of waiting, for a grant works on until the access
 * token that Nylas keeps has run out.
 */
import { hourMs, proofAttempts } from '../../../src/core/limits.ts';
import type { IssuedCredential } from '../../../src/reconcile/world.ts';
import {
  bodyOf,
  type ConnectorPair,
  type NylasSurroundings,
  type TestGrant,
} from '../../support/contract-nylas.ts';
import { memberOf, textAt } from '../../support/contract-raw.ts';
import { contractPrefix, eventually, untilDone, valueOf } from '../../support/contract-run.ts';
import { answer, type Answer } from './answer.ts';

/** Access tokens of Microsoft live up to 90 minutes; a removed secret may work on for some of them. */
const tokenLifeMs = 2 * hourMs;

/** What the two probes hand on to each other: the key id of the secret that the grant depends on. */
export interface GrantState {
  keyId: string;
}

/** A grant with all that its probes need. */
export type GrantSurroundings = NylasSurroundings & { readonly grant: TestGrant };

/** 5. With a grant made under one secret: write another to `settings`, remove the first, and wait. */
export async function probeGrantAndSettings(
  surroundings: GrantSurroundings,
  state: GrantState,
): Promise<Answer> {
  const found = await start(surroundings);
  if ('trouble' in found) return answer(5, 'not answered', found.trouble);
  if (!found.works) return answer(5, 'not answered', 'the grant does not work at the start');
  if (found.writtenAt > found.signedInAt) {
    const trouble = 'its record was written after the user signed in; sign in again';
    return answer(5, 'not answered', trouble);
  }
  const { connectors, connector } = surroundings;
  const issued = await newSecret(surroundings, 'settings');
  const body = bodyOf({ ...surroundings.good, secret: issued.secret });
  valueOf(await connectors.updateConnector(connector, body));
  return answer(
    5,
    ...(await conclude(surroundings, state, { issued, signedInAt: found.signedInAt })),
  );
}

/** 7. The same with the record that the grant names. A grant that 5 left without access may recover. */
export async function probeGrantAndRecord(
  surroundings: GrantSurroundings,
  state: GrantState,
): Promise<Answer> {
  const found = await start(surroundings);
  if ('trouble' in found) return answer(7, 'not answered', found.trouble);
  const { connectors, connector, good } = surroundings;
  const issued = await newSecret(surroundings, 'record');
  const pair: ConnectorPair = { ...good, secret: issued.secret };
  valueOf(await connectors.updateRecord(connector, found.recordId, pair));
  const { signedInAt } = found;
  const [reading, because] = await conclude(surroundings, state, { issued, signedInAt });
  if (found.works || reading !== 'stays-behind') return answer(7, reading, because);
  const why = 'the grant did not work before, and does not now; have its user sign in again';
  return answer(7, 'not answered', why);
}

interface Start {
  readonly works: boolean;
  readonly signedInAt: number;
  readonly recordId: string;
  readonly writtenAt: number;
}

async function start(surroundings: GrantSurroundings): Promise<Start | { trouble: string }> {
  const { nylas, connectors, connector, grant } = surroundings;
  const { status, json } = await nylas({ method: 'GET', path: `/v3/grants/${grant.id}` });
  if (status !== 200) return { trouble: `the grant cannot be read: ${status}` };
  const active = valueOf(await connectors.readConnector(connector, []))?.activeRecordId;
  const recordId = textAt(json, 'data', 'credential_id') ?? active;
  if (recordId === undefined) return { trouble: 'the grant names no record' };
  const record = valueOf(await connectors.readRecord(connector, recordId));
  if (record === undefined) return { trouble: 'the record of the grant is not there' };
  const works = await dataCall(surroundings);
  if (works === undefined) return { trouble: 'the data call says nothing' };
  return { works, recordId, writtenAt: record.updatedAt, signedInAt: signInOf(json) };
}

/** Removes the secret that the grant lived on, waits, and looks. */
async function conclude(
  surroundings: GrantSurroundings,
  state: GrantState,
  { issued, signedInAt: before }: { issued: IssuedCredential; signedInAt: number },
): Promise<['follows' | 'stays-behind' | 'not answered', string]> {
  const { nylas, grant, run } = surroundings;
  await removeSecret(surroundings, state.keyId);
  state.keyId = issued.keyId;
  await run.clock.sleep(tokenLifeMs);
  const works = await dataCall(surroundings);
  const { json } = await nylas({ method: 'GET', path: `/v3/grants/${grant.id}` });
  if (signInOf(json) !== before) return ['not answered', 'the user signed in meanwhile'];
  const status = textAt(json, 'data', 'grant_status') ?? 'unknown';
  if (works === undefined) return ['not answered', 'the data call says nothing'];
  return works
    ? ['follows', `data two hours after the old secret went; status ${status}`]
    : ['stays-behind', `no data two hours after the old secret went; status ${status}`];
}

/** Does a light call to the provider come through? `undefined`: no telling. */
async function dataCall({ nylas, grant, run }: GrantSurroundings): Promise<boolean | undefined> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const path = `/v3/grants/${grant.id}/calendars?limit=1`;
    const { status } = await nylas({ method: 'GET', path });
    if (status === 200) return true;
    if (status === 401) return false;
    await run.clock.sleep(60_000);
  }
  return undefined;
}

/** A secret of the registration that Entra accepts; removed at the end, when it is still there. */
async function newSecret(surroundings: GrantSurroundings, what: string): Promise<IssuedCredential> {
  const { grant, run, good } = surroundings;
  const { directory, tokens } = grant.tenant;
  const objectId = await objectIdOf(surroundings);
  const request = { displayName: run.nameOf(what), endAt: run.clock.now() + 48 * hourMs };
  const issued = await untilDone(run, () => directory.addCredential(objectId, request));
  run.atEnd(`secret ${request.displayName}`, () => removeSecret(surroundings, issued.keyId));
  await eventually(
    run,
    () => tokens.tryCredential(good.clientId, issued.secret),
    (trial) => trial.kind === 'accepted',
    { inARow: proofAttempts },
  );
  return issued;
}

/** @throws Error for a secret whose name does not begin with the contract prefix. */
async function removeSecret(surroundings: GrantSurroundings, keyId: string): Promise<void> {
  const { grant, run } = surroundings;
  const { directory } = grant.tenant;
  const objectId = await objectIdOf(surroundings);
  const seen = valueOf(await directory.readRegistration({ objectId }));
  const listed = seen?.credentials.find((one) => one.keyId === keyId);
  if (listed === undefined) return;
  if (!listed.displayName.startsWith(contractPrefix)) {
    throw new Error(`A secret is removed only when its name begins with ${contractPrefix}`);
  }
  await untilDone(run, () => directory.removeCredential(objectId, keyId));
}

async function objectIdOf({ grant, good }: GrantSurroundings): Promise<string> {
  const ref = { appId: good.clientId };
  const seen = valueOf(await grant.tenant.directory.readRegistration(ref));
  if (seen === undefined) throw new Error('The tenant has no registration with this client id');
  return seen.objectId;
}

function signInOf(json: unknown): number {
  const seconds = memberOf(json, 'data', 'updated_at') ?? memberOf(json, 'data', 'created_at');
  return typeof seconds === 'number' ? seconds * 1_000 : 0;
}
