/**
 * Role: tells one story with the mishaps of one's choice, and checks what it leaves. Each look is a
 * tick that finds the registration due, a message, and a pass; a process that dies leaves its message.
 */
import { apiKeyMs } from '../../src/clients/limits.ts';
import type { Entry } from '../../src/core/entry.ts';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import { work } from '../../src/functions/handlers.ts';
import { scan } from '../../src/reconcile/scan.ts';
import type { WantedState } from '../../src/reconcile/wanted-state.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import {
  Crash,
  interposedWorld,
  mishapPlan,
  type Mishap,
  type MishapPlan,
  type MishapPoint,
  type MishapTally,
} from '../support/interposed-world.ts';
import { flawsOf, repetitionsIn } from '../support/soundness.ts';
import { isQuiet, minuteMs, type Tenant } from '../support/tenant.ts';
import { groundFor, takeUp, type Casting } from './beginnings.ts';
import { strayHolders } from './holders.ts';
import type { ModeWatch } from './mode-watch.ts';
import { modeName } from './modes.ts';
import { removalWatch, type RemovalWatch } from './removal-watch.ts';
import { isSettled, placeOrder, stories, type Act } from './stories.ts';
import { passAgain, takenDown, type Ground, type Stretch } from './stretches.ts';

export interface Telling {
  /** Writes of the story, those with a mishap among them. */
  readonly writes: number;
  /** Simulated milliseconds that its acts took, each from its beginning. */
  readonly actsMs: readonly number[];
  /** The chain that it left. */
  readonly chain: string;
  readonly course: Course;
}

/** One look after the other, with the writes up to the end of each. */
type Course = readonly Stretch<Look>[];

interface Look {
  readonly report: PassReport | undefined;
  readonly tally: MishapTally;
}

/** How a story is told. */
export interface Manner {
  /** Hears what the mode is asked. */
  readonly watch?: ModeWatch;
  /** A telling that is the same up to the last of the mishaps: it is taken up as late as can be. */
  readonly after?: Course;
}

interface Cast {
  readonly ground: Ground;
  readonly customer: Tenant;
  readonly calendar: DesiredRegistration;
  readonly plan: MishapPlan;
  readonly removals: RemovalWatch;
  /** Looks that are to be taken up. */
  readonly known: Course;
  /** Those that were taken. */
  readonly course: Stretch<Look>[];
}

const tickMs = 15 * minuteMs;

const words: Readonly<Record<Mishap, string>> = {
  failed: 'not done, and nobody can tell',
  lost: 'done, its reply lost',
  crash: 'done, and the process dies after it',
  'crash-before': 'the process dies before it',
};

/**
 * Tells the story.
 * @throws Error that names story, audience, mode, mishaps, and all that is wrong afterwards.
 */
export async function tell(
  casting: Casting,
  points: readonly MishapPoint[],
  manner: Manner = {},
): Promise<Telling> {
  const cast = await castOf(casting, points, manner);
  const { plan, removals, course } = cast;
  plan.arm(points);
  const actsMs: number[] = [];
  try {
    for (const act of stories[casting.story].acts) actsMs.push(await play(cast, act));
    const writes = plan.tally.count;
    const flaws = await flawsAtTheEnd(cast, points.length);
    if (flaws.length + removals.flaws.length > 0) throw new Error(flaws.join('; '));
    const chain = cast.customer.stores.chains.texts.get('calendar') ?? '';
    return { writes, actsMs, chain, course };
  } catch (error) {
    throw complaint(casting, points, { cast, error });
  }
}

/** All is ready: the beginning has been lived through, the order is placed. */
async function castOf(
  casting: Casting,
  points: readonly MishapPoint[],
  { watch, after = [] }: Manner,
): Promise<Cast> {
  const plan = mishapPlan();
  const removals = removalWatch(() => ground.customer);
  const ground = await groundFor(casting, {
    ...(watch ? { watch } : {}),
    wrap: (world) => removals.over(interposedWorld(world, plan.intercept)),
  });
  const { customer } = ground;
  const calendar = await takeUp(casting, ground);
  const body = stories[casting.story].order?.(customer);
  if (body) await placeOrder(customer, body);
  if (body?.kind === 'compromised') removals.leakedGoAt(body.removeAt);
  const known = looksBefore(points.at(-1)?.nth ?? 0, after);
  return { ground, customer, calendar, plan, removals, known, course: [] };
}

/**
 * The looks of a course that end before its n-th write, as far as nothing is in Keeper's memory at the
 * end that a process just started would not have.
 */
function looksBefore(nth: number, course: Course): Course {
  const next = course.findIndex(({ result }) => result.tally.count >= nth);
  for (let length = next; length > 0; length -= 1) {
    const [last, first] = [course[length - 1], course[length]];
    if (last && first && first.beganAt >= last.endAt + apiKeyMs) return course.slice(0, length);
  }
  return [];
}

/** Looks until nothing is left to do. Returns how long it took. */
async function play(cast: Cast, { beginsAt, withinMs, missing }: Act): Promise<number> {
  const { customer } = cast;
  const { clock } = customer;
  if (beginsAt) leapTo(customer, beginsAt(customer));
  const startAt = clock.now();
  for (;;) {
    const report = await nextLook(cast);
    // A pass that asks for another look at once has left something, such as an answer to a person.
    if (report && isSettled(report) && nextTickAt(customer) > clock.now() + tickMs) break;
    const tickAt = nextTickAt(customer);
    if (tickAt > startAt + withinMs) {
      throw new Error(`not settled after ${withinMs / minuteMs} minutes: ${told(report)}`);
    }
    leapTo(customer, tickAt);
  }
  const flaws = missing(customer);
  if (flaws.length > 0) throw new Error(flaws.join('; '));
  return clock.now() - startAt;
}

