/** Whatever answers where Keeper's API should be: a command knows whether its order was taken. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskOf, type Placed, type Placing } from '../../../src/cli/order-placing.ts';
import { requestOf, type Wish } from '../../../src/cli/order-wish.ts';
import { UsageError } from '../../../src/cli/terminal.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileJson, hostileText } from '../../support/hostile-values.ts';
import {
  fakeApi,
  fakeWorld,
  type FakeAnswer,
  type FakeApi,
  type FakeWorld,
} from '../../unit/cli/world-bench.ts';
import { canary } from '../../unit/clients/canary.ts';

const wish: Wish = { on: 'one', registration: 'calendar', order: { kind: 'thaw' } };
const resync: Wish = { on: 'resync', registration: undefined, mode: 'apply' };

const one = { order: 'o-1', registration: 'calendar', kind: 'thaw', look: '/api/orders/o-1' };
const two = { order: 'o-2', registration: 'internal', look: '/api/orders/o-2' };
const several = { mode: 'apply', orders: [{ ...one, kind: undefined }, two] };
const problem = {
  type: 'about:blank',
  title: 'Not taken',
  status: 400,
  detail: 'Because of this.',
};

const statuses = [200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503];

function answersLike(good: object): fc.Arbitrary<FakeAnswer> {
  const body = fc.oneof(
    { weight: 3, arbitrary: hostileJson(good) },
    { weight: 2, arbitrary: hostileJson(problem, '\u001b[2Jgone', '\u202e', 'two\nlines') },
  );
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ status: fc.constant(202), body }) },
    { weight: 8, arbitrary: fc.record({ status: fc.constantFrom(...statuses), body }) },
    { weight: 1, arbitrary: fc.constant('cut' as const) },
  );
}

/** What the body of an answer that something was taken must say. */
function takenIn(asked: Wish, body: string): readonly Placed[] {
  const raw = JSON.parse(body) as Placed & { readonly orders: readonly Placed[] };
  const all = asked.on === 'one' ? [raw] : raw.orders.map((each) => ({ ...each, kind: 'resync' }));
  return all.map(({ order, registration, kind, look }) => ({ order, registration, kind, look }));
}

