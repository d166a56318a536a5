/** Where a command writes, and with how much paint. */
export interface Terminal {
  /** The answer. */
  out(text: string): void;
  /** Progress and complaints. */
  err(text: string): void;
  /** Colours only for eyes: never in a pipe, never against NO_COLOR. */
  readonly hasColour: boolean;
}

/** Exit codes of all commands. */
export const exit = { fine: 0, wrong: 1, usage: 2, unknown: 3 } as const;

/** An argument that cannot be used; one line for the person who typed it. */
export class UsageError extends Error {}

export type Paint = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

const codes: Readonly<Record<Paint, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

/** The text in a colour, where there is any. */
export function painted({ hasColour }: Terminal, paint: Paint, text: string): string {
  return hasColour ? `\u001b[${codes[paint]}m${text}\u001b[0m` : text;
}

/** JSON for machines: two blanks deep, a newline at the end. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** A count with its word: `1 entry`, `1,234 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
