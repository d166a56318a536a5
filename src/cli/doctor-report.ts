/** What doctor found, for people: grouped by vendor, one line a check, and a last line that says it all. */
import { harmless } from '../audit/plain-text.ts';
import { groupNames, groups, type Outcome, type Severity } from '../doctor/check.ts';
import { countOf, type Finding } from '../doctor/diagnose.ts';
import { counted, painted, type Terminal } from './terminal.ts';

const marks: Readonly<Record<Severity, string>> = {
  wrong: '✗',
  risky: '!',
  unknown: '?',
  blocked: '–',
  fine: '✓',
};
const paints = {
  wrong: 'red',
  risky: 'yellow',
  unknown: 'dim',
  blocked: 'dim',
  fine: 'green',
} as const;

/** Writes the report. */
export function writeReport(terminal: Terminal, where: string, findings: readonly Finding[]): void {
  terminal.out(`Looking at ${harmless(where)}.\n`);
  for (const group of groups) {
    const ours = findings.filter((one) => one.group === group);
    if (ours.length === 0) continue;
    terminal.out(`\n${painted(terminal, 'bold', groupNames[group])}\n`);
    for (const finding of ours) writeFinding(terminal, finding);
  }
  terminal.out(`\n${lastLine(findings)}\n`);
}

function writeFinding(terminal: Terminal, finding: Finding): void {
  const { id, severity, title, outcomes, runbook } = finding;
  const name = severity === 'fine' ? '' : ` ${painted(terminal, 'dim', `(${id})`)}`;
  terminal.out(`  ${mark(terminal, severity)} ${title}${name}\n`);
  const told = outcomes.filter((one) => one.severity !== 'fine' && one.severity !== 'blocked');
  for (const outcome of told) writeOutcome(terminal, outcome);
  writeBlocked(terminal, outcomes);
  if (told.length > 0) {
    terminal.out(`      ${painted(terminal, 'dim', `docs/runbook.md#${runbook}`)}\n`);
  }
}

/** What stands in the way is told where it was found; here one line a cause is enough. */
function writeBlocked(terminal: Terminal, outcomes: readonly Outcome[]): void {
  const blocked = outcomes.filter((one) => one.severity === 'blocked');
  for (const [seen, these] of Map.groupBy(blocked, (one) => one.seen)) {
    const subjects = these.flatMap((one) => one.subject ?? []).join(', ');
    const about = subjects === '' ? '' : `${harmless(subjects)}: `;
    terminal.out(`    ${painted(terminal, 'dim', `– ${about}${seen}`)}\n`);
  }
}

function writeOutcome(terminal: Terminal, { severity, subject, seen, mend }: Outcome): void {
  const about = subject === undefined ? '' : `${harmless(subject)}: `;
  terminal.out(`    ${mark(terminal, severity)} ${about}${harmless(seen)}\n`);
  for (const line of mend) terminal.out(`      → ${harmless(line)}\n`);
}

function mark(terminal: Terminal, severity: Severity): string {
  return painted(terminal, paints[severity], marks[severity]);
}

/** The last line, whatever came before. */
export function lastLine(findings: readonly Finding[]): string {
  const { wrong, risky, unknown } = countOf(findings);
  const looked = counted(findings.length, 'check');
  const unseen = unknown === 0 ? '' : ` ${counted(unknown, 'thing')} could not be checked.`;
  if (wrong + risky === 0) {
    return unknown === 0
      ? `All is well: ${looked}, nothing found.`
      : `${looked}, nothing found.${unseen}`;
  }
  const parts = [
    ...(wrong > 0 ? [counted(wrong, 'thing is wrong', 'things are wrong')] : []),
    ...(risky > 0 ? [counted(risky, 'is risky', 'are risky')] : []),
  ];
  return `${looked}: ${parts.join(', ')}.${unseen} Nothing was changed.`;
}

/** The same for machines. */
export function reportOf(
  where: string,
  findings: readonly Finding[],
  vendorWrites: number | undefined,
): object {
  const counts = countOf(findings);
  return {
    v: 1,
    ok: counts.wrong + counts.risky === 0,
    where,
    counts,
    ...(vendorWrites === undefined ? {} : { vendorWrites }),
    checks: findings.map(({ id, group, title, severity, runbook, outcomes }) => ({
      id,
      group,
      title,
      severity,
      runbook: `docs/runbook.md#${runbook}`,
      outcomes,
    })),
  };
}