/** What came of it, a refusal for what a person typed among it. */
async function placed(open: FakeWorld, asked: Wish): Promise<Placing | UsageError> {
  const desk = deskOf(await open.openers.live({ isLocal: false }), async () => undefined);
  try {
    return await desk.place(asked);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

describe('an order through the API', () => {
  let server: FakeApi;
  let answers: readonly FakeAnswer[] = [];
  let count = 0;
  beforeAll(async () => {
    server = await fakeApi(() => answers[Math.min(count++, answers.length - 1)] ?? 'cut');
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  function remote(): FakeWorld {
    return fakeWorld({ api: { url: server.url, token: async () => canary } });
  }

  /** Has it answer with these from now on. */
  function answerWith(list: readonly FakeAnswer[]): number {
    answers = list;
    count = 0;
    return server.got.length;
  }

  it.each([
    ['of one registration', wish, one],
    ['of all', resync, several],
  ] as const)(
    '%s is taken, refused or unknown by what the answer says, for any answers',
    async (_name, asked, good) => {
      const list = fc.array(answersLike(good), { minLength: 1, maxLength: 3 });
      const seen = { taken: 0, refused: 0, unknown: 0, usage: 0 };
      await fc.assert(
        fc.asyncProperty(list, async (given) => {
          const from = answerWith(given);
          const placing = await placed(remote(), asked);
          expectUnpolluted();
          const sent = server.got.slice(from);
          // However often it is sent, it is the same order.
          expect(sent.length).toBeLessThanOrEqual(3);
          const { path, body } = requestOf(asked);
          const same = sent.map((each) => [each.method, each.path, each.body]);
          expect(same).toEqual(sent.map(() => ['POST', path, body]));
          expect(new Set(sent.map((each) => each.headers['idempotency-key'])).size).toBe(1);
          const last = given[Math.min(sent.length, given.length) - 1] ?? 'cut';
          const status = last === 'cut' ? 0 : last.status;
          if (placing instanceof UsageError) {
            seen.usage += 1;
            expect([400, 404, 413]).toContain(status);
            expectHarmless(placing.message);
            return;
          }
          seen[placing.kind] += 1;
          if (placing.kind === 'taken') {
            expect(status).toBe(202);
            expect(placing.orders).toEqual(
              takenIn(asked, last === 'cut' ? '' : (last.body as string)),
            );
            for (const { look } of placing.orders) expect(look).toMatch(/^\/api\/orders\//);
            return;
          }
          expectHarmless(placing.why);
          // Refused is only what certainly was not taken.
          if (placing.kind === 'refused') expect(status !== 202 && status < 500).toBe(true);
          else expect(sent.length).toBe(3);
        }),
        cases(50),
      );
      expect(Object.values(seen).every((each) => each > 0)).toBe(true);
    },
    patience(),
  );

  it(
    'is told by its answer or as without one, for any answer',
    async () => {
      const good = { order: 'o-1', result: 'done', registration: 'calendar', did: ['push'] };
      const look = fc.oneof(
        { weight: 3, arbitrary: fc.constant('o-1') },
        hostileText.map((text) => text.slice(0, 100)),
      );
      let told = 0;
      const answer = fc.oneof(
        answersLike(good),
        fc.record({ status: fc.constant(200), body: hostileJson(good) }),
      );
      await fc.assert(
        fc.asyncProperty(answer, look, async (given, place) => {
          const from = answerWith([given]);
          const desk = deskOf(
            await remote().openers.live({ isLocal: false }),
            async () => undefined,
          );
          const result = await desk.answer({ ...one, look: `/api/orders/${place}` });
          expectUnpolluted();
          const sent = server.got.slice(from);
          expect(sent.every((each) => each.method === 'GET')).toBe(true);
          expect(sent.length).toBeLessThanOrEqual(1);
          if (result === undefined) return;
          told += 1;
          if (given === 'cut') throw new Error('told what nobody said');
          expect(given.status).toBe(200);
          expect(result).toEqual({ did: [], ...(JSON.parse(given.body as string) as object) });
        }),
        cases(50),
      );
      expect(told).toBeGreaterThan(5);
    },
    patience(),
  );
});

/** Holds when a sentence can be printed: one line, bounded, nothing that moves a terminal. */
function expectHarmless(text: string): void {
  expect(text).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+$/u);
  expect(text.length).toBeLessThanOrEqual(4_800);
}

describe('an order in a world that stands still', () => {
  it(
    'is taken as it is meant or refused without a trace, for any wish',
    async () => {
      const word = fc.oneof(
        fc.constantFrom('calendar', 'internal', 'k-1', 'a reason'),
        hostileText,
      );
      const order = fc.oneof(
        fc.record({ kind: fc.constant('rotate' as const), reason: word }),
        fc.record({ kind: fc.constant('retire' as const), keyId: word }),
        fc.record({ kind: fc.constant('freeze' as const), until: word }),
        fc.record({
          kind: fc.constant('compromised' as const),
          keyIds: fc.array(word, { maxLength: 2 }),
          endGrants: fc.constant('accept' as const),
        }),
        fc.constant({ kind: 'thaw' as const }),
      );
      const any: fc.Arbitrary<Wish> = fc.oneof(
        fc.record({ on: fc.constant('one' as const), registration: word, order }),
        fc.record({
          on: fc.constant('resync' as const),
          registration: fc.option(word, { nil: undefined }),
          mode: fc.constantFrom('plan', 'apply'),
        }),
      );
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(any, async (asked) => {
          const open = fakeWorld({ by: 'the-operator' });
          const placing = await placed(open, asked);
          const waiting = [...open.stores.orders.waiting.values()];
          if (placing instanceof UsageError) {
            expectHarmless(placing.message);
            expect(waiting).toEqual([]);
            expect(open.stores.queue.messages).toEqual([]);
            return;
          }
          taken += 1;
          if (placing.kind !== 'taken') throw new Error(placing.why);
          expect(placing.orders.map((each) => each.order)).toEqual(waiting.map(({ id }) => id));
          expect(waiting.every(({ by }) => by === 'the-operator')).toBe(true);
          const kind = asked.on === 'one' ? asked.order.kind : 'resync';
          expect(waiting.every(({ body }) => body.kind === kind)).toBe(true);
        }),
        cases(80),
      );
      expect(taken).toBeGreaterThan(5);
    },
    patience(),
  );
});
