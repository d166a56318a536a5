/** All checks over the evidence: what was found, and how it ends. Pure. */
import {
  severities,
  type Check,
  type Examination,
  type Group,
  type Outcome,
  type Severity,
} from './check.ts';
import { checks } from './checks.ts';

/** One check with what it came to. */
export interface Finding extends Pick<Check, 'id' | 'group' | 'title' | 'runbook'> {
  /** The worst of its outcomes. */
  readonly severity: Severity;
  readonly outcomes: readonly Outcome[];
}

/**
 * Runs all checks. A check that had nothing to look at is left out. Of one group alone come its own
 * checks, and what stands in their way.
 */
export function diagnose(examination: Examination, only?: Group): readonly Finding[] {
  const findings = checks.flatMap((check): readonly Finding[] => {
    const outcomes = check.look(examination);
    if (outcomes.length === 0) return [];
    const { id, group, title, runbook } = check;
    return [{ id, group, title, runbook, severity: worstOf(outcomes), outcomes }];
  });
  if (only === undefined) return findings;
  const obstacles = leanedOn(checks.filter(({ group }) => group === only));
  return findings.filter(
    ({ id, group, severity }) => group === only || (severity !== 'fine' && obstacles.has(id)),
  );
}

/** All that these checks lean on, and what that leans on. */
function leanedOn(these: readonly Check[]): ReadonlySet<string> {
  const found = new Set<string>();
  const left = these.flatMap(({ leansOn = [] }) => leansOn);
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...(checks.find((one) => one.id === id)?.leansOn ?? []));
  }
  return found;
}

function worstOf(outcomes: readonly Outcome[]): Severity {
  return severities.find((one) => outcomes.some(({ severity }) => severity === one)) ?? 'fine';
}

/** How many outcomes there are of each kind. */
export function countOf(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { wrong: 0, risky: 0, unknown: 0, blocked: 0, fine: 0 };
  for (const { severity } of findings.flatMap(({ outcomes }) => outcomes)) counts[severity] += 1;
  return counts;
}
