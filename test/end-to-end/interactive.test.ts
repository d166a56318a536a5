/** Role: a Keeper that keeps running: its API, its events, Ctrl-C. The tests go through one life. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect, Entry } from '../../src/core/entry.ts';
import { apiOf, type Api, type ShownRegistration } from '../support/keeper-api.ts';
import {
  isWrite,
  requestsIn,
  storedIn,
  storedNow,
  vendorState,
  worldIn,
} from '../support/data-folder.ts';
import {
  endKeepers,
  newFolder,
  nothingIsLeft,
  startKeeper,
  type KeeperProcess,
} from '../support/keeper-process.ts';

let folder: string;
let keeper: KeeperProcess;
let api: Api;
/** Started into the same folder; it waits in vain while the tests go on. */
let intruder: KeeperProcess;

beforeAll(async () => {
  folder = newFolder();
  keeper = startKeeper('--port', '0', '--faults', 'none', '--data', folder);
  api = await apiOf(keeper);
  intruder = startKeeper('--once', '--data', folder);
});

afterAll(endKeepers);

/** All that Keeper could change: vendors, chains, orders. */
async function everything(): Promise<object> {
  const { blobs, chains } = await storedNow(folder);
  return {
    vendors: vendorState(await worldIn(folder)),
    entries: [...chains].map(([registration, entries]) => ({
      registration,
      count: entries.length,
    })),
    orders: [...blobs.keys()].filter((name) => /^(?:orders|results)\//.test(name)).toSorted(),
  };
}

async function entriesOf(registration: string): Promise<readonly Entry[]> {
  return (await storedNow(folder)).chains.get(registration) ?? [];
}

/** Effects that were certainly carried out; vendors refuse one now and then, to be asked again. */
function effectsDoneIn(entries: readonly Entry[]): readonly Effect[] {
  const intents = new Map(
    entries.flatMap((one) => (one.kind === 'intent' ? [[one.id, one.effect] as const] : [])),
  );
  return entries.flatMap((one) =>
    one.kind === 'outcome' && one.result === 'done' ? (intents.get(one.intent) ?? []) : [],
  );
}

/** One credential was added, stored and promoted, and it alone was pushed, to every connector. */
function expectOneRotation(entries: readonly Entry[], shown: ShownRegistration): void {
  const keyId = shown.credential?.keyId;
  const effects = effectsDoneIn(entries);
  expect(effects.slice(0, 3)).toMatchObject([
    { kind: 'add-credential' },
    { kind: 'store-credential', keyId },
    { kind: 'promote-credential', keyId },
  ]);
  const pushes = effects.slice(3);
  for (const push of pushes) expect(push).toMatchObject({ kind: 'push-credential', keyId });
  const reached = pushes.flatMap((one) => (one.kind === 'push-credential' ? [one.connector] : []));
  expect([...new Set(reached)].toSorted()).toEqual(
    shown.connectors.map((one) => one.id).toSorted(),
  );
  for (const connector of shown.connectors) expect(connector.keyId).toBe(keyId);
}

/** Waits until a registration is healthy with another credential than this one. */
async function rotated(
  registration: string,
  keyId: string | undefined,
): Promise<ShownRegistration> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const shown = await api.shown(registration);
    if (shown.state === 'healthy' && shown.credential?.keyId !== keyId) return shown;
    await pause(50);
  }
  throw new Error(`Not rotated: ${registration}\n${keeper.stderr()}`);
}

describe('GET /api/status', () => {
  it('shows all registrations to who has the key', async () => {
    const { status, headers, text } = await api.get('/api/status');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    const shown = JSON.parse(text) as { fileErrors: number; registrations: ShownRegistration[] };
    expect(shown.fileErrors).toBe(0);
    expect(shown.registrations.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'archive healthy',
      'calendar healthy',
      'mail healthy',
      'reports needs-person',
      'scheduler healthy',
    ]);
    expect(shown.registrations.find(({ id }) => id === 'reports')).toMatchObject({
      reason: 'secrets-forbidden',
      remedy: expect.stringContaining('passwordAddition'),
    });
  });

  it('shows nothing without a token, and knows no other registration', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const { status, text } = await api.get('/api/status', headers);
      expect(status).toBe(401);
      expect(text).not.toContain('calendar');
    }
    expect((await api.get('/api/status?registration=nobody')).status).toBe(404);
  });
});

