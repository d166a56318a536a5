/**
 * Role: `npm run simulate`: many seeds on all cores, one seed again, every crash point, or a planted
 * bug that must be caught. One JSON document or a few lines on stdout; progress on stderr.
 */
import { parseArgs } from 'node:util';
import { crashPointReport } from './crash-report.ts';
import { modesNamed } from './modes.ts';
import { runMany } from './crew.ts';
import { describeFailure } from './failure.ts';
import { sabotageNames } from './sabotage.ts';
import type { RunResult } from './run.ts';
import { added, blankTally, type Tally } from './tally.ts';

const help = `Usage: npm run -s simulate -- [options]

Keeper's loop, triggers and vendors on virtual time. One seed decides everything; the same seed gives
the same log, byte for byte.

  --seeds N           seeds 1 to N (default 20)
  --seed N            only this one; prints where its log ends
  --registrations N   customers of each seed (default 5)
  --years N           years of each seed (default 4)
  --mode M            how Nylas behaves: all, covering, or names such as active-merge-follow-shown,
                      separated by commas (default all)
  --mishaps N         let only the first N mishaps of a seed strike
  --crash-points      every crash point instead: each write, not done or its answer lost; then pairs
  --pairs N           with --crash-points: only each N-th pair (default 1: all; 0: none)
  --sabotage NAME     run with a planted bug, until a seed catches it; 'list' names them, 'all' runs all
  --workers N         processes (default: one a core)
  --log FILE          with --seed: write the whole log there
  --json              one JSON document on stdout
  --help              this text

Exit code 0: no law was broken (with --sabotage: the bug was caught). 1: otherwise. 2: bad options.

Examples:
  npm run -s simulate -- --seeds 200 --json
  npm run -s simulate -- --seed 4711
  npm run -s simulate -- --sabotage remove-before-switch
`;

class UsageError extends Error {}

interface Choices {
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
}

const options = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  registrations: { type: 'string' },
  years: { type: 'string' },
  mode: { type: 'string' },
  mishaps: { type: 'string' },
  'crash-points': { type: 'boolean' },
  pairs: { type: 'string' },
  sabotage: { type: 'string' },
  workers: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
