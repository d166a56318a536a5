/** Role: the figures of one run, and their sum over many. */
import { mishapKinds } from './mishap-kinds.ts';

export interface Tally {
  registrationYears: number;
  steps: number;
  passes: number;
  crashes: number;
  rotations: number;
  /** How often each kind of mishap and deed was met; none is left out. */
  faults: Record<string, number>;
  outageSeconds: number;
  unavoidableSeconds: Record<string, number>;
  longestOrphanHours: number;
  longestConvergenceMinutes: number;
  /** Over one registration. */
  mostPassesPerHour: number;
}

export function blankTally(): Tally {
  return {
    registrationYears: 0,
    steps: 0,
    passes: 0,
    crashes: 0,
    rotations: 0,
    faults: Object.fromEntries(mishapKinds.map((kind) => [kind, 0])),
    outageSeconds: 0,
    unavoidableSeconds: {},
    longestOrphanHours: 0,
    longestConvergenceMinutes: 0,
    mostPassesPerHour: 0,
  };
}

/** The sum; of the longest the longer. */
export function added(one: Tally, other: Tally): Tally {
  return {
    registrationYears: one.registrationYears + other.registrationYears,
    steps: one.steps + other.steps,
    passes: one.passes + other.passes,
    crashes: one.crashes + other.crashes,
    rotations: one.rotations + other.rotations,
    faults: sums(one.faults, other.faults),
    outageSeconds: one.outageSeconds + other.outageSeconds,
    unavoidableSeconds: sums(one.unavoidableSeconds, other.unavoidableSeconds),
    longestOrphanHours: Math.max(one.longestOrphanHours, other.longestOrphanHours),
    longestConvergenceMinutes: Math.max(
      one.longestConvergenceMinutes,
      other.longestConvergenceMinutes,
    ),
    mostPassesPerHour: Math.max(one.mostPassesPerHour, other.mostPassesPerHour),
  };
}

function sums(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const all = { ...one };
  for (const [name, count] of Object.entries(other)) all[name] = (all[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
