/** A deleted secret holds its name: nothing can be stored under it until it is recovered. */
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { eachRegistration, isSilent } from '../subjects.ts';

export const deletedSecret: Check = {
  id: 'deleted-secret',
  group: 'vault',
  title: 'No deleted secret holds a name that Keeper needs',
  runbook: 'secret-lost',
  leansOn: ['vault', 'stored-secret'],
  look: (examination) =>
    eachRegistration(examination, ({ desired: { id, secret }, evidence }) => {
      if (isSilent(examination, secret.vault)) return [blocked('vault', id)];
      const { current, deletedSecrets: seen } = evidence;
      if (current.kind === 'unknown') return [blocked('stored-secret', id)];
      if (seen.kind === 'unknown') {
        const needs = `Key Vault Secrets User on ${secret.vault}`;
        return [notSeen('The vault', seen.fault, { needs, subject: id })];
      }
      const names = seen.kind === 'known' ? seen.value : [];
      if (names.length === 0) return [fine('none', id)];
      return names.map((name) =>
        wrong(
          `${name} is deleted and not purged, so nothing can be stored under that name`,
          [`az keyvault secret recover --vault-name ${secret.vault} --name ${name}`],
          id,
        ),
      );
    }),
};
