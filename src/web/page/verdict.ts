/** The first sentence of the overview, and the one or two below it. */
import {
  conditionOf,
  isOverdue,
  silentRemedy,
  statusOfGlance,
  unreadableRemedy,
  type Condition,
} from './condition.ts';
import { cut, html, type Content } from './html.ts';
import type { OverviewModel, BriefGlance } from './model.ts';
import { countText, listText, relativeText, relativeTime } from './words.ts';

export interface Verdict {
  readonly condition: Condition;
  readonly headline: string;
  readonly lines: readonly Content[];
}

/** How all is. The worst is told first; what is well is told calmly. */
export function overviewVerdict(model: OverviewModel): Verdict {
  const { registrations, now } = model;
  const count = counted(registrations, now);
  const alarms = model.unmanaged.filter((one) => one.isAlarm).length;
  const total = registrations.length;
  if (total === 0 && alarms === 0) return nothingYet;
  if (count['needs-you'] > 0) {
    const needs = count['needs-you'] === 1 ? 'needs' : 'need';
    const headline = `${count['needs-you']} of ${countText(total, 'registration')} ${needs} you.`;
    return { condition: 'needs-you', headline, lines: [others(model), looks(model)] };
  }
  if (total > 0 && count.unknown === total) {
    return {
      condition: 'unknown',
      headline: 'Storage does not answer.',
      lines: [unreadableRemedy],
    };
  }
  if (registrations.some((one) => isOverdue(one, now))) {
    const lines = [html`${looks(model)} What is told below may no longer be so. ${silentRemedy}`];
    return { condition: 'silent', headline: 'Keeper has gone silent.', lines };
  }
  if (total > 0 && registrations.every((one) => one.status === 'not-looked-yet')) return neverRan;
  if (alarms > 0) {
    const headline = 'A credential that nobody renews is about to end.';
    return { condition: 'needs-you', headline, lines: [others(model), looks(model)] };
  }
  return calm(model, count);
}

const nothingYet: Verdict = {
  condition: 'waiting',
  headline: 'There is nothing to keep yet.',
  lines: ['keeper.yaml names no registration. Write one into it and deploy: Keeper does the rest.'],
};

const neverRan: Verdict = {
  condition: 'waiting',
  headline: 'Keeper has never run yet.',
  lines: [
    'It looks for the first time within minutes of its start. If this page still says so in a quarter of an hour, see in Azure whether Keeper’s worker runs, and read its log.',
  ],
};

function calm(model: OverviewModel, count: Record<Condition, number>): Verdict {
  const errors = model.fileErrors.length;
  const moving = count.waiting + count.unknown;
  const lines = [others(model), nextEnd(model), looks(model)];
  if (errors > 0) {
    return { condition: 'silent', headline: 'All is well, but keeper.yaml has errors.', lines };
  }
  if (moving === 0) return { condition: 'well', headline: 'All is well.', lines };
  const are = moving === 1 ? 'is' : 'are';
  const headline =
    count.unknown > 0
      ? `${count.unknown} of ${countText(model.registrations.length, 'registration')} cannot be read.`
      : `All is well; ${moving} ${are} under way.`;
  return { condition: count.unknown > 0 ? 'unknown' : 'waiting', headline, lines };
}

function counted(all: readonly BriefGlance[], now: number): Record<Condition, number> {
  const count = { well: 0, waiting: 0, 'needs-you': 0, silent: 0, unknown: 0 };
  for (const glance of all) count[conditionOf(glance, now)] += 1;
  return count;
}

/** How the rest is: `4 are well, 1 is under way.` */
function others({ registrations, unmanaged, now }: OverviewModel): Content {
  const count = counted(registrations, now);
  const connectors = registrations.reduce(
    (sum, one) => sum + (statusOfGlance(one)?.connectors.length ?? 0),
    0,
  );
  const ending = unmanaged.filter((one) => one.isAlarm).length;
  if (ending === 0 && count.well > 0 && count.well === registrations.length) {
    const are = count.well === 1 ? 'is' : 'are';
    return `${countText(count.well, 'registration')} with ${countText(connectors, 'connector')} ${are} as keeper.yaml says. There is nothing for you to do.`;
  }
  const parts = [
    count.well === 0 ? [] : `${count.well} ${count.well === 1 ? 'is' : 'are'} well`,
    count.waiting === 0 ? [] : `${count.waiting} ${count.waiting === 1 ? 'is' : 'are'} under way`,
    count.silent === 0 ? [] : `${count.silent} should have been looked at long ago`,
    count.unknown === 0 ? [] : `${count.unknown} cannot be read just now`,
    ending === 0
      ? []
      : `${countText(ending, 'credential')} outside keeper.yaml ${ending === 1 ? 'is' : 'are'} about to end`,
  ].flat();
  return parts.length === 0 ? null : `${listText(parts, 5)}.`;
}

/** Which credential ends first. */
function nextEnd({ registrations, now }: OverviewModel): Content {
  const ending = registrations
    .flatMap((one) => {
      const at = statusOfGlance(one)?.credential?.expiresAt;
      return at === undefined ? [] : [{ one, at }];
    })
    .toSorted((a, b) => a.at - b.at);
  const [first] = ending;
  if (!first) return null;
  const { renewalAt } = first.one;
  const renewal =
    renewalAt !== null &&
    (renewalAt > now
      ? html` Keeper renews it ${relativeTime(renewalAt, now)}.`
      : ' Its renewal is under way.');
  return html`The next credential to end is that of <bdi>${cut(first.one.id, 120)}</bdi>,
    ${relativeTime(first.at, now)}.${renewal}`;
}

/** How old all this is, and when it goes on. */
function looks({ registrations, now }: OverviewModel): Content {
  const statuses = registrations.flatMap((one) => statusOfGlance(one) ?? []);
  if (statuses.length === 0) return null;
  const last = statuses.reduce((most, one) => Math.max(most, one.lookedAt), -Infinity);
  const next = statuses.reduce((least, one) => Math.min(least, one.nextLookAt), Infinity);
  const goesOn =
    next > now
      ? `looks again ${relativeText(next, now)} at the latest`
      : 'is due to look again now';
  return html`Keeper last looked ${relativeText(last, now)}, and ${goesOn}.`;
}
