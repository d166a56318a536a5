import { describe, expect, it } from 'vitest';
import { runPass, type PassReport } from '../../../src/reconcile/pass.ts';
import type { World } from '../../../src/reconcile/world.ts';
import { interposedWorld, type Intercept } from '../../support/interposed-world.ts';
import { expectSound } from '../../support/soundness.ts';
import { dayMs, hourMs, oddMode, tenant, type Tenant } from '../../support/tenant.ts';

/** A worker whose calls wait until they are let through, one by one. */
interface GatedWorker {
  readonly world: World;
  /** Lets the next call through, and waits until the worker stands at another or has ended. */
  step(): Promise<boolean>;
}

interface Waiting {
  readonly go: () => void;
}

/** Holds each call of the ports of one worker. */
function gatedWorker(world: World): GatedWorker {
  const waiting: Waiting[] = [];
  const intercept: Intercept = async (_, go) => {
    await new Promise<void>((resolve) => waiting.push({ go: resolve }));
    return go();
  };
  return {
    world: interposedWorld(world, intercept),
    async step() {
      for (let turn = 0; turn < 20 && waiting.length === 0; turn += 1) await breathe();
      const next = waiting.shift();
      next?.go();
      for (let turn = 0; turn < 3; turn += 1) await breathe();
      return next !== undefined;
    },
  };
}

function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Runs two passes; `schedule` says whose call goes next. */
async function interleave(
  customer: Tenant,
  calendar: ReturnType<Tenant['wish']>,
  schedule: (turn: number) => 0 | 1,
): Promise<readonly PassReport[]> {
  const workers = [0, 1].map((index) =>
    gatedWorker({ ...customer.world, worker: `worker-${index}` }),
  );
  const reports: PassReport[] = [];
  const passes = workers.map(async ({ world }) => {
    reports.push(await runPass(world, calendar));
  });
  for (let turn = 0; reports.length < 2; turn += 1) {
    const chosen = workers[schedule(turn)];
    const other = workers[1 - schedule(turn)];
    if (!(await chosen?.step())) await other?.step();
    if (turn > 5_000) throw new Error('The workers do not end');
  }
  await Promise.all(passes);
  return reports;
}

function stops(reports: readonly PassReport[]): readonly string[] {
  return reports.flatMap((one) => (one.kind === 'looked' && one.stop ? [one.stop.kind] : []));
}

const schedules: readonly (readonly [string, (turn: number) => 0 | 1])[] = [
  ['call by call', (turn) => (turn % 2 === 0 ? 0 : 1)],
  ['two calls to one', (turn) => (turn % 3 === 0 ? 1 : 0)],
  ['five by five', (turn) => (Math.floor(turn / 5) % 2 === 0 ? 0 : 1)],
  ['thirteen by thirteen', (turn) => (Math.floor(turn / 13) % 2 === 0 ? 0 : 1)],
  ['the second long after the first', (turn) => (turn < 4 ? 1 : turn < 60 ? 0 : 1)],
];

describe('two workers on one registration', () => {
  it.each(schedules)('%s: create it once, and one of them stops', async (_, schedule) => {
    const customer = tenant({ modes: [oddMode(0), oddMode(1)] });
    const calendar = customer.wish();
    const reports = await interleave(customer, calendar, schedule);
    expect(stops(reports)).toContain('moved');
    await customer.settle(calendar);
    expect(customer.passwords()).toHaveLength(1);
    await expectSound(customer);
  });

  it.each(schedules)('%s: rotate it once', async (_, schedule) => {
    const customer = tenant({ modes: [oddMode(4), oddMode(2)] });
    const calendar = customer.wish();
    await customer.settle(calendar);
    customer.leap(10 * dayMs);
    await customer.order({ kind: 'rotate', reason: 'test' });
    await interleave(customer, calendar, schedule);
    expect(customer.passwords()).toHaveLength(2);
    await customer.after(calendar, 25 * hourMs);
    customer.leap(hourMs);
    await interleave(customer, calendar, schedule);
    await customer.settle(calendar);
    expect(customer.passwords()).toHaveLength(2);
    await expectSound(customer);
  });

  it.each(schedules)('%s: with nothing to do write nothing', async (_, schedule) => {
    const customer = tenant();
    const calendar = customer.wish();
    await customer.settle(calendar);
    const entries = customer.entries('calendar').length;
    const reports = await interleave(customer, calendar, schedule);
    expect(stops(reports)).toEqual([]);
    expect(customer.entries('calendar')).toHaveLength(entries);
  });
});
