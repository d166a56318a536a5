/** Names that stand in commands: those that were seen, else where the deployment keeps them. */
import { valueOf } from '../core/observed.ts';
import type { Examination } from './check.ts';

/** Where a deployment with azd keeps a name. */
function fromAzd(name: string): string {
  return `$(azd env get-value ${name})`;
}

/** The object id of Keeper's identity. */
export function principalOf({ evidence }: Examination): string {
  return valueOf(evidence.identity)?.objectId ?? fromAzd('KEEPER_WORKER_PRINCIPAL_ID');
}

/** The arguments that name the worker's app; a subscription that leads to it tells which it is. */
export function workerApp({ evidence }: Examination): string {
  for (const { events } of evidence.vaults) {
    for (const { destination } of valueOf(events)?.subscriptions ?? []) {
      const named = /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Web\/sites\/([^/]+)\//i.exec(
        destination ?? '',
      );
      if (named) return `--resource-group ${named[1]} --name ${named[2]}`;
    }
  }
  const group = fromAzd('AZURE_RESOURCE_GROUP');
  return `--resource-group ${group} --name ${fromAzd('KEEPER_WORKER_APP')}`;
}

/** The arguments that name the storage account. */
export function dataAccount({ evidence, settings }: Examination): string {
  const group = groupOf(valueOf(evidence.storage)?.id) ?? fromAzd('KEEPER_KEPT_GROUP');
  const account = settings.storageAccount ?? fromAzd('KEEPER_DATA_ACCOUNT');
  return `--resource-group ${group} --account-name ${account}`;
}

function groupOf(id: string | undefined): string | undefined {
  return /\/resourceGroups\/([^/]+)\//i.exec(id ?? '')?.[1];
}
