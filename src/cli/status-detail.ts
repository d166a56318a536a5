/** How one registration is: credentials, connectors, what Keeper will do, what a person must do. */
import { harmless } from '../audit/plain-text.ts';
import { meaningOf } from '../core/reason.ts';
import type { ConnectorStatus, RegistrationStatus } from '../core/status.ts';
import { forecastOf } from '../web/forecast.ts';
import {
  conditionOf,
  meaningOfGlance,
  remedyOfGlance,
  statusOfGlance,
} from '../web/page/condition.ts';
import type { PlannedStep, RegistrationGlance } from '../web/page/model.ts';
import { dayText, relativeText } from '../web/page/words.ts';
import { markOf } from './status-overview.ts';
import { counted, painted, type Terminal } from './terminal.ts';

/** The whole of it. */
export function detailText(terminal: Terminal, glance: RegistrationGlance, now: number): string {
  const { sign, word } = markOf(terminal, conditionOf(glance, now));
  const since = glance.sinceAt === null ? '' : `, since ${when(glance.sinceAt, now)}`;
  const head = `${sign} ${painted(terminal, 'bold', harmless(glance.id))}  ${word}${since}\n  ${meaningOfGlance(glance)}\n`;
  const status = statusOfGlance(glance);
  if (!status) {
    const remedy = remedyOfGlance(glance, now);
    return remedy === undefined ? head : `${head}\n${section(terminal, 'You must', [remedy])}`;
  }
  const steps = forecastOf(status, now);
  const mine = steps.filter((one) => one.sign === '!');
  const sections = [
    section(terminal, 'You must', toDo(glance, { mine, now })),
    section(terminal, 'Also', alsoStanding(status)),
    section(
      terminal,
      'Keeper will',
      steps.filter((one) => one.sign !== '!').map((one) => stepLine(one, now)),
    ),
    section(terminal, 'Credentials', credentialLines(status, now)),
    section(
      terminal,
      'Connectors',
      status.connectors.map((one) => connectorLine(one, now)),
    ),
  ].filter((one) => one !== '');
  return `${[head, ...sections].join('\n')}\n${closing(status, now)}\n`;
}

function section(terminal: Terminal, title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `${painted(terminal, 'bold', title)}\n${lines.map((one) => `  ${one}\n`).join('')}`;
}

/** Each remedy once, the first reason's first. */
function toDo(
  glance: RegistrationGlance,
  { mine, now }: { readonly mine: readonly PlannedStep[]; readonly now: number },
): readonly string[] {
  const first = remedyOfGlance(glance, now);
  return [...new Set([...(first === undefined ? [] : [first]), ...mine.map((one) => one.text)])];
}

function alsoStanding({ standing, reason }: RegistrationStatus): readonly string[] {
  return standing
    .filter((one) => one.reason !== reason)
    .map((one) => {
      const about = one.subject === undefined ? '' : `${harmless(one.subject)}: `;
      return `${about}${meaningOf(one.reason).means}`;
    });
}

function stepLine({ sign, text, reason, earliestAt }: PlannedStep, now: number): string {
  const at = earliestAt === undefined ? '' : `, ${relativeText(earliestAt, now)} at the earliest`;
  return `${sign} ${harmless(text)}${at}. ${reason}`;
}

function credentialLines({ credentials }: RegistrationStatus, now: number): readonly string[] {
  return credentials.map(({ keyId, role, expiresAt, place }) => {
    const ends = expiresAt <= now ? 'ended' : 'ends';
    const where = place === 'application' ? '' : ', on the service principal';
    return `${harmless(keyId)}  ${role.padEnd(7)}  ${ends} ${when(expiresAt, now)}${where}`;
  });
}

function connectorLine({ id, keyId, switchedAt, grants }: ConnectorStatus, now: number): string {
  const holds =
    keyId === null ? 'holds nothing that Keeper is sure of' : `holds ${harmless(keyId)}`;
  const since = switchedAt === null ? '' : `, switched ${when(switchedAt, now)}`;
  const users =
    grants === null
      ? ''
      : `, ${counted(grants.total, 'grant')}${grants.invalid === 0 ? '' : ` of which ${grants.invalid} invalid`}`;
  return `${harmless(id)}  ${holds}${since}${users}`;
}

function closing(status: RegistrationStatus, now: number): string {
  const { appId, lookedAt, nextLookAt, frozenUntilAt } = status;
  const goesOn =
    nextLookAt > now ? `looks again ${relativeText(nextLookAt, now)} at the latest` : 'is due now';
  const frozen = frozenUntilAt === undefined ? '' : ` Frozen until ${when(frozenUntilAt, now)}.`;
  const client = appId === null ? 'No client id is known.' : `Client id ${harmless(appId)}.`;
  return `${client} Looked ${relativeText(lookedAt, now)}, ${goesOn}.${frozen}`;
}

/** `25 Nov 2026 (in 12 days)`. */
function when(at: number, now: number): string {
  return `${dayText(at)} (${relativeText(at, now)})`;
}
