/** What roles in Azure allow: pure, and as Azure judges it: the sum of all assignments, each less its own exceptions. */
import type { Assignment } from './ports.ts';

export interface Right {
  readonly kind: 'action' | 'data';
  /** Such as `Microsoft.KeyVault/vaults/secrets/setSecret/action`. */
  readonly name: string;
  readonly scope: string;
}

/** True when one of the assignments gives the right. */
export function allows(assignments: readonly Assignment[], right: Right): boolean {
  return assignments.some((one) => reaches(one.scope, right.scope) && grants(one, right));
}

/** True when the role gives the right wherever it is assigned. */
export function grants(assignment: Assignment, { kind, name }: Omit<Right, 'scope'>): boolean {
  const [given, taken] =
    kind === 'action'
      ? [assignment.actions, assignment.notActions]
      : [assignment.dataActions, assignment.notDataActions];
  return given.some((one) => fits(one, name)) && !taken.some((one) => fits(one, name));
}

/** True when an assignment there counts here. One above all subscriptions always does. */
export function reaches(from: string, to: string): boolean {
  const above = from.toLowerCase().replace(/\/+$/, '');
  if (above === '' || above.startsWith('/providers/microsoft.management/')) return true;
  const below = to.toLowerCase();
  return below === above || below.startsWith(`${above}/`);
}

/** Azure's pattern: a star stands for anything, letter case for nothing. */
function fits(pattern: string, name: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`, 'i').test(name);
}
