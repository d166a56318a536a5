/** The options of `npm start`. A bad one is told in one line, and nothing is started. */
import { parseArgs } from 'node:util';
import { faultLevels, type FaultLevel } from './fates.ts';

export interface LocalOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** A `keeper.yaml` of the caller's in place of the demonstration's. */
  readonly config?: string;
  readonly seed: number;
  readonly faults: FaultLevel;
  /** Milliseconds of life to go through before the report. */
  readonly fastForwardMs?: number;
  readonly port?: number;
  /** A folder in which state survives a restart. */
  readonly data?: string;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: LocalOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const defaultPort = 7071;

export const help = `Keeper on one machine: a simulated cloud, and the very bundle that would be deployed.

  npm start [-- OPTIONS]

  --once               stop when all is settled; exit 0 when it is, 1 when it is not
  --json               one JSON document on stdout; progress on stderr
  --config FILE        your own keeper.yaml against the simulated cloud
  --seed N             another course of the same demonstration (default 1)
  --faults LEVEL       what vendors do wrong: none, some (default) or heavy
  --fast-forward TIME  years of hands-off life first: 30d, 26w, 2y (10y at the most)
  --port N             port of the host (default ${defaultPort}; with --once any free one)
  --data DIR           keep state in this folder, and go on from it
  --help               this text

  npm start
  npm start -- --once --json
  npm start -- --once --fast-forward 2y --faults heavy --seed 7

Exit codes: 0 settled, 1 not settled or failed, 2 an option, a file or a port is wrong.
`;

const dayMs = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { d: dayMs, w: 7 * dayMs, y: 365 * dayMs };
const longestMs = 10 * 365 * dayMs;

/** Reads the arguments. Total: whatever they are, there is an answer. */
export function readOptions(args: readonly string[]): ParsedOptions {
  let values: ReturnType<typeof parse>['values'];
  try {
    ({ values } = parse(args));
  } catch (error) {
    const message =
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not understood';
    return wrong(`${message} Run npm start -- --help.`);
  }
  if (values.help) return { kind: 'help' };
  const seed = wholeNumber(values.seed ?? '1', 0, 2 ** 32);
  if (seed === undefined) return wrong('--seed takes a whole number from 0 on.');
  const faults = faultLevels.find((one) => one === (values.faults ?? 'some'));
  if (!faults) return wrong(`--faults takes one of ${faultLevels.join(', ')}.`);
  const port = values.port === undefined ? undefined : wholeNumber(values.port, 0, 65_535);
  if (values.port !== undefined && port === undefined) {
    return wrong('--port takes a whole number from 0 to 65535.');
  }
  const forward = values['fast-forward'];
  const fastForwardMs = forward === undefined ? undefined : timeMs(forward);
  if (forward !== undefined && fastForwardMs === undefined) {
    return wrong('--fast-forward takes a time such as 30d, 26w or 2y, 10y at the most.');
  }
  return {
    kind: 'run',
    options: {
      once: values.once ?? false,
      json: values.json ?? false,
      seed,
      faults,
      ...(values.config === undefined ? {} : { config: values.config }),
      ...(values.data === undefined ? {} : { data: values.data }),
      ...(port === undefined ? {} : { port }),
      ...(fastForwardMs === undefined ? {} : { fastForwardMs }),
    },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean' },
      json: { type: 'boolean' },
      config: { type: 'string' },
      seed: { type: 'string' },
      faults: { type: 'string' },
      'fast-forward': { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function wrong(message: string): ParsedOptions {
  return { kind: 'wrong', message };
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function timeMs(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([dwy])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * (unitMs[unit] ?? 0);
  return ms > 0 && ms <= longestMs ? ms : undefined;
}
