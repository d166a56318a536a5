/** What is deleted by mistake can be had back, and nobody can prevent that. */
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, risky, type Check } from '../check.ts';

export const purgeProtection: Check = {
  id: 'purge-protection',
  group: 'vault',
  title: 'Nothing in a vault can be purged before its time',
  runbook: 'secret-lost',
  leansOn: ['vault-model'],
  look: ({ evidence }) =>
    evidence.vaults.flatMap(({ name, azure }) => {
      const seen = valueOf(azure);
      if (seen === undefined) return [blocked('vault-model', name)];
      if (seen.hasPurgeProtection) return [fine('protected', name)];
      return [
        risky(
          'purge protection is off: whoever deletes a secret can also destroy it, and a role of Keeper allows that',
          [
            `az keyvault update --name ${name} --enable-purge-protection true    # for good: it cannot be switched off again`,
          ],
          name,
        ),
      ];
    }),
};
