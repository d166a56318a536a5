/**
 * Role: the eight open questions about Nylas, their answers, and what an answer says of the modes in
 * which the simulator can be. docs/runbook.md tells what each answer changes.
 */
import { allNylasModes, type NylasMode } from '../../../src/local/simulators/nylas-modes.ts';

/** The number of a question. */
export type Question = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The questions, in words. */
export const questions: Readonly<Record<Question, string>> = {
  1: 'Does GET of a connector show the client id?',
  2: 'Does PATCH of `settings` keep what it leaves out?',
  3: 'What is answered to a second connector?',
  4: 'Which record does PATCH of `settings` reach?',
  5: 'Does a grant follow PATCH of `settings`?',
  6: 'Is a wrong secret refused?',
  7: 'Does a grant follow PATCH of its record?',
  8: 'Is PUT of a connector taken?',
};

/** What a probe can find, and whether a mode of the simulator behaves so. */
const readings = {
  1: {
    shown: (mode) => mode.clientIdReturned,
    hidden: (mode) => !mode.clientIdReturned,
    'secret-shown': () => false,
  },
  2: {
    merged: (mode) => mode.settings === 'merge',
    replaced: (mode) => mode.settings === 'replace',
    refused: () => false,
  },
  3: { refused: () => true, accepted: () => false },
  4: {
    active: (mode) => mode.updateReaches === 'active',
    primary: (mode) => mode.updateReaches === 'primary',
    'new-record': (mode) => mode.updateReaches === 'new-record',
    'no-trace': () => false,
  },
  5: {
    follows: (mode) => mode.grantsFollow && mode.updateReaches !== 'new-record',
    'stays-behind': (mode) => !mode.grantsFollow || mode.updateReaches === 'new-record',
  },
  6: { accepted: () => true, refused: () => false },
  7: {
    follows: (mode) => mode.grantsFollow,
    'stays-behind': (mode) => !mode.grantsFollow,
  },
  8: { refused: () => true, accepted: () => false },
} as const satisfies Record<Question, Record<string, (mode: NylasMode) => boolean>>;

/** The readings of one question. */
export type Reading<Q extends Question = Question> = Q extends Question
  ? keyof (typeof readings)[Q] & string
  : never;

/** What a probe found, or why it found nothing. `because` holds statuses and counts, never a secret. */
export interface Answer {
  readonly question: Question;
  readonly reading: Reading | 'not answered';
  readonly because: string;
}

/** An answer of a question's own list. */
export function answer<Q extends Question>(
  question: Q,
  reading: Reading<Q> | 'not answered',
  because: string,
): Answer {
  return { question, reading, because };
}

/** The modes of the simulator that agree with all answers; none, when Nylas is like none of them. */
export function modesOf(answers: readonly Answer[]): readonly NylasMode[] {
  return allNylasModes().filter((mode) => answers.every((one) => agrees(one, mode)));
}

function agrees({ question, reading }: Answer, mode: NylasMode): boolean {
  const known: Readonly<Record<string, (mode: NylasMode) => boolean>> = readings[question];
  return known[reading]?.(mode) ?? true;
}

/** The table that a run prints at its end. */
export function answerTable(answers: readonly Answer[]): string {
  const lines = answers
    .toSorted((one, other) => one.question - other.question)
    .map((one) => [`${one.question}. ${questions[one.question]}`, one.reading, one.because]);
  const width = (column: number): number => Math.max(...lines.map((line) => line[column]!.length));
  const rows = lines.map((line) =>
    [line[0]!.padEnd(width(0)), line[1]!.padEnd(width(1)), line[2]!].join('  ').trimEnd(),
  );
  return [...rows, '', `Modes of the simulator that agree: ${described(modesOf(answers))}`].join(
    '\n',
  );
}

function described(modes: readonly NylasMode[]): string {
  const [only] = modes;
  if (only === undefined) return 'none; Nylas does what no mode does';
  return modes.length === 1 ? JSON.stringify(only) : `${modes.length} of 24`;
}
