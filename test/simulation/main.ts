/**
 * Role: `npm run simulate`: many seeds on all cores, one seed again, every crash point, every state of
 * the slots, or a planted bug that must be caught. One JSON document or a few lines on stdout; progress on stderr.
 */
import { writeFileSync } from 'node:fs';
import {
  help,
  readCommandLine,
  UsageError,
  type Choices,
  type CrashPointChoices,
  type SlotChoices,
} from './command-line.ts';
import { crashPointReport } from './crash-report.ts';
import type { Task } from './crew-member.ts';
import { runMany } from './crew.ts';
import { describeFailure, failureLines, type Failure } from './failure.ts';
import { keptSeeds } from './kept-seeds.ts';
import { neverDrawn } from './mishap-kinds.ts';
import { modesNamed } from './modes.ts';
import { sabotageNames, sabotages } from './sabotage.ts';
import type { RunResult } from './run.ts';
import { slotReport } from './slots-report.ts';
import { added, blankTally, type Tally } from './tally.ts';

await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`simulate: ${error.message}\n`);
  process.exitCode = 2;
});

async function main(): Promise<void> {
  const choices = readCommandLine(process.argv.slice(2));
  if (choices === 'help') process.stdout.write(help);
  else if (choices.crashPoints) await crashPoints(choices, choices.crashPoints);
  else if (choices.slots) await slots(choices, choices.slots);
  else if (choices.sabotage !== undefined) await sabotaged(choices, choices.sabotage);
  else await seeds(choices);
}

function tasksOf(choices: Choices): readonly Task[] {
  const { from, to, registrations, years, mode, mishaps, log } = choices;
  const more = {
    ...(mishaps === undefined ? {} : { mishaps }),
    ...(log === undefined ? {} : { keep: Number.MAX_SAFE_INTEGER }),
  };
  if (choices.kept) return keptSeeds.map(({ taught: _taught, ...task }) => ({ ...task, ...more }));
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seed: from + index,
    registrations,
    years,
    mode,
    ...more,
  }));
}

/** Seeds, and a report of the first that failed. */
async function seeds(choices: Choices): Promise<void> {
  const startedMs = performance.now();
  let tally: Tally = blankTally();
  const failed: RunResult[] = [];
  const logs: string[] = [];
  let done = 0;
  const tasks = tasksOf(choices);
  await runMany(tasks, {
    workers: Math.min(choices.workers, tasks.length),
    finished(result) {
      done += 1;
      tally = added(tally, result.tally);
      if (choices.single) logs.push(result.log);
      if (choices.log !== undefined) writeFileSync(choices.log, `${result.tail.join('\n')}\n`);
      if (result.violation) failed.push(result);
      progress(done, tasks.length, failed.length);
      return failed.length >= 3;
    },
  });
  failed.sort((one, other) => one.seed - other.seed);
  const failures = [];
  for (const result of failed) {
    process.stderr.write(`seed ${result.seed} failed; looking for the fewest mishaps\n`);
    const task = tasks.find((one) => one.seed === result.seed);
    if (task) failures.push(await describeFailure(task, result));
  }
  const report = reportOf(choices, { tally, done, failures, startedMs, logs });
  process.stdout.write(
    choices.json
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : `${linesOf(report, failures).join('\n')}\n`,
  );
  if (failures.length > 0) process.exitCode = 1;
}

function progress(done: number, all: number, failures: number): void {
  if (done !== all && done % 10 !== 0) return;
  process.stderr.write(`${done} of ${all} seeds${failures > 0 ? `, ${failures} failed` : ''}\n`);
}

interface Sum {
  readonly tally: Tally;
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly startedMs: number;
  readonly logs: readonly string[];
}

function reportOf(choices: Choices, { tally, done, failures, startedMs, logs }: Sum) {
  return {
    seeds: done,
    registrationYears: Math.round(tally.registrationYears),
    steps: tally.steps,
    passes: tally.passes,
    crashes: tally.crashes,
    faults: tally.faults,
    neverDrawn: neverDrawn(tally.faults),
    rotations: tally.rotations,
    violations: failures.length,
    outageSeconds: tally.outageSeconds,
    unavoidableSeconds: tally.unavoidableSeconds,
    longestOrphanHours: Math.round(tally.longestOrphanHours * 10) / 10,
    longestConvergenceMinutes: Math.round(tally.longestConvergenceMinutes),
    mostPassesPerHour: tally.mostPassesPerHour,
    durationMs: Math.round(performance.now() - startedMs),
    mode: choices.mode,
    ...(logs[0] === undefined ? {} : { log: logs[0] }),
    ...(failures.length > 0 ? { failures } : {}),
  };
}

