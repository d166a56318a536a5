/** How two plans differ: what the world has come to since the first was made, in lines for a person. */
import type { Ask, FleetPlan, RegistrationPlan, Step } from './step.ts';
import { changeLines, shortKey, titleOf } from './words.ts';

/** Nothing when the later plan is the earlier one. Instants do not count. */
export function differences(before: FleetPlan, now: FleetPlan): readonly string[] {
  return before.registrations.flatMap((one) => {
    const other = now.registrations.find((plan) => plan.key === one.key);
    if (!other) {
      const why = now.unforeseen.find((plan) => plan.registration === one.registration);
      return [`${one.registration}: no plan can be made now${why ? ` (${why.why})` : ''}.`];
    }
    return one.hash === other.hash ? [] : registrationDifferences(one, other);
  });
}

function registrationDifferences(
  before: RegistrationPlan,
  now: RegistrationPlan,
): readonly string[] {
  const id = before.registration;
  const [gone, come] = bothWays(before.credentials, now.credentials);
  const [answered, asked] = bothWays(before.asks.map(askText), now.asks.map(askText));
  const [fewer, more] = bothWays(before.steps.map(textOf), now.steps.map(textOf));
  const lines = [
    ...(before.configuration === now.configuration
      ? []
      : [`${id}: keeper.yaml wants it otherwise.`]),
    ...come.map((one) => `${id}: credential ${shortKey(one)} is there now.`),
    ...gone.map((one) => `${id}: credential ${shortKey(one)} is there no more.`),
    ...fewer.map((one) => `${id}: no longer to do: ${one}`),
    ...more.map((one) => `${id}: also to do: ${one}`),
    ...bothWays(before.unseen, now.unseen)[1].map((one) => `${id}: cannot be seen now: ${one}`),
    ...bothWays(before.unseen, now.unseen)[0].map((one) => `${id}: can be seen now: ${one}`),
    ...answered.map((one) => `${id}: asks a person no more: ${one}`),
    ...asked.map((one) => `${id}: asks a person now: ${one}`),
    ...(before.registration === now.registration
      ? []
      : [`${id}: is called ${now.registration} now.`]),
  ];
  return lines.length > 0 ? lines : [`${id}: the order of the steps is another.`];
}

function askText({ reason, subject }: Ask): string {
  return subject === undefined ? reason : `${reason} (${subject})`;
}

/** What only the first has, and what only the second. */
function bothWays(
  one: readonly string[],
  other: readonly string[],
): readonly [readonly string[], readonly string[]] {
  return [one.filter((text) => !other.includes(text)), other.filter((text) => !one.includes(text))];
}

function textOf({ endAt: _endAt, ...step }: Step): string {
  const changes = changeLines(step.changes);
  return `${step.sign} ${titleOf(step)}${changes.length === 0 ? '' : ` (${changes.join('; ')})`}`;
}