describe('POST /api/resync', () => {
  it('has a pass run over one registration, and tells how it went', async () => {
    const { status, headers, text } = await api.resync('{"registration":"mail"}');
    expect(status).toBe(202);
    const { orders } = JSON.parse(text) as { orders: { registration: string; look: string }[] };
    expect(orders.map((one) => one.registration)).toEqual(['mail']);
    expect(headers.get('location')).toBe(orders[0]?.look);
    const answer = await api.answerAt(headers.get('location') ?? '');
    expect(answer).toMatchObject({
      result: 'done',
      registration: 'mail',
      state: 'healthy',
      did: [],
    });
    const kinds = (await entriesOf('mail')).slice(-2).map((one) => one.kind);
    expect(kinds).toEqual(['order', 'order-end']);
  });

  it('changes nothing at any vendor when only the plan is asked for', async () => {
    const before = await api.shown('scheduler');
    expect((await api.age('scheduler', 20)).status).toBe(200);
    const asked = requestsIn(folder).length;
    const known = (await entriesOf('scheduler')).length;
    const { status, headers, text } = await api.resync('{"mode":"plan"}');
    expect(status).toBe(202);
    expect(headers.get('location')).toBe('/api/status');
    const { orders } = JSON.parse(text) as { orders: { registration: string; look: string }[] };
    expect(orders).toHaveLength(5);
    const planned: Record<string, readonly string[]> = {};
    let answeredAt = 0;
    for (const { registration, look } of orders) {
      const answer = await api.answerAt(look);
      expect(answer.did, registration).toEqual([]);
      planned[registration] = (answer.plan?.steps ?? []).map((one) => one.kind);
      if (registration === 'scheduler') answeredAt = Date.parse(answer.at);
    }
    // There is something to do, and it is told; it was not done until the answer.
    expect(planned['scheduler']).toContain('add-credential');
    expect(planned['mail']).toEqual([]);
    const later = requestsIn(folder).slice(asked);
    expect(later.some((one) => one.at <= answeredAt && !isWrite(one))).toBe(true);
    expect(later.filter((one) => one.at <= answeredAt && isWrite(one))).toEqual([]);
    const entries = (await entriesOf('scheduler')).slice(known);
    const until = entries.filter((one) => one.at <= answeredAt).map((one) => one.kind);
    expect(until).toEqual(['order', 'order-end']);
    // Then the timer finds that it is due.
    const after = await rotated('scheduler', before.credential?.keyId);
    expectOneRotation((await entriesOf('scheduler')).slice(known), after);
  });

  it.each([
    ['a body that is not JSON', '{"registration":', 400],
    ['a body that is no object', '["mail"]', 400],
    ['an unknown member', '{"registration":"mail","force":true}', 400],
    ['an unknown mode', '{"registration":"mail","mode":"now"}', 400],
    ['a body that is too large', JSON.stringify({ registration: 'm'.repeat(5_000) }), 413],
    ['an unknown registration', '{"registration":"nobody"}', 404],
  ])('refuses %s with a reason, and nothing changes', async (_name, body, refusal) => {
    const before = await everything();
    const { status, headers, text } = await api.resync(body);
    expect(status).toBe(refusal);
    expect(headers.get('content-type')).toContain('application/problem+json');
    const problem = JSON.parse(text) as { status: number; title: string; detail: string };
    expect(problem.status).toBe(refusal);
    expect(problem.title).toMatch(/\w{3}/);
    expect(problem.detail.length).toBeGreaterThan(20);
    expect(await everything()).toEqual(before);
  });

  it('refuses a body that no host would read, and a caller whom nobody vouches for', async () => {
    const before = await everything();
    expect((await api.resync('x'.repeat(2_000_000))).status).toBe(413);
    const json = { 'content-type': 'application/json' };
    expect((await api.resync('{}', json)).status).toBe(401);
    expect((await api.resync('{}', { ...json, authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await everything()).toEqual(before);
  });
});

describe('an event of the vault', () => {
  it('leads to one rotation, and to none when it comes again', async () => {
    const before = await api.shown('calendar');
    const known = (await entriesOf('calendar')).length;
    expect((await api.age('calendar', 20)).status).toBe(200);
    const event = JSON.stringify([api.event]);
    expect((await api.deliver(event)).status).toBe(202);
    const after = await rotated('calendar', before.credential?.keyId);
    await api.resynced('calendar', 'apply');
    expectOneRotation((await entriesOf('calendar')).slice(known), after);

    const settled = vendorState(await worldIn(folder));
    expect((await api.deliver(event)).status).toBe(202);
    expect(await api.resynced('calendar', 'apply')).toMatchObject({ state: 'healthy', did: [] });
    expect(vendorState(await worldIn(folder))).toEqual(settled);
  });

  it('is understood in the other schema, whatever the letter case and blanks', async () => {
    const before = await api.shown('mail');
    const settled = vendorState(await worldIn(folder));
    const event = {
      specversion: '1.0',
      ID: 'another',
      Source: '/subscriptions/s/resourceGroups/g/providers/microsoft.keyvault/vaults/demo',
      Type: 'microsoft.keyvault.secretNEARexpiry',
      time: '2026-01-01T00:00:00Z',
      DATA: { vaultname: ' Demo', OBJECTTYPE: 'secret', ' objectName': 'NYLAS-mail ' },
    };
    expect((await api.deliver(JSON.stringify(event))).status).toBe(202);
    // Keeper has looked, and found that nothing is due.
    await expect
      .poll(async () => (await api.shown('mail')).lookedAt, { timeout: 20_000 })
      .not.toBe(before.lookedAt);
    expect(vendorState(await worldIn(folder))).toEqual(settled);
  });

  it('changes nothing when it is forged or unknown', async () => {
    const data = { VaultName: 'demo', ObjectType: 'Secret', ObjectName: 'nylas-mail' };
    const forged = [
      { ...api.event, eventType: 'Microsoft.KeyVault.SecretExpired', data },
      { ...api.event, eventType: 'Microsoft.KeyVault.SecretNewVersionCreated', data },
    ];
    const unknown = [
      { ...api.event, eventType: 'Microsoft.Storage.BlobCreated', data },
      { ...api.event, data: { ...data, VaultName: 'somebody-elses' } },
      { ...api.event, subject: 'x', data: { ...data, ObjectName: '../../nylas-mail' } },
      { ...api.event, data: 'none' },
      { id: 'empty' },
    ];
    const before = await everything();
    const { lookedAt } = await api.shown('mail');
    for (const event of unknown)
      expect((await api.deliver(JSON.stringify([event]))).status).toBe(202);
    await pause(1_000);
    expect(await everything()).toEqual(before);
    // Not even a look.
    expect((await api.shown('mail')).lookedAt).toBe(lookedAt);
    const asked = requestsIn(folder).length;
    expect((await api.deliver(JSON.stringify(forged))).status).toBe(202);
    expect(await api.resynced('mail', 'apply')).toMatchObject({ state: 'healthy', did: [] });
    expect(requestsIn(folder).slice(asked).filter(isWrite)).toEqual([]);
  });

  it('is not taken with a wrong key, nor when it is none', async () => {
    const before = await everything();
    const event = JSON.stringify([api.event]);
    for (const key of ['', 'wrong']) expect((await api.deliver(event, key)).status).toBe(401);
    for (const body of ['{', '7', '[7]']) expect((await api.deliver(body)).status).toBe(400);
    expect(await everything()).toEqual(before);
  });
});

/** A browser's request: what it accepts, where it comes from, and its cookie. */
async function browse(path: string, init: RequestInit & { cookie?: string } = {}) {
  const { cookie, headers, ...rest } = init;
  const reply = await fetch(new URL(path, api.url), {
    redirect: 'manual',
    ...rest,
    headers: {
      accept: 'text/html',
      ...(cookie === undefined ? {} : { cookie }),
      ...(headers as Record<string, string>),
    },
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

/** Signs in as a browser does, and gives its cookie. */
async function signedIn(): Promise<string> {
  const asked = await browse('/registrations/mail');
  expect(asked.status).toBe(302);
  const welcome = await browse(asked.headers.get('location') ?? '');
  expect(welcome.headers.get('location')).toBe('/registrations/mail');
  return (welcome.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
}

describe('the pages', () => {
  it('are for people who have signed in', async () => {
    const cookie = await signedIn();
    const { status, headers, text } = await browse('/', { cookie });
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain('1 of 5 registrations needs you');
    const mail = await browse('/registrations/mail', { cookie });
    expect(mail.text).toContain('Contoso Mail');
    expect(mail.text).toContain('What Keeper does next');
    expect((await browse('/registrations/nobody', { cookie })).status).toBe(404);
    expect((await browse('/', { cookie: 'AppServiceAuthSession=guessed' })).status).toBe(302);
  });

  it('let no header and no other site in', async () => {
    const spoofed = {
      'x-ms-client-principal': Buffer.from('{"userRoles":["Keeper.Operate"]}').toString('base64'),
      'x-ms-client-principal-id': 'somebody',
      'x-ms-token-aad-id-token': 'somebody',
      authorization: 'Bearer somebody',
    };
    const { status, text } = await browse('/', { headers: spoofed });
    expect(status).toBe(401);
    expect(text).not.toContain('Contoso');

    const cookie = await signedIn();
    const before = (await api.shown('mail')).lookedAt;
    const form = { method: 'POST', cookie, body: new URLSearchParams({ kind: 'resync' }) };
    for (const headers of [
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'cross-site', origin: api.url },
      {},
    ]) {
      const taken = await browse('/registrations/mail/orders', { ...form, headers });
      expect(taken.status).toBe(403);
    }
    expect((await api.shown('mail')).lookedAt).toBe(before);
  });

  it('take an order from a form, with its reason, and put who gave it into the log', async () => {
    const cookie = await signedIn();
    const headers = { origin: api.url, 'sec-fetch-site': 'same-origin' };
    const post = (fields: Record<string, string>) =>
      browse('/registrations/mail/orders', {
        method: 'POST',
        cookie,
        headers,
        body: new URLSearchParams(fields),
      });
    const without = await post({ kind: 'rotate', reason: '' });
    expect(without.status).toBe(400);
    expect(without.text).toContain('Not taken');

    const taken = await post({ kind: 'rotate', reason: 'to see it done' });
    expect(taken.status).toBe(303);
    expect(taken.headers.get('location')).toBe('/registrations/mail?done=rotate');
    expect((await browse('/registrations/mail?done=rotate', { cookie })).text).toContain(
      'A new credential is ordered',
    );
    await expect
      .poll(async () => (await api.get('/api/audit/mail?limit=200')).text, { timeout: 30_000 })
      .toMatch(/[0-9a-f-]{36} orders: a new credential, because \\"to see it done\\"/);
  });
});

describe('Ctrl-C', () => {
  it('ends everything in order; until then the folder is nobody else’s', async () => {
    const other = await intruder.ended;
    expect(other.code, other.stderr).toBe(2);
    expect(intruder.processes()).toEqual([]);
    expect(other.stderr).toMatch(/^keeper: --data .*: process \d+ uses it/m);

    const outage = (await worldIn(folder)).cloud.account.outageSeconds;
    expect(keeper.processes().length).toBeGreaterThan(1);
    keeper.send('SIGINT');
    const { code, stderr, stdout } = await keeper.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/\n +at |Unhandled|undefined/);
    expect(stdout).toMatch(/^calendar +healthy/m);
    await nothingIsLeft(keeper, 2_000);
    await expect(api.get('/api/status')).rejects.toThrow('fetch failed');
    expect(outage).toBe(0);
    expect((await storedIn(folder)).isVerified).toBe(true);
  });
});
