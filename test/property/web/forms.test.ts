/** Forms of the pages: whoever is signed in may send any form, to any registration. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../src/clients/order-shape.ts';
import { memoryLog } from '../../support/audit-log.ts';
import { formBytes, takeForm } from '../../../src/web/pages.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileText } from '../../support/hostile-values.ts';
import { webDesired, webWorld } from '../../support/hostile-web.ts';
import { expectOwnMarkup } from './strict-markup.ts';

const desired = webDesired();
const now = webWorld().clock.now();
const dayMs = 86_400_000;
const day = (count: number): string => new Date(now + count * dayMs).toISOString();

type Pairs = readonly (readonly [string, string])[];

async function send(pairs: Pairs | string, id = 'calendar') {
  const world = webWorld();
  const call = { world, files: memoryLog(), desired, fileErrors: [], mayOperate: true };
  const body =
    typeof pairs === 'string'
      ? pairs
      : new URLSearchParams(pairs.map(([name, text]): [string, string] => [name, text])).toString();
  const reply = await takeForm(call, id, { body, by: 'operator-1' });
  return { body, reply, world, waiting: [...world.orders.waiting.values()] };
}

/** Holds when the form brought about what it says, and nothing else. */
function expectMeant(body: string, order: unknown): void {
  const form = new URLSearchParams(body);
  const kind = form.get('kind');
  const until = form.get('until') ?? '';
  const isWithZone = /(?:Z|[+-]\d\d:\d\d)$/.test(until);
  const at = Date.parse(until.includes('T') && !isWithZone ? `${until}Z` : until);
  const meanings: Readonly<Record<string, object>> = {
    resync: { kind, mode: form.get('mode') ?? 'apply' },
    rotate: { kind, reason: form.get('reason')?.trim() },
    retire: { kind, keyId: form.get('keyId') },
    freeze: { kind, untilAt: at },
    compromised: {
      kind,
      keyIds: form.getAll('keyIds'),
      removeAt: now + 4 * 3_600_000,
      endGrants: form.get('endGrants'),
    },
    thaw: { kind },
  };
  expect(order).toEqual(meanings[kind ?? '']);
}

/** What came of a form: the order it means and the way back, or a page that says why not. */
function expectAnswered({ body, reply, world, waiting }: Awaited<ReturnType<typeof send>>): void {
  expectUnpolluted();
  const { status, headers } = reply;
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
  if (status === 303) {
    expect(waiting).toHaveLength(1);
    const [order] = waiting;
    expectMeant(body, order?.body);
    expect(order).toMatchObject({ registration: 'calendar', by: 'operator-1', at: now });
    expect(orderOf(JSON.stringify(order))).toEqual(order);
    const isPlan = order?.body.kind === 'resync' && order.body.mode === 'plan';
    expect(headers['location']).toBe(
      isPlan
        ? `/registrations/calendar/orders/${encodeURIComponent(order.id)}`
        : `/registrations/calendar?done=${order?.body.kind}`,
    );
    return;
  }
  expect(status).toBe(body.length > formBytes ? 413 : 400);
  expect(headers['location']).toBeUndefined();
  expect(waiting).toEqual([]);
  expect(world.queue.messages).toEqual([]);
  expectOwnMarkup(reply.body);
}

const fields = ['kind', 'keyId', 'keyIds', 'reason', 'until', 'removeAt', 'endGrants', 'mode'];
const words = [
  'resync',
  'rotate',
  'retire',
  'freeze',
  'compromised',
  'thaw',
  'plan',
  'apply',
  'accept',
  'k-1',
  'a reason',
  day(10),
  day(10).slice(0, 10),
  day(10).slice(0, 16),
  day(-1),
  day(100),
  '2026-02-30',
  '2026-06-10T24:00',
  '2026-06-10T08:00:00.1.2',
  '<script>',
  '"><img src=x>',
];

/** The forms of Keeper's pages, filled in. */
const filled: readonly Pairs[] = [
  [['kind', 'resync']],
  [
    ['kind', 'resync'],
    ['mode', 'plan'],
  ],
  [
    ['kind', 'rotate'],
    ['reason', 'a person left'],
  ],
  [
    ['kind', 'retire'],
    ['keyId', 'k-1'],
  ],
  [
    ['kind', 'freeze'],
    ['until', day(10).slice(0, 16)],
  ],
  [
    ['kind', 'compromised'],
    ['keyIds', 'k-1'],
    ['keyIds', 'k-2'],
    ['endGrants', 'accept'],
  ],
  [['kind', 'thaw']],
];

describe('takeForm()', () => {
  it(
    'writes the order that a form means or refuses with a page, for any form',
    async () => {
      const name = fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...fields) },
        { weight: 1, arbitrary: hostileText },
      );
      const value = fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: hostileText },
      );
      const more = fc.array(fc.tuple(name, value), { maxLength: 3 });
      const form = fc
        .tuple(fc.constantFrom([], ...filled), more, fc.boolean())
        .map(([own, others, isFirst]) => (isFirst ? [...others, ...own] : [...own, ...others]));
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(form, hostileText), async (pairs) => {
          const sent = await send(pairs);
          expectAnswered(sent);
          if (sent.reply.status === 303) taken += 1;
          expect((await send(pairs)).reply).toEqual(sent.reply);
        }),
        cases(150),
      );
      expect(taken).toBeGreaterThan(30);
    },
    patience(),
  );

  it(
    'takes the forms of its own pages, for any time that a browser sends',
    async () => {
      const cut = fc.constantFrom(10, 16, 19, 23, 24);
      const minutes = fc.integer({ min: 1_500, max: 89 * 24 * 60 });
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...filled), minutes, cut, async (own, ahead, length) => {
          const until = new Date(now + ahead * 60_000).toISOString().slice(0, length);
          const pairs = own.map(([name, text]) => [name, name === 'until' ? until : text] as const);
          const sent = await send(pairs);
          expect(sent.reply.status).toBe(303);
          expectAnswered(sent);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'knows no registration that is not in the file, for any name',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(hostileText, fc.constant('intranet')), async (id) => {
          const { reply, world, waiting } = await send([['kind', 'thaw']], id);
          expect(reply.status).toBe(404);
          expectOwnMarkup(reply.body);
          expect(waiting).toEqual([]);
          expect(world.queue.messages).toEqual([]);
        }),
        cases(40),
      );
    },
    patience(),
  );
});
