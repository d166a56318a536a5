/** Role: a person at the HTTP API gets an order through, whatever becomes of the calls. */
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../src/core/limits.ts';
import { seededRandom } from '../../src/local/simulators/random.ts';
import { giveOrder } from './callers.ts';
import { fortune } from './fortune.ts';
import { modesNamed } from './modes.ts';
import { stage, type Stage } from './stage.ts';
import { calm } from './weather.ts';
import type { Weather } from './wire.ts';

function stageIn(weather: () => Weather, told: string[]): Stage {
  return stage({
    fortune: fortune(3),
    registrations: 1,
    modes: modesNamed('active-merge-follow-shown') ?? [],
    instances: 2,
    switchesPerHour: 20,
    skewMs: 0,
    weather,
    record: (line) => void told.push(line),
    passed: () => undefined,
    poisoned: () => undefined,
  });
}

async function live(made: Stage, ms: number): Promise<void> {
  const untilAt = made.kernel.now() + ms;
  while ((made.kernel.nextAt() ?? Infinity) < untilAt) await made.step();
}

/** The answers that the caller got, in order. */
function answersIn(told: readonly string[]): readonly string[] {
  return told.flatMap((line) => /^order rotate \S+: (.*)$/.exec(line)?.[1] ?? []);
}

describe('giveOrder()', () => {
  it('gives an order once when it is taken at once', async () => {
    const told: string[] = [];
    const made = stageIn(() => calm, told);
    const [member] = made.fleet.members;
    if (!member) throw new Error('There is nobody');
    const caller = { stage: made, member, random: seededRandom(1) };
    giveOrder(caller, { kind: 'rotate', reason: 'drill' });
    await live(made, dayMs);
    expect(answersIn(told)).toEqual(['202']);
    expect(made.oracle.chains.chain(member.key).lines.join()).toContain('"by":"a-person"');
  });

  it('calls until it is taken, and it is one order all the same', async () => {
    const told: string[] = [];
    let isRough = true;
    const made = stageIn(() => (isRough ? { ...calm, write: 0.6, death: 0.2 } : calm), told);
    const [member] = made.fleet.members;
    if (!member) throw new Error('There is nobody');
    const caller = { stage: made, member, random: seededRandom(1) };
    giveOrder(caller, { kind: 'rotate', reason: 'drill' });
    made.kernel.after(15 * minuteMs, () => {
      isRough = false;
    });
    await live(made, 2 * dayMs);
    const answers = answersIn(told);
    expect(answers.length).toBeGreaterThan(1);
    expect(answers.at(-1)).toBe('202');
    expect(answers.slice(0, -1)).not.toContain('202');
    const orders = made.oracle.chains
      .chain(member.key)
      .lines.filter((line) => line.includes('"kind":"order"'));
    expect(orders).toHaveLength(1);
  });

  it('gives up when there is no such registration', async () => {
    const told: string[] = [];
    const made = stageIn(() => calm, told);
    const [member] = made.fleet.members;
    if (!member) throw new Error('There is nobody');
    const stranger = { ...member, key: 'nobody' };
    const caller = { stage: made, member: stranger, random: seededRandom(1) };
    giveOrder(caller, { kind: 'rotate', reason: 'drill' });
    await live(made, dayMs);
    expect(answersIn(told)).toEqual(['404']);
  });
});
