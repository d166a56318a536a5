/** All checks, in the order in which a person would go through them. */
import type { Check } from './check.ts';
import { apiKeyEnd } from './checks/api-key-end.ts';
import { apiKey } from './checks/api-key.ts';
import { auditImmutable } from './checks/audit-immutable.ts';
import { azureExcess } from './checks/azure-excess.ts';
import { checkpoints } from './checks/checkpoints.ts';
import { clock } from './checks/clock.ts';
import { connectorClient } from './checks/connector-client.ts';
import { deletedSecret } from './checks/deleted-secret.ts';
import { eventDelivery } from './checks/event-delivery.ts';
import { eventSubscription } from './checks/event-subscription.ts';
import { foreignSecrets } from './checks/foreign-secrets.ts';
import { graphExcess } from './checks/graph-excess.ts';
import { graphRole } from './checks/graph-role.ts';
import { keeperIdentity } from './checks/keeper-identity.ts';
import { lifetimeAllowed } from './checks/lifetime-allowed.ts';
import { needsPerson } from './checks/needs-person.ts';
import { nylasApplication } from './checks/nylas-application.ts';
import { nylasCallback } from './checks/nylas-callback.ts';
import { nylasKey } from './checks/nylas-key.ts';
import { nylasRegion } from './checks/nylas-region.ts';
import { oldProtocols } from './checks/old-protocols.ts';
import { owner } from './checks/owner.ts';
import { purgeProtection } from './checks/purge-protection.ts';
import { redirectUris } from './checks/redirect-uris.ts';
import { registration } from './checks/registration.ts';
import { secretsAllowed } from './checks/secrets-allowed.ts';
import { servicePrincipal } from './checks/service-principal.ts';
import { signIn } from './checks/sign-in.ts';
import { signingKey } from './checks/signing-key.ts';
import { storageRights } from './checks/storage-rights.ts';
import { storedSecret } from './checks/stored-secret.ts';
import { tick } from './checks/tick.ts';
import { vaultModel } from './checks/vault-model.ts';
import { rightsInVaults } from './checks/vault-rights.ts';
import { vault } from './checks/vault.ts';
import { workerClock } from './checks/worker-clock.ts';

export const checks: readonly Check[] = [
  keeperIdentity,
  graphRole,
  graphExcess,
  registration,
  servicePrincipal,
  owner,
  secretsAllowed,
  lifetimeAllowed,
  redirectUris,
  oldProtocols,
  foreignSecrets,
  vault,
  vaultModel,
  rightsInVaults,
  purgeProtection,
  storedSecret,
  deletedSecret,
  apiKey,
  apiKeyEnd,
  nylasKey,
  nylasRegion,
  nylasApplication,
  nylasCallback,
  connectorClient,
  eventSubscription,
  eventDelivery,
  auditImmutable,
  signingKey,
  checkpoints,
  storageRights,
  azureExcess,
  tick,
  needsPerson,
  signIn,
  clock,
  workerClock,
];
