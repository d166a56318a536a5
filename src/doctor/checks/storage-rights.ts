/** Keeper may write what it must, and remove nothing of the log. */
import { valueOf } from '../../core/observed.ts';
import { allows } from '../access.ts';
import {
  blocked,
  fine,
  notChecked,
  notSeen,
  wrong,
  type Check,
  type Examination,
  type Outcome,
} from '../check.ts';
import { containerRights, queueRights, type NeededRight } from '../needs.ts';
import type { Assignment } from '../ports.ts';
import { principalOf } from '../names.ts';

export const storageRights: Check = {
  id: 'storage-rights',
  group: 'storage',
  title: 'Keeper may use its containers and its queue',
  runbook: 'when-keeper-is-silent',
  leansOn: ['keeper-identity', 'vault-rights'],
  look(examination) {
    const { settings, evidence } = examination;
    const { identity, storage } = evidence;
    // Reached by a key, as in development: then no right is asked for.
    if (settings.storageAccount === undefined) return [];
    if (valueOf(identity) === undefined) return [blocked('keeper-identity')];
    if (storage.kind === 'unknown') {
      return [notSeen('Azure', storage.fault, { needs: "Reader on Keeper's groups" })];
    }
    if (storage.kind === 'absent') {
      return [
        notChecked(`no subscription that you see has the account ${settings.storageAccount}`, [
          "Run it with an account that has the role Reader on Keeper's groups.",
        ]),
      ];
    }
    const held = valueOf(evidence.assignments);
    if (held === undefined) return [blocked('vault-rights')];
    return missing(examination, { held, account: storage.value.id });
  },
};

function missing(
  examination: Examination,
  { held, account }: { readonly held: readonly Assignment[]; readonly account: string },
): readonly Outcome[] {
  const { queue } = examination.settings;
  const principal = principalOf(examination);
  const outcomes: Outcome[] = [];

  function look(subject: string, scope: string, needs: Needs): void {
    const lacking = needs.rights.filter(
      (one) => !allows(held, { kind: 'data', name: one.name, scope }),
    );
    if (lacking.length === 0) return;
    const words = lacking.map((one) => one.words).join(', ');
    outcomes.push(
      wrong(
        `it may not ${words}`,
        [
          `az role assignment create --role "${needs.role}" --assignee-object-id ${principal} --assignee-principal-type ServicePrincipal --scope ${scope}`,
          'All of them at once: deploy infra/kept.bicep again.',
        ],
        subject,
      ),
    );
  }

  for (const [name, needs] of Object.entries(containerRights)) {
    look(`container ${name}`, `${account}/blobServices/default/containers/${name}`, needs);
  }
  const onQueue = { rights: queueRights, role: 'Storage Queue Data Contributor' };
  look(`queue ${queue}`, `${account}/queueServices/default/queues/${queue}`, onQueue);
  return outcomes.length === 0 ? [fine('it may')] : outcomes;
}

interface Needs {
  readonly rights: readonly NeededRight[];
  readonly role: string;
}
