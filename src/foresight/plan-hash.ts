/**
 * What a plan is held to. Instants change with every look and say nothing about what is done, so they
 * are no part of it; the wishes and the credentials that were there are.
 */
import { canonicalJson, sha256 } from '../audit/canonical.ts';
import type { RegistrationPlan } from './step.ts';

type Planned = Pick<RegistrationPlan, 'key' | 'configuration' | 'credentials' | 'steps'>;

/** SHA-256, hex. */
export function planHash({ key, configuration, credentials, steps }: Planned): string {
  const deeds = steps.map(({ earliestAt: _earliestAt, endAt: _endAt, ...deed }) => deed);
  return sha256(canonicalJson({ key, configuration, credentials, deeds }));
}

/** The hash of a fleet's plan: the file, and what it says of each registration. */
export function fleetHash(
  file: string,
  registrations: readonly Pick<RegistrationPlan, 'key' | 'hash'>[],
): string {
  const plans = registrations.map(({ key, hash }) => ({ key, hash }));
  return sha256(canonicalJson({ file, plans }));
}
