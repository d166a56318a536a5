import { describe, expect, it } from 'vitest';
import type { Effect, Entry, EntryBody, Facts } from '../../../src/core/entry.ts';
import { remember } from '../../../src/core/fold.ts';
import { dayMs, minuteMs, pushDoubtMs } from '../../../src/core/limits.ts';
import { blankMemory, type Memory } from '../../../src/core/memory.ts';

const start = Date.parse('2026-01-05T08:00:00Z');

/** A chain in the making: entries a minute apart, or later. */
interface Story {
  readonly tell: (body: EntryBody, afterMs?: number) => void;
  readonly step: (effect: Effect, facts?: Facts) => string;
  readonly intent: (effect: Effect) => string;
  readonly memory: () => Memory;
}

function story(): Story {
  const entries: Entry[] = [];
  let at = start;
  const tell = (body: EntryBody, afterMs = minuteMs): void => {
    at += afterMs;
    entries.push({ ...body, v: 1, seq: entries.length + 1, at });
  };
  const intent = (effect: Effect): string => {
    const id = `i${entries.length}`;
    tell({ kind: 'intent', id, effect, deadlineAt: at + minuteMs, worker: 'w', because: 'first' });
    return id;
  };
  return {
    tell,
    intent,
    step(effect, facts) {
      const id = intent(effect);
      tell({ kind: 'outcome', intent: id, result: 'done', ...(facts ? { facts } : {}) });
      return id;
    },
    memory: () => remember(blankMemory(), entries),
  };
}

const add: Effect = { kind: 'add-credential', objectId: 'o', endAt: start + 730 * dayMs };
const push = (keyId: string): Effect => ({
  kind: 'push-credential',
  connector: 'us/a',
  keyId,
  appId: 'app',
  creates: false,
});

