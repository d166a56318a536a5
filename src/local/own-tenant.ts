/**
 * The tenant for a `keeper.yaml` of the caller's: Nylas applications with API keys in the vaults
 * that it names, and registrations made by hand wherever it wants to adopt one.
 */
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import { keeperIdentity, type Cloud } from './cloud.ts';
import type { DemoTenant } from './demo-tenant.ts';
import { coveringNylasModes } from './simulators/nylas-modes.ts';

/** Makes everything that the file takes for granted. */
export function prepareOwn(cloud: Cloud, desired: Desired): DemoTenant {
  const modes = coveringNylasModes();
  for (const [index, connector] of desired.registrations
    .flatMap((one) => one.connectors)
    .entries()) {
    const mode = modes[index % modes.length];
    if (!mode) continue;
    const { apiKey } = cloud.nylas[connector.region].hand.addApplication({
      mode,
      id: connector.applicationId,
    });
    cloud.vaultNamed(connector.apiKey.vault).putByHand(connector.apiKey.name, { value: apiKey });
  }
  for (const registration of desired.registrations) adoptable(cloud, registration);
  return {
    connectors: desired.registrations
      .flatMap((one) => one.connectors)
      .map(({ region, applicationId }) => ({ region, applicationId })),
  };
}

function adoptable(cloud: Cloud, { appId, displayName }: DesiredRegistration): void {
  if (appId === undefined) return;
  cloud.directory.addApplicationByHand(
    { displayName, signInAudience: 'AzureADMultipleOrgs' },
    { owners: [keeperIdentity.principalId], appId },
  );
}
