/** Roles in Azure that Keeper has and does not need. */
import { valueOf } from '../../core/observed.ts';
import { allows, grants } from '../access.ts';
import { blocked, fine, risky, type Check, type Examination, type Outcome } from '../check.ts';
import { deleteBlobs, powers } from '../needs.ts';
import type { Assignment } from '../ports.ts';
import { principalOf } from '../names.ts';

export const azureExcess: Check = {
  id: 'azure-excess',
  group: 'storage',
  title: 'Keeper has no role in Azure that it does not need',
  runbook: 'when-keeper-is-silent',
  leansOn: ['keeper-identity', 'vault-rights', 'vault-model'],
  look(examination) {
    const held = valueOf(examination.evidence.assignments);
    if (valueOf(examination.evidence.identity) === undefined) return [blocked('keeper-identity')];
    if (held === undefined) return [blocked('vault-rights')];
    const outcomes = held.flatMap((one) => surplusOf(examination, one));
    return outcomes.length === 0 ? [fine('none')] : outcomes;
  },
};

function surplusOf(examination: Examination, assignment: Assignment): readonly Outcome[] {
  const words = [
    ...powers
      .filter(({ name }) => grants(assignment, { kind: 'action', name }))
      .map((one) => one.words),
    ...beyondVaults(examination, assignment),
    ...beyondContainers(examination, assignment),
  ];
  if (words.length === 0) return [];
  const { role, scope } = assignment;
  return [
    risky(
      `${role} on ${scope}: it could ${words.join(', ')}`,
      [
        `az role assignment delete --assignee ${principalOf(examination)} --role "${role}" --scope ${scope}`,
      ],
      role,
    ),
  ];
}

/** Secrets of vaults that are no business of Keeper's. */
function beyondVaults({ vaults }: Examination, assignment: Assignment): readonly string[] {
  const right = {
    kind: 'data',
    name: 'Microsoft.KeyVault/vaults/secrets/getSecret/action',
  } as const;
  if (!grants(assignment, right)) return [];
  const name = /\/vaults\/([^/]+)/i.exec(assignment.scope)?.[1]?.toLowerCase();
  const isOurs = name !== undefined && vaults.includes(name);
  return isOurs ? [] : ['read secrets of other vaults'];
}

/** To delete from the log is what immutability stands against; a role should not ask for it. */
function beyondContainers({ evidence }: Examination, assignment: Assignment): readonly string[] {
  const account = valueOf(evidence.storage);
  if (account === undefined) return [];
  const scope = `${account.id}/blobServices/default/containers/audit`;
  const mayDelete = allows([assignment], { kind: 'data', name: deleteBlobs, scope });
  return mayDelete ? ['delete from the audit log'] : [];
}
