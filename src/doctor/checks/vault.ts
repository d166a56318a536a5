/** Each vault that the file names is there and answers. */
import { fine, notSeen, wrong, type Check, type Outcome } from '../check.ts';
import type { VaultEvidence } from '../evidence.ts';

export const vault: Check = {
  id: 'vault',
  group: 'vault',
  title: 'Each vault that keeper.yaml names answers',
  runbook: 'vault-denied',
  look: ({ evidence, settings }) => evidence.vaults.flatMap((one) => look(one, settings.file)),
};

/** What a name that nobody has leads to. */
const nowhere: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME']);

function look({ name, answers }: VaultEvidence, file: string): readonly Outcome[] {
  if (answers.kind !== 'unknown') return [fine('answers', name)];
  const { fault } = answers;
  if (fault.code !== undefined && nowhere.has(fault.code)) {
    return [
      wrong(
        'there is no vault of that name',
        [
          'az keyvault list --query "[].name" --output tsv',
          `Correct the vault's name in ${file}; a deleted one comes back with: az keyvault recover --name ${name}`,
        ],
        name,
      ),
    ];
  }
  if (fault.code === 'ForbiddenByFirewall' || fault.code === 'ForbiddenByConnection') {
    return [
      notSeen('The vault', fault, {
        needs: "a network that the vault's firewall admits",
        subject: name,
      }),
    ];
  }
  return [notSeen('The vault', fault, { needs: 'Key Vault Secrets User on it', subject: name })];
}
