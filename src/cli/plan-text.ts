/** A plan for the eyes of a person. */
import type { FleetPlan, RegistrationPlan, Sign, Step } from '../foresight/step.ts';
import { changeLines, changesIn, sumOf, titleOf, whyOf } from '../foresight/words.ts';
import { harmless } from '../audit/plain-text.ts';
import { meaningOf } from '../core/reason.ts';
import { counted, painted, type Paint, type Terminal } from './terminal.ts';

const paints: Readonly<Record<Sign, Paint>> = { '+': 'green', '~': 'yellow', '-': 'red' };

/** What comes at once may take a few minutes; what is later is said. */
const atOnceMs = 15 * 60_000;

/** The whole plan, a newline at its end. */
export function planText(terminal: Terminal, plan: FleetPlan, where: string): string {
  const { registrations, unforeseen, madeAt } = plan;
  const told = registrations.filter(
    (one) => one.steps.length + one.asks.length + one.unseen.length > 0,
  );
  const quiet = registrations.length - told.length;
  const needy = registrations.filter((one) => one.asks.length > 0).length;
  const blocks = [
    ...told.flatMap((one) => [...registrationLines(terminal, one, madeAt), '']),
    ...unforeseen.map(({ registration, why, detail }) =>
      painted(terminal, 'red', `${registration}: no plan can be made: ${why} (${detail}).`),
    ),
    ...(quiet === 0 ? [] : [`${counted(quiet, 'registration')}: nothing to do.`]),
    `Plan for ${where}: ${sumOf(registrations)}.${needy === 0 ? '' : ` ${counted(needy, 'registration')} needs a person.`}`,
  ];
  return `${blocks.join('\n')}\n`;
}

/** One registration: its steps, what only a person can do, what could not be seen. */
function registrationLines(
  terminal: Terminal,
  plan: RegistrationPlan,
  madeAt: number,
): readonly string[] {
  const { registration, steps, asks, unseen } = plan;
  return [
    painted(terminal, 'bold', `${harmless(registration)}: ${changesIn(plan)}`),
    ...steps.flatMap((one) => stepLines(terminal, one, madeAt)),
    ...asks.flatMap(({ reason, subject }) => {
      const { means, remedy } = { remedy: undefined, ...meaningOf(reason) };
      const about = subject === undefined ? '' : ` (${harmless(subject)})`;
      return [
        `  ${painted(terminal, 'red', '!')} ${reason}${about}: ${means}`,
        ...(remedy === undefined ? [] : [`      ${remedy}`]),
      ];
    }),
    ...(unseen.length === 0
      ? []
      : [`  ? could not be seen: ${unseen.join(', ')}; what depends on it is not planned`]),
  ];
}

function stepLines(terminal: Terminal, step: Step, madeAt: number): readonly string[] {
  const { sign, earliestAt, changes } = step;
  const later = earliestAt > madeAt + atOnceMs ? `, not before ${instant(earliestAt)}` : '';
  return [
    `  ${painted(terminal, paints[sign], sign)} ${harmless(titleOf(step))} ${painted(terminal, 'dim', `(${whyOf(step)}${later})`)}`,
    ...changeLines(changes).map((one) => `      ${harmless(one)}`),
  ];
}

function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
