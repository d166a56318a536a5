/** `keeper apply`: exactly a plan that was kept, or nothing of it. */
import { readFileSync } from 'node:fs';
import { harmless } from '../audit/plain-text.ts';
import type { DesiredRegistration } from '../core/desired.ts';
import { meaningOf } from '../core/reason.ts';
import { boundOf } from '../foresight/bound.ts';
import { differences } from '../foresight/difference.ts';
import { foreseenDocument, readFleetDocument } from '../foresight/document.ts';
import { foresee } from '../foresight/foresee.ts';
import type { FleetPlan, RegistrationPlan, Step } from '../foresight/step.ts';
import { titleOf } from '../foresight/words.ts';
import { runPass, type PassReport } from '../reconcile/pass.ts';
import type { CommandLine } from './command-line.ts';
import {
  needed,
  noMoreThan,
  readArguments,
  worldHelp,
  worldOptions,
  worldPlaceOf,
} from './options.ts';
import { lookAhead } from './plan.ts';
import { counted, exit, json, UsageError, type Terminal } from './terminal.ts';
import { inWorld, type OpenWorld } from './world-place.ts';

export const applyHelp = `Carries out a plan that was kept with keeper plan --out, exactly as it stands.

  keeper apply PLAN

It looks anew first. When the world is no longer the one that the plan was made for, nothing is done,
and the difference is told. Steps that have to wait (a new credential rests for a day) are left to
Keeper, which takes them by itself; they are named.
It writes with your own sign-in, and the audit log says so.

${worldHelp}

Options
  --json               for machines

Exit codes: 0 done, or nothing was to do; 1 refused, or a step failed; 2 an argument is wrong.

Examples
  keeper plan --out plan.json
  keeper apply plan.json
`;

/** Passes that one registration gets; each goes on where the one before had to end. */
const mostPasses = 5;
const betweenPassesMs = 2_000;

/** Runs it. Gives the exit code. @throws UsageError */
export async function apply(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('apply', args, worldOptions);
  if (values.help === true) {
    line.terminal.out(applyHelp);
    return exit.fine;
  }
  noMoreThan('apply', positionals, 1);
  const path = needed(positionals[0], 'apply: say which plan. keeper plan --out FILE makes one.');
  const wanted = planIn(path);
  return inWorld(line.worlds, worldPlaceOf(values), async (open) => {
    const moved = await movedSince(line, open, wanted);
    if (moved.length > 0) return refuse(line.terminal, moved, values.json === true);
    const results: Result[] = [];
    for (const one of wanted.registrations) {
      if (one.steps.length > 0) results.push(await applyOne(line, open, one));
    }
    tell(line.terminal, results, values.json === true);
    return results.every((one) => one.failed === undefined) ? exit.fine : exit.wrong;
  });
}

function planIn(path: string): FleetPlan {
  let raw: string;
  try {
    raw = readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`apply: ${path} cannot be read.`);
  }
  const read = readFleetDocument(raw);
  if (!read.ok) throw new UsageError(`apply: ${path} cannot be used: ${read.why}.`);
  if (read.plan.unforeseen.length > 0) {
    const ids = read.plan.unforeseen.map((one) => one.registration).join(', ');
    throw new UsageError(`apply: ${path} has no plan for ${ids}. Make a new one.`);
  }
  return read.plan;
}

/** What is different now from when the plan was made, in lines. */
async function movedSince(
  line: CommandLine,
  open: OpenWorld,
  wanted: FleetPlan,
): Promise<readonly string[]> {
  if (wanted.file !== open.desired.hash) {
    return ['keeper.yaml is not the file that the plan was made from.'];
  }
  const ids = wanted.registrations.map((one) => one.registration);
  const now = await lookAhead(line, open, ids);
  return differences(wanted, now);
}

function refuse(terminal: Terminal, moved: readonly string[], wantsJson: boolean): number {
  if (wantsJson) terminal.out(json({ applied: false, moved }));
  else {
    terminal.err('keeper: nothing was done. The world has moved since the plan was made:\n');
    terminal.out(`${moved.map(harmless).join('\n')}\n`);
    terminal.err('Make a new one with keeper plan --out.\n');
  }
  return exit.wrong;
}

interface Result {
  readonly registration: string;
  readonly did: readonly string[];
  /** Steps that have to wait; Keeper takes them by itself. */
  readonly left: readonly Step[];
  /** Why it could not go on. */
  readonly failed?: string;
}

