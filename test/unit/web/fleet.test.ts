import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/fault.ts';
import type { Desired, DesiredRegistration } from '../../../src/core/desired.ts';
import type { RegistrationStatus } from '../../../src/core/status.ts';
import type { StateHead } from '../../../src/reconcile/world.ts';
import { overview } from '../../../src/web/pages.ts';
import { status, statusBounds } from '../../../src/web/status.ts';
import { memoryLog } from '../../support/audit-log.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';
import { wordsOf } from './page-words.ts';

/** As many registrations as wished for, `r000` and so on, all looked at. */
function fleet(count: number) {
  const world = webWorld();
  const reads: string[] = [];
  const states = {
    ...world.states,
    read(key: string) {
      reads.push(key);
      return world.states.read(key);
    },
  };
  const [one] = webDesired().registrations;
  if (!one) throw new Error('no registration');
  const registrations = Array.from({ length: count }, (_, index): DesiredRegistration => {
    const id = `r${String(index).padStart(3, '0')}`;
    return { ...one, id, key: id, displayName: id };
  });
  const desired: Desired = { ...webDesired(), registrations };
  const now = world.clock.now();

  function save(
    id: string,
    changes: Partial<RegistrationStatus> = {},
    head: Partial<StateHead> = {},
  ): void {
    const calm = { state: 'healthy', reason: 'settled', nextLookAt: now + 1_000 } as const;
    const saved = { ...goodStatus, standing: [], ...calm, ...changes, id };
    world.states.bodies.set(id, JSON.stringify({ v: 1, status: saved }));
    world.states.heads.set(id, {
      registration: id,
      nextLookAt: saved.nextLookAt,
      lookedAt: saved.lookedAt,
      fingerprint: '',
      configuration: '',
      state: saved.state,
      reason: saved.reason,
      endsAt: now + 9_000_000_000,
      connectors: saved.connectors.length,
      etag: 'a',
      ...head,
    });
  }

  for (const { id } of registrations) save(id);
  const parts = { ...world, states };
  const around = { files: memoryLog(), fileErrors: [], mayOperate: true };

  async function told(query: { limit?: string; cursor?: string } = {}, wished = desired) {
    const asked = { registration: null, order: null, fileErrors: 0, ...query };
    const reply = await status({ world: parts, desired: wished, ...asked });
    const body = JSON.parse(reply.body) as {
      ok: boolean;
      total: number;
      registrations: { id: string; state: string }[];
      next: string | null;
    };
    return { ...reply, body };
  }

  return {
    world,
    reads,
    save,
    desired,
    told,
    page: async () => wordsOf((await overview({ world: parts, desired, ...around }, null)).body),
    states,
  };
}

const cursorIn = (next: string | null) =>
  new URL(next ?? '', 'https://keeper.example').searchParams.get('cursor') ?? '';

describe('overview()', () => {
  it('reads no body, however many there are', async () => {
    const { page, reads } = fleet(500);
    expect(await page()).toContain('All is well.');
    expect(reads).toEqual([]);
  });

  it('tells the same from the listing as from the bodies', async () => {
    const listed = fleet(3);
    const bodied = fleet(3);
    for (const one of [listed, bodied]) {
      one.save(
        'r001',
        { state: 'needs-person', reason: 'vault-denied', sinceAt: 1_770_000_000_000 },
        {
          sinceAt: 1_770_000_000_000,
        },
      );
      for (const [id, head] of one.world.states.heads) {
        one.world.states.heads.set(id, { ...head, endsAt: 1_800_000_000_000 });
      }
    }
    for (const [id, { connectors: _connectors, ...head }] of bodied.world.states.heads) {
      bodied.world.states.heads.set(id, head);
    }
    expect(await listed.page()).toBe(await bodied.page());
    expect(listed.reads).toEqual([]);
    expect(bodied.reads.toSorted()).toEqual(['r000', 'r001', 'r002']);
  });

  it.each<[string, Partial<StateHead>]>([
    ['a state that there is not', { state: 'splendid' }],
    ['a reason that every object has', { reason: 'constructor' }],
    ['an instant that no date can hold', { endsAt: 1e300 }],
  ])('reads the body where the listing has %s', async (_, head) => {
    const { page, reads, save } = fleet(2);
    save('r001', {}, head);
    expect(await page()).toContain('All is well.');
    expect(reads).toEqual(['r001']);
  });
});

