/** Timing side by side: both alternatives in one run, in turns, so that a noisy machine is fair. */

export interface Candidate {
  readonly name: string;
  run(): Promise<void> | void;
}

/** Runs the candidates in turns after one warm-up each, and prints medians in milliseconds. */
export async function compare(
  title: string,
  rounds: number,
  candidates: readonly Candidate[],
): Promise<void> {
  const times = candidates.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, candidate] of candidates.entries()) {
      const startedMs = performance.now();
      await candidate.run();
      if (round >= 0) times[index]?.push(performance.now() - startedMs);
    }
  }
  console.log(`\n${title} (${rounds} rounds)`);
  for (const [index, { name }] of candidates.entries()) {
    const sorted = (times[index] ?? []).toSorted((one, other) => one - other);
    const [least, middle, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    const figures = [least, middle, most].map((one) => (one ?? 0).toFixed(2).padStart(9));
    console.log(
      `  ${name.padEnd(44)} min ${figures[0]}  median ${figures[1]}  max ${figures[2]} ms`,
    );
  }
}
