/** Role: the page of one order tells that it waits, the plan it asked for, or what came of it. */
import { describe, expect, it } from 'vitest';
import { registrationDocument } from '../../../src/foresight/document.ts';
import type { Order } from '../../../src/core/order.ts';
import { order } from '../../../src/web/order-page.ts';
import type { PageCall } from '../../../src/web/pages.ts';
import { takeForm } from '../../../src/web/pages.ts';
import { webDesired } from '../../support/hostile-web.ts';
import { webParts } from './door-bench.ts';
import { now, planSample } from './page-samples.ts';
import { headingOf, wordsOf } from './page-words.ts';

function bench(mayOperate = true) {
  const { parts, world, files } = webParts();
  const clock = { ...parts.world.clock, now: () => now };
  const call: PageCall = {
    world: { ...parts.world, clock },
    files,
    desired: webDesired(),
    fileErrors: [],
    mayOperate,
  };
  return { call, world };
}

const at = new Date(now).toISOString();
const waiting: Order = {
  id: '2026-11-26T08:00:00.000Z-1',
  registration: 'calendar',
  body: { kind: 'resync', mode: 'plan' },
  by: 'somebody',
  at: now,
};

/** The page of an order with this answer. */
async function answered(answer: object, mayOperate?: boolean) {
  const { call, world } = bench(mayOperate);
  world.orders.results.set('one', JSON.stringify(answer));
  return order(call, 'calendar', 'one');
}

describe('the page of an order', () => {
  it('that waits says so, and how to ask again', async () => {
    const { call, world } = bench();
    world.orders.waiting.set(waiting.id, waiting);
    const { status, body } = await order(call, 'calendar', waiting.id);
    expect(status).toBe(200);
    expect(headingOf(body)).toBe('calendar: your order waits');
    expect(body).toContain(
      `href="/registrations/calendar/orders/${encodeURIComponent(waiting.id)}"`,
    );
  });

  it('to see the plan shows each step with old and new, the reason, and its time', async () => {
    const plan = registrationDocument(planSample());
    const { status, body } = await answered({ registration: 'calendar', at, plan });
    expect(status).toBe(200);
    const words = wordsOf(body);
    expect(words).toContain('1 to add, 2 to change, 1 to remove.');
    expect(words).toContain('audience: AzureADMyOrg becomes AzureADandPersonalMicrosoftAccount');
    expect(words).toContain('permission: −EWS.AccessAsUser.All, +Calendars.ReadWrite');
    expect(words).toContain('Renewal is due.');
    expect(words).toMatch(
      /Not before .*, in 24 hours|Not before .*, in a day|Not before .*, in 1 day/,
    );
    expect(words).toContain('Could not be seen: nylas timeout.');
    expect(words).toContain('Remove the one that nobody uses in Entra');
  });

  it('to see an empty plan says that nothing would change', async () => {
    const plan = registrationDocument(planSample({ steps: [], asks: [], unseen: [] }));
    const { body } = await answered({ registration: 'calendar', at, plan }, false);
    expect(wordsOf(body)).toContain('Keeper would change nothing.');
    expect(body).not.toContain('<form');
  });

  it.each([
    [
      'done',
      { result: 'done', reason: 'settled', did: ['push-credential'] },
      'All is as the file says.',
    ],
    [
      'refused',
      { result: 'refused', reason: 'settled', because: 'credential-serves', did: [] },
      'An order to retire was refused',
    ],
  ])('that is %s tells so', async (kind, answer, words) => {
    const { body } = await answered({ registration: 'calendar', at, ...answer });
    expect(headingOf(body)).toContain(kind === 'done' ? 'is done' : 'was refused');
    expect(wordsOf(body)).toContain(words);
  });

  it.each([
    ['nobody gave', 'another'],
    ['with an id that is none', '../state'],
  ])('%s is not there', async (_name, id) => {
    const { call } = bench();
    expect((await order(call, 'calendar', id)).status).toBe(404);
  });

  it.each([
    ['of another registration', { registration: 'mail', at, result: 'done', reason: 'settled' }],
    ['without a time', { registration: 'calendar', result: 'done', reason: 'settled' }],
    ['with a reason that is none', { registration: 'calendar', at, reason: 'constructor' }],
    ['with a plan that is none', { registration: 'calendar', at, plan: { steps: 1 } }],
  ])('with an answer %s is not there', async (_name, answer) => {
    expect((await answered(answer)).status).toBe(404);
  });

  it('cannot be seen while storage does not answer', async () => {
    const { call } = bench();
    const fault = { kind: 'unavailable', vendor: 'storage' } as const;
    const orders = {
      ...call.world.orders,
      readResult: async () => ({ ok: false, fault }) as const,
    };
    const reply = await order({ ...call, world: { ...call.world, orders } }, 'calendar', 'one');
    expect(reply.status).toBe(503);
  });
});

describe('the form that asks for the plan', () => {
  it('leads to the page of its order', async () => {
    const { call, world } = bench();
    const body = 'kind=resync&mode=plan';
    const reply = await takeForm(call, 'calendar', { body, by: 'somebody' });
    const [id] = [...world.orders.waiting.keys()];
    expect(reply).toMatchObject({
      status: 303,
      headers: { location: `/registrations/calendar/orders/${encodeURIComponent(id ?? '')}` },
    });
    expect(world.orders.waiting.get(id ?? '')?.body).toEqual({ kind: 'resync', mode: 'plan' });
  });
});
