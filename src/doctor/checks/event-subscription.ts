/** The vault's events have a way to the worker. They are hints, but without them Keeper hears by tick only. */
import { blocked, fine, notSeen, risky, wrong, type Check, type Outcome } from '../check.ts';
import { leadsToKeeper } from '../event-function.ts';
import type { VaultEvidence } from '../evidence.ts';

/** What Keeper listens to. */
const neededTypes = [
  'Microsoft.KeyVault.SecretNewVersionCreated',
  'Microsoft.KeyVault.SecretNearExpiry',
  'Microsoft.KeyVault.SecretExpired',
];

const deploy = 'azd deploy    # without azd: docs/deploy.md, By hand, its last command';

export const eventSubscription: Check = {
  id: 'event-subscription',
  group: 'events',
  title: "Each vault's events have a way to the worker",
  runbook: 'when-keeper-is-silent',
  leansOn: ['vault-model', 'vault'],
  look: ({ evidence }) => evidence.vaults.flatMap(look),
};

function look({ name, azure, events }: VaultEvidence): readonly Outcome[] {
  if (azure.kind !== 'known') return [blocked('vault-model', name)];
  if (events.kind === 'unknown') {
    const needs = "Reader on the vault's group";
    return [notSeen('Azure', events.fault, { needs, subject: name })];
  }
  const subscriptions = events.kind === 'known' ? events.value.subscriptions : [];
  const reaching = subscriptions.filter((one) => leadsToKeeper(one.destination));
  const [first] = reaching;
  if (first === undefined) {
    const seen =
      subscriptions.length === 0
        ? 'nothing is subscribed to its events'
        : `none of its ${subscriptions.length} subscriptions leads to the function vaultEvent`;
    return [wrong(`${seen}; Keeper learns of a change by its timer only`, [deploy], name)];
  }
  if (first.state.toLowerCase() !== 'succeeded') {
    return [wrong(`subscription ${first.name} is in the state ${first.state}`, [deploy], name)];
  }
  const heard = new Set(reaching.flatMap((one) => one.eventTypes).map((one) => one.toLowerCase()));
  const isAll = reaching.some((one) => one.eventTypes.length === 0);
  const missing = isAll ? [] : neededTypes.filter((one) => !heard.has(one.toLowerCase()));
  if (missing.length === 0) return [fine(first.name, name)];
  return [risky(`it does not pass on ${missing.join(', ')}`, [deploy], name)];
}
