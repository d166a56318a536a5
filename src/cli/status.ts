/** `keeper status`: how all registrations are, or one of them, as the last passes saw them. */
import { unmanagedRegistrations } from '../reconcile/unmanaged.ts';
import { conditionOf } from '../web/page/condition.ts';
import type { RegistrationGlance } from '../web/page/model.ts';
import { status as statusReply } from '../web/status.ts';
import type { CommandLine } from './command-line.ts';
import { noMoreThan, readArguments, worldHelp, worldOptions, worldPlaceOf } from './options.ts';
import { briefGlances, glanceOf, registrationNamed } from './registrations.ts';
import { detailText } from './status-detail.ts';
import { overviewText, type Seen } from './status-overview.ts';
import { exit, json } from './terminal.ts';
import { inWorld, type OpenWorld } from './world-place.ts';

export const statusHelp = `How all registrations are, or one of them in detail, as Keeper's last passes saw them.

  keeper status [REGISTRATION]

One line a registration: ✓ well, … Keeper goes on by itself, ! a person is needed, ? nobody can tell.
With REGISTRATION: its credentials and connectors, what Keeper will do, and what you must do.
No vendor is asked: it reads what passes have stored. keeper resync makes Keeper look anew.

${worldHelp}

Options
  --json               the same document as GET /api/status

Exit codes: 0 all is well or waits for Keeper alone; 1 a person is needed, or Keeper does not look any
more; 2 an argument is wrong; 3 it cannot be told.

Examples
  keeper status
  keeper status calendar
  keeper status --json --data ./state
`;

/** Runs it. Gives the exit code. @throws UsageError */
export async function status(line: CommandLine, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('status', args, worldOptions);
  if (values.help === true) {
    line.terminal.out(statusHelp);
    return exit.fine;
  }
  noMoreThan('status', positionals, 1);
  const [id] = positionals;
  return inWorld(line.worlds, worldPlaceOf(values), (open) =>
    values.json === true ? tellDocument(line, open, id) : tellText(line, open, id),
  );
}

async function tellText(
  { terminal }: CommandLine,
  open: OpenWorld,
  id: string | undefined,
): Promise<number> {
  if (id === undefined) {
    const seen = await seeAll(open);
    terminal.out(overviewText(terminal, { ...seen, where: open.where }));
    return codeOf(seen);
  }
  const { glance, seen } = await seeOne(open, id);
  terminal.out(detailText(terminal, glance, seen.now));
  return codeOf(seen);
}

async function tellDocument(
  { terminal }: CommandLine,
  open: OpenWorld,
  id: string | undefined,
): Promise<number> {
  const seen = id === undefined ? await seeAll(open) : (await seeOne(open, id)).seen;
  const document = await wholeDocument(open, id ?? null);
  if (document === undefined) {
    terminal.err('keeper: storage does not answer. Try again in a minute.\n');
    return exit.unknown;
  }
  terminal.out(json(document));
  return codeOf(seen);
}

interface StatusDocument {
  readonly registrations: readonly unknown[];
  readonly next: string | null;
}

/** What the API answers, all of its pages in one. */
async function wholeDocument(
  { world, desired }: OpenWorld,
  registration: string | null,
): Promise<StatusDocument | undefined> {
  const call = { world, desired, fileErrors: 0, registration, order: null };
  let whole: StatusDocument | undefined;
  for (let cursor: string | null = null; ;) {
    const reply = await statusReply({ ...call, cursor });
    if (reply.status !== 200) return undefined;
    const page = JSON.parse(reply.body) as StatusDocument;
    const before: readonly unknown[] = whole?.registrations ?? [];
    whole = { ...page, registrations: [...before, ...page.registrations], next: null };
    if (page.next === null) return whole;
    cursor = new URL(page.next, 'https://keeper.invalid').searchParams.get('cursor');
  }
}

async function seeAll({ world, desired }: OpenWorld): Promise<Seen> {
  const listed = await world.states.list();
  const heads = listed.ok ? listed.value : undefined;
  const now = world.clock.now();
  return {
    glances: await briefGlances(world, desired, heads),
    unmanaged: heads ? await unmanagedRegistrations(world.states, desired, { heads, now }) : [],
    now,
  };
}

async function seeOne(
  { world, desired }: OpenWorld,
  id: string,
): Promise<{ readonly glance: RegistrationGlance; readonly seen: Seen }> {
  const glance = await glanceOf(world, registrationNamed(desired, id));
  return { glance, seen: { glances: [glance], unmanaged: [], now: world.clock.now() } };
}

function codeOf({ glances, unmanaged, now }: Seen): number {
  const conditions = glances.map((one) => conditionOf(one, now));
  const isWrong = conditions.some((one) => one === 'needs-you' || one === 'silent');
  if (isWrong || unmanaged.some((one) => one.isAlarm)) return exit.wrong;
  return conditions.includes('unknown') ? exit.unknown : exit.fine;
}
