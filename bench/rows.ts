/** Figures with limits, for people and for machines. */

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly ok: boolean;
}

/** A figure that must not be above its limit. */
export function atMost(name: string, value: number, limit: number, unit: string): Row {
  return { name, value: rounded(value), unit, limit, ok: value <= limit };
}

/** A figure that must not be below its limit. */
export function atLeast(name: string, value: number, limit: number, unit: string): Row {
  return { name, value: rounded(value), unit, limit, ok: value >= limit };
}

/** Prints them. Gives the exit code. */
export function show(rows: readonly Row[], wantsJson: boolean): number {
  if (wantsJson) process.stdout.write(`${JSON.stringify({ rows }, undefined, 2)}\n`);
  for (const { name, value, unit, limit, ok } of wantsJson ? [] : rows) {
    process.stdout.write(
      `${ok ? 'ok    ' : 'FAILED'} ${name}: ${value} ${unit} (limit ${limit})\n`,
    );
  }
  return rows.every((one) => one.ok) ? 0 : 1;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
