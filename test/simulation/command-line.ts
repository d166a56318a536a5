/** Role: the command line of `npm run simulate`: its help, and the choices that were made. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { modesNamed } from './modes.ts';
import { storyNames, type StoryName } from './stories.ts';

/** What `--help` prints. */
export const help = `Usage: npm run -s simulate -- [options]

Keeper's loop, triggers and vendors on virtual time. One seed decides everything; the same seed gives
the same log, byte for byte.

  --seeds N           seeds 1 to N (default 20; with --sabotage 200)
  --seed N            only this one; prints where its log ends
  --registrations N   customers of each seed (default 5)
  --years N           years of each seed (default 4)
  --mode M            how Nylas behaves: all, covering, or names such as active-merge-follow-shown,
                      separated by commas (default all)
  --kept              the seeds that once failed
  --mishaps N         let only the first N mishaps of a seed strike
  --crash-points      every crash point instead: each write, not done, its answer lost, or the process
                      killed before or after it; then pairs (all of them: hours of one core)
  --story S           with --crash-points: only these, separated by commas: creation, planned,
                      compromised, retire; and, with two connectors and a declared record,
                      planned-two, compromised-two, retire-two (default all)
  --pairs N           with --crash-points: only each N-th pair (default 1: all; 0: none)
  --slots             every state of the two slots instead: each must have a way out (minutes)
  --every N           with --slots: only each N-th state (default 1: all)
  --sabotage NAME     run with a planted bug, until a seed catches it; 'list' names them, 'all' runs all
  --workers N         processes (default: one a core)
  --log FILE          with --seed: write the whole log there
  --json              one JSON document on stdout
  --help              this text

Exit code 0: no law was broken (with --sabotage: the bug was caught). 1: otherwise. 2: bad options.
--crash-points, --slots and --sabotage do not go together, nor with options that mean nothing to them.

Examples:
  npm run -s simulate -- --seeds 200 --json
  npm run -s simulate -- --seed 4711
  npm run -s simulate -- --sabotage remove-before-switch
  npm run -s simulate -- --crash-points --story retire --pairs 8
  npm run -s simulate -- --slots --json
`;

/** An option that cannot be obeyed; its message says which, and why. */
export class UsageError extends Error {}

/** What a run is to do. */
export interface Choices {
  readonly from: number;
  readonly to: number;
  readonly registrations: number;
  readonly years: number;
  readonly mode: string;
  readonly mishaps?: number;
  readonly workers: number;
  readonly json: boolean;
  readonly sabotage?: string;
  readonly log?: string;
  readonly single: boolean;
  readonly kept: boolean;
  readonly crashPoints?: CrashPointChoices;
  readonly slots?: SlotChoices;
}

export interface CrashPointChoices {
  /** Only each so many-th pair; 0: none. */
  readonly pairsEvery: number;
  readonly stories: readonly StoryName[];
}

export interface SlotChoices {
  /** Only each so many-th state. */
  readonly every: number;
}

const options = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  registrations: { type: 'string' },
  years: { type: 'string' },
  mode: { type: 'string' },
  mishaps: { type: 'string' },
  kept: { type: 'boolean' },
  'crash-points': { type: 'boolean' },
  pairs: { type: 'string' },
  story: { type: 'string' },
  slots: { type: 'boolean' },
  every: { type: 'string' },
  sabotage: { type: 'string' },
  workers: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parsedOptions>;
type OptionName = keyof typeof options;

/** What there is to do besides seeds. */
const otherWork = ['crash-points', 'slots', 'sabotage'] as const;
type Work = (typeof otherWork)[number] | 'seeds';

/** The works that an option means something to; those that are not here go with all. */
const meantFor: Readonly<Partial<Record<OptionName, readonly Work[]>>> = {
  seeds: ['seeds', 'sabotage'],
  seed: ['seeds', 'sabotage'],
  registrations: ['seeds', 'sabotage'],
  years: ['seeds', 'sabotage'],
  mode: ['seeds', 'sabotage', 'crash-points'],
  mishaps: ['seeds', 'sabotage'],
  kept: ['seeds', 'sabotage'],
  log: ['seeds'],
  pairs: ['crash-points'],
  story: ['crash-points'],
  every: ['slots'],
};

/**
 * The choices of a command line, or that help is wanted.
 * @throws UsageError
 */
export function readCommandLine(args: readonly string[]): Choices | 'help' {
  const values = parsedOptions(args);
  return values.help ? 'help' : choicesOf(values);
}

function parsedOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'bad options'}; see --help`);
  }
}

function choicesOf(values: Values): Choices {
  refuseStrangers(values);
  const seed = values.seed === undefined ? undefined : positive(values.seed, 'seed', 0);
  const mode = values.mode ?? 'all';
  if (!modesNamed(mode))
    throw new UsageError(`--mode: no such reading of Nylas: ${mode}; see --help`);
  return {
    from: seed ?? 1,
    to: seed ?? positive(values.seeds ?? String(usualSeeds(values)), 'seeds'),
    single: seed !== undefined,
    kept: values.kept ?? false,
    registrations: positive(values.registrations ?? '5', 'registrations'),
    years: positive(values.years ?? '4', 'years'),
    mode,
    workers: positive(values.workers ?? String(availableParallelism()), 'workers'),
    json: values.json ?? false,
    ...(values.mishaps === undefined ? {} : { mishaps: positive(values.mishaps, 'mishaps', 0) }),
    ...(values.sabotage === undefined ? {} : { sabotage: values.sabotage }),
    ...(values.log === undefined ? {} : { log: values.log }),
    ...otherWorkOf(values),
  };
}

/** A planted bug may need many seeds to show; it is looked for until one shows it. */
function usualSeeds({ sabotage }: Values): number {
  return sabotage === undefined ? 20 : 200;
}

/** Options that do not go together. */
function refuseStrangers(values: Values): void {
  const given = otherWork.filter((one) => values[one] !== undefined);
  if (given.length > 1) {
    throw new UsageError(`${given.map((one) => `--${one}`).join(' and ')} do not go together`);
  }
  const work: Work = given[0] ?? 'seeds';
  for (const [name, works] of Object.entries(meantFor)) {
    if (values[name as OptionName] === undefined || works.includes(work)) continue;
    const wanted = works.filter((one) => one !== 'seeds').map((one) => `--${one}`);
    throw new UsageError(
      work === 'seeds'
        ? `--${name} goes with ${wanted.join(' or ')}`
        : `--${name} does not go with --${work}`,
    );
  }
  if (values.log !== undefined && values.seed === undefined) {
    throw new UsageError('--log goes with --seed');
  }
}

function otherWorkOf(values: Values): Pick<Choices, 'crashPoints' | 'slots'> {
  if (values['crash-points']) {
    const pairsEvery = positive(values.pairs ?? '1', 'pairs', 0);
    return { crashPoints: { pairsEvery, stories: storiesNamed(values.story ?? 'all') } };
  }
  return values.slots ? { slots: { every: positive(values.every ?? '1', 'every') } } : {};
}

function storiesNamed(text: string): readonly StoryName[] {
  if (text === 'all') return storyNames;
  const names = text.split(',');
  const unknown = names.find((one) => !storyNames.some((name) => name === one));
  if (unknown !== undefined) {
    throw new UsageError(
      `--story: no story is called "${unknown}"; there are ${storyNames.join(', ')}`,
    );
  }
  return storyNames.filter((name) => names.includes(name));
}

function positive(text: string, name: string, least = 1): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${name} wants a whole number of at least ${least}, not "${text}"`);
  }
  return number;
}
