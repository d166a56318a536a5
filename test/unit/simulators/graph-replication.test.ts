import { describe, expect, it } from 'vitest';
import { HEAVY_LAG, TYPICAL_LAG } from '../../../src/local/simulators/directory-replicas.ts';
import { type Answer, KEEPER, refusal, SECOND_MS, tenant } from './graph-tenant.ts';

const ROUNDS = 60;
const UNTHROTTLED = { personalWritesPerMinute: 100_000 };
const CREATE = { prefer: 'create-if-missing' };

/** Asks often at one moment; how often each answer came. */
async function often(request: () => Promise<Answer>): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const answer = await request();
    const name = `${answer.status} ${answer.body.error?.code ?? ''}`.trim();
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return seen;
}

/** What many reads at one moment say of a list of secrets: how many were listed. */
async function countsListed(request: () => Promise<Answer>): Promise<Set<number>> {
  const counts = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { body } = await request();
    counts.add((body['passwordCredentials'] as unknown[]).length);
  }
  return counts;
}

/** An application that Keeper owns and all replicas know. */
function settledApplication() {
  const world = tenant({ lag: TYPICAL_LAG });
  const application = world.directory.addApplicationByHand(
    { displayName: 'Mail' },
    { owners: [KEEPER] },
  );
  world.directory.settle();
  return { ...world, ...application };
}

/** Statuses and ids of a run of reads. */
async function transcript(seed: string): Promise<string> {
  const { ask, wait } = tenant({ lag: TYPICAL_LAG }, { seed });
  const lines: string[] = [];
  const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
  for (let round = 0; round < ROUNDS; round += 1) {
    wait(SECOND_MS / 2);
    const { status, headers } = await ask('GET', `/applications/${String(body['id'])}`);
    lines.push(`${status} ${headers.get('request-id')}`);
  }
  return lines.join('\n');
}

describe('a new application', () => {
  it('answers 404 to reads and writes right after creation, and is there after the lag', async () => {
    const { ask, wait } = tenant({ lag: TYPICAL_LAG });
    const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    const path = `/applications/${String(body['id'])}`;
    expect(refusal(await ask('GET', path))).toEqual([404, 'Request_ResourceNotFound']);
    expect((await ask('PATCH', path, { body: { notes: 'x' } })).status).toBe(404);
    expect((await ask('POST', `${path}/addPassword`, { body: {} })).status).toBe(404);
    wait(20 * SECOND_MS);
    expect([...(await often(() => ask('GET', path))).keys()]).toEqual(['200']);
    expect((await ask('PATCH', path, { body: { notes: 'x' } })).status).toBe(204);
  });

  it('flaps between there and 404 while it spreads', async () => {
    const { ask, wait } = tenant({ lag: TYPICAL_LAG });
    const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    const path = `/applications/${String(body['id'])}`;
    let flapped = false;
    for (let second = 0; second < 20 && !flapped; second += 1) {
      wait(SECOND_MS);
      flapped = (await often(() => ask('GET', path))).size === 2;
    }
    expect(flapped).toBe(true);
  });

  it('may stay unseen for minutes under heavy lag, and no longer than 15', async () => {
    const { ask, wait } = tenant({ lag: HEAVY_LAG, replicas: 20 });
    const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    const path = `/applications/${String(body['id'])}`;
    wait(60 * SECOND_MS);
    expect((await often(() => ask('GET', path))).has('404 Request_ResourceNotFound')).toBe(true);
    wait(14 * 60 * SECOND_MS);
    expect([...(await often(() => ask('GET', path))).keys()]).toEqual(['200']);
  });

  it('refuses a service principal with NoBackingApplicationObject until it has spread', async () => {
    const { ask, wait } = tenant({ lag: TYPICAL_LAG });
    const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    const path = `/servicePrincipals(appId='${String(body['appId'])}')`;
    const upsert = () => ask('PATCH', path, { body: {}, headers: CREATE });
    expect(refusal(await upsert())).toEqual([400, 'NoBackingApplicationObject']);
    wait(20 * SECOND_MS);
    expect((await upsert()).status).toBe(201);
  });

  it('can look like somebody else’s for a while', async () => {
    const { ask, wait } = tenant({ lag: TYPICAL_LAG }, UNTHROTTLED);
    const { body } = await ask('POST', '/applications', { body: { displayName: 'Mail' } });
    const path = `/applications/${String(body['id'])}`;
    const seen = new Set<string>();
    for (let tenths = 0; tenths < 200; tenths += 1) {
      wait(SECOND_MS / 10);
      const answer = await ask('POST', `${path}/removePassword`, {
        body: { keyId: '99999999-9999-4999-8999-999999999999' },
      });
      seen.add(`${answer.status} ${answer.body.error?.code}`);
    }
    expect(seen).toContain('404 Request_ResourceNotFound');
    expect(seen).toContain('403 Authorization_RequestDenied');
  });

  it('is known to an upsert at once, for names are consistent', async () => {
    const { ask } = tenant({ lag: TYPICAL_LAG });
    const upsert = () =>
      ask('PATCH', "/applications(uniqueName='mail')", {
        body: { displayName: 'Mail' },
        headers: CREATE,
      });
    expect((await upsert()).status).toBe(201);
    const taken = { body: { displayName: 'Mail', uniqueName: 'mail' } };
    expect((await ask('POST', '/applications', taken)).status).toBe(400);
  });
});

