/** The routes: whoever has a key may send anything, and storage may hold anything. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resync, resyncBodyBytes } from '../../../src/web/resync.ts';
import { status } from '../../../src/web/status.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  jsonText,
  mutated,
} from '../../support/hostile-values.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';
import { canary } from '../../unit/clients/canary.ts';

const desired = webDesired();
const ids = desired.registrations.map(({ id }) => id);

/** Holds when a reply is one that any client can read, and is not for a cache. */
function expectReply(reply: { headers: Readonly<Record<string, string>>; body: string }): void {
  expect(JSON.parse(reply.body)).toBeTypeOf('object');
  expect(reply.headers['cache-control']).toBe('no-store');
  for (const value of Object.values(reply.headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
  expectUnpolluted();
}

const name = fc.oneof(hostileText, fc.constantFrom(...ids, 'intranet', canary));
const wish = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom({}, { mode: 'plan' }, { mode: 'apply' }) },
  {
    weight: 3,
    arbitrary: fc.record(
      { registration: name, mode: fc.constantFrom('plan', 'apply', canary) },
      { requiredKeys: [] },
    ),
  },
  { weight: 2, arbitrary: mutated({ registration: 'calendar', mode: 'plan' }) },
  { weight: 1, arbitrary: hostileValue },
);

describe('resync()', () => {
  const body = fc.oneof(
    { weight: 4, arbitrary: wish.map(jsonText) },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.constantFrom(canary, `{"${canary}":1}`, 'x'.repeat(5_000)) },
  );

  it(
    'writes what was asked for or refuses with a reason, for any body',
    async () => {
      await fc.assert(
        fc.asyncProperty(body, async (text) => {
          const world = webWorld();
          const reply = await resync({ world, desired, body: text, by: 'function-key' });
          expectReply(reply);
          expect(reply.body + JSON.stringify(reply.headers)).not.toContain(canary);
          const orders = [...world.orders.waiting.values()];
          expect(world.queue.messages).toHaveLength(orders.length);
          if (reply.status !== 202) {
            expect([400, 404, 413]).toContain(reply.status);
            expect(orders).toEqual([]);
            if (Buffer.byteLength(text) > resyncBodyBytes) expect(reply.status).toBe(413);
            return;
          }
          const asked = text.trim() === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
          expect(orders.length).toBe(asked['registration'] === undefined ? ids.length : 1);
          for (const order of orders) {
            expect(order.body).toEqual({ kind: 'resync', mode: asked['mode'] ?? 'apply' });
          }
        }),
        cases(200),
      );
    },
    patience(),
  );
});

describe('status()', () => {
  it(
    'answers without an echo, for any query',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.option(name), fc.option(name), async (registration, order) => {
          const world = webWorld();
          world.orders.results.set('a-result', '{}');
          const reply = await status({ world, desired, fileErrors: 0, registration, order });
          expectReply(reply);
          expect(reply.body).not.toContain(canary);
          const isKnown = registration === null || ids.includes(registration);
          expect(reply.status).toBe(isKnown ? 200 : 404);
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'answers, for any bytes in the blobs that it reads',
    async () => {
      const blob = fc.oneof(
        { weight: 4, arbitrary: mutated({ v: 1, status: goodStatus }).map(jsonText) },
        { weight: 1, arbitrary: hostileValue.map(jsonText) },
        { weight: 1, arbitrary: hostileText },
      );
      await fc.assert(
        fc.asyncProperty(blob, blob, async (saved, result) => {
          const world = webWorld();
          const head = { nextLookAt: 0, lookedAt: 0, fingerprint: '', configuration: '' };
          for (const key of ['calendar', 'left-over']) {
            const told = { ...head, registration: key, state: 'healthy', reason: 'settled' };
            const text = key === 'calendar' ? saved : jsonText({ v: 1, status: goodStatus });
            await world.states.write(key, text, told);
          }
          world.orders.results.set('an-order', result);
          const query = { registration: null, order: 'an-order' };
          const reply = await status({ world, desired, fileErrors: 0, ...query });
          expectReply(reply);
          expect(reply.status).toBe(200);
          const told = JSON.parse(reply.body) as { registrations: { reason: string }[] };
          expect(told.registrations.map(({ reason }) => reason)).toEqual([
            expect.stringMatching(/^[a-z-]+$/),
            'not-looked-yet',
          ]);
        }),
        {
          ...cases(150),
          examples: [
            [jsonText({ status: { ...goodStatus, lookedAt: 1e300 } }), 'no JSON'],
            [jsonText({ status: { ...goodStatus, connectors: [null] } }), '{}'],
            [jsonText({ status: { ...goodStatus, reason: 'constructor' } }), '{}'],
          ],
        },
      );
    },
    patience(),
  );

  it('shows what a whole status says', async () => {
    const world = webWorld();
    const told = { registration: 'calendar', nextLookAt: 0, lookedAt: 0, fingerprint: '' };
    const head = { ...told, configuration: '', state: 'healthy', reason: 'settled' };
    await world.states.write('calendar', jsonText({ v: 1, status: goodStatus }), head);
    const query = { registration: 'calendar', order: null };
    const reply = await status({ world, desired, fileErrors: 0, ...query });
    expect(JSON.parse(reply.body)).toMatchObject({
      ok: false,
      registrations: [{ id: 'calendar', reason: 'slots-full', connectors: [{ keyId: 'k1' }] }],
    });
  });
});
