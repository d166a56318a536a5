/**
 * Role: counts how often each registration is looked at. A pass whose own writes call for the next
 * pass never comes to rest, and without a bound such a run never ends.
 */
import { hourMs } from '../../src/core/limits.ts';

export interface Flurries {
  /** A pass over a registration is over. Returns how many there were within the last hour. */
  passed(key: string, at: number): number;
  /** The most that there were within an hour. */
  readonly most: number;
}

/** Counts from nothing. */
export function flurries(): Flurries {
  const recent = new Map<string, number[]>();
  let most = 0;
  return {
    passed(key, at) {
      const times = recent.get(key) ?? [];
      recent.set(key, times);
      times.push(at);
      while ((times[0] ?? at) <= at - hourMs) times.shift();
      most = Math.max(most, times.length);
      return times.length;
    },
    get most() {
      return most;
    },
  };
}
