/** Each Nylas API key that the file names is in the vault, and enabled. */
import { blocked, fine, notSeen, wrong, type Check } from '../check.ts';
import { eachConnector, isSilent } from '../subjects.ts';

export const apiKey: Check = {
  id: 'api-key',
  group: 'vault',
  title: 'Each Nylas API key is stored',
  runbook: 'api-key-missing',
  leansOn: ['vault'],
  look: (examination) =>
    eachConnector(examination, ({ connector: { id, apiKey: ref }, evidence: { key } }) => {
      const { vault, name } = ref;
      if (isSilent(examination, vault)) return [blocked('vault', id)];
      switch (key.kind) {
        case 'known':
          if (key.value.current.enabled) return [fine(name, id)];
          return [
            wrong(
              `the newest version of ${name} is disabled`,
              [
                `az keyvault secret set-attributes --vault-name ${vault} --name ${name} --version ${key.value.current.version} --enabled true`,
              ],
              id,
            ),
          ];
        case 'absent':
          return [
            wrong(
              `there is no secret ${name} in ${vault}`,
              [
                `az keyvault secret set --vault-name ${vault} --name ${name} --file key.txt`,
                `If it was deleted: az keyvault secret recover --vault-name ${vault} --name ${name}`,
              ],
              id,
            ),
          ];
        case 'unknown': {
          const needs = `Key Vault Secrets User on ${vault}`;
          return [notSeen('The vault', key.fault, { needs, subject: id })];
        }
      }
    }),
};
