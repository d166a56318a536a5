/**
 * Role: when it storms, and how. Each seed has a climate of its own, so that among many seeds each
 * kind of trouble is met alone and together with others.
 */
import { dayMs, hourMs } from '../../src/core/limits.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { Weather } from './wire.ts';

export const calm: Weather = { read: 0, write: 0, death: 0, sleep: 0 };

export interface Climate {
  /** What a storm is like. */
  readonly storm: Weather;
  /** Deeds of people in one storm, at the most. */
  readonly deeds: number;
  /** Chance that a storm breaks out when a registration begins to act. */
  readonly atWork: number;
  /** Milliseconds of a storm, and of the calm before the next. */
  stormMs(random: Random): number;
  calmMs(random: Random): number;
  readonly skewMs: number;
}

/** The climate of a seed. */
export function climateOf(random: Random): Climate {
  return {
    storm: {
      read: random.pick([0, 0.01, 0.04]),
      write: random.pick([0, 0.04, 0.12]),
      death: random.pick([0, 0.01, 0.05]),
      sleep: random.pick([0, 0, 0.01, 0.03]),
    },
    deeds: random.pick([0, 1, 2]),
    atWork: random.pick([0.06, 0.15]),
    stormMs: (drawn) => Math.round((0.05 + drawn.next() * 0.4) * dayMs),
    calmMs: (drawn) => Math.round((240 + drawn.next() * 600) * dayMs),
    skewMs: random.pick([0, 100_000, 140_000]),
  };
}

/** When all is quiet for so long, everything must be well. */
export const convergenceMs = 3 * dayMs + 2 * hourMs;
