/** What a cloud does not have: rules that need to know where Keeper runs. */
import { admitsPersonal } from '../core/desired.ts';
import type { Cloud } from './cloud.ts';
import type { RegistrationDraft } from './draft.ts';
import { type Finding, atValue, quote } from './finding.ts';

/** All rules, for one registration. Of an unknown cloud nothing is said. */
export function checkCloud(
  id: string,
  { audience }: RegistrationDraft,
  cloud: Cloud | undefined,
): Finding[] {
  if (cloud === undefined || cloud.hasPersonalAccounts) return [];
  if (audience === undefined || !admitsPersonal(audience)) return [];
  const message = `audience ${quote(audience)} admits personal accounts, and ${cloud.title} has none`;
  return [
    atValue(
      ['registrations', id, 'audience'],
      message,
      'write organizations or this-organization, or keep this registration in the public cloud',
    ),
  ];
}
