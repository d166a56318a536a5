/** Each registration's secret is in the vault, and enabled. */
import { isSilent, eachRegistration } from '../subjects.ts';
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { valueOf } from '../../core/observed.ts';

export const storedSecret: Check = {
  id: 'stored-secret',
  group: 'vault',
  title: "Each registration's secret can be read",
  runbook: 'secret-lost',
  leansOn: ['vault', 'deleted-secret'],
  look: (examination) =>
    eachRegistration(examination, ({ desired: { id, secret }, evidence }) => {
      if (isSilent(examination, secret.vault)) return [blocked('vault', id)];
      const { current, chain, deletedSecrets } = evidence;
      if (current.kind === 'unknown') {
        const needs = `Key Vault Secrets User on ${secret.vault}`;
        return [notSeen('The vault', current.fault, { needs, subject: id })];
      }
      if (current.kind === 'known') {
        if (current.value.current.enabled) return [fine(secret.name, id)];
        const version = current.value.current.version;
        return [
          wrong(
            `the current version of ${secret.name} is disabled`,
            [
              `az keyvault secret set-attributes --vault-name ${secret.vault} --name ${secret.name} --version ${version} --enabled true`,
            ],
            id,
          ),
        ];
      }
      if (valueOf(deletedSecrets)?.includes(secret.name)) return [blocked('deleted-secret', id)];
      const promoted = Object.values(valueOf(chain)?.memory.credentials ?? {}).some(
        (one) => one.promotedAt !== undefined,
      );
      if (!promoted) return [fine(`${secret.name} is not stored yet`, id)];
      return [
        wrong(
          `${secret.name} was there and is gone, also from the deleted ones`,
          [`keeper rotate ${id}`],
          id,
        ),
      ];
    }),
};
