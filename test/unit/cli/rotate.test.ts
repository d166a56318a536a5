import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/terminal.ts';
import { failure } from '../../../src/core/fault.ts';
import { bench, type Ran } from './command-bench.ts';
import { fakeApi, fakeWorld, type FakeAnswer, type FakeWorld, type Got } from './world-bench.ts';

/** The time of the stores. */
const nowAt = Date.parse('2026-05-28T20:26:40.000Z');
const token = 'a-token-that-nobody-may-see';
const keyId = '0b1f6b0e-3f5e-4a77-9d0c-5a3c6c1f2d11';
const leak = ['--compromised', keyId, '--accept-ended-grants'];

async function run(
  world: FakeWorld,
  args: readonly string[],
  ask?: (question: string) => Promise<boolean>,
): Promise<Ran> {
  const desk = bench({ worlds: world.openers, ...(ask ? { ask } : {}) });
  try {
    return await desk.run(...args);
  } finally {
    desk.remove();
  }
}

/** A world that stands still, with the operator in it. */
const standing = (): FakeWorld => fakeWorld({ by: 'operator-1' });

/** What was ordered there. */
function orderedIn({ stores }: FakeWorld): readonly object[] {
  return [...stores.orders.waiting.values()].map(({ registration, body, by }) => ({
    registration,
    by,
    ...body,
  }));
}

const taken = (kind: string): FakeAnswer => ({
  status: 202,
  body: { order: 'an-order', registration: 'calendar', kind, look: '/api/orders/an-order' },
});

/** Takes the order, and has the answer after so many requests. */
const answers =
  (result: object, after: number) =>
  ({ method }: Got, count: number): FakeAnswer => {
    if (method === 'POST') return taken('rotate');
    return count > after ? { status: 200, body: result } : { status: 404, body: {} };
  };

async function disturbed(): Promise<boolean> {
  throw new Error('asked');
}

/** Runs a command against an API. */
async function behind(
  answer: (got: Got, count: number) => FakeAnswer,
  args: readonly string[],
): Promise<Ran & { readonly got: readonly Got[]; readonly url: string }> {
  let count = 0;
  await using api = await fakeApi((got) => answer(got, (count += 1)));
  const world = fakeWorld({ api: { url: api.url, token: async () => token } });
  const ran = await run(world, args);
  expect(ran.out + ran.err).not.toContain(token);
  expect(world.stores.orders.waiting.size).toBe(0);
  return { ...ran, got: [...api.got], url: api.url };
}

describe('an order in a world that stands still', () => {
  it.each<[string, readonly string[], object]>([
    [
      'a rotation',
      ['rotate', 'calendar', '--reason', 'why not'],
      { kind: 'rotate', reason: 'why not' },
    ],
    [
      'a leak of one',
      ['rotate', 'calendar', ...leak, '--yes'],
      {
        kind: 'compromised',
        keyIds: [keyId],
        removeAt: nowAt + 4 * 3_600_000,
        endGrants: 'accept',
      },
    ],
    [
      'a leak of several, until then',
      ['rotate', 'calendar', ...leak, 'k2,k3', 'k4', '--remove-at', '90m', '--yes'],
      { keyIds: [keyId, 'k2', 'k3', 'k4'], removeAt: nowAt + 5_400_000 },
    ],
    [
      'a leak of all',
      ['rotate', 'calendar', '--all', '--accept-ended-grants', '--yes'],
      { kind: 'compromised', keyIds: [] },
    ],
    ['a retirement', ['retire', 'calendar', keyId], { kind: 'retire', keyId }],
    [
      'a freeze',
      ['freeze', 'calendar', '--until', '2026-06-01T00:00:00Z'],
      { kind: 'freeze', untilAt: Date.parse('2026-06-01T00:00:00Z') },
    ],
    [
      'a freeze for a time',
      ['freeze', 'calendar', '--until', '7d'],
      { untilAt: nowAt + 604_800_000 },
    ],
    ['a thaw', ['thaw', 'calendar'], { kind: 'thaw' }],
    ['a look', ['resync', 'calendar'], { kind: 'resync', mode: 'apply' }],
    ['a look that changes nothing', ['resync', 'calendar', '--plan-only'], { mode: 'plan' }],
  ])('is written in the name of its operator: %s', async (_, args, body) => {
    const world = standing();
    const { code, out, err } = await run(world, args);
    expect(code, err).toBe(0);
    expect(orderedIn(world)).toMatchObject([
      { registration: 'calendar', by: 'operator-1', ...body },
    ]);
    expect(out).toContain('Nothing runs there now: the next run takes it in.');
    expect(err).toMatch(/^What will happen to calendar \(keeper\.example\):\n {2}- /);
    expect(world.closed()).toBe(1);
  });

  it('is written for each registration under its key with --all', async () => {
    const world = standing();
    expect((await run(world, ['resync', '--all'])).code).toBe(0);
    expect(orderedIn(world)).toMatchObject([
      { registration: 'calendar' },
      { registration: 'intranet' },
    ]);
  });

  it('is not waited for, and then not written either', async () => {
    const world = standing();
    const { code, err } = await run(world, ['resync', 'calendar', '--wait']);
    expect(code).toBe(2);
    expect(err).toMatch(/nothing runs there/);
    expect(orderedIn(world)).toEqual([]);
  });

  it('ends with 3 when storage does not take it', async () => {
    const world = standing();
    world.stores.orders.write = async () => failure({ kind: 'timeout', vendor: 'storage' });
    const { code, err } = await run(world, ['thaw', 'calendar']);
    expect(code).toBe(3);
    expect(err).toMatch(/not known whether it was ordered\. Not accepted: Storage does not answer/);
  });
});

