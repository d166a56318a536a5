/** Roles count only where the vault goes by roles. */
import { blocked, fine, notChecked, notSeen, wrong, type Check, type Outcome } from '../check.ts';
import type { VaultEvidence } from '../evidence.ts';

export const vaultModel: Check = {
  id: 'vault-model',
  group: 'vault',
  title: 'Each vault goes by Azure roles',
  runbook: 'vault-denied',
  leansOn: ['vault'],
  look: ({ evidence }) => evidence.vaults.flatMap(look),
};

function look({ name, azure, answers }: VaultEvidence): readonly Outcome[] {
  switch (azure.kind) {
    case 'known':
      if (azure.value.usesRoles) return [fine('it does', name)];
      return [
        wrong(
          'it goes by access policies, so the roles of Keeper count for nothing',
          [`az keyvault update --name ${name} --enable-rbac-authorization true`],
          name,
        ),
      ];
    case 'absent':
      // A vault that is nowhere is told of once.
      if (answers.kind === 'unknown') return [blocked('vault', name)];
      return [
        notChecked(
          'no subscription that you see has this vault',
          ["Run it with an account that has the role Reader on the vault's group."],
          name,
        ),
      ];
    case 'unknown':
      return [
        notSeen('Azure', azure.fault, { needs: "Reader on the vault's group", subject: name }),
      ];
  }
}
