/** `keeper plan`: what Keeper would do, as a difference. Nothing is written anywhere but to `--out`. */
import { writeFileSync } from 'node:fs';
import { fleetDocument } from '../foresight/document.ts';
import { foreseeAll } from '../foresight/foresee.ts';
import type { FleetPlan } from '../foresight/step.ts';
import type { CommandLine } from './command-line.ts';
import { noMoreThan, readArguments, worldHelp, worldOptions, worldPlaceOf } from './options.ts';
import { planText } from './plan-text.ts';
import { registrationNamed } from './registrations.ts';
import { json, UsageError } from './terminal.ts';
import { inWorld, type OpenWorld } from './world-place.ts';

/** Its own exit codes, so that a pipeline can tell what is pending from what is wrong. */
export const planExit = { nothing: 0, error: 1, changes: 2 } as const;

export const planHelp = `What Keeper would do now and in the days that follow from it, before it does it.

  keeper plan [REGISTRATION]

  + comes to be    ~ changes    - goes    ! needs a person

It looks at everything once and then runs Keeper's own loop on what it saw, so that the plan is made
by the code that carries it out. No vendor is written to; nothing of the log changes.
It reads with your own sign-in all that Keeper reads, the newest text of each secret included (for its
first three characters); it shows and keeps none of it.

${worldHelp}

Options
  --out FILE           keep the plan, for keeper apply FILE
  --json               for machines

Exit codes: 0 nothing to change; 2 changes are pending; 1 an error, also in an argument, or something
could not be seen and nothing else is to change.

Examples
  keeper plan
  keeper plan --config keeper.yaml --out plan.json && keeper apply plan.json
  keeper plan --local
`;

const options = { ...worldOptions, out: { type: 'string' } } as const;

/** Runs it. Gives the exit code; a wrong argument is an error here, as changes have the other code. */
export async function plan(line: CommandLine, args: readonly string[]): Promise<number> {
  try {
    return await planned(line, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    line.terminal.err(`keeper: ${error.message}\n`);
    return planExit.error;
  }
}

async function planned(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('plan', args, options);
  if (values.help === true) {
    line.terminal.out(planHelp);
    return planExit.nothing;
  }
  noMoreThan('plan', positionals, 1);
  const [id] = positionals;
  return inWorld(line.worlds, worldPlaceOf(values), async (open) => {
    const made = await lookAhead(line, open, id === undefined ? undefined : [id]);
    const { out } = values;
    if (out !== undefined) keep(out, made);
    if (values.json === true) {
      const writes = open.vendorWrites?.();
      line.terminal.out(
        json({
          ...fleetDocument(made),
          ...(writes === undefined ? {} : { vendorWrites: writes }),
        }),
      );
    } else {
      line.terminal.out(planText(line.terminal, made, open.where));
      if (out !== undefined) line.terminal.out(`Kept in ${out}: keeper apply ${out}\n`);
    }
    return codeOf(made);
  });
}

/** Looks, and tells how far it is on stderr. @throws UsageError when a name is not in the file */
export async function lookAhead(
  { terminal }: Pick<CommandLine, 'terminal'>,
  { world, desired }: OpenWorld,
  only: readonly string[] | undefined,
): Promise<FleetPlan> {
  for (const id of only ?? []) registrationNamed(desired, id);
  const all = only?.length ?? desired.registrations.length;
  let done = 0;
  return foreseeAll(world, desired, {
    ...(only === undefined ? {} : { only }),
    looked(registration) {
      done += 1;
      if (all > 1) terminal.err(`looked at ${registration} (${done} of ${all})\n`);
    },
  });
}

function codeOf({ registrations, unforeseen }: FleetPlan): number {
  if (unforeseen.length > 0) return planExit.error;
  if (registrations.some((one) => one.steps.length > 0)) return planExit.changes;
  // What could not be seen may hold changes: that is not nothing.
  return registrations.some((one) => one.unseen.length > 0) ? planExit.error : planExit.nothing;
}

function keep(path: string, made: FleetPlan): void {
  try {
    writeFileSync(path, json(fleetDocument(made)), { mode: 0o600 });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw new UsageError(`plan: cannot write ${path} (${String(code)}).`);
  }
}
