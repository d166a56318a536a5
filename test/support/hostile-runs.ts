/**
 * How many cases a property runs. By default few, and the same ones each time; with
 * `KEEPER_FUZZ_RUNS=<factor>` that many times more, and other ones each time.
 */

const factor = Math.max(1, Number(process.env['KEEPER_FUZZ_RUNS'] ?? 1) || 1);

interface Cases {
  readonly numRuns: number;
  readonly seed?: number;
}

/** The cases of one property. A long run prints the seed and the path of what it finds. */
export function cases(numRuns: number): Cases {
  return factor === 1 ? { numRuns, seed: 20_261_125 } : { numRuns: Math.ceil(numRuns * factor) };
}

/** Milliseconds that a test may take: long, for a machine that is busy with other things. */
export function patience(ms = 120_000): number {
  return ms * factor;
}