describe('a list of secrets', () => {
  it('misses a new secret on some replicas, then shows it on all', async () => {
    const { ask, id, addPassword, wait } = settledApplication();
    await addPassword(id);
    const counts = () => countsListed(() => ask('GET', `/applications/${id}`));
    expect(await counts()).toEqual(new Set([0]));
    const union = new Set<number>();
    for (let second = 0; second < 20; second += 1) {
      wait(SECOND_MS);
      for (const count of await counts()) union.add(count);
    }
    expect(union).toEqual(new Set([0, 1]));
    expect(await counts()).toEqual(new Set([1]));
  });

  it('goes on showing a removed secret for a while', async () => {
    const { ask, id, addPassword, directory, wait } = settledApplication();
    const { body } = await addPassword(id);
    directory.settle();
    await ask('POST', `/applications/${id}/removePassword`, { body: { keyId: body['keyId'] } });
    const counts = () => countsListed(() => ask('GET', `/applications/${id}`));
    expect(await counts()).toEqual(new Set([1]));
    wait(20 * SECOND_MS);
    expect(await counts()).toEqual(new Set([0]));
  });

  it('is counted strongly: a third secret is refused before the first two show', async () => {
    const { id, addPassword } = settledApplication();
    const statuses = [await addPassword(id), await addPassword(id), await addPassword(id)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 400]);
  });

  it('never goes back on a replica that has shown a later state', async () => {
    const world = tenant({ lag: TYPICAL_LAG, replicas: 1 });
    const { id, appId } = world.directory.addApplicationByHand({ displayName: 'Mail', notes: '0' });
    world.directory.settle();
    const shown: number[] = [];
    for (let second = 1; second <= 60; second += 1) {
      if (second <= 30) world.directory.changeByHand(appId, { notes: String(second) });
      shown.push(Number((await world.ask('GET', `/applications/${id}`)).body['notes']));
      world.wait(SECOND_MS);
    }
    expect(shown).toEqual(shown.toSorted((one, other) => one - other));
    expect(shown.at(0)).toBe(0);
    expect(shown.at(-1)).toBe(30);
  });

  it('denies having a secret that was just added, unless that race is off', async () => {
    const { ask, id, addPassword, directory } = settledApplication();
    const { body } = await addPassword(id);
    const remove = () =>
      ask('POST', `/applications/${id}/removePassword`, { body: { keyId: body['keyId'] } });
    const answer = await remove();
    expect(answer.status).toBe(400);
    expect(answer.body.error?.message).toMatch(/^No password credential found with keyId/u);
    directory.setTenant({ removalRacesReplication: false });
    expect((await remove()).status).toBe(204);
  });
});

