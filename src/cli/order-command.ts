/** What all commands that order something have in common: asking, placing, telling, waiting. */
import { harmless } from '../audit/plain-text.ts';
import { meaningOf, reasons, type Reason } from '../core/reason.ts';
import type { CommandLine } from './command-line.ts';
import { worldOptions, worldPlaceOf, type WorldValues } from './options.ts';
import { deskOf, type Placed } from './order-placing.ts';
import { waitFor, type Waited } from './order-waiting.ts';
import { consequencesOf, isGrave, type Wish } from './order-wish.ts';
import { glanceOf, registrationNamed } from './registrations.ts';
import { exit, json, painted, UsageError, type Terminal } from './terminal.ts';
import { inWorld, type OpenWorld } from './world-place.ts';

/** Options that they share. */
export const orderOptions = {
  ...worldOptions,
  yes: { type: 'boolean' },
  wait: { type: 'boolean' },
  'wait-minutes': { type: 'string' },
} as const;

export interface OrderValues extends WorldValues {
  readonly json?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly wait?: boolean | undefined;
  readonly 'wait-minutes'?: string | undefined;
}

interface Ordering {
  readonly values: OrderValues;
  /** The wish, made once the world's time is known. @throws UsageError */
  readonly wishAt: (now: number) => Wish;
}

const defaultWaitMinutes = 30;

/** Orders it. Gives the exit code. @throws UsageError */
export async function order(line: CommandLine, { values, wishAt }: Ordering): Promise<number> {
  const limitMs = limitIn(values);
  return inWorld(line.worlds, worldPlaceOf(values), async (open) => {
    const desk = deskOf(open, line.pause);
    const isWaiting = limitMs !== undefined;
    if (isWaiting && open.by !== undefined) {
      throw new UsageError('--wait: nothing runs there, so nothing would come of it.');
    }
    const wish = wishAt(open.world.clock.now());
    if (!(await isAgreed(line, { open, values, wish }))) {
      line.terminal.err('Nothing was ordered.\n');
      return exit.wrong;
    }
    const placing = await desk.place(wish);
    if (placing.kind !== 'taken')
      return failed(line.terminal, placing, whereToLook(open, values, wish));
    tellPlaces(line.terminal, { open, values, orders: placing.orders });
    const waited = isWaiting
      ? await waitFor(line, { desk, open, limitMs }, placing.orders)
      : placing.orders;
    if (values.json === true) line.terminal.out(json({ orders: waited }));
    return isWaiting ? tellResults(line.terminal, { values, waited }) : exit.fine;
  });
}

/** @throws UsageError */
function limitIn({ wait, 'wait-minutes': text }: OrderValues): number | undefined {
  if (text === undefined) return wait === true ? defaultWaitMinutes * 60_000 : undefined;
  const minutes = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (minutes < 1) throw new UsageError('--wait-minutes takes a whole number from 1 to 9999.');
  return minutes * 60_000;
}

/** Says what will happen, and asks whoever sits there. @throws UsageError */
async function isAgreed(
  { terminal, ask }: CommandLine,
  { open, values, wish }: { open: OpenWorld; values: OrderValues; wish: Wish },
): Promise<boolean> {
  const { world, desired } = open;
  const { registration } = wish;
  const found = registration === undefined ? undefined : registrationNamed(desired, registration);
  const glance = found && (await glanceOf(world, found));
  const lines = consequencesOf(wish, glance, world.clock.now());
  const about = registration === undefined ? 'all registrations' : harmless(registration);
  terminal.err(
    `What will happen to ${about} (${open.where}):\n${lines.map((one) => `  - ${one}\n`).join('')}`,
  );
  if (values.yes === true) return true;
  if (ask) return ask('Order it? Only yes is taken for it: ');
  if (!isGrave(wish)) return true;
  throw new UsageError('nobody is here to confirm it. Add --yes when you are sure.');
}

function failed(
  terminal: Terminal,
  { kind, why }: { readonly kind: 'refused' | 'unknown'; readonly why: string },
  look: string,
): number {
  if (kind === 'refused') {
    terminal.err(`keeper: not ordered. ${why}\n`);
    return exit.wrong;
  }
  terminal.err(
    `keeper: it is not known whether it was ordered. ${why}\nSee ${look} before you order it again.\n`,
  );
  return exit.unknown;
}

/** Commands that tell whether an order arrived. The log has a registration under its key. */
function whereToLook(
  { desired }: OpenWorld,
  { data }: OrderValues,
  { registration }: Wish,
): string {
  const at = data === undefined ? '' : ` --data ${data}`;
  const found = desired.registrations.find((one) => one.id === registration);
  const id = registration === undefined ? '' : ` ${harmless(registration)}`;
  const key = found?.key ?? registration ?? 'REGISTRATION';
  return `keeper status${id}${at} and keeper audit show ${harmless(key)} --kind order${at}`;
}

function tellPlaces(
  terminal: Terminal,
  told: {
    readonly open: OpenWorld;
    readonly values: OrderValues;
    readonly orders: readonly Placed[];
  },
): void {
  const { open, values, orders } = told;
  const say = sayer(terminal, values);
  for (const one of orders) {
    say(`${harmless(one.registration)}: ordered ${one.kind}, ${harmless(one.order)}\n`);
  }
  const [first] = orders;
  if (!first) return;
  const which = orders.length === 1 ? ` ${harmless(first.registration)}` : '';
  const at = values.data === undefined ? '' : ` --data ${values.data}`;
  const page = open.api === undefined ? '' : `, or ${open.api.url}/`;
  say(
    open.by === undefined
      ? `Watch it with keeper status${which}${at}${page}\n`
      : 'Nothing runs there now: the next run takes it in.\n',
  );
}

function tellResults(
  terminal: Terminal,
  { values, waited }: { readonly values: OrderValues; readonly waited: readonly Waited[] },
): number {
  const say = sayer(terminal, values);
  let code: number = exit.fine;
  for (const { registration, result, kind } of waited) {
    if (!result) {
      say(`${harmless(registration)}: no answer yet; it goes on. Ask keeper status.\n`);
      code = code === exit.wrong ? code : exit.unknown;
      continue;
    }
    const isDone = result.result === 'done';
    if (!isDone) code = exit.wrong;
    const word = painted(terminal, isDone ? 'green' : 'red', isDone ? 'done' : 'refused');
    const did = result.did.length === 0 ? '' : ` Did: ${result.did.map(harmless).join(', ')}.`;
    say(
      `${harmless(registration)}: ${kind} ${word}. ${meaning(result.because ?? result.reason)}${did}\n`,
    );
  }
  return code;
}

/** With --json, stdout is for the document alone. */
function sayer(terminal: Terminal, { json: isJson }: OrderValues): (text: string) => void {
  return (text) => (isJson === true ? terminal.err(text) : terminal.out(text));
}

function meaning(reason: string | undefined): string {
  return reason !== undefined && Object.hasOwn(reasons, reason)
    ? meaningOf(reason as Reason).means
    : '';
}
