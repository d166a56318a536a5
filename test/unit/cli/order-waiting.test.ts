/** Waiting for orders takes the time that was given and no more, however slow whoever answers is. */
import { describe, expect, it } from 'vitest';
import { waitFor, type Waiting } from '../../../src/cli/order-waiting.ts';
import type { Desk, Placed } from '../../../src/cli/order-placing.ts';
import type { OpenWorld } from '../../../src/cli/world-place.ts';
import { webDesired } from '../../support/hostile-web.ts';

const result = { result: 'done', registration: 'r', did: [] };

function orders(count: number): readonly Placed[] {
  return Array.from({ length: count }, (_, index) => ({
    registration: `r${index}`,
    order: `o${index}`,
    kind: 'resync',
    look: `/api/orders/o${index}`,
  }));
}

interface Waited {
  /** Orders that were asked for, in order. */
  readonly asked: readonly string[];
  /** The most that were asked for at a time. */
  readonly most: number;
  readonly elapsedMs: number;
  readonly results: number;
}

/** Waits ten minutes. Each order takes so long to answer, and has its result when it is due. */
async function waited(count: number, answerMs: number, isDone: () => boolean): Promise<Waited> {
  let now = 5_000;
  let underWay = 0;
  let most = 0;
  const asked: string[] = [];
  const desk: Desk = {
    place: async () => ({ kind: 'refused', why: '' }),
    async answer({ order }) {
      asked.push(order);
      underWay += 1;
      most = Math.max(most, underWay);
      const isFirst = underWay === 1;
      await Promise.resolve();
      // Those that are asked for together take the time of one.
      if (isFirst) now += answerMs;
      underWay -= 1;
      return isDone() ? result : undefined;
    },
  };
  const open = { desired: webDesired() } as Partial<OpenWorld> as OpenWorld;
  const waiting: Waiting = { desk, open, limitMs: 600_000 };
  const terminal = { out: () => undefined, err: () => undefined, hasColour: false };
  const line = { terminal, pause: async (ms: number) => void (now += ms), monotonic: () => now };
  const all = await waitFor(line, waiting, orders(count));
  const results = all.filter((one) => one.result !== undefined).length;
  return { asked, most, elapsedMs: now - 5_000, results };
}

describe('waitFor()', () => {
  it('counts the time that answers take, not only its own pauses', async () => {
    const { elapsedMs, asked } = await waited(1, 28_000, () => false);
    expect(elapsedMs).toBe(630_000 - 2_000);
    expect(asked).toHaveLength(21);
  });

  it('stops among many orders, too', async () => {
    const { elapsedMs, asked, results } = await waited(1_000, 60_000, () => false);
    expect(elapsedMs).toBe(600_000);
    expect(asked).toHaveLength(80);
    expect(results).toBe(0);
  });

  it('asks for eight at a time, each once more until it is answered', async () => {
    const { asked, most, results } = await waited(20, 10, () => true);
    expect(asked).toEqual(orders(20).map((one) => one.order));
    expect({ most, results }).toEqual({ most: 8, results: 20 });
  });

  it('asks for each at least once, when time is over before a first answer', async () => {
    const { asked, elapsedMs } = await waited(3, 900_000, () => false);
    expect(asked).toEqual(['o0', 'o1', 'o2']);
    expect(elapsedMs).toBe(900_000);
  });
});
