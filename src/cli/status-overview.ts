/** How all registrations are: one line each, and below it what a person must do. */
import { harmless } from '../audit/plain-text.ts';
import type { Unmanaged } from '../reconcile/unmanaged.ts';
import {
  conditionOf,
  conditionWords,
  meaningOfGlance,
  remedyOfGlance,
  statusOfGlance,
  type Condition,
} from '../web/page/condition.ts';
import type { BriefGlance } from '../web/page/model.ts';
import { dayText, relativeText } from '../web/page/words.ts';
import { counted, painted, type Paint, type Terminal } from './terminal.ts';

/** What there is to tell. */
export interface Seen {
  readonly glances: readonly BriefGlance[];
  readonly unmanaged: readonly Unmanaged[];
  readonly now: number;
}

/** One sign and one colour for each condition. */
const marks: Readonly<Record<Condition, { readonly sign: string; readonly paint: Paint }>> = {
  well: { sign: '✓', paint: 'green' },
  waiting: { sign: '…', paint: 'dim' },
  'needs-you': { sign: '!', paint: 'red' },
  silent: { sign: '?', paint: 'yellow' },
  unknown: { sign: '?', paint: 'yellow' },
};

/** The sign and the word of a condition, in its colour. */
export function markOf(terminal: Terminal, condition: Condition): { sign: string; word: string } {
  const { sign, paint } = marks[condition];
  return {
    sign: painted(terminal, paint, sign),
    word: painted(terminal, paint, conditionWords[condition]),
  };
}

/** The whole overview. */
export function overviewText(
  terminal: Terminal,
  { glances, unmanaged, now, where }: Seen & { readonly where: string },
): string {
  const rows = glances.map((one) => row(one, now));
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const table = glances.map((one, index) => {
    const { sign } = markOf(terminal, conditionOf(one, now));
    return `${sign} ${line(rows[index] ?? [])}`;
  });
  const parts = [
    painted(terminal, 'dim', `  ${line(columns)}`),
    ...table,
    '',
    ...glances.flatMap((one) => toDo(terminal, one, now)),
    ...unmanaged
      .filter((one) => one.isAlarm)
      .map(
        ({ registration, endsAt }) =>
          `${painted(terminal, 'red', `${harmless(registration)} needs you`)}: its credential ends ${endsAt === null ? '' : relativeText(endsAt, now)}, and it is not in keeper.yaml any more.\n  Put it back, or delete its state blob once nobody lives on it.\n`,
      ),
    `${where}: ${summary(glances, now)}.`,
  ];
  return `${parts.join('\n')}\n`;
}

const columns = ['registration', 'state', 'secret ends', 'since', 'next look', 'reason'];

function row(glance: BriefGlance, now: number): readonly string[] {
  const status = statusOfGlance(glance);
  const endsAt = status?.credential?.expiresAt;
  return [
    harmless(glance.id),
    conditionWords[conditionOf(glance, now)],
    endsAt === undefined ? '–' : relativeText(endsAt, now),
    glance.sinceAt === null ? '–' : dayText(glance.sinceAt),
    status === undefined ? '–' : nextLook(status.nextLookAt, now),
    meaningOfGlance(glance),
  ];
}

function nextLook(at: number, now: number): string {
  return at <= now ? `due ${relativeText(at, now)}` : relativeText(at, now);
}

function toDo(terminal: Terminal, glance: BriefGlance, now: number): readonly string[] {
  const remedy = remedyOfGlance(glance, now);
  if (remedy === undefined) return [];
  const { word } = markOf(terminal, conditionOf(glance, now));
  return [`${harmless(glance.id)}: ${word}\n  ${remedy}\n`];
}

function summary(glances: readonly BriefGlance[], now: number): string {
  const counts = new Map<Condition, number>();
  for (const one of glances) {
    const condition = conditionOf(one, now);
    counts.set(condition, (counts.get(condition) ?? 0) + 1);
  }
  const parts = [...counts].map(
    ([condition, count]) => `${count} ${conditionWords[condition].toLowerCase()}`,
  );
  return `${counted(glances.length, 'registration')}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`;
}
