import { describe, expect, it } from 'vitest';
import type { PasswordRestriction } from '../../../src/local/simulators/directory-policy.ts';
import { PORTAL_PERSON } from '../../../src/local/simulators/directory-state.ts';
import { DAY_MS, KEEPER, refusal, START_AT, tenant } from './graph-tenant.ts';

const UNKNOWN_KEY = '99999999-9999-4999-8999-999999999999';
const LIMIT = /maximum of 2|limit has been reached/u;

/** A policy with these restrictions on applications. */
function restricted(...passwordCredentials: PasswordRestriction[]) {
  return { applicationRestrictions: { passwordCredentials, keyCredentials: [] } };
}

describe('addPassword', () => {
  it('answers 200 with the text, once, and hint says its first three characters', async () => {
    const { ask, make, addPassword } = tenant();
    const { id } = await make();
    const { status, body } = await addPassword(id, { displayName: 'keeper:1' });
    expect(status).toBe(200);
    expect(body['secretText']).toMatch(/^[A-Za-z0-9~._-]{40}$/u);
    expect(String(body['secretText'])).toContain('~');
    expect(body['hint']).toBe(String(body['secretText']).slice(0, 3));
    const { body: read } = await ask('GET', `/applications/${id}`);
    expect(read['passwordCredentials']).toEqual([
      {
        customKeyIdentifier: null,
        displayName: 'keeper:1',
        endDateTime: body['endDateTime'],
        hint: body['hint'],
        keyId: body['keyId'],
        secretText: null,
        startDateTime: body['startDateTime'],
      },
    ]);
  });

  it('starts now and ends two years later by default, with 7 fraction digits', async () => {
    const { make, addPassword } = tenant();
    const { id } = await make();
    const { body } = await addPassword(id);
    expect(body['startDateTime']).toMatch(/^2026-11-24T09:00:00\.\d{7}Z$/u);
    expect(body['endDateTime']).toMatch(/^2028-11-24T09:00:00\.\d{7}Z$/u);
  });

  it('takes dates, also a start in the future', async () => {
    const { make, addPassword } = tenant();
    const { id } = await make();
    const dates = { startDateTime: '2027-01-01T00:00:00Z', endDateTime: '2027-03-01T00:00:00Z' };
    expect((await addPassword(id, dates)).body).toMatchObject(dates);
  });

  it.each([
    ['an end before the start', { endDateTime: '2020-01-01T00:00:00Z' }],
    [
      'an end that is past',
      { startDateTime: '2020-01-01T00:00:00Z', endDateTime: '2021-01-01T00:00:00Z' },
    ],
    ['an end that is no date', { endDateTime: 'soon' }],
    ['a start that is no date', { startDateTime: '1' }],
  ])('refuses %s', async (_, dates) => {
    const { make, addPassword } = tenant();
    const { id } = await make();
    expect((await addPassword(id, dates)).status).toBe(400);
  });

  it('works without a body, and by client id', async () => {
    const { ask, make } = tenant();
    const { appId } = await make();
    const answer = await ask('POST', `/applications(appId='${appId}')/addPassword`);
    expect(answer.status).toBe(200);
  });

  it('makes another secret each time, whatever keyId and name say', async () => {
    const { make, addPassword } = tenant();
    const { id } = await make();
    const first = await addPassword(id, { displayName: 'same' });
    const second = await addPassword(id, { displayName: 'same', keyId: first.body['keyId'] });
    expect(second.status).toBe(200);
    expect(second.body['keyId']).not.toBe(first.body['keyId']);
  });

  it('refuses a third secret while two are listed, ended ones included', async () => {
    const { ask, make, addPassword, wait } = tenant();
    const { id } = await make();
    const first = await addPassword(id, { endDateTime: '2026-12-01T00:00:00Z' });
    await addPassword(id);
    wait(30 * DAY_MS);
    const third = await addPassword(id);
    expect(refusal(third)).toEqual([400, 'Request_BadRequest']);
    expect(third.body.error?.message).toMatch(LIMIT);
    const body = { keyId: first.body['keyId'] };
    await ask('POST', `/applications/${id}/removePassword`, { body });
    expect((await addPassword(id)).status).toBe(200);
  });

  it('words the limit in more than one way', async () => {
    const { make, addPassword } = tenant();
    const { id } = await make();
    await addPassword(id);
    await addPassword(id);
    const messages = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) {
      messages.add((await addPassword(id)).body.error?.message);
    }
    expect(messages.size).toBeGreaterThan(1);
  });

  it('allows more than two on an application for organisations only', async () => {
    const { make, addPassword } = tenant();
    const { id } = await make({ signInAudience: 'AzureADMyOrg' });
    for (let count = 0; count < 5; count += 1) expect((await addPassword(id)).status).toBe(200);
  });
});

