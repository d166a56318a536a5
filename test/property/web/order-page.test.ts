/** The page of an order: whoever may write storage may write any answer there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasons } from '../../../src/core/reason.ts';
import { registrationDocument } from '../../../src/foresight/document.ts';
import { order } from '../../../src/web/order-page.ts';
import { memoryLog } from '../../support/audit-log.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileJson, hostileText } from '../../support/hostile-values.ts';
import { webDesired, webWorld } from '../../support/hostile-web.ts';
import { planSample } from '../../unit/web/page-samples.ts';
import { expectOwnMarkup, parseStrictly } from './strict-markup.ts';

const desired = webDesired();
const at = '2026-05-28T20:00:00.000Z';
const markup = '"><script>alert(1)</script>';

const answers: readonly (readonly [name: string, answer: object, words: string])[] = [
  [
    'that was carried out',
    { registration: 'calendar', at, result: 'done', reason: 'settled', did: ['push-credential'] },
    'It did: push-credential.',
  ],
  [
    'that was refused',
    { registration: 'calendar', at, result: 'refused', because: 'slots-full', did: [] },
    'your order was refused',
  ],
  [
    'with a plan',
    { registration: 'calendar', at, plan: registrationDocument(planSample()) },
    'Step by step',
  ],
  [
    'without a plan',
    { registration: 'calendar', at, plan: { registration: 'calendar', why: 'chain-unreadable' } },
    'No plan could be made',
  ],
];

async function shown(text: string, asked = 'one') {
  const world = webWorld();
  world.orders.results.set('one', text);
  const call = { world, files: memoryLog(), desired, fileErrors: [], mayOperate: true };
  const reply = await order(call, 'calendar', asked);
  expect([...world.orders.results]).toEqual([['one', text]]);
  return reply;
}

/** What must be so of an answer that a page tells. */
function isAnswer(text: string): boolean {
  const raw = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const reason = raw['because'] ?? raw['reason'];
  return (
    raw['registration'] === 'calendar' &&
    Number.isFinite(Date.parse(String(raw['at']))) &&
    (raw['plan'] !== undefined || [reason, raw['reason']].some((one) => String(one) in reasons))
  );
}

describe('the page of an order', () => {
  it.each(answers)(
    '%s tells an answer or that there is none, for any text in its place',
    async (_name, answer, words) => {
      let told = 0;
      await fc.assert(
        fc.asyncProperty(hostileJson(answer, markup), async (text) => {
          const reply = await shown(text);
          expectUnpolluted();
          expect([200, 404]).toContain(reply.status);
          expectOwnMarkup(reply.body);
          if (reply.status === 200) {
            expect(isAnswer(text)).toBe(true);
            told += 1;
          }
          if (text === JSON.stringify(answer)) {
            expect(reply.status).toBe(200);
            expect(parseStrictly(reply.body).text).toContain(words);
          }
          expect(await shown(text)).toEqual(reply);
        }),
        { ...cases(60), examples: [[JSON.stringify(answer)]] },
      );
      expect(told).toBeGreaterThan(5);
    },
    patience(),
  );

  it(
    'is none, for any id that no order has',
    async () => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (asked) => {
          const reply = await shown(JSON.stringify(answers[0]?.[1]), asked);
          expect(reply.status).toBe(404);
          expectOwnMarkup(reply.body);
        }),
        cases(40),
      );
    },
    patience(),
  );
});
