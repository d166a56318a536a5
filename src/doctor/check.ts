/** What a check is, what it says, and in which words it says that it could not look. */
import type { Desired } from '../core/desired.ts';
import type { Fault } from '../core/fault.ts';
import type { Evidence } from './evidence.ts';
import type { DoctorSettings } from './ports.ts';

/** Whom a check concerns; reports are grouped by it. */
export const groups = ['entra', 'vault', 'nylas', 'events', 'storage', 'keeper'] as const;
export type Group = (typeof groups)[number];

/** How people call the groups. */
export const groupNames: Readonly<Record<Group, string>> = {
  entra: 'Microsoft Entra',
  vault: 'Key Vault',
  nylas: 'Nylas',
  events: 'Event Grid',
  storage: 'The audit log, and rights in Azure',
  keeper: 'Keeper itself',
};

/**
 * `wrong`: something does not work, or will not when it is needed. `risky`: it works, and need not for
 * long. `unknown`: it could not be looked at. `blocked`: neither could this, for the cause that another
 * check names. The worst comes first.
 */
export const severities = ['wrong', 'risky', 'unknown', 'blocked', 'fine'] as const;
export type Severity = (typeof severities)[number];

/** What one look at one thing came to. */
export interface Outcome {
  readonly severity: Severity;
  /** The thing: a registration, a vault, a connector. */
  readonly subject?: string;
  readonly seen: string;
  /** How to mend it, line by line: a command, a place in a portal, a member of the file. */
  readonly mend: readonly string[];
}

/** Everything that a check may look at. Pure data. */
export interface Examination {
  readonly evidence: Evidence;
  readonly desired: Desired;
  readonly settings: DoctorSettings;
  /** Names of all vaults that the file names, also for registrations that are left out here. */
  readonly vaults: readonly string[];
}

/** One check. Without outcomes there was nothing to look at. */
export interface Check {
  readonly id: string;
  readonly group: Group;
  /** What holds when all is fine. */
  readonly title: string;
  /** A heading of the runbook that tells more. */
  readonly runbook: string;
  /** Checks that may find what stands in its way. */
  readonly leansOn?: readonly string[];
  look(examination: Examination): readonly Outcome[];
}

/** All is as it should be. */
export function fine(seen: string, subject?: string): Outcome {
  return { severity: 'fine', seen, mend: [], ...about(subject) };
}

/** Something does not work. */
export function wrong(seen: string, mend: readonly string[], subject?: string): Outcome {
  return { severity: 'wrong', seen, mend, ...about(subject) };
}

/** Something may stop to work, or is more open than it need be. */
export function risky(seen: string, mend: readonly string[], subject?: string): Outcome {
  return { severity: 'risky', seen, mend, ...about(subject) };
}

/** It could not be looked at; never the same as fine. */
export function notChecked(why: string, mend: readonly string[], subject?: string): Outcome {
  return { severity: 'unknown', seen: `not checked: ${why}`, mend, ...about(subject) };
}

/** It was not looked at, since another check found what stands in the way. */
export function blocked(by: string, subject?: string): Outcome {
  return { severity: 'blocked', seen: `not looked at: see ${by}`, mend: [], ...about(subject) };
}

/** A vendor did not let the caller look, or did not answer. `needs` says what lets one look. */
export function notSeen(
  who: string,
  fault: Fault,
  { needs, subject }: { readonly needs: string; readonly subject?: string },
): Outcome {
  if (fault.vendor === 'entra' && fault.kind === 'denied') {
    return notChecked('nobody is signed in here', ['az login'], subject);
  }
  const details = [fault.status, fault.code].filter((one) => one !== undefined).join(' ');
  const why = `${who} ${manner(fault)}${details === '' ? '' : ` (${details})`}`;
  const mend = fault.kind === 'denied' ? [`Run it with an account that may look: ${needs}.`] : [];
  return notChecked(why, mend, subject);
}

function manner({ kind }: Fault): string {
  switch (kind) {
    case 'denied':
      return 'does not let you look';
    case 'throttled':
      return 'asks to slow down; try again in some minutes';
    case 'unavailable':
    case 'timeout':
      return 'does not answer; try again';
    default:
      return 'gives an answer that cannot be used';
  }
}

function about(subject: string | undefined): { readonly subject?: string } {
  return subject === undefined ? {} : { subject };
}

/** An instant as people read it: to the minute, UTC. */
export function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A length of time in the unit that fits: `5 minutes`, `3 hours`, `12 days`. */
export function duration(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ] as const;
  const [unitMs, name] = units.find(([size]) => ms >= 2 * size) ?? [1_000, 'second'];
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
