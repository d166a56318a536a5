/** Role: a small fixed set of seeds, and what the simulation itself promises. */
import { describe, expect, it } from 'vitest';
import { fortune } from './fortune.ts';
import { keptSeeds } from './kept-seeds.ts';
import { mishapKinds, neverDrawn } from './mishap-kinds.ts';
import { modesNamed } from './modes.ts';
import { runSeed, type RunOptions } from './run.ts';

const modes = modesNamed('all') ?? [];

function run(seed: number, more: Partial<RunOptions> = {}): ReturnType<typeof runSeed> {
  return runSeed({ seed, registrations: 3, years: 2, modes, ...more });
}

/** The command that runs a seed of this file again. */
function again(seed: number): string {
  return `npm run -s simulate -- --seed ${seed} --registrations 3 --years 2`;
}

describe('seeds', () => {
  /** Kinds of mishaps that the seeds below have met, and rotations that they have seen. */
  const met: Record<string, number> = {};
  let rotations = 0;

  it.each([101, 102, 103, 104, 105, 106, 107, 108])('seed %i breaks no law', async (seed) => {
    const { violation, tally } = await run(seed);
    expect(violation, again(seed)).toBeUndefined();
    expect(tally.outageSeconds, again(seed)).toBe(0);
    expect(tally.passes).toBeGreaterThan(10);
    for (const [kind, count] of Object.entries(tally.faults)) met[kind] = (met[kind] ?? 0) + count;
    rotations += tally.rotations;
  });

  it('are full of mishaps, taken together', () => {
    expect(mishapKinds.length - neverDrawn(met).length).toBeGreaterThan(15);
    expect(rotations).toBeGreaterThan(8);
  });

  it('count no kind that is not on the list', () => {
    expect(mishapKinds).toEqual(expect.arrayContaining(Object.keys(met)));
    expect(new Set(mishapKinds).size).toBe(mishapKinds.length);
  });
});

describe('seeds that once broke a law', () => {
  it.each(keptSeeds)('seed $seed of $registrations for $years years', async (kept) => {
    const { seed, registrations, years, mode, taught } = kept;
    const options = { seed, registrations, years, modes: modesNamed(mode) ?? [] };
    const { violation, tally } = await runSeed(options);
    expect(violation, taught).toBeUndefined();
    expect(tally.outageSeconds, taught).toBe(0);
  });
});

describe('the same seed', () => {
  it('gives the same log, byte for byte, also when each quiet look is thought through', async () => {
    const [one, other, walk] = [await run(42), await run(42), await run(42, { walks: true })];
    expect(other.log).toBe(one.log);
    expect(other.mishaps).toBe(one.mishaps);
    expect(walk.log).toBe(one.log);
  });

  it('with fewer mishaps is the same run up to there', async () => {
    const keep = 100_000;
    const whole = await run(107, { keep });
    expect(whole.mishaps).toBeGreaterThan(5);
    const part = await run(107, { keep, mishaps: 5 });
    const firstDifference = part.tail.findIndex((line, index) => line !== whole.tail[index]);
    expect(part.mishaps).toBe(5);
    expect(firstDifference).toBeGreaterThan(20);
  });

  it('without mishaps is calm, and keeps the laws', async () => {
    const { mishaps, violation, tally } = await run(107, { mishaps: 0 });
    expect(mishaps).toBe(0);
    expect(violation).toBeUndefined();
    expect(tally.crashes).toBe(0);
  });
});

describe('fortune()', () => {
  it('draws the same whatever the limit is', () => {
    const [free, bound] = [fortune(7), fortune(7, 3)];
    const strikes = (of: typeof free): readonly boolean[] =>
      Array.from({ length: 200 }, () => of.strikes('a', 0.1));
    const [all, some] = [strikes(free), strikes(bound)];
    const third = all.flatMap((one, index) => (one ? [index] : []))[2] ?? 0;
    expect(some.slice(0, third + 1)).toEqual(all.slice(0, third + 1));
    expect(some.slice(third + 1)).not.toContain(true);
  });

  it('counts what was planned only once it was met', () => {
    const one = fortune(7);
    expect(one.admits()).toBe(true);
    expect(one).toMatchObject({ struck: 1, counts: {} });
    one.met('a deed');
    expect(one).toMatchObject({ struck: 1, counts: { 'a deed': 1 } });
  });

  it('lets nothing strike while it is quiet', () => {
    const one = fortune(7);
    one.setQuiet(true);
    expect(Array.from({ length: 200 }, () => one.strikes('a', 0.5))).not.toContain(true);
    expect(one.struck).toBe(0);
  });
});
