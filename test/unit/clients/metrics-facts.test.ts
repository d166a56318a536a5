import { describe, expect, it } from 'vitest';
import { freshMs, registrationFacts, type Reading } from '../../../src/clients/metrics-facts.ts';
import type { StateHead } from '../../../src/reconcile/world.ts';

const dayMs = 86_400_000;
const startAt = Date.UTC(2026, 10, 26);

function headOf(registration: string, changes: Partial<StateHead> = {}): StateHead {
  return {
    registration,
    nextLookAt: startAt + 600_000,
    lookedAt: startAt - 30_000,
    fingerprint: 'f',
    configuration: 'c',
    state: 'healthy',
    reason: 'settled',
    endsAt: startAt + 90 * dayMs,
    provedAt: startAt - 60_000,
    ...changes,
  };
}

function stage() {
  let now = startAt;
  const facts = registrationFacts({ now: () => now });
  return {
    facts,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

function valueIn(readings: readonly Reading[], gauge: Reading['gauge']): number | undefined {
  return readings.find((one) => one.gauge === gauge)?.value;
}

function told(readings: readonly Reading[]): readonly string[] {
  return [...new Set(readings.flatMap(({ attributes }) => attributes['registration'] ?? []))];
}

describe('facts of registrations', () => {
  it('tell of one that a listing shows', () => {
    const { facts } = stage();
    facts.listed([headOf('calendar')]);
    const about = { registration: 'calendar' };
    expect(facts.readings('all')).toEqual([
      { gauge: 'remaining', value: 90, attributes: about },
      { gauge: 'state', value: 1, attributes: { ...about, state: 'healthy' } },
      { gauge: 'state', value: 0, attributes: { ...about, state: 'waiting' } },
      { gauge: 'state', value: 0, attributes: { ...about, state: 'needs-person' } },
      { gauge: 'lookAge', value: 30, attributes: about },
      { gauge: 'overdue', value: 0, attributes: about },
      { gauge: 'proofAge', value: 60, attributes: about },
    ]);
  });

  it('go below zero when a credential has ended, and say nothing of one that is not there', () => {
    const { facts } = stage();
    const { endsAt: _ends, provedAt: _proved, ...bare } = headOf('bare');
    facts.listed([headOf('ended', { endsAt: startAt - dayMs }), bare]);
    const readings = facts.readings('all');
    expect(valueIn(readings, 'remaining')).toBe(-1);
    const ofBare = readings.filter(({ attributes }) => attributes['registration'] === 'bare');
    expect(ofBare.map(({ gauge }) => gauge)).not.toContain('remaining');
    expect(ofBare.map(({ gauge }) => gauge)).not.toContain('proofAge');
  });

  it('tell how late a look is', () => {
    const { facts, wait } = stage();
    facts.listed([headOf('calendar')]);
    wait(700_000);
    expect(valueIn(facts.readings('all'), 'overdue')).toBe(100);
  });

  it('follow a pass, and forget what a listing no longer shows', () => {
    const { facts } = stage();
    facts.listed([headOf('calendar'), headOf('mail')]);
    facts.saved(headOf('mail', { endsAt: startAt + 400 * dayMs }));
    facts.listed([headOf('mail', { endsAt: startAt + 400 * dayMs })]);
    expect(told(facts.readings('all'))).toEqual(['mail']);
    expect(valueIn(facts.readings('all'), 'remaining')).toBe(400);
  });

  it('fall silent about what has not been heard of for a while', () => {
    const { facts, wait } = stage();
    facts.listed([headOf('calendar')]);
    wait(freshMs);
    expect(told(facts.readings('all'))).toEqual(['calendar']);
    wait(1);
    expect(facts.readings('all')).toEqual([]);
  });

  it('tell news once', () => {
    const { facts } = stage();
    facts.listed([headOf('calendar'), headOf('mail')]);
    expect(told(facts.readings('news'))).toEqual(['calendar', 'mail']);
    expect(facts.readings('news')).toEqual([]);
    facts.saved(headOf('mail'));
    expect(told(facts.readings('news'))).toEqual(['mail']);
  });

  it('tell the age of a tick only where one ran', () => {
    const { facts, wait } = stage();
    expect(facts.readings('all')).toEqual([]);
    facts.ticked();
    wait(90_000);
    expect(facts.readings('all')).toEqual([{ gauge: 'tickAge', value: 90, attributes: {} }]);
  });

  it('leave out names that no registration has, and what is beyond their bound', () => {
    const { facts } = stage();
    const many = Array.from({ length: 5_100 }, (_, index) => headOf(`r${index}`));
    facts.listed([headOf('a b'), headOf('<x>'), headOf('x'.repeat(201)), ...many]);
    expect(told(facts.readings('all'))).toEqual(
      many.slice(0, 5_000).map((one) => one.registration),
    );
  });
});