describe('removePassword', () => {
  it('answers 204 and takes the secret off the list', async () => {
    const { ask, make, addPassword, directory } = tenant();
    const { id, appId } = await make();
    const { body } = await addPassword(id);
    const keyId = String(body['keyId']);
    const path = `/applications/${id}/removePassword`;
    expect((await ask('POST', path, { body: { keyId } })).status).toBe(204);
    expect((await ask('GET', `/applications/${id}`)).body['passwordCredentials']).toEqual([]);
    expect(directory.application(appId)?.passwords).toEqual([]);
  });

  it('answers 400 with its known words for a key id that is not listed', async () => {
    const { ask, make } = tenant();
    const { id } = await make();
    const body = { keyId: UNKNOWN_KEY };
    const answer = await ask('POST', `/applications/${id}/removePassword`, { body });
    expect(refusal(answer)).toEqual([400, 'Request_BadRequest']);
    expect(answer.body.error?.message).toMatch(/^No password credential found with keyId/u);
  });

  it('tells the oracle who removed what', async () => {
    const { ask, make, addPassword, directory, now } = tenant();
    const { id, appId } = await make();
    const keyId = String((await addPassword(id)).body['keyId']);
    const byHand = directory.addPasswordByHand(appId).keyId;
    expect(directory.whoRemoved(keyId)).toBeUndefined();
    await ask('POST', `/applications/${id}/removePassword`, { body: { keyId } });
    directory.removePasswordByHand(appId, byHand);
    expect(directory.whoRemoved(keyId)).toEqual({ by: KEEPER, at: now() });
    expect(directory.whoRemoved(byHand)).toEqual({ by: PORTAL_PERSON, at: now() });
  });
});

describe('application management policies', () => {
  const forbid = { restrictionType: 'passwordAddition' } as const;
  const cap = { restrictionType: 'passwordLifetime', maxLifetime: 'P90D' } as const;
  const within = new Date(START_AT + 90 * DAY_MS).toISOString();
  const beyond = new Date(START_AT + 91 * DAY_MS).toISOString();

  it('can forbid secrets: CredentialTypeNotAllowedAsPerAppPolicy', async () => {
    const { make, addPassword, directory } = tenant();
    const { id } = await make();
    directory.setPolicy(restricted(forbid));
    const answer = await addPassword(id);
    expect(refusal(answer)).toEqual([400, 'CredentialTypeNotAllowedAsPerAppPolicy']);
  });

  it('can cap the lifetime: CredentialInvalidLifetimeAsPerAppPolicy, cured by a shorter one', async () => {
    const { make, addPassword, directory } = tenant();
    const { id } = await make();
    directory.setPolicy(restricted(cap));
    const refused = [400, 'CredentialInvalidLifetimeAsPerAppPolicy'];
    expect(refusal(await addPassword(id))).toEqual(refused);
    expect(refusal(await addPassword(id, { endDateTime: beyond }))).toEqual(refused);
    const startDateTime = new Date(START_AT).toISOString();
    const short = await addPassword(id, { startDateTime, endDateTime: within });
    expect(short.status).toBe(200);
  });

  it('exempts applications made before restrictForAppsCreatedAfterDateTime', async () => {
    const { make, addPassword, directory, wait } = tenant();
    const older = await make();
    const since = new Date(START_AT + DAY_MS).toISOString();
    directory.setPolicy(restricted({ ...forbid, restrictForAppsCreatedAfterDateTime: since }));
    wait(2 * DAY_MS);
    const newer = await make();
    expect((await addPassword(older.id)).status).toBe(200);
    expect((await addPassword(newer.id)).status).toBe(400);
  });

  it.each<[string, PasswordRestriction, boolean]>([
    ['a restriction that is disabled', { ...forbid, state: 'disabled' }, true],
    ['a policy that is off', forbid, false],
  ])('does not apply %s', async (_, restriction, isEnabled) => {
    const { make, addPassword, directory } = tenant();
    const { id } = await make();
    directory.setPolicy({ ...restricted(restriction), isEnabled });
    expect((await addPassword(id)).status).toBe(200);
  });

  it('puts a policy assigned to the application in place of the default', async () => {
    const { make, addPassword, directory } = tenant();
    const { id, appId } = await make();
    directory.setPolicy(restricted(forbid));
    directory.assignPolicy(appId, { passwordCredentials: [], keyCredentials: [] });
    expect((await addPassword(id)).status).toBe(200);
  });

  it('does not touch existing secrets', async () => {
    const { make, addPassword, directory, tryToken } = tenant();
    const { id, appId } = await make();
    const { body } = await addPassword(id);
    directory.setPolicy(restricted(forbid));
    const client_secret = String(body['secretText']);
    expect((await tryToken({ client_id: appId, client_secret })).status).toBe(200);
  });
});
