/**
 * What a plan is held to. Instants change with every look and say nothing about what is done, so they
 * are no part of it; the wishes and the credentials that were there are.
 */
import { canonicalJson, sha256 } from '../audit/canonical.ts';
import type { RegistrationPlan, Unforeseen } from './step.ts';

type Planned = Omit<RegistrationPlan, 'hash'>;

/** SHA-256, hex. */
export function planHash(plan: Planned): string {
  const { registration, key, configuration, credentials, steps, asks, unseen } = plan;
  const deeds = steps.map(({ earliestAt: _earliestAt, endAt: _endAt, ...deed }) => deed);
  return sha256(
    canonicalJson({ registration, key, configuration, credentials, deeds, asks, unseen }),
  );
}

/** The hash of a fleet's plan: the file, and what it says of each registration, or that it cannot. */
export function fleetHash(
  file: string,
  registrations: readonly Pick<RegistrationPlan, 'key' | 'hash'>[],
  unforeseen: readonly Unforeseen[],
): string {
  const plans = registrations.map(({ key, hash }) => ({ key, hash }));
  return sha256(canonicalJson({ file, plans, unforeseen }));
}