/** Looks once more right before: the one before it may have taken minutes. */
async function applyOne(
  line: CommandLine,
  open: OpenWorld,
  wanted: RegistrationPlan,
): Promise<Result> {
  const { world, desired } = open;
  const registration = desired.registrations.find((one) => one.key === wanted.key);
  const now = registration && (await foresee(world, registration));
  if (!registration || !now || !('steps' in now) || now.hash !== wanted.hash) {
    const failed = 'the world has moved since the plan was made: nothing was done';
    return { registration: wanted.registration, did: [], left: wanted.steps, failed };
  }
  return carryOut(line, { world, registration, wanted });
}

interface Task {
  readonly world: OpenWorld['world'];
  readonly registration: DesiredRegistration;
  readonly wanted: RegistrationPlan;
}

async function carryOut(
  { terminal, pause }: CommandLine,
  { world, registration, wanted }: Task,
): Promise<Result> {
  const bound = boundOf(wanted);
  const did: string[] = [];
  let failed: string | undefined;
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    terminal.err(`${wanted.registration}: pass ${pass}\n`);
    const before = [...did];
    const report = await runPass(world, registration, {
      wokenBy: 'order',
      admits: (action, now) => bound(action, [...before, ...now]),
      // Somebody else's wish to see the plan may wait: it is answered as in any pass.
      foresee: foreseenDocument,
    });
    if (report.kind === 'looked') did.push(...report.did);
    failed = failureOf(report, wanted);
    if (failed !== 'moved' && !isUnfinished(report)) break;
    await pause(betweenPassesMs);
  }
  const left = leftOf(wanted, did);
  return {
    registration: wanted.registration,
    did,
    left,
    ...(failed === undefined ? {} : { failed }),
  };
}

function failureOf(report: PassReport, { asks }: RegistrationPlan): string | undefined {
  if (report.kind !== 'looked') return `the chain is ${report.kind}`;
  if (report.outside) {
    return `${report.outside.kind} would be needed, and is not in the plan: nothing more is done`;
  }
  if (report.stop?.kind === 'moved') return 'moved';
  if (report.stop) return `storage: ${report.stop.fault.kind}`;
  // What the plan did not ask of a person has come up in carrying it out.
  const asked = report.plan.standing.find(
    ({ reason, subject }) =>
      meaningOf(reason).state === 'needs-person' &&
      !asks.some((one) => one.reason === reason && one.subject === subject),
  );
  return asked && `${asked.reason}: ${meaningOf(asked.reason).means}`;
}

function isUnfinished(report: PassReport): boolean {
  return report.kind === 'looked' && !report.outside && report.plan.actions.length > 0;
}

/** Of each kind of step, those that were not taken. */
function leftOf({ steps }: RegistrationPlan, did: readonly string[]): readonly Step[] {
  const taken = [...did];
  return steps.filter((step) => {
    const index = taken.indexOf(step.kind);
    if (index === -1) return true;
    taken.splice(index, 1);
    return false;
  });
}

function later(failed: string | undefined, { earliestAt }: Step): string {
  return failed === undefined
    ? `Keeper goes on by itself, not before ${new Date(earliestAt).toISOString()}`
    : 'not done';
}

function tell(terminal: Terminal, results: readonly Result[], wantsJson: boolean): void {
  if (wantsJson) {
    terminal.out(
      json({
        applied: results.every((one) => one.failed === undefined),
        registrations: results.map(({ left, ...one }) => ({
          ...one,
          left: left.map(({ sign, kind, subject, earliestAt }) => ({
            sign,
            kind,
            subject,
            earliestAt: new Date(earliestAt).toISOString(),
          })),
        })),
      }),
    );
    return;
  }
  if (results.length === 0) terminal.out('The plan has nothing to do, and nothing was done.\n');
  for (const { registration, did, left, failed } of results) {
    const steps = did.filter((one) => !one.includes('prove'));
    terminal.out(`${harmless(registration)}: ${counted(steps.length, 'step')} done.\n`);
    if (failed !== undefined) terminal.out(`  ! ${failed}\n`);
    for (const one of left) {
      terminal.out(`  … ${harmless(titleOf(one))}: ${later(failed, one)}\n`);
    }
  }
}