describe('an argument that cannot be used', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no registration', ['rotate'], /rotate: say which registration/],
    ['another registration', ['rotate', 'calender', '--reason', 'x'], /Did you mean calendar\?/],
    ['no reason', ['rotate', 'calendar'], /say why with --reason TEXT/],
    ['two wishes', ['rotate', 'calendar', '--reason', 'x', ...leak], /not both/],
    ['key ids beside --all', ['rotate', 'calendar', ...leak, '--all'], /not both/],
    [
      'a consequence that nobody has accepted',
      ['rotate', 'calendar', '--compromised', keyId],
      /sign in again.*--accept-ended-grants/,
    ],
    ['nobody to confirm a leak', ['rotate', 'calendar', ...leak], /Add --yes/],
    [
      'a time of a leak without one',
      ['rotate', 'calendar', '--reason', 'x', '--remove-at', '4h'],
      /--remove-at belongs to --compromised/,
    ],
    [
      'a time that is past',
      ['rotate', 'calendar', ...leak, '--yes', '--remove-at', '2026-01-01'],
      /"removeAt" is in the past/,
    ],
    ['a time that is none', ['freeze', 'calendar', '--until', 'soon'], /--until takes an instant/],
    ['a time that is too far', ['freeze', 'calendar', '--until', '91d'], /more than 90 days away/],
    ['no time', ['freeze', 'calendar'], /--until T/],
    ['no credential', ['retire', 'calendar'], /say the key id/],
    [
      'a credential that is none',
      ['retire', 'calendar', 'k/1'],
      /"order.keyId" is not as it must be/,
    ],
    ['too many arguments', ['thaw', 'calendar', 'internal'], /thaw: too many arguments/],
    ['nothing to look at', ['resync'], /say which registration, or --all/],
    ['one and all', ['resync', 'calendar', '--all'], /say which registration, or --all/],
    ['no time to wait', ['thaw', 'calendar', '--wait-minutes', '0'], /--wait-minutes takes/],
  ])('ends with 2, and nothing is ordered: %s', async (_, args, words) => {
    const world = standing();
    const { code, out, err } = await run(world, args);
    expect(err).toMatch(words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(orderedIn(world)).toEqual([]);
  });

  it('is also a Keeper whose API nobody has named', async () => {
    const { code, err } = await run(fakeWorld(), ['thaw', 'calendar']);
    expect(code).toBe(2);
    expect(err).toMatch(/KEEPER_PUBLIC_URL.*KEEPER_AUDIENCE/);
  });
});

describe('whoever sits there', () => {
  it('is told what a leak means, and asked', async () => {
    const world = standing();
    world.left('calendar', { credential: { keyId, expiresAt: nowAt + 86_400_000_000 } });
    const questions: string[] = [];
    const { code, err } = await run(world, ['rotate', 'calendar', ...leak], async (question) => {
      questions.push(question);
      return true;
    });
    expect(code, err).toBe(0);
    expect(questions).toHaveLength(1);
    expect(err).toContain(`then Keeper removes credential ${keyId}.`);
    expect(err).toContain('The one that serves now is among them');
    expect(err).toContain('removed at 2026-05-29T00:26:40.000Z (in 4 hours) at the latest');
    expect(orderedIn(world)).toHaveLength(1);
  });

  it.each([
    ['rotate', 'calendar', '--reason', 'x'],
    ['resync', '--all'],
  ])('orders nothing by another word than yes: %s', async (...args) => {
    const world = standing();
    const { code, err } = await run(world, args, async () => false);
    expect(code).toBe(1);
    expect(err).toMatch(/Nothing was ordered\.\n$/);
    expect(orderedIn(world)).toEqual([]);
  });

  it('is not asked with --yes', async () => {
    expect((await run(standing(), ['thaw', 'calendar', '--yes'], disturbed)).code).toBe(0);
  });

  it('is told when there is no room for another credential', async () => {
    const world = standing();
    const expiresAt = nowAt + 86_400_000_000;
    const place = 'application' as const;
    world.left('calendar', {
      credentials: [
        { keyId: 'k1', expiresAt, place, role: 'serving' },
        { keyId: 'k2', expiresAt, place, role: 'foreign' },
      ],
    });
    const { err } = await run(world, ['rotate', 'calendar', '--reason', 'x']);
    expect(err).toMatch(/Two credentials are there already/);
  });
});

