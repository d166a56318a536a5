/** The registrations of a world, and how the last passes left them. */
import { nearest } from '../config/nearest.ts';
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import type { StateHead, World } from '../reconcile/world.ts';
import {
  briefStatuses,
  fullStatus,
  headsByKey,
  type BriefStatus,
  type Told,
} from '../web/fleet.ts';
import type { BriefGlance, RegistrationGlance } from '../web/page/model.ts';
import { UsageError } from './terminal.ts';

/** Ids that a complaint names; there may be a thousand. */
const namedIds = 20;

/** The one of that id in the file. @throws UsageError that names what there is */
export function registrationNamed({ registrations }: Desired, id: string): DesiredRegistration {
  const found = registrations.find((one) => one.id === id);
  if (found) return found;
  const ids = registrations.map((one) => one.id);
  const meant = nearest(id, ids);
  const rest = ids.length - namedIds;
  const named = ids.slice(0, namedIds).join(', ');
  throw new UsageError(
    `keeper.yaml has no registration of that name.${meant === undefined ? '' : ` Did you mean ${meant}?`} It has: ${named}${rest > 0 ? ` and ${rest} more` : ''}.`,
  );
}

/** Its last status in full, or that there is none, or that storage does not tell. */
export async function glanceOf(
  { states }: Pick<World, 'states'>,
  registration: DesiredRegistration,
): Promise<RegistrationGlance> {
  return glance(registration, await fullStatus(states, registration.key));
}

/** What an overview tells of each, from one listing. */
export async function briefGlances(
  { states }: Pick<World, 'states'>,
  { registrations }: Desired,
  heads: readonly StateHead[] | undefined,
): Promise<readonly BriefGlance[]> {
  if (heads === undefined) return registrations.map((one) => glance(one, 'unreadable'));
  const told = await briefStatuses(states, registrations, headsByKey(heads));
  return registrations.map((one, index) => glance(one, told[index] ?? 'unreadable'));
}

function glance<Status extends BriefStatus>(
  { id, displayName }: DesiredRegistration,
  status: Told<Status>,
): RegistrationGlance<Status> {
  const seen = typeof status === 'object' ? status : undefined;
  return {
    id,
    displayName,
    status,
    sinceAt: seen?.sinceAt ?? null,
    renewalAt: seen?.credential?.renewsAt ?? null,
  };
}
