/** Plays stories, each in a world of its own, and counts what came of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/local/simulators/random.ts';
import { storedAt, vendorState } from '../support/data-folder.ts';
import type { StoryPlan } from './plan.ts';
import type { RemoteHost } from './remote-host.ts';
import { momentName, playRound, type RoundResult } from './round.ts';
import { openTheatre, type Theatre } from './theatre.ts';

export interface Playing {
  readonly stories: readonly StoryPlan[];
  /** Each story gets a folder in it. */
  readonly folder: string;
  /** The first and the last round to play, from 1; a story that has any of them begins at its start. */
  readonly from: number;
  readonly to: number;
  readonly say: (text: string) => void;
}

/** A round that was played, with its number in the plan. */
export interface PlayedRound extends RoundResult {
  readonly round: number;
  readonly story: number;
}

/** Plays them one after the other. After a violation the rest of a story means nothing: it ends. */
export async function playStories(playing: Playing): Promise<readonly PlayedRound[]> {
  const played: PlayedRound[] = [];
  let first = 1;
  for (const [index, plan] of playing.stories.entries()) {
    const last = first + plan.rounds.length - 1;
    if (last >= playing.from && first <= playing.to) {
      played.push(...(await playStory(playing, plan, { first, story: index + 1 })));
    }
    first = last + 1;
  }
  return played;
}

async function playStory(
  { folder, to, say }: Playing,
  plan: StoryPlan,
  { first, story }: { first: number; story: number },
): Promise<readonly PlayedRound[]> {
  const { seed, faults, rounds } = plan;
  say(`story ${story}: a new tenant, seed ${seed}, faults ${faults}`);
  const theatre = await openTheatre({ folder: join(folder, `story-${story}`), seed, faults });
  const random = seededRandom(`${seed}/stirs`);
  const played: PlayedRound[] = [];
  let host: RemoteHost | undefined;
  try {
    for (const [index, round] of rounds.entries()) {
      const number = first + index;
      if (number > to) break;
      const one = await playRound(theatre, { plan: round, random, ...(host ? { host } : {}) });
      ({ host } = one);
      played.push({ ...one.result, round: number, story });
      say(line(number, one.result));
      if (one.result.violations.length > 0) {
        await keepEvidence(theatre);
        break;
      }
    }
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const round = first + played.length;
    const stir = rounds[played.length]?.stir ?? 'creation';
    const kills = rounds[played.length]?.moments.map(momentName) ?? [];
    const violations = [`the round ended with an error: ${told}`];
    played.push({ stir, whom: '', kills, settledMs: 0, violations, round, story });
    say(line(round, played.at(-1)));
    await keepEvidence(theatre);
  } finally {
    await theatre.stop();
  }
  return played;
}

function line(number: number, result: RoundResult | undefined): string {
  if (!result) return '';
  const { stir, whom, kills, settledMs, violations } = result;
  const end = violations.length === 0 ? 'well' : `NOT WELL: ${violations.join('; ')}`;
  return `round ${number}: ${stir} (${whom}), killed at ${kills.join(', ')}; settled in ${settledMs} ms: ${end}`;
}

/** What each party held, in the story's folder: simulated secrets are in it, as in all of it. */
async function keepEvidence(theatre: Theatre): Promise<void> {
  const { backdrop, folder } = theatre;
  const stored = await storedAt(backdrop.azurite.connectionString);
  const evidence = {
    now: new Date(theatre.clock.now()).toISOString(),
    vendors: vendorState(backdrop),
    states: await backdrop.states.list(),
    chains: Object.fromEntries(stored.chains),
    incidents: backdrop.cloud.account.incidents,
    writes: theatre.writes,
    hosts: theatre.hosts.map((one) => Object.fromEntries(one.output())),
  };
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify(evidence, undefined, 1));
}

export interface RoundsReport {
  readonly rounds: number;
  readonly kills: number;
  readonly killsByMoment: Readonly<Record<string, number>>;
  readonly roundsByStir: Readonly<Record<string, number>>;
  readonly settledMs: { readonly median: number; readonly longest: number };
  readonly violations: readonly {
    readonly round: number;
    readonly story: number;
    readonly kills: readonly string[];
    readonly what: readonly string[];
    readonly rerun: string;
  }[];
}

/** Counts. */
export function roundsReport(
  played: readonly PlayedRound[],
  { seed, rounds }: { seed: number; rounds: number },
): RoundsReport {
  const kills = played.flatMap((one) => one.kills);
  const times = played.map((one) => one.settledMs).toSorted((one, other) => one - other);
  return {
    rounds: played.length,
    kills: kills.length,
    killsByMoment: counted(kills),
    roundsByStir: counted(played.map((one) => one.stir)),
    settledMs: { median: times[Math.floor(times.length / 2)] ?? 0, longest: times.at(-1) ?? 0 },
    violations: played
      .filter((one) => one.violations.length > 0)
      .map(({ round, story, kills: own, violations }) => ({
        round,
        story,
        kills: own,
        what: violations,
        rerun: `npm run -s rounds -- --seed ${seed} --rounds ${rounds} --from ${round} --to ${round}`,
      })),
  };
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