describe('status() of many', () => {
  it('reads a body once as long as its tag stays', async () => {
    const { told, reads, save } = fleet(3);
    await told();
    await told();
    expect(reads.toSorted()).toEqual(['r000', 'r001', 'r002']);
    save('r001', { state: 'needs-person', reason: 'vault-denied' }, { etag: 'b' });
    const { body } = await told();
    expect(body.registrations.map(({ state }) => state)).toEqual([
      'healthy',
      'needs-person',
      'healthy',
    ]);
    expect(reads.slice(3)).toEqual(['r001']);
  });

  it('reads again what has no tag', async () => {
    const { told, reads, world } = fleet(1);
    for (const [id, { etag: _etag, ...head }] of world.states.heads) {
      world.states.heads.set(id, head);
    }
    await told();
    await told();
    expect(reads).toEqual(['r000', 'r000']);
  });

  it('tells each exactly once, page by page, and reads no more than it tells', async () => {
    const { told, reads } = fleet(25);
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const query = { limit: '10', ...(cursor === undefined ? {} : { cursor }) };
      const { body, headers } = await told(query);
      seen.push(...body.registrations.map(({ id }) => id));
      expect(reads).toHaveLength(seen.length);
      expect(body.total).toBe(25);
      expect(headers['link']).toBe(body.next === null ? undefined : `<${body.next}>; rel="next"`);
      cursor = body.next === null ? undefined : cursorIn(body.next);
    }
    expect(cursor).toBeUndefined();
    expect(seen).toEqual(
      Array.from({ length: 25 }, (_, index) => `r${String(index).padStart(3, '0')}`),
    );
  });

  it('goes on behind the last one told when the file has changed meanwhile', async () => {
    const { told, desired } = fleet(6);
    const { body } = await told({ limit: '3' });
    const left = desired.registrations.filter(({ id }) => id !== 'r000' && id !== 'r002');
    const next = await told(
      { limit: '3', cursor: cursorIn(body.next) },
      {
        ...desired,
        registrations: left.toReversed(),
      },
    );
    expect(next.body.registrations.map(({ id }) => id)).toEqual(['r003', 'r004', 'r005']);
  });

  it('is not ok when one needs a person that this page does not show', async () => {
    const { told, save } = fleet(5);
    expect((await told({ limit: '2' })).body.ok).toBe(true);
    save('r004', { state: 'needs-person', reason: 'vault-denied' });
    expect((await told({ limit: '2' })).body.ok).toBe(false);
  });

  it('tells a hundred unless it is asked for more or less', async () => {
    const { told } = fleet(250);
    expect((await told()).body.registrations).toHaveLength(statusBounds.usual);
    expect((await told({ limit: '200' })).body.registrations).toHaveLength(statusBounds.most);
  });

  it.each([
    { limit: '0' },
    { limit: '201' },
    { limit: '-1' },
    { limit: '1e2' },
    { limit: '' },
    { cursor: '' },
    { cursor: 'bm90aGluZw' },
    { cursor: '../../etc' },
    { cursor: 'A'.repeat(5_000) },
  ])('refuses the query %j', async (query) => {
    const { told, reads } = fleet(3);
    expect((await told(query)).status).toBe(400);
    expect(reads).toEqual([]);
  });

  it('says that storage does not answer when a body cannot be read', async () => {
    const { told, states } = fleet(3);
    states.read = async () => failure({ kind: 'unavailable', vendor: 'storage' });
    expect((await told()).status).toBe(503);
  });
});
