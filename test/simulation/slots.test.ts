/**
 * No deadlock: whatever the two slots hold, Keeper comes to be well by itself, or asks a person by
 * name for a deed after which it does; on the way it breaks no law about slots.
 */
import { describe, expect, it } from 'vitest';
import { CALM } from '../../src/local/simulators/directory-options.ts';
import { dayMs, tenant } from '../support/tenant.ts';
import { makeState } from './slots-making.ts';
import { walkState } from './slots-walk.ts';
import { truthWatch } from './slots-watch.ts';
import { everySlotState, nameOf, rules, type SlotState } from './slots.ts';

const every = everySlotState();
const walked = everyPair(every);

/** The choices of a state, each with its dimension. */
function choicesOf({ slots, connector, vault, beside, principal }: SlotState): readonly string[] {
  return [
    `slots ${slots.join(' ')}`,
    `connector ${connector}`,
    `vault ${vault}`,
    `beside ${beside}`,
    `principal ${principal}`,
  ];
}

function pairsOf(state: SlotState): readonly string[] {
  const choices = choicesOf(state);
  return choices.flatMap((one, index) =>
    choices.slice(index + 1).map((other) => `${one}, ${other}`),
  );
}

/** States in which every pair of choices occurs that can; taken from all over the enumeration. */
function everyPair(states: readonly SlotState[]): readonly SlotState[] {
  const seen = new Set<string>();
  // A stride without common divisor reaches each state once.
  const strewn = states.map((_, index) => states[(index * 7_919) % states.length]);
  return strewn.flatMap((state) => {
    const fresh = state ? pairsOf(state).filter((pair) => !seen.has(pair)) : [];
    for (const pair of fresh) seen.add(pair);
    return state && fresh.length > 0 ? [state] : [];
  });
}

describe('the enumeration', () => {
  it('leaves out nothing without a contradiction that a rule names', () => {
    const names = new Set(every.map(nameOf));
    expect(names.size).toBe(every.length);
    for (const { why, isBroken } of rules) {
      expect(every.filter(isBroken), why).toEqual([]);
    }
  });

  it('has every pair of choices that is possible, and so has the walk', () => {
    const possible = new Set(every.flatMap(pairsOf));
    expect(new Set(walked.flatMap(pairsOf))).toEqual(possible);
    expect(walked.length).toBeLessThan(every.length / 10);
  });
});

describe('every state of the two slots', () => {
  it('ends well, by itself or after what Keeper asked a person for', async () => {
    const bad: string[] = [];
    const asked = new Map<string, number>();
    for (const [index, state] of walked.entries()) {
      // Nobody helps for a week, and in every second state for forty days.
      const result = await walkState(state, { aloneMs: (index % 2 === 0 ? 7 : 40) * dayMs });
      const reasons = result.asked.join(', ');
      asked.set(reasons, (asked.get(reasons) ?? 0) + 1);
      if (result.faults.length > 0) bad.push(`${result.name}: ${result.faults.join('; ')}`);
    }
    expect(bad).toEqual([]);
    // Both ways out are walked: alone, and with help.
    expect(asked.get('') ?? 0).toBeGreaterThan(walked.length / 3);
    expect([...asked.keys()].join(', ')).toMatch(/slots-full/);
  });

  it('ends over the real clients as it ends over the short cut', async () => {
    for (const state of every.filter((_, index) => index % 2003 === 7)) {
      const options = { aloneMs: 7 * dayMs };
      const short = await walkState(state, options);
      const real = await walkState(state, { ...options, overHttp: true });
      expect({ name: real.name, asked: real.asked, faults: real.faults }).toEqual({
        name: short.name,
        asked: short.asked,
        faults: short.faults,
      });
    }
  });
});

describe('the watch over the slots', () => {
  it('sees a third credential, a removal against the laws, and a dead text pushed', async () => {
    const customer = tenant({ directory: CALM });
    const watch = truthWatch(() => customer);
    const made = await makeState(customer, {
      slots: ['foreign-live', 'held'],
      connector: 'second',
      vault: 'plain',
      beside: 'nothing',
      principal: false,
    });
    watch.begin(made);
    const [foreign, held] = made.slots;
    watch.onPush(held?.text ?? '');
    expect(watch.violations).toEqual([]);
    watch.onAdd();
    watch.onRemove(foreign?.keyId ?? '');
    watch.onRemove(held?.keyId ?? '');
    watch.onPush('a text of nothing');
    expect(watch.violations).toEqual([
      'adds a third',
      'removes a foreign one that lives',
      'removes what a connector holds',
      'pushes a dead one over a working one',
    ]);
  });
});
