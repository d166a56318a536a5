/** `keeper doctor`: looks at everything that Keeper needs, before anything goes wrong. Changes nothing. */
import { groups, type Group } from '../doctor/check.ts';
import { countOf, diagnose, type Finding } from '../doctor/diagnose.ts';
import { vaultsOf } from '../doctor/gather-vaults.ts';
import { gather } from '../doctor/gather.ts';
import type { Desired } from '../core/desired.ts';
import type { CommandLine } from './command-line.ts';
import type { OpenVisit, VisitOpeners } from './doctor-place.ts';
import { reportOf, writeReport } from './doctor-report.ts';
import { noMoreThan, readArguments, worldHelp, worldOptions, worldPlaceOf } from './options.ts';
import { exit, json, UsageError } from './terminal.ts';
import type { WorldPlace } from './world-place.ts';

const options = {
  ...worldOptions,
  only: { type: 'string' },
  registration: { type: 'string' },
  plant: { type: 'string' },
} as const;

/** What `keeper doctor --help` prints. */
const doctorHelp = `Looks at everything that Keeper needs, and says what to mend and how. Changes nothing.

  keeper doctor

It looks with your own sign-in (az login); what you may not see is said to be not checked, never to be fine.

${worldHelp}

Options
  --only GROUP         ${groups.join(', ')}
  --registration ID    only this registration, its vaults and connectors
  --json               for machines
  --plant NAME         with --local or --data: sets something wrong first, in memory only; 'list' tells what

Exit codes: 0 nothing found; 1 something is wrong or risky; 2 an argument is wrong; 3 nothing was found, and
something could not be checked.

Examples
  keeper doctor
  keeper doctor --only nylas --registration calendar
  npm run -s keeper -- doctor --local --plant vault-role-missing
`;

/** Runs it. Gives the exit code. @throws UsageError */
export async function doctor(line: CommandLine, args: readonly string[]): Promise<number> {
  const { terminal, visits } = line;
  if (!visits) throw new UsageError('doctor: is not in this build.');
  const { values, positionals } = readArguments('doctor', args, options);
  if (values.help === true) {
    terminal.out(doctorHelp);
    return exit.fine;
  }
  noMoreThan('doctor', positionals, 0);
  if (values.plant === 'list') return listPlants(line, visits);
  const only = groupOf(values.only);
  const place = worldPlaceOf(values);
  const open = await opened(visits, place, values.plant);
  try {
    const findings = await visit(open, { only, registration: values.registration });
    const { where } = open;
    if (values.json === true) terminal.out(json(reportOf(where, findings, open.vendorWrites?.())));
    else writeReport(terminal, where, findings);
    return exitOf(findings);
  } finally {
    await open.close();
  }
}

async function listPlants({ terminal }: CommandLine, { plants }: VisitOpeners): Promise<number> {
  if (!plants)
    throw new UsageError('doctor: --plant is not in this build: run it from the repository.');
  const all = await plants();
  const width = Math.max(...all.map((one) => one.name.length));
  for (const { name, what } of all) terminal.out(`${name.padEnd(width)}  ${what}\n`);
  return exit.fine;
}

async function opened(
  openers: VisitOpeners,
  place: WorldPlace,
  plant: string | undefined,
): Promise<OpenVisit> {
  if (!place.isLocal) {
    if (plant !== undefined) throw new UsageError('doctor: --plant goes with --local or --data.');
    return openers.live(place);
  }
  if (!openers.local) {
    throw new UsageError('doctor: --local is not in this build: run it from the repository.');
  }
  return openers.local(place, plant);
}

async function visit(
  { world, probes, desired: all, settings }: OpenVisit,
  {
    only,
    registration,
  }: { readonly only: Group | undefined; readonly registration: string | undefined },
): Promise<readonly Finding[]> {
  const desired = narrowed(all, registration);
  const { registrations } = desired;
  const evidence = await gather({ world, probes, registrations, settings });
  const vaults = [...new Set(all.registrations.flatMap(vaultsOf))];
  return diagnose({ evidence, desired, settings, vaults }, only);
}

function narrowed(desired: Desired, id: string | undefined): Desired {
  if (id === undefined) return desired;
  const registrations = desired.registrations.filter((one) => one.id === id);
  if (registrations.length === 0) {
    throw new UsageError(`doctor: keeper.yaml has no registration ${id}.`);
  }
  return { ...desired, registrations };
}

function groupOf(name: string | undefined): Group | undefined {
  const group = groups.find((one) => one === name);
  if (name !== undefined && group === undefined) {
    throw new UsageError(`doctor: --only takes one of ${groups.join(', ')}.`);
  }
  return group;
}

function exitOf(findings: readonly Finding[]): number {
  const { wrong, risky, unknown } = countOf(findings);
  if (wrong + risky > 0) return exit.wrong;
  return unknown > 0 ? exit.unknown : exit.fine;
}