describe('remember()', () => {
  it('leaves what it was given as it was', () => {
    const before = Object.freeze(blankMemory());
    const entry: Entry = { kind: 'configuration', configuration: 'x', v: 1, seq: 1, at: start };
    expect(remember(before, [entry])).not.toBe(before);
    expect(before).toEqual(blankMemory());
  });

  it('takes no id for the prototype of all objects', () => {
    const { tell, memory } = story();
    tell({
      kind: 'order',
      orderId: 'x',
      by: 'a-person',
      orderedAt: start,
      body: { kind: 'compromised', keyIds: [], removeAt: start, endGrants: 'accept' },
      keyIds: ['__proto__'],
    });
    expect(memory().orders).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, 'compromisedBy')).toBe(false);
  });

  it('refuses an entry that does not follow', () => {
    const entry: Entry = { kind: 'configuration', configuration: 'x', v: 1, seq: 2, at: start };
    expect(() => remember(blankMemory(), [entry])).toThrow(RangeError);
  });

  it('knows a credential by the outcome of its add, and where its text is by that of its store', () => {
    const { step, memory } = story();
    const id = step(add, { keyId: 'k', hint: 'abc', endAt: start + dayMs });
    step({ kind: 'store-credential', keyId: 'k' }, { version: 'v1' });
    expect(memory().credentials['k']).toMatchObject({
      intent: id,
      hint: 'abc',
      held: [{ secret: 'pending', version: 'v1' }],
    });
  });

  it('parks an add whose end is not known, and resolves it by the recovery', () => {
    const { intent, tell, memory } = story();
    const id = intent(add);
    tell({ kind: 'recovery', intent: id, finding: 'in-doubt' });
    expect(memory()).toMatchObject({ open: [], parked: [{ id }] });
    tell({ kind: 'recovery', intent: id, finding: 'done', keyId: 'k', hint: 'abc', endAt: start });
    expect(memory()).toMatchObject({ parked: [], credentials: { k: { intent: id } } });
  });

  it('takes a doubt off a connector only by a clean push whose intent is five minutes later', () => {
    const { intent, tell, step, memory } = story();
    const id = intent(push('k1'));
    tell({ kind: 'outcome', intent: id, result: 'doubtful' });
    step(push('k2'));
    expect(memory().connectors['us/a']).toMatchObject({
      clean: { keyId: 'k2' },
      doubtful: [{ keyId: 'k1' }],
    });
    tell({ kind: 'configuration', configuration: 'x' }, pushDoubtMs);
    step(push('k2'));
    expect(memory().connectors['us/a']?.doubtful).toEqual([]);
  });

  it('keeps the back-off of storing apart from that of adding', () => {
    const { intent, tell, step, memory } = story();
    step(add, { keyId: 'k', hint: 'abc', endAt: start });
    const retryAt = start + dayMs;
    const id = intent({ kind: 'store-credential', keyId: 'k' });
    tell({ kind: 'outcome', intent: id, result: 'refused', retryAt, reason: 'vault-denied' });
    step(add, { keyId: 'k2', hint: 'abd', endAt: start });
    expect(memory().waits).toEqual({
      store: {
        untilAt: retryAt,
        sinceAt: expect.any(Number) as number,
        attempts: 1,
        reason: 'vault-denied',
      },
    });
  });

  it.each([
    [730, undefined, 365],
    [365, undefined, 180],
    [730, 89, 89],
    [89, 89, 60],
    [30, undefined, 7],
  ])('after a refusal of %i days, with a cap of %s, asks for %i', (asked, told, next) => {
    const { intent, tell, memory } = story();
    const id = intent({
      kind: 'add-credential',
      objectId: 'o',
      endAt: start + minuteMs + asked * dayMs,
    });
    tell({
      kind: 'outcome',
      intent: id,
      result: 'refused',
      fault: { kind: 'policy', vendor: 'graph', rule: 'lifetime-too-long' },
      ...(told === undefined ? {} : { facts: { lifetimeCapDays: told } }),
    });
    expect(memory().lifetimeCap?.days).toBe(next);
  });

  it('ends back-off by an order, but not the wait that a vendor asked for', () => {
    const { intent, tell, memory } = story();
    const refused = (id: string, reason: 'throttled' | 'backing-off'): void =>
      tell({
        kind: 'outcome',
        intent: id,
        result: 'refused',
        retryAt: start + dayMs,
        reason,
      });
    refused(intent(add), 'throttled');
    refused(intent(push('k')), 'backing-off');
    expect(Object.keys(memory().waits)).toEqual(['issue', 'push:us/a']);
    tell({
      kind: 'order',
      orderId: 'o1',
      by: 'somebody',
      orderedAt: start,
      body: { kind: 'resync', mode: 'apply' },
    });
    expect(Object.keys(memory().waits)).toEqual(['issue']);
  });

  it('counts a refused proof of a version put in by hand, although it knows no such credential', () => {
    const { tell, memory } = story();
    const held = { secret: 'current', version: 'v' } as const;
    tell({ kind: 'proof', keyId: 'strange', held, result: 'refused', retryAt: start + dayMs });
    expect(memory().waits['prove:strange']).toMatchObject({ attempts: 1 });
    expect(memory().credentials).toEqual({});
  });

  it('forgets a removal by hand that was a mistake of the replicas', () => {
    const { step, tell, memory } = story();
    step(add, { keyId: 'k', hint: 'abc', endAt: start });
    tell({ kind: 'observation', seen: { what: 'credential-gone', keyId: 'k' } });
    expect(memory().credentials['k']?.removedWhy).toBe('by-hand');
    tell({ kind: 'observation', seen: { what: 'credential-back', keyId: 'k' } });
    expect(memory().credentials['k']?.removedAt).toBeUndefined();
  });

  it('tells for how long a leaked credential stayed valid', () => {
    const { step, tell, memory } = story();
    step(add, { keyId: 'k', hint: 'abc', endAt: start });
    tell({
      kind: 'order',
      orderId: 'leak',
      by: 'p',
      orderedAt: start,
      body: { kind: 'compromised', keyIds: [], removeAt: start + dayMs, endGrants: 'accept' },
      keyIds: ['k'],
    });
    expect(memory().credentials['k']?.compromisedBy).toBe('leak');
    step({ kind: 'remove-credential', objectId: 'o', keyId: 'k', why: 'compromised' });
    tell({ kind: 'order-end', orderId: 'leak', result: 'done' });
    expect(memory().orderEnds['leak']).toEqual({
      result: 'done',
      removed: [{ keyId: 'k', validForMs: 2 * minuteMs }],
    });
  });
});