describe('Error_MsaAppDoesNotExist', () => {
  const options = { consumerLag: TYPICAL_LAG, consumerRefusalChance: 1 };
  const refused = [409, 'Error_MsaAppDoesNotExist'];

  it('meets PATCH and addPassword on a new application with personal accounts, for a while', async () => {
    const { ask, make, addPassword, wait } = tenant(options);
    const { id } = await make();
    const patch = () => ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } });
    expect(refusal(await patch())).toEqual(refused);
    expect(refusal(await addPassword(id))).toEqual(refused);
    wait(20 * SECOND_MS);
    expect((await patch()).status).toBe(204);
    expect((await addPassword(id)).status).toBe(200);
  });

  it('does not meet an application for organisations', async () => {
    const { make, addPassword } = tenant(options);
    const { id } = await make({ signInAudience: 'AzureADMyOrg' });
    expect((await addPassword(id)).status).toBe(200);
  });

  it('comes only sometimes by default', async () => {
    const { ask, make } = tenant({ consumerLag: TYPICAL_LAG }, UNTHROTTLED);
    const { id } = await make();
    const seen = await often(() => ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } }));
    expect([...seen.keys()].toSorted()).toEqual(['204', '409 Error_MsaAppDoesNotExist']);
  });
});

describe('Directory_ConcurrencyViolation', () => {
  const options = { concurrencyWindowMs: 5 * SECOND_MS, concurrencyChance: 1 };

  it('meets the second of two writes on one object within the window', async () => {
    const { ask, make, wait } = tenant({ ...options, concurrencyAs503Chance: 0 });
    const { id } = await make();
    const { id: other } = await make();
    const patch = (which: string) =>
      ask('PATCH', `/applications/${which}`, { body: { notes: 'x' } });
    expect((await patch(id)).status).toBe(204);
    wait(5 * SECOND_MS - 1);
    expect(refusal(await patch(id))).toEqual([409, 'Directory_ConcurrencyViolation']);
    expect((await patch(other)).status).toBe(204);
    wait(1);
    expect((await patch(id)).status).toBe(204);
  });

  it('leaves nothing behind', async () => {
    const { make, addPassword, directory } = tenant(options);
    const { id, appId } = await make();
    await addPassword(id);
    expect((await addPassword(id)).status).toBeGreaterThanOrEqual(409);
    expect(directory.application(appId)?.passwords).toHaveLength(1);
  });

  it('can come to addPassword as 503, and sometimes says when to come back', async () => {
    const { ask, make, addPassword } = tenant(
      { ...options, concurrencyAs503Chance: 0.5 },
      UNTHROTTLED,
    );
    const { id } = await make();
    await ask('PATCH', `/applications/${id}`, { body: { notes: 'x' } });
    const waits = new Set<string | null>();
    const seen = await often(async () => {
      const answer = await addPassword(id);
      waits.add(answer.headers.get('retry-after'));
      return answer;
    });
    expect([...seen.keys()].toSorted()).toEqual([
      '409 Directory_ConcurrencyViolation',
      '503 Directory_ConcurrencyViolation',
    ]);
    expect(waits).toEqual(new Set([null, '5']));
    const patch = () => ask('PATCH', `/applications/${id}`, { body: { notes: 'y' } });
    expect([...(await often(patch)).keys()]).toEqual(['409 Directory_ConcurrencyViolation']);
  });
});

describe('a run', () => {
  it('is the same for the same seed, and another for another', async () => {
    expect(await transcript('one')).toBe(await transcript('one'));
    expect(await transcript('one')).not.toBe(await transcript('two'));
  });
});
