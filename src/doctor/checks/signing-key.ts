/** The key that signs checkpoints of the audit log. */
import { valueOf } from '../../core/observed.ts';
import { allows } from '../access.ts';
import {
  blocked,
  fine,
  notChecked,
  notSeen,
  risky,
  wrong,
  type Check,
  type Examination,
  type Outcome,
} from '../check.ts';
import { signRight } from '../needs.ts';
import { vaultNamed } from '../subjects.ts';
import { principalOf } from '../names.ts';

export const signingKey: Check = {
  id: 'signing-key',
  group: 'storage',
  title: 'The key that signs checkpoints can be used',
  runbook: 'no-checkpoint',
  leansOn: ['keeper-identity', 'vault-rights', 'vault-model', 'vault'],
  look(examination) {
    const { settings, evidence } = examination;
    const { signingKey: seen } = evidence;
    if (settings.checkpointKey === undefined || seen === undefined) {
      return [
        risky('no key is set, so no checkpoint is made and the log proves nothing to others', [
          'Set KEEPER_CHECKPOINT_KEY of the worker to the address of a key (EC, P-256); infra/kept/signing-key.bicep makes one.',
        ]),
      ];
    }
    const url = settings.checkpointKey;
    if (seen.kind === 'unknown' && seen.fault.kind !== 'absent') {
      return [notSeen('The vault', seen.fault, { needs: 'Key Vault Crypto User on the key' })];
    }
    if (seen.kind !== 'known') {
      return [
        wrong(`there is no key at ${url}`, [
          `az keyvault key list-versions --id ${url}`,
          'Correct KEEPER_CHECKPOINT_KEY, or deploy infra/kept.bicep again.',
        ]),
      ];
    }
    return [fine(url), ...rightTo(examination, url)];
  },
};

/** Whether Keeper may sign with it, as far as Azure tells. */
function rightTo(examination: Examination, url: string): readonly Outcome[] {
  const { identity, assignments } = examination.evidence;
  if (valueOf(identity) === undefined) return [blocked('keeper-identity')];
  const held = valueOf(assignments);
  if (held === undefined) return [blocked('vault-rights')];
  const { hostname, pathname } = new URL(url);
  const seen = vaultNamed(examination, hostname.split('.')[0] ?? '');
  if (seen === undefined) {
    const why = 'whether Keeper may sign: its vault is none that keeper.yaml names';
    return [notChecked(why, ['keeper audit checkpoint    # signs with your own right'])];
  }
  const vault = valueOf(seen.azure);
  if (vault === undefined) return [blocked('vault-model')];
  const scope = `${vault.id}${pathname}`;
  if (allows(held, { kind: 'data', name: signRight.name, scope })) return [];
  return [
    wrong(`Keeper may not ${signRight.words} with it`, [
      `az role assignment create --role "Key Vault Crypto User" --assignee-object-id ${principalOf(examination)} --assignee-principal-type ServicePrincipal --scope ${scope}`,
      'Narrower: the role Keeper Checkpoint Signer of infra/kept/signing-key.bicep.',
    ]),
  ];
}
