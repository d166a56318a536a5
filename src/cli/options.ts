/** The options of commands: each takes its own and no others; a wrong one is told in one line. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { UsageError } from './terminal.ts';
import type { WorldPlace } from './world-place.ts';

/** What every command knows. */
export const commonOptions = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** Which world, for commands that work in one. */
export const worldOptions = {
  ...commonOptions,
  local: { type: 'boolean' },
  data: { type: 'string' },
  config: { type: 'string' },
  verbose: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** For `--help` of those commands. */
export const worldHelp = `Which world
  (nothing)            the Keeper that the settings name (KEEPER_... as in the deployed app), with your own sign-in
  --data DIR           the embedded run with this --data folder, running or not
  --local              a new embedded world, gone afterwards; nothing of yours is touched
  --config FILE        this keeper.yaml in place of the one that KEEPER_FILE names
  --verbose            what the world logs, on stderr`;

/** Reads the arguments of a command. @throws UsageError */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${command}: ${wrongIn(error, Object.keys(options))}`);
  }
}

function wrongIn(error: unknown, known: readonly string[]): string {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  const [line = ''] = String(message).split('\n');
  const [, name] = /^Unknown option '(-[^'=]*)/.exec(line) ?? [];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || name === undefined) {
    return line.replace(/\.?$/, '.');
  }
  const meant = nearest(name.replace(/^-+/, ''), known);
  const hint = meant === undefined ? '' : ` Did you mean --${meant}?`;
  // Of what was typed only the name is repeated: a value may be a secret by mistake.
  return `${name} is no option of it.${hint}`;
}

/** What is read of {@link worldOptions}. */
export interface WorldValues {
  readonly local?: boolean | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  readonly verbose?: boolean | undefined;
}

/** The world that the options name. `--data` alone names an embedded one as well. */
export function worldPlaceOf(values: WorldValues): WorldPlace {
  const { data, config: file } = values;
  return {
    isLocal: values.local === true || data !== undefined,
    isVerbose: values.verbose === true,
    ...(data === undefined ? {} : { data }),
    ...(file === undefined ? {} : { file }),
  };
}

/** At most so many positional arguments. @throws UsageError */
export function noMoreThan(command: string, positionals: readonly string[], most: number): void {
  if (positionals.length > most) throw new UsageError(`${command}: too many arguments.`);
}

/** An argument that must be there. @throws UsageError */
export function needed(value: string | undefined, message: string): string {
  if (value === undefined) throw new UsageError(message);
  return value;
}

/** A member of options; absent when there is no value. */
export function given<Name extends string>(
  name: Name,
  value: string | undefined,
): { [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: string });
}

/** An instant as people write it. @throws UsageError */
export function instantOf(option: string, text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new UsageError(`${option} takes an instant such as 2026-11-25 or 2026-11-25T08:00:00Z.`);
}

const spanMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant, or a time from now such as `4h`, as ISO 8601. @throws UsageError */
export function instantFrom(option: string, text: string, now: number): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? /^\d{4}-\d{2}-\d{2}/.test(text)
        ? Date.parse(text)
        : Number.NaN
      : now + Number(count) * (spanMs[unit] ?? 0);
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new UsageError(
    `${option} takes an instant such as 2026-11-25T08:00:00Z, or a time from now such as 4h or 7d.`,
  );
}
