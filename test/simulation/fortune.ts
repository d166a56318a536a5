/**
 * Role: decides what goes wrong. Each mishap has a number, in the order in which they strike; those
 * past the limit do not strike. So a run with a lower limit is the same run with its later mishaps
 * left out, and a failing seed can be shortened to the fewest that still fail.
 */
import { seededRandom, type Random } from '../../src/local/simulators/random.ts';

export interface Fortune {
  readonly random: Random;
  /** Does a mishap of this kind strike here, with this chance? */
  strikes(kind: string, chance: number): boolean;
  /** The same for one whose kind is drawn only when it strikes: `met` is to be told then. */
  happens(chance: number): boolean;
  /** The same for one that was planned beforehand, and may turn out to be impossible. */
  admits(): boolean;
  /** A mishap was really met: counts it. */
  met(kind: string): void;
  /** While quiet nothing strikes; what was drawn is drawn all the same. */
  setQuiet(quiet: boolean): void;
  /** How often each kind was met. */
  readonly counts: Readonly<Record<string, number>>;
  /** Mishaps so far. */
  readonly struck: number;
}

/** The fortune of a seed. `limit`: how many mishaps may strike. */
export function fortune(seed: number, limit = Number.POSITIVE_INFINITY): Fortune {
  const random = seededRandom(`simulation/${seed}`);
  const draws = random.fork('mishaps');
  const counts: Record<string, number> = {};
  let struck = 0;
  let isQuiet = false;

  function admits(): boolean {
    if (isQuiet || struck >= limit) return false;
    struck += 1;
    return true;
  }

  function met(kind: string): void {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }

  function happens(chance: number): boolean {
    return draws.next() < chance && admits();
  }

  function strikes(kind: string, chance: number): boolean {
    const isStruck = happens(chance);
    if (isStruck) met(kind);
    return isStruck;
  }

  return {
    random,
    counts,
    get struck() {
      return struck;
    },
    admits,
    met,
    happens,
    strikes,
    setQuiet(quiet) {
      isQuiet = quiet;
    },
  };
}