describe('an order through the API', () => {
  it('carries the token of the caller and a key of its own, and tells where to watch', async () => {
    const { code, out, err, got, url } = await behind(
      () => taken('rotate'),
      ['rotate', 'calendar', '--reason', 'why not'],
    );
    expect(code, err).toBe(0);
    expect(got).toMatchObject([{ method: 'POST', path: '/api/orders' }]);
    const [one] = got;
    expect(JSON.parse(one?.body ?? '')).toEqual({
      registration: 'calendar',
      order: { kind: 'rotate', reason: 'why not' },
    });
    expect(one?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/),
    });
    const [high = '', low = ''] = String(one?.headers['idempotency-key']).split('-');
    expect(Number.parseInt(high + low, 16)).toBe(nowAt);
    expect(out).toBe(
      `calendar: ordered rotate, an-order\nWatch it with keeper status calendar, or ${url}/\n`,
    );
  });

  it('is sent again under the same key when its answer is lost', async () => {
    const { code, got } = await behind(
      (_, count) => (count < 3 ? 'cut' : taken('thaw')),
      ['thaw', 'calendar'],
    );
    expect(code).toBe(0);
    expect(new Set(got.map((one) => one.headers['idempotency-key'])).size).toBe(1);
    expect(got).toHaveLength(3);
  });

  it.each<[string, FakeAnswer]>([
    ['no answer', 'cut'],
    ['a failure', { status: 503, body: { title: 'Not accepted', detail: 'Try again.' } }],
    ['somebody else', { status: 202, body: '<html>' }],
    [
      'an answer that leads elsewhere',
      {
        status: 202,
        body: { order: 'o', registration: 'calendar', kind: 'thaw', look: '//evil.example/' },
      },
    ],
  ])('ends with 3 where it may have been taken: %s', async (_, answer) => {
    const { code, err } = await behind(() => answer, ['thaw', 'calendar']);
    expect(code).toBe(3);
    expect(err).toMatch(/it is not known whether it was ordered/);
    expect(err).toContain(
      'See keeper status calendar and keeper audit show calendar --kind order ',
    );
  });

  it.each([
    [401, 'Sign-in needed'],
    [403, 'Not allowed'],
    [422, 'Key used before'],
  ])('ends with 1 where it was refused with %i', async (status, title) => {
    const body = { title, detail: 'You need the role\u001b[2J Keeper.Operate.' };
    const { code, out, err, got } = await behind(() => ({ status, body }), ['thaw', 'calendar']);
    expect(code).toBe(1);
    expect(err).toContain(`keeper: not ordered. ${title}: You need the role`);
    expect(err).not.toContain('\u001b');
    expect(out).toBe('');
    expect(got).toHaveLength(1);
  });

  it('ends with 2 where the API does not understand it', async () => {
    const body = { title: 'Body not understood', detail: '"until" is in the past.' };
    const args = ['freeze', 'calendar', '--until', '2026-01-01'];
    const { code, err } = await behind(() => ({ status: 400, body }), args);
    expect([code, err.split('\n').at(-2)]).toEqual([
      2,
      'keeper: Body not understood: "until" is in the past.',
    ]);
  });

  it('ends with 2 where nobody is signed in', async () => {
    const world = fakeWorld({
      api: {
        url: 'http://127.0.0.1:1',
        token: async () => {
          throw new UsageError('nobody is signed in.');
        },
      },
    });
    expect(await run(world, ['thaw', 'calendar', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/keeper: nobody is signed in\.\n$/),
    });
  });
});

describe('--wait', () => {
  const done = {
    result: 'done',
    registration: 'calendar',
    reason: 'settled',
    did: ['add-credential'],
  };
  const rotation = ['rotate', 'calendar', '--reason', 'x', '--wait'];

  it('ends with 0 when it is done, and tells progress on stderr', async () => {
    const { code, out, err, got } = await behind(answers(done, 4), rotation);
    expect(code).toBe(0);
    expect(got.slice(1).every((one) => one.path === '/api/orders/an-order')).toBe(true);
    expect(got).toHaveLength(5);
    expect(out).toMatch(/rotate done\. All is as the file says\. Did: add-credential\.\n$/);
    expect(err).toContain('calendar: Keeper has not looked at it yet.\ncalendar: answered\n');
  });

  it('ends with 1 when it is refused, with the reason in words', async () => {
    const refused = { ...done, result: 'refused', because: 'credential-serves', did: [] };
    const { code, out } = await behind(answers(refused, 1), rotation);
    expect(code).toBe(1);
    expect(out).toMatch(/rotate refused\. An order to retire was refused: connectors hold/);
  });

  it('ends with 3 when no answer comes in time', async () => {
    const args = [...rotation, '--wait-minutes', '1'];
    const { code, out, got } = await behind(answers(done, 1_000), args);
    expect(code).toBe(3);
    expect(out).toMatch(/no answer yet; it goes on/);
    expect(got).toHaveLength(32);
  });

  it('has one document on stdout with --json', async () => {
    const { code, out } = await behind(answers(done, 1), [...rotation, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      orders: [
        {
          order: 'an-order',
          registration: 'calendar',
          kind: 'rotate',
          look: '/api/orders/an-order',
          result: done,
        },
      ],
    });
  });
});
