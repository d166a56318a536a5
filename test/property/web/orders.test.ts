/** Orders by HTTP: what is sent is taken as it is meant, or refused; a refusal changes nothing and repeats nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../src/clients/order-shape.ts';
import { failure } from '../../../src/core/fault.ts';
import type { Order } from '../../../src/core/order.ts';
import { orderAnswer, orderBodyBytes, placeOrder } from '../../../src/web/orders.ts';
import type { Reply } from '../../../src/web/reply.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileJson, hostileText } from '../../support/hostile-values.ts';
import { webDesired, webWorld } from '../../support/hostile-web.ts';
import { canary } from '../../unit/clients/canary.ts';

const desired = webDesired();
const now = webWorld().clock.now();
const hourMs = 3_600_000;

/** A world whose orders are written once, as blobs are. */
function world() {
  const made = webWorld();
  const { waiting } = made.orders;
  const orders: typeof made.orders = {
    ...made.orders,
    async write(order) {
      const there = waiting.get(order.id);
      if (there === undefined) return made.orders.write(order);
      return JSON.stringify(there) === JSON.stringify(order)
        ? { ok: true, value: {} }
        : failure({ kind: 'rejected', vendor: 'storage', code: 'exists' });
    },
  };
  return { ...made, orders };
}

type Stores = ReturnType<typeof world>;

async function place(
  body: string,
  { by = 'operator-1', key, stores = world() }: { by?: string; key?: string; stores?: Stores } = {},
) {
  const call = { world: stores, desired, body, by };
  const reply = await placeOrder(key === undefined ? call : { ...call, idempotencyKey: key });
  return { reply, stores, waiting: [...stores.orders.waiting.values()] };
}

