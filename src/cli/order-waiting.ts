/** Waiting for what comes of orders, with a word on stderr whenever something has changed. */
import { harmless } from '../audit/plain-text.ts';
import { meaningOfGlance, remedyOfGlance } from '../web/page/condition.ts';
import type { CommandLine } from './command-line.ts';
import type { Desk, OrderResult, Placed } from './order-placing.ts';
import { glanceOf } from './registrations.ts';
import type { OpenWorld } from './world-place.ts';

/** Between two looks, real milliseconds. */
const lookMs = 2_000;

export interface Waited extends Placed {
  /** Nothing: none was there in time. */
  readonly result?: OrderResult;
}

export interface Waiting {
  readonly desk: Desk;
  readonly open: OpenWorld;
  /** Real milliseconds, in all. */
  readonly limitMs: number;
}

/** How many are asked for at a time. */
const turn = 8;

/** Waits for all of them, and for none longer than the limit, however slow answers are. */
export async function waitFor(
  line: Pick<CommandLine, 'terminal' | 'pause' | 'monotonic'>,
  { desk, open, limitMs }: Waiting,
  orders: readonly Placed[],
): Promise<readonly Waited[]> {
  const { terminal, pause, monotonic = () => performance.now() } = line;
  const results = new Map<string, OrderResult>();
  const told = new Map<string, string>();
  const beganAt = monotonic();
  const isOver = (): boolean => monotonic() - beganAt >= limitMs;
  for (;;) {
    const waiting = orders.filter((one) => !results.has(one.order));
    for (let from = 0; from < waiting.length && (from === 0 || !isOver()); from += turn) {
      const asked = waiting.slice(from, from + turn);
      const looks = await Promise.all(asked.map((one) => look(desk, open, one)));
      for (const [index, { result, words }] of looks.entries()) {
        const one = asked[index];
        if (!one) continue;
        if (result) results.set(one.order, result);
        if (words === told.get(one.order)) continue;
        told.set(one.order, words);
        terminal.err(`${harmless(one.registration)}: ${words}\n`);
      }
    }
    if (results.size === orders.length || isOver()) break;
    await pause(lookMs);
  }
  return orders.map((one) => {
    const result = results.get(one.order);
    return result ? { ...one, result } : one;
  });
}

async function look(
  desk: Desk,
  open: OpenWorld,
  order: Placed,
): Promise<{ readonly result: OrderResult | undefined; readonly words: string }> {
  const result = await desk.answer(order);
  return { result, words: result ? 'answered' : await howItStands(open, order.registration) };
}

async function howItStands({ world, desired }: OpenWorld, id: string): Promise<string> {
  const found = desired.registrations.find((one) => one.id === id);
  if (!found) return 'ordered';
  const glance = await glanceOf(world, found);
  const remedy = remedyOfGlance(glance, world.clock.now());
  return `${meaningOfGlance(glance)}${remedy === undefined ? '' : ` ${remedy}`}`;
}