function linesOf(
  report: ReturnType<typeof reportOf>,
  failures: readonly Failure[],
): readonly string[] {
  const unavoidable = Object.values(report.unavoidableSeconds).reduce((sum, one) => sum + one, 0);
  const faults = Object.values(report.faults).reduce((sum, one) => sum + one, 0);
  return [
    ...failures.flatMap(failureLines),
    `${report.seeds} seeds, ${report.registrationYears} registration years in ${Math.round(report.durationMs / 1000)} s`,
    `${faults} mishaps, ${report.crashes} crashes, ${report.rotations} rotations, ${report.passes} passes`,
    `outage charged to Keeper: ${report.outageSeconds} s; unavoidable: ${Math.round(unavoidable / 3600)} h`,
    `longest orphan: ${report.longestOrphanHours} h; longest way back to health: ${report.longestConvergenceMinutes} min`,
    report.violations === 0 ? 'no law was broken' : `${report.violations} seeds broke a law`,
    ...(report.log === undefined ? [] : [`log: ${report.log}`]),
  ];
}

/** A planted bug is to be caught: the fewer seeds it takes the better. */
async function sabotaged(choices: Choices, name: string): Promise<void> {
  if (name === 'list') {
    process.stdout.write(sabotages.map((one) => `${one.name.padEnd(24)}${one.tells}\n`).join(''));
    return;
  }
  const names = name === 'all' ? sabotageNames : [name];
  const unknown = names.find((one) => !sabotageNames.includes(one));
  if (unknown !== undefined)
    throw new UsageError(`--sabotage: no planted bug is called ${unknown}; see --sabotage list`);
  const report = [];
  for (const one of names) {
    const caught = await huntFor(choices, one);
    report.push(caught);
    process.stderr.write(
      `${one}: ${caught.caught ? `${caught.law}, ${caught.seeds} seeds` : 'NOT caught'}\n`,
    );
  }
  process.stdout.write(
    `${JSON.stringify(report.length === 1 ? report[0] : report, undefined, choices.json ? 2 : 0)}\n`,
  );
  if (report.some((one) => !one.caught)) process.exitCode = 1;
}

async function huntFor(choices: Choices, sabotage: string) {
  let seedCount = 0;
  let found: RunResult | undefined;
  await runMany(tasksOf(choices), {
    workers: choices.workers,
    sabotage,
    finished(result) {
      seedCount += 1;
      // A bug that only makes the program fail shows nothing about the laws.
      if (result.violation && result.violation.law !== 'defect') found ??= result;
      return found !== undefined;
    },
  });
  return {
    sabotage,
    caught: found !== undefined,
    seeds: seedCount,
    ...(found?.violation
      ? { seed: found.seed, law: found.violation.law, detail: found.violation.detail }
      : {}),
  };
}

async function crashPoints(
  choices: Choices,
  { pairsEvery, stories }: CrashPointChoices,
): Promise<void> {
  const report = await crashPointReport({
    stories,
    modes: modesNamed(choices.mode) ?? [],
    pairsEvery,
    workers: choices.workers,
    progress: (line) => void process.stderr.write(`${line}\n`),
  });
  const text = choices.json
    ? JSON.stringify(report, undefined, 2)
    : [
        ...report.failed,
        `${report.points} points, ${report.pairs} pairs, by ${report.told} stories; ${report.failed.length} failed`,
      ].join('\n');
  process.stdout.write(`${text}\n`);
  if (report.failed.length > 0) process.exitCode = 1;
}

async function slots(choices: Choices, { every }: SlotChoices): Promise<void> {
  const report = await slotReport({
    every,
    workers: choices.workers,
    progress: (line) => void process.stderr.write(`${line}\n`),
  });
  const { states, failed, waysOut, longestWayOutHours } = report;
  const asked = Object.entries(waysOut.asked);
  const text = choices.json
    ? JSON.stringify(report, undefined, 2)
    : [
        ...failed,
        `${states} states, ${failed.length} failed`,
        `heal by themselves: ${waysOut.byItself}, the longest within ${longestWayOutHours.byItself} h`,
        `after a person's deed: ${asked.reduce((sum, [, count]) => sum + count, 0)}, the longest within ${longestWayOutHours.asked} h`,
        ...asked.map(([reasons, count]) => `  asked for ${reasons}: ${count}`),
      ].join('\n');
  process.stdout.write(`${text}\n`);
  if (failed.length > 0) process.exitCode = 1;
}