/** Orders of every kind, as people write them. */
const good = {
  resync: { kind: 'resync', mode: 'plan' },
  rotate: { kind: 'rotate', reason: 'a person left' },
  compromised: {
    kind: 'compromised',
    keyIds: ['0f8fad5b-d9cb-469f-a165-70867728950e', 'k2'],
    removeAt: new Date(now + 24 * hourMs).toISOString(),
    endGrants: 'accept',
  },
  retire: { kind: 'retire', keyId: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  freeze: { kind: 'freeze', until: new Date(now + 240 * hourMs).toISOString() },
  thaw: { kind: 'thaw' },
} as const;
const kinds = Object.keys(good) as (keyof typeof good)[];

type Raw = Readonly<Record<string, unknown>>;

/** What the loop must be given for an order as it was sent. */
function meant(order: Raw): Raw {
  const { kind } = order;
  if (kind === 'rotate') return { kind, reason: (order['reason'] as string).trim() };
  if (kind === 'freeze') return { kind, untilAt: Date.parse(order['until'] as string) };
  if (kind !== 'compromised') return order;
  const { keyIds = [], removeAt, endGrants } = order;
  const at = removeAt === undefined ? now + 4 * hourMs : Date.parse(removeAt as string);
  return { kind, keyIds, removeAt: at, endGrants };
}

/** Holds when the one order that waits is the one that was sent, and the loop can read it. */
function expectTaken(sent: string, order: Order | undefined): void {
  const raw = JSON.parse(sent) as { registration: string; order: Raw };
  expect(Object.keys(raw).toSorted()).toEqual(['order', 'registration']);
  const found = desired.registrations.find(({ id }) => id === raw.registration);
  expect(order).toMatchObject({ registration: found?.key, by: 'operator-1' });
  expect(order?.body).toEqual(meant(raw.order));
  expect(orderOf(JSON.stringify(order))).toEqual(order);
}

/** Holds when nothing has changed, and the reply says why in words of Keeper's own. */
function expectRefused(reply: Reply, stores: Stores, statuses: readonly number[]): void {
  expect(statuses).toContain(reply.status);
  const told = JSON.parse(reply.body) as Raw;
  expect(told['status']).toBe(reply.status);
  expect(told['detail']).toMatch(/^[\x20-\x7e’]{10,300}$/);
  expect(reply.body).not.toContain('canary');
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(stores.orders.waiting.size).toBe(0);
  expect(stores.queue.messages).toEqual([]);
}

/** A UUID of version 7 made at an instant. */
function keyAt(at: number, rest = '7a5b-8c6d-0123456789ab'): string {
  const time = Math.max(0, at).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-${rest}`;
}

/** Read by its parts: a UUID of version 7, perhaps quoted, of the last hour or the next two minutes. */
function isKey(text: string): boolean {
  const bare = text.replace(/^"/, '').replace(/"$/, '');
  const parts = bare.split('-');
  const isUuid =
    parts.map((part) => part.length).join() === '8,4,4,4,12' &&
    parts.every((part) => /^[0-9a-f]+$/i.test(part)) &&
    parts[2]?.[0] === '7' &&
    '89ab'.includes(parts[3]?.[0]?.toLowerCase() ?? '?');
  const at = Number.parseInt(`${parts[0]}${parts[1]}`, 16);
  return isUuid && at >= now - hourMs && at <= now + 120_000;
}

/** An instant within so many days from now, as people write it. */
function soon(days: number): fc.Arbitrary<string> {
  const ms = fc.integer({ min: 1, max: days * 24 * hourMs });
  return ms.map((ahead) => new Date(now + ahead).toISOString());
}

describe('placeOrder()', () => {
  it.each(kinds)(
    'takes a %s order as it is meant or refuses it, for any body like one',
    async (kind) => {
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(
          hostileJson({ registration: 'calendar', order: good[kind] }, canary),
          async (body) => {
            const { reply, stores, waiting } = await place(body);
            expectUnpolluted();
            if (reply.status === 202) {
              taken += 1;
              expect(waiting).toHaveLength(1);
              expectTaken(body, waiting[0]);
              expect(stores.queue.messages).toEqual([
                { v: 1, registration: waiting[0]?.registration, cause: 'order' },
              ]);
            } else {
              expectRefused(reply, stores, body.length > orderBodyBytes ? [413] : [400, 404]);
            }
            const again = await place(body);
            expect(again.reply).toEqual(reply);
            expect(again.waiting).toEqual(waiting);
          },
        ),
        cases(40),
      );
      // The good body is among them, unchanged.
      expect(taken).toBeGreaterThan(5);
    },
    patience(),
  );

  it(
    'takes any order of the contract',
    async () => {
      const keyId = fc.oneof(fc.uuid(), fc.stringMatching(/^k[0-9A-Za-z-]{0,63}$/));
      const order = fc.oneof(
        fc.record({ kind: fc.constant('resync'), mode: fc.constantFrom('plan', 'apply') }),
        fc.record({
          kind: fc.constant('rotate'),
          reason: fc.stringMatching(/^[ -~äöüß漢😀]{0,90}[a-z]$/u),
        }),
        fc.record(
          {
            kind: fc.constant('compromised'),
            keyIds: fc.array(keyId, { maxLength: 100 }),
            removeAt: soon(7),
            endGrants: fc.constant('accept'),
          },
          { requiredKeys: ['kind', 'endGrants'] },
        ),
        fc.record({ kind: fc.constant('retire'), keyId }),
        fc.record({ kind: fc.constant('freeze'), until: soon(90) }),
        fc.constant({ kind: 'thaw' }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.record({ registration: fc.constantFrom('calendar', 'internal'), order }),
          async (wish) => {
            const body = JSON.stringify(wish);
            const { reply, waiting } = await place(body);
            expect(reply.status).toBe(202);
            expect(reply.headers['location']).toMatch(/^\/api\/orders\/[\w.%-]+$/);
            expectTaken(body, waiting[0]);
          },
        ),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'takes an order under a key or refuses the key, for any header',
    async () => {
      const at = fc.oneof(
        fc.integer({ min: now - hourMs, max: now + 120_000 }),
        fc.constantFrom(now - hourMs - 1, now + 120_001, 0, 2 ** 48 - 1),
      );
      const rest = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.stringMatching(/^7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        },
        { weight: 1, arbitrary: fc.stringMatching(/^[4-8]000-[7-c]000-[0-9a-f]{12}$/) },
      );
      const whole = fc.tuple(at, rest).map(([made, tail]) => keyAt(made, tail));
      const put = fc.constantFrom('', ' ', '"', 'g', '-', '7', 'F', '\n', '\u0660', '""', canary);
      const key = fc.oneof(
        whole,
        whole.map((one) => `"${one.toUpperCase()}"`),
        fc
          .tuple(whole, fc.nat(36), fc.nat(2), put)
          .map(([one, from, count, text]) => one.slice(0, from) + text + one.slice(from + count)),
        hostileText,
      );
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(key, async (header) => {
          const body = JSON.stringify({ registration: 'calendar', order: good.thaw });
          const { reply, stores, waiting } = await place(body, { key: header });
          if (!isKey(header)) {
            expectRefused(reply, stores, [400]);
            return;
          }
          taken += 1;
          expect(reply.status).toBe(202);
          expect(waiting).toHaveLength(1);
          expectTaken(body, waiting[0]);
        }),
        cases(150),
      );
      expect(taken).toBeGreaterThan(20);
    },
    patience(),
  );

  it(
    'takes an order once under any key, for the same sender, registration and order alone',
    async () => {
      const sends = fc.array(
        fc.record({
          kind: fc.constantFrom(...kinds),
          registration: fc.constantFrom('calendar', 'internal'),
          by: fc.constantFrom('operator-1', 'operator-2'),
          key: fc.constantFrom(keyAt(now), `"${keyAt(now).toUpperCase()}"`, keyAt(now - 1)),
        }),
        { minLength: 1, maxLength: 8 },
      );
      await fc.assert(
        fc.asyncProperty(sends, async (list) => {
          const stores = world();
          const first = new Map<string, string>();
          for (const { kind, registration, by, key } of list) {
            const body = JSON.stringify({ registration, order: good[kind] });
            const name = [by, registration, key.replaceAll('"', '').toLowerCase()].join(' ');
            const { reply } = await place(body, { by, key, stores });
            const known = first.get(name);
            expect(reply.status).toBe(known === undefined || known === kind ? 202 : 422);
            first.set(name, known ?? kind);
          }
          const waiting = [...stores.orders.waiting.values()];
          expect(waiting.map(({ body }) => body.kind)).toEqual([...first.values()]);
        }),
        cases(60),
      );
    },
    patience(),
  );
});

describe('orderAnswer()', () => {
  const answer = {
    order: 'one',
    registration: 'calendar',
    at: new Date(now).toISOString(),
    result: 'done',
    did: ['push-credential'],
  };

  it(
    'gives back what is stored or says that there is none, for any text and any id',
    async () => {
      const id = fc.oneof({ weight: 4, arbitrary: fc.constant('one') }, hostileText);
      let given = 0;
      await fc.assert(
        fc.asyncProperty(hostileJson(answer, canary), id, async (text, asked) => {
          const { orders } = webWorld();
          orders.results.set('one', text);
          const before = structuredClone(orders.results);
          const reply = await orderAnswer({ orders }, asked);
          expectUnpolluted();
          expect(orders.results).toEqual(before);
          const told: unknown = JSON.parse(reply.body);
          if (reply.status === 200) {
            given += 1;
            expect(asked).toBe('one');
            // What JSON cannot hold was never there.
            expect(told).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
          } else {
            expect(told).toMatchObject({ status: 404, title: 'No answer' });
            expect(reply.body).not.toContain('canary');
          }
          expect(await orderAnswer({ orders }, asked)).toEqual(reply);
        }),
        cases(100),
      );
      expect(given).toBeGreaterThan(10);
    },
    patience(),
  );
});
