/**
 * Events arrive: judged by what Azure counted since the last version was written, for Keeper keeps no
 * account of events that led to nothing. Where nobody may read the counts, a deed that an event led to
 * tells as much.
 */
import { valueOf } from '../../core/observed.ts';
import {
  blocked,
  fine,
  instant,
  notSeen,
  risky,
  wrong,
  type Check,
  type Examination,
  type Outcome,
} from '../check.ts';
import type { VaultEvidence } from '../evidence.ts';
import { workerApp } from '../names.ts';

export const eventDelivery: Check = {
  id: 'event-delivery',
  group: 'events',
  title: 'The last change of each vault was delivered',
  runbook: 'when-keeper-is-silent',
  leansOn: ['event-subscription', 'vault-model', 'vault'],
  look: (examination) => examination.evidence.vaults.flatMap((one) => look(examination, one)),
};

function look(
  examination: Examination,
  { name, counts, versionAt, events }: VaultEvidence,
): readonly Outcome[] {
  if (versionAt === undefined) return [];
  const since = instant(versionAt);
  const wokenAt = lastEvent(examination, name);
  if (counts.kind === 'unknown') {
    if (wokenAt !== undefined && wokenAt >= versionAt) {
      return [fine(`an event had Keeper act at ${instant(wokenAt)}`, name)];
    }
    const needs = "Monitoring Reader on the vault's system topic";
    return [notSeen('Azure', counts.fault, { needs, subject: name })];
  }
  const subscriptions = valueOf(events)?.subscriptions.length ?? 0;
  if (counts.kind === 'absent' || subscriptions === 0) return [blocked('event-subscription', name)];
  const { matched, delivered, lost } = counts.value;
  if (lost > 0) {
    return [
      risky(
        `${lost} of its events since ${since} could not be delivered`,
        [
          `az storage blob list --auth-mode login --account-name ${examination.settings.storageAccount ?? '$(azd env get-value KEEPER_DATA_ACCOUNT)'} --container-name dead-letters    # why, in deadLetterReason`,
          `az functionapp show ${workerApp(examination)} --query state --output tsv`,
        ],
        name,
      ),
    ];
  }
  if (delivered > 0) return [fine(`${delivered} delivered since ${since}`, name)];
  return [
    wrong(
      matched > 0
        ? `of ${matched} events since ${since} none was delivered`
        : `a version was written at ${since}, and no event of it came`,
      [
        `az functionapp function show ${workerApp(examination)} --function-name vaultEvent --query isDisabled`,
        `Portal: Event Grid System Topics, the topic of ${name}, Metrics: Delivered Events, Delivery Failed Events by Error.`,
        'Anew: azd deploy',
      ],
      name,
    ),
  ];
}

/** When an event last led to a deed, over the registrations whose secret is in this vault. */
function lastEvent({ desired, evidence }: Examination, vault: string): number | undefined {
  const instants = desired.registrations
    .filter((one) => one.secret.vault.toLowerCase() === vault)
    .flatMap((one) => {
      const chain = evidence.registrations.get(one.id)?.chain;
      return (chain && valueOf(chain)?.eventAt) ?? [];
    });
  return instants.length === 0 ? undefined : Math.max(...instants);
}
