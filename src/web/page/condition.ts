/** What a reader is told first of a registration: one of five words, and one sentence. */
import { hourMs } from '../../core/limits.ts';
import { meaningOf } from '../../core/reason.ts';
import type { BriefStatus } from '../fleet.ts';
import type { BriefGlance, RegistrationGlance } from './model.ts';

export type Condition =
  /** Nothing to do. */
  | 'well'
  /** Keeper goes on by itself. */
  | 'waiting'
  /** A person is needed. */
  | 'needs-you'
  /** The look that was due has not happened: what is told may no longer be so. */
  | 'silent'
  /** Storage does not answer. */
  | 'unknown';

export const conditionWords: Readonly<Record<Condition, string>> = {
  well: 'Well',
  waiting: 'Waiting',
  'needs-you': 'Needs you',
  silent: 'Silent',
  unknown: 'Unknown',
};

/** How late a look may be: the host restarts, and vendors are slow. */
const lateMs = hourMs;

/** The last status, if there is one. */
export function statusOfGlance<Status extends BriefStatus>({
  status,
}: RegistrationGlance<Status>): Status | undefined {
  return typeof status === 'object' ? status : undefined;
}

/** True when the next look should have happened long ago. */
export function isOverdue(glance: BriefGlance, now: number): boolean {
  const status = statusOfGlance(glance);
  return status !== undefined && now > status.nextLookAt + lateMs;
}

/** The condition of one registration. That a person is needed outlives Keeper's silence. */
export function conditionOf(glance: BriefGlance, now: number): Condition {
  if (glance.status === 'unreadable') return 'unknown';
  if (glance.status === 'not-looked-yet') return 'waiting';
  if (glance.status.state === 'needs-person') return 'needs-you';
  if (isOverdue(glance, now)) return 'silent';
  return glance.status.state === 'healthy' ? 'well' : 'waiting';
}

/** One sentence on how it is. */
export function meaningOfGlance({ status }: BriefGlance): string {
  if (status === 'unreadable') return 'Storage does not answer, so nobody can tell how it is.';
  if (status === 'not-looked-yet') return meaningOf('not-looked-yet').means;
  return meaningOf(status.reason).means;
}

/** What to do; nothing where there is nothing to do. */
export function remedyOfGlance(glance: BriefGlance, now: number): string | undefined {
  const { status } = glance;
  if (status === 'unreadable') return unreadableRemedy;
  if (status === 'not-looked-yet') return undefined;
  return meaningOf(status.reason).remedy ?? (isOverdue(glance, now) ? silentRemedy : undefined);
}

export const silentRemedy =
  'See in Azure whether Keeper’s worker runs, and read its log. Once it runs again it looks by itself.';
export const unreadableRemedy =
  'Try again in a minute. If it stays so, see whether the storage account is there, and whether Keeper’s identity may read it.';

const ranks: Readonly<Record<Condition, number>> = {
  'needs-you': 0,
  unknown: 1,
  silent: 2,
  waiting: 3,
  well: 4,
};

/** Those that need a person first; among equals, the one whose credential ends first. */
export function byUrgency(
  registrations: readonly BriefGlance[],
  now: number,
): readonly BriefGlance[] {
  const ranked = registrations.map((glance) => ({
    glance,
    rank: ranks[conditionOf(glance, now)],
    endsAt: statusOfGlance(glance)?.credential?.expiresAt ?? Number.MAX_VALUE,
  }));
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.endsAt - b.endsAt)
    .map(({ glance }) => glance);
}
