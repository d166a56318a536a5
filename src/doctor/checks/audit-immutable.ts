/** Nobody can change or remove what the audit log and its checkpoints hold. */
import {
  fine,
  notChecked,
  notSeen,
  risky,
  wrong,
  type Check,
  type Examination,
  type Outcome,
} from '../check.ts';
import { dataAccount } from '../names.ts';
import type { Protected } from '../ports.ts';

const containers: readonly Protected[] = ['audit', 'checkpoints'];

export const auditImmutable: Check = {
  id: 'audit-immutable',
  group: 'storage',
  title: 'The audit log cannot be changed',
  runbook: 'lock-and-check-the-audit-log',
  look: (examination) => containers.flatMap((one) => look(examination, one)),
};

function look(examination: Examination, container: Protected): readonly Outcome[] {
  const { evidence, settings } = examination;
  const seen = evidence.protections[container];
  if (seen.kind === 'unknown') {
    const needs = `Storage Blob Data Reader on the container ${container}`;
    return [notSeen('Storage', seen.fault, { needs, subject: container })];
  }
  const place = dataAccount(examination);
  if (seen.kind === 'absent') {
    return [
      wrong(
        'there is no such container',
        [
          `az storage container-rm create ${place.replace('--account-name', '--storage-account')} --name ${container}`,
          'And its policy: deploy infra/kept.bicep again.',
        ],
        container,
      ),
    ];
  }
  const { hasPolicy, hasLegalHold } = seen.value;
  if (!hasPolicy && !hasLegalHold) {
    return [
      wrong(
        'it has no immutability policy: whoever may write to the account can rewrite the log',
        [
          `az storage container immutability-policy create ${place} --container-name ${container} --period 730 --allow-protected-append-writes true`,
        ],
        container,
      ),
    ];
  }
  const retention = evidence.retentions[container];
  if (!hasPolicy || settings.storageAccount === undefined) {
    return [fine(hasPolicy ? 'it has a policy' : 'it has a legal hold', container)];
  }
  if (retention.kind === 'unknown') {
    const needs = "Reader on Keeper's groups, to tell whether its policy is locked";
    return [notSeen('Azure', retention.fault, { needs, subject: container })];
  }
  if (retention.kind === 'absent') {
    const why = 'it has a policy; whether that is locked, no subscription that you see tells';
    return [
      notChecked(
        why,
        ["Run it with an account that has the role Reader on Keeper's groups."],
        container,
      ),
    ];
  }
  if (!retention.value.allowsAppends) {
    return [
      wrong(
        'its policy forbids appending, so Keeper cannot write its log',
        [
          `az storage container immutability-policy create ${place} --container-name ${container} --period ${retention.value.days} --allow-protected-append-writes true`,
        ],
        container,
      ),
    ];
  }
  if (retention.value.isLocked) {
    return [fine(`locked, for ${retention.value.days} days`, container)];
  }
  return [
    risky(
      `its policy of ${retention.value.days} days is not locked: an owner of the subscription can take it away`,
      ['When a rotation has gone through: docs/deploy.md, Lock the audit log. Nobody can undo it.'],
      container,
    ),
  ];
}
