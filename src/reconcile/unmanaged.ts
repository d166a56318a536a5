/**
 * Registrations that are in the file no more: nothing is written for them, but somebody may still
 * live on their credential. Its end stays an alarm until a person deletes the state blob.
 */
import type { Desired } from '../core/desired.ts';
import { dayMs } from '../core/limits.ts';
import { readSavedStatus } from './chain-session.ts';
import type { StateHead, StateStore } from './world.ts';

/** How long before its end an unmanaged credential is an alarm. */
const alarmMs = 60 * dayMs;

export interface Unmanaged {
  readonly registration: string;
  /** When the credential ends that served last; `null` when none did, or nobody knows. */
  readonly endsAt: number | null;
  readonly isAlarm: boolean;
}

/** Reads the last status of each; one read for each of them. */
export async function unmanagedRegistrations(
  states: StateStore,
  desired: Desired,
  listed: { readonly heads: readonly StateHead[]; readonly now: number },
): Promise<readonly Unmanaged[]> {
  const keys = new Set(desired.registrations.map((one) => one.key));
  const left = listed.heads.filter((head) => !keys.has(head.registration));
  return Promise.all(
    left.map(async ({ registration }) => {
      const read = await readSavedStatus(states, registration);
      const endsAt = (read.ok ? read.value?.credential?.expiresAt : undefined) ?? null;
      return { registration, endsAt, isAlarm: endsAt !== null && listed.now >= endsAt - alarmMs };
    }),
  );
}
