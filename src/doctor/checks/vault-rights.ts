/** Keeper may read and store secrets in each vault. */
import { valueOf } from '../../core/observed.ts';
import { allows } from '../access.ts';
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { vaultRights } from '../needs.ts';
import { principalOf } from '../names.ts';

export const rightsInVaults: Check = {
  id: 'vault-rights',
  group: 'vault',
  title: 'Keeper may read and store secrets in each vault',
  runbook: 'vault-denied',
  leansOn: ['keeper-identity', 'vault-model'],
  look(examination) {
    const { assignments, identity, vaults } = examination.evidence;
    if (valueOf(identity) === undefined) return [blocked('keeper-identity')];
    if (assignments.kind === 'unknown') {
      const needs = 'Reader on the resource groups of Keeper';
      return [notSeen('Azure', assignments.fault, { needs })];
    }
    const held = valueOf(assignments) ?? [];
    return vaults.flatMap(({ name, azure }) => {
      const vault = valueOf(azure);
      if (vault === undefined) return [blocked('vault-model', name)];
      const missing = vaultRights.filter(
        (one) => !allows(held, { kind: 'data', name: one.name, scope: vault.id }),
      );
      if (missing.length === 0) return [fine('it may', name)];
      const words = missing.map((one) => one.words).join(', ');
      return [
        wrong(
          `it may not ${words}`,
          [
            `az role assignment create --role "Key Vault Secrets Officer" --assignee-object-id ${principalOf(examination)} --assignee-principal-type ServicePrincipal --scope ${vault.id}`,
          ],
          name,
        ),
      ];
    });
  },
};