/** The next look: taken up, or taken. */
async function nextLook(cast: Cast): Promise<PassReport | undefined> {
  const { ground, plan, known, course } = cast;
  const taken = known[course.length];
  if (taken) {
    await passAgain(taken, ground);
    plan.goOn(taken.result.tally);
    course.push(taken);
    return taken.result.report;
  }
  const stretch = await takenDown(ground, async () => ({
    report: await look(cast),
    tally: plan.tally,
  }));
  course.push(stretch);
  return stretch.result.report;
}

/** One tick and what its messages bring about. The last report, if there was any. */
async function look({ customer, calendar }: Cast): Promise<PassReport | undefined> {
  const { messages } = customer.stores.queue;
  const desired = { registrations: [calendar], hash: 'rehearsal' };
  const wanted = async (): Promise<WantedState> => ({ desired, errors: [] });
  let report: PassReport | undefined;
  try {
    if (messages.length === 0) {
      await scan(customer.world, desired);
    }
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  while (messages.length > 0) {
    try {
      report = await work({ world: customer.world, wanted }, messages[0]);
      messages.shift();
    } catch (error) {
      if (!(error instanceof Crash) && !isStorage(error)) throw error;
      // The message shows again, and another worker takes it up.
      customer.leap(minuteMs);
    }
  }
  return report;
}

/** Storage did not work: the host hands the message out again. */
function isStorage(error: unknown): boolean {
  return error instanceof Error && / cannot be (?:read|written): /.test(error.message);
}

/** The next tick that can find something due. */
function nextTickAt({ clock, stores }: Tenant): number {
  const dueAt = stores.states.heads.get('calendar')?.nextLookAt ?? 0;
  return Math.ceil(Math.max(dueAt, clock.now() + 1) / tickMs) * tickMs;
}

function leapTo(customer: Tenant, at: number): void {
  const leftMs = at - customer.clock.now();
  if (leftMs > 0) customer.leap(leftMs);
}

async function flawsAtTheEnd(cast: Cast, mishaps: number): Promise<readonly string[]> {
  const { customer, plan } = cast;
  const entries = customer.entries('calendar');
  const slots = customer.application().signInAudience.includes('Personal') ? 2 : Infinity;
  return [
    ...(plan.tally.struck.length === mishaps
      ? []
      : ['a mishap did not happen: the story was over']),
    ...(await flawsOf(customer, { slots })),
    ...repetitionsIn(entries),
    ...vaultFlaws(customer, entries),
    ...(await afterthought(cast)),
  ];
}

/** The vault's current version must be a credential that is proven, listed, and what all holders have. */
function vaultFlaws(customer: Tenant, entries: readonly Entry[]): readonly string[] {
  const current = customer.cloud.vault.state.current('nylas-calendar');
  const keyId = current?.tags['keyId'];
  const listed = customer.passwords().find((one) => one.keyId === keyId);
  const isProven = entries.some(
    (one) => one.kind === 'proof' && one.keyId === keyId && one.result === 'proved',
  );
  return [
    ...(current?.enabled ? [] : ['the current version of the secret cannot be read']),
    ...(isProven ? [] : ['the current version was never proven']),
    ...(listed && listed.text === current?.value ? [] : ['the current version is not listed']),
    ...strayHolders(customer, listed),
  ];
}

/** One more pass does nothing: it writes nothing but the cache. */
async function afterthought({ customer, calendar, plan }: Cast): Promise<readonly string[]> {
  const { texts } = customer.stores.chains;
  const before = texts.get('calendar') ?? '';
  plan.arm();
  const report = await customer.pass(calendar);
  const appended = (texts.get('calendar') ?? '').slice(before.length);
  return [
    ...(isQuiet(report) ? [] : [`one more pass is not quiet: ${told(report)}`]),
    ...(plan.tally.count === 1 ? [] : [`one more pass makes ${plan.tally.count} writes`]),
    ...(appended === '' ? [] : [`one more pass appends ${appended}`]),
  ];
}

function told(report: PassReport | undefined): string {
  if (!report) return 'no look was taken';
  if (report.kind !== 'looked') return JSON.stringify(report);
  const { plan, did, stop } = report;
  return JSON.stringify({ state: plan.state, standing: plan.standing, did, stop });
}

interface Failure {
  readonly cast: Cast;
  readonly error: unknown;
}

/** An error that says all that is needed to see the same again. */
function complaint(
  { story, audience, mode }: Casting,
  points: readonly MishapPoint[],
  { cast, error }: Failure,
): Error {
  const { plan, removals } = cast;
  const where = points.map(
    ({ nth, mishap }, index) =>
      `write ${nth} (${plan.tally.struck[index] ?? '?'}) ${words[mishap]}`,
  );
  const end = error instanceof Error ? error.message : String(error);
  const what = [...removals.flaws, end].filter((one) => one !== '').join('; ');
  const place = [story, audience, modeName(mode), ...where].join(', ');
  return new Error(`${place}: ${what}`, { cause: error });
}
