/**
 * Role: the probes that need no grant. They write wrong secrets into the sandbox's connector for
 * seconds; whoever runs them writes the good pair again afterwards.
 */
import { randomUUID } from 'node:crypto';
import { Secret } from '../../../src/core/secret.ts';
import {
  bodyOf,
  contractScopes,
  ownRecord,
  settingsOf,
  type ConnectorPair,
  type NylasSurroundings,
} from '../../support/contract-nylas.ts';
import { memberOf, textAt, type RawReply } from '../../support/contract-raw.ts';
import { valueOf } from '../../support/contract-run.ts';
import { answer, type Answer } from './answer.ts';
import { pairAtWork, type PairState } from './pair-at-work.ts';

const path = '/v3/connectors/microsoft';

/** 1. Does GET of a connector show the client id? Or even the secret, or a mask of it? */
export async function probeClientId({ nylas, good }: NylasSurroundings): Promise<Answer> {
  const { status, json, text } = await nylas({ method: 'GET', path });
  const settings = memberOf(json, 'data', 'settings');
  const members = Object.keys(settings ?? {}).toSorted();
  const because = `${status}; members of settings: ${members.join(', ') || 'none'}`;
  if (status !== 200) return answer(1, 'not answered', because);
  const isSecret = members.includes('client_secret') || text.includes(good.secret.reveal());
  if (isSecret) return answer(1, 'secret-shown', because);
  return answer(1, textAt(settings, 'client_id') === good.clientId ? 'shown' : 'hidden', because);
}

/** 2. Does PATCH with the tenant alone keep client id and secret? */
export async function probeMerge(surroundings: NylasSurroundings): Promise<Answer> {
  const { nylas, good } = surroundings;
  const canTell = await tellsApart(surroundings);
  const shownBefore = await clientIdOf(surroundings);
  const patched = await nylas({
    method: 'PATCH',
    path,
    body: { settings: { tenant: good.tenant } },
  });
  const shown = await clientIdOf(surroundings);
  const state = canTell ? await pairAtWork(nylas) : 'unclear';
  const because = `${statusOf(patched)}; client id ${shown === undefined ? 'not ' : ''}shown; pair ${state}`;
  if (patched.status >= 400) return answer(2, 'refused', because);
  if (state !== 'unclear') return answer(2, state === 'works' ? 'merged' : 'replaced', because);
  if (shownBefore === undefined) return answer(2, 'not answered', because);
  return answer(2, shown === shownBefore ? 'merged' : 'replaced', because);
}

/** 3. What is answered to a second connector of the provider? */
export async function probeSecondConnector({ nylas, good }: NylasSurroundings): Promise<Answer> {
  const reply = await nylas({
    method: 'POST',
    path: '/v3/connectors',
    body: { provider: 'microsoft', settings: settingsOf(good), scope: contractScopes },
  });
  if (reply.status >= 500 || reply.status === 429 || reply.status === 401) {
    return answer(3, 'not answered', statusOf(reply));
  }
  return answer(3, reply.status < 300 ? 'accepted' : 'refused', statusOf(reply));
}

/** 4. Which record does PATCH of `settings` reach? Asked while the active one is not the first. */
export async function probeReach(surroundings: NylasSurroundings): Promise<Answer> {
  const { nylas, connectors, connector, run } = surroundings;
  const before = await activeOf(surroundings);
  if (before === undefined) return answer(4, 'not answered', 'no active record is shown');
  const own = await ownRecord(surroundings, 'reach', unlike(surroundings));
  const chosen = await nylas({ method: 'PATCH', path, body: { active_credential_id: own.id } });
  try {
    if ((await activeOf(surroundings)) !== own.id) {
      return answer(4, 'not answered', `another active record was not taken: ${statusOf(chosen)}`);
    }
    const times = await recordTimes(surroundings);
    await run.clock.sleep(3_000);
    valueOf(await connectors.updateConnector(connector, bodyOf(unlike(surroundings))));
    await run.clock.sleep(1_000);
    const later = await recordTimes(surroundings);
    const isNew = [...later.keys()].some((id) => !times.has(id));
    const risen = [...later].filter(([id, at]) => at > (times.get(id) ?? at)).map(([id]) => id);
    const because = `${risen.length} records with a later time, ${isNew ? 'a' : 'no'} new one`;
    if (isNew) return answer(4, 'new-record', because);
    if (risen.includes(own.id)) return answer(4, 'active', because);
    return answer(4, risen.length > 0 ? 'primary' : 'no-trace', because);
  } finally {
    await nylas({ method: 'PATCH', path, body: { active_credential_id: before } });
  }
}

/** 6. Is a wrong secret refused when it is written? */
export async function probeWrongSecret(surroundings: NylasSurroundings): Promise<Answer> {
  const { nylas } = surroundings;
  const body = { settings: settingsOf(unlike(surroundings)) };
  const reply = await nylas({ method: 'PATCH', path, body });
  if (reply.status >= 500 || reply.status === 429 || reply.status === 401) {
    return answer(6, 'not answered', statusOf(reply));
  }
  return answer(6, reply.status < 300 ? 'accepted' : 'refused', statusOf(reply));
}

/** 8. Is PUT of a connector taken, which a library of the vendor sends? */
export async function probePut({ nylas, good }: NylasSurroundings): Promise<Answer> {
  const body = { settings: settingsOf(good), scope: contractScopes };
  const reply = await nylas({ method: 'PUT', path, body });
  if (reply.status < 300) return answer(8, 'accepted', statusOf(reply));
  const isNo = reply.status === 404 || reply.status === 405 || reply.status === 501;
  return answer(8, isNo ? 'refused' : 'not answered', statusOf(reply));
}

/** Does the trial of the pair tell a wrong secret from a good one here? The good one is left. */
async function tellsApart(surroundings: NylasSurroundings): Promise<boolean> {
  const { connectors, connector, nylas } = surroundings;
  const states: PairState[] = [];
  for (const pair of [unlike(surroundings), surroundings.good]) {
    const written = await connectors.updateConnector(connector, bodyOf(pair));
    states.push(written.ok ? await pairAtWork(nylas) : 'unclear');
  }
  return states[0] === 'broken' && states[1] === 'works';
}

/** The good client with a secret that nobody has, another one each time. */
function unlike({ good }: NylasSurroundings): ConnectorPair {
  return { ...good, secret: new Secret(`keeper-contract-wrong-${randomUUID()}`) };
}

async function clientIdOf({ nylas }: NylasSurroundings): Promise<string | undefined> {
  const { json } = await nylas({ method: 'GET', path });
  return textAt(json, 'data', 'settings', 'client_id') || undefined;
}

async function activeOf({ nylas }: NylasSurroundings): Promise<string | undefined> {
  const { json } = await nylas({ method: 'GET', path });
  return textAt(json, 'data', 'active_credential_id');
}

/** When each record was written, in the vendor's seconds. */
async function recordTimes({ nylas }: NylasSurroundings): Promise<ReadonlyMap<string, number>> {
  const { json } = await nylas({ method: 'GET', path: `${path}/creds?limit=200` });
  const data = memberOf(json, 'data');
  const entries = (Array.isArray(data) ? data : []).map(
    (one) => [textAt(one, 'id') ?? '', Number(memberOf(one, 'updated_at'))] as const,
  );
  return new Map(entries);
}

/** A status with the vendor's word for it. */
function statusOf({ status, json }: RawReply): string {
  const type = textAt(json, 'error', 'type');
  return type === undefined ? String(status) : `${status} ${type}`;
}
