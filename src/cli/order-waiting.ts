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

/** Waits for all of them. */
export async function waitFor(
  { terminal, pause }: Pick<CommandLine, 'terminal' | 'pause'>,
  { desk, open, limitMs }: Waiting,
  orders: readonly Placed[],
): Promise<readonly Waited[]> {
  const results = new Map<string, OrderResult>();
  const told = new Map<string, string>();
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    for (const one of orders) {
      if (results.has(one.order)) continue;
      const result = await desk.answer(one);
      if (result) results.set(one.order, result);
      const words = result ? 'answered' : await howItStands(open, one.registration);
      if (words === told.get(one.order)) continue;
      told.set(one.order, words);
      terminal.err(`${harmless(one.registration)}: ${words}\n`);
    }
    if (results.size === orders.length || waitedMs >= limitMs) break;
    await pause(lookMs);
  }
  return orders.map((one) => {
    const result = results.get(one.order);
    return result ? { ...one, result } : one;
  });
}

async function howItStands({ world, desired }: OpenWorld, id: string): Promise<string> {
  const found = desired.registrations.find((one) => one.id === id);
  if (!found) return 'ordered';
  const glance = await glanceOf(world, found);
  const remedy = remedyOfGlance(glance, world.clock.now());
  return `${meaningOfGlance(glance)}${remedy === undefined ? '' : ` ${remedy}`}`;
}
