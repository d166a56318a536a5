import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/fault.ts';
import { status } from '../../../src/web/status.ts';
import { webDesired } from '../../support/hostile-web.ts';
import { bench, type Ran } from './command-bench.ts';
import { fakeWorld, type FakeWorld } from './world-bench.ts';

const dayMs = 86_400_000;
/** The time of the stores. */
const now = 1_780_000_000_000;

const well = {
  state: 'healthy',
  reason: 'settled',
  standing: [],
  sinceAt: now - 3 * dayMs,
  lookedAt: now - 3_600_000,
  nextLookAt: now + 5 * 3_600_000,
  credential: { keyId: 'k1', expiresAt: now + 90 * dayMs, renewsAt: now + 30 * dayMs },
} as const;

async function told(world: FakeWorld, ...args: readonly string[]): Promise<Ran> {
  const desk = bench({ worlds: world.openers });
  try {
    return await desk.run('status', ...args);
  } finally {
    desk.remove();
  }
}

function wellWorld(): FakeWorld {
  const world = fakeWorld();
  world.left('calendar', well);
  world.left('intranet', { ...well, id: 'internal' });
  return world;
}

describe('keeper status', () => {
  it('has one line a registration, and ends with 0 when all is well', async () => {
    const world = wellWorld();
    const { code, out, err } = await told(world);
    expect(code, err).toBe(0);
    expect(out.split('\n').map((one) => one.replaceAll(/ {2,}/g, ' | '))).toEqual([
      '| registration | state | secret ends | since | next look | reason'.replace(/^\| /, ' | '),
      '✓ calendar | Well | in 90 days | 25 May 2026 | in 5 hours | All is as the file says.',
      '✓ internal | Well | in 90 days | 25 May 2026 | in 5 hours | All is as the file says.',
      '',
      'keeper.example: 2 registrations, 2 well.',
      '',
    ]);
    expect(err).toBe('');
    expect(world.closed()).toBe(1);
  });

  it('waits for Keeper alone before the first look, and ends with 0', async () => {
    const { code, out } = await told(fakeWorld());
    expect(code).toBe(0);
    expect(out).toMatch(/^… calendar {2}.*Keeper has not looked at it yet\.$/m);
  });

  it('says what a person must do, and ends with 1', async () => {
    const world = wellWorld();
    world.left('calendar', { ...well, state: 'needs-person', reason: 'slots-full' });
    const { code, out } = await told(world);
    expect(code).toBe(1);
    expect(out).toMatch(/^! calendar {2}.*Needs you/m);
    expect(out).toContain('calendar: Needs you\n  Remove the one that nobody uses in Entra');
    expect(out).toContain('1 needs you, 1 well');
  });

  it('ends with 1 when the look that was due has not happened', async () => {
    const world = wellWorld();
    world.left('calendar', { ...well, nextLookAt: now - 2 * 3_600_000 });
    const { code, out } = await told(world);
    expect(code).toBe(1);
    expect(out).toMatch(/^\? calendar {2}.*Silent.*due 2 hours ago/m);
  });

  it('ends with 1 when a credential that nobody renews is about to end', async () => {
    const world = wellWorld();
    world.left('gone', { ...well, credential: { keyId: 'k9', expiresAt: now + 10 * dayMs } });
    const { code, out } = await told(world);
    expect(code).toBe(1);
    expect(out).toContain('gone needs you: its credential ends in 10 days');
  });

  it('ends with 3 when storage does not answer, whether for people or for machines', async () => {
    for (const args of [[], ['--json']]) {
      const world = wellWorld();
      world.stores.states.list = async () => failure({ kind: 'timeout', vendor: 'storage' });
      const { code, out, err } = await told(world, ...args);
      expect(code).toBe(3);
      expect(out + err).toMatch(/[Ss]torage does not answer/);
    }
  });

  it('tells one in detail: credentials, connectors, what comes, what to do', async () => {
    const world = fakeWorld();
    world.left('calendar', {
      ...well,
      state: 'needs-person',
      reason: 'slots-full',
      standing: [{ reason: 'slots-full' }, { reason: 'nylas-denied', subject: 'us/one' }],
      credentials: [
        { keyId: 'k1', expiresAt: now + 90 * dayMs, place: 'application', role: 'serving' },
        { keyId: 'k0', expiresAt: now - dayMs, place: 'service-principal', role: 'old' },
      ],
    });
    const { code, out } = await told(world, 'calendar');
    expect(code).toBe(1);
    expect(out).toContain('You must\n  Remove the one that nobody uses in Entra');
    expect(out).toContain('\n  Put a valid API key of this application');
    expect(out).toContain('Also\n  us/one: Nylas refuses the API key.');
    expect(out).toContain('Keeper will\n  - Remove credential k0');
    expect(out).toContain('+ Issue the next credential, in 30 days at the earliest.');
    expect(out).toMatch(/ {2}k1 {2}serving {2}ends 26 Aug 2026 \(in 90 days\)\n/);
    expect(out).toMatch(
      / {2}k0 {2}old {6}ended 27 May 2026 \(24 hours ago\), on the service principal\n/,
    );
    expect(out).toContain(
      'us/one  holds k1, switched 2 Feb 2026 (115 days ago), 7 grants of which 1 invalid',
    );
    expect(out).toContain('Client id app-1. Looked 60 minutes ago, looks again in 5 hours');
    expect(out).not.toContain('internal');
  });

  it('has for machines the document of GET /api/status', async () => {
    const world = wellWorld();
    const { code, out } = await told(world, '--json');
    expect(code).toBe(0);
    const reply = await status({
      world: world.stores,
      desired: webDesired(),
      fileErrors: 0,
      registration: null,
      order: null,
    });
    expect(JSON.parse(out)).toEqual(JSON.parse(reply.body));
  });

  it('has all pages of that document in one', async () => {
    const world = wellWorld();
    const { registrations, ...desired } = webDesired();
    const [first] = registrations;
    if (!first) throw new Error('the file has no registration');
    const many = Array.from({ length: 230 }, (_, index) => {
      const id = `r${String(index).padStart(3, '0')}`;
      return { ...first, id, key: id };
    });
    const desk = bench({
      worlds: {
        live: async (place) => ({
          ...(await world.openers.live(place)),
          desired: { ...desired, registrations: many },
        }),
      },
    });
    const { out } = await desk.run('status', '--json');
    desk.remove();
    const document = JSON.parse(out) as { registrations: { id: string }[]; next: unknown };
    expect(document.next).toBeNull();
    expect(document.registrations.map((one) => one.id)).toEqual(many.map((one) => one.id));
  });

  it.each([
    [
      'no such registration',
      ['calender'],
      /no registration of that name\. Did you mean calendar\?/,
    ],
    ['too many arguments', ['calendar', 'internal'], /status: too many arguments/],
    ['an option of another command', ['--reason', 'x'], /--reason is no option of it/],
  ])('ends with 2: %s', async (_, args, words) => {
    const { code, out, err } = await told(wellWorld(), ...args);
    expect(err).toMatch(words);
    expect(code).toBe(2);
    expect(out).toBe('');
  });

  it('has colours on a terminal, and nowhere else', async () => {
    const world = wellWorld();
    const desk = bench({ worlds: world.openers, hasColour: true });
    const { out } = await desk.run('status');
    desk.remove();
    expect(out).toContain('\u001b[32m✓\u001b[0m');
    expect((await told(world)).out).not.toContain('\u001b');
  });

  it('lets no byte of storage move the cursor', async () => {
    const world = fakeWorld();
    const evil = 'k\u001b[2J\nk';
    world.left('calendar', {
      ...well,
      appId: evil,
      standing: [{ reason: 'nylas-denied', subject: evil }],
      credentials: [{ keyId: evil, expiresAt: now, place: 'application', role: 'next' }],
      connectors: [{ id: evil, clientId: null, keyId: evil, switchedAt: null, grants: null }],
    });
    const { out } = await told(world, 'calendar');
    expect(out).toContain(String.raw`k\u{1b}[2J\u{a}k`);
    expect(out).not.toContain('\u001b');
    expect(out).not.toMatch(/^k/m);
  });

  it.each([
    [['--data', 'x'], { isLocal: true, data: 'x' }],
    [['--local', '--config', 'mine.yaml'], { isLocal: true, file: 'mine.yaml' }],
    [['--verbose'], { isLocal: false, isVerbose: true }],
  ])('opens the world that %j names', async (args, place) => {
    const world = wellWorld();
    await told(world, ...args);
    expect(world.opened).toMatchObject([place]);
  });
});
