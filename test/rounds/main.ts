/**
 * Role: the command `npm run rounds`. Kills the host with SIGKILL in the middle of its work, again
 * and again, and looks each time whether all is well once it has settled.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isStale, repository, writeBundle } from '../../scripts/bundle.ts';
import { seededRandom } from '../../src/local/simulators/random.ts';
import { drawStories } from './plan.ts';
import { playStories, roundsReport } from './stories.ts';

const help = `Kills Keeper's host in the middle of its work, and looks whether it comes to a good end each time.

  --json       one JSON document on stdout; progress on stderr
  --rounds N   how many rounds the plan has (default 50)
  --seed N     another plan (default 1)
  --from N     plays only the stories with the rounds from this one on
  --to N       ends after this round
  --help       this text

  npm run -s rounds -- --json
  npm run -s rounds -- --seed 7 --from 12 --to 12

Exit codes: 0 all is well, 1 a round was not, 2 an option is wrong.
`;

interface RoundsOptions {
  readonly json: boolean;
  readonly rounds: number;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): RoundsOptions | 'help' | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        rounds: { type: 'string' },
        seed: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return 'help';
    const rounds = wholeNumber('rounds', values.rounds ?? '50');
    return {
      json: values.json ?? false,
      rounds,
      seed: wholeNumber('seed', values.seed ?? '1'),
      from: wholeNumber('from', values.from ?? '1'),
      to: wholeNumber('to', values.to ?? String(rounds)),
    };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}

/** @throws RangeError */
function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RangeError(`--${name} takes a whole number.`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if ('wrong' in options) {
    say(`rounds: ${options.wrong}`);
    return 2;
  }
  const { json, rounds, seed, from, to } = options;
  if (isStale(repository)) await writeBundle(repository);
  const folder = mkdtempSync(join(tmpdir(), 'keeper-rounds-'));
  const stories = drawStories(seededRandom(seed), rounds);
  const report = roundsReport(await playStories({ stories, folder, from, to, say }), {
    seed,
    rounds,
  });
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  const isWell = report.violations.length === 0;
  if (isWell) rmSync(folder, { recursive: true, force: true });
  else say(`What each party held is in ${folder}`);
  say(`${report.rounds} rounds, ${report.kills} kills: ${isWell ? 'all is well' : 'NOT WELL'}`);
  return isWell ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
