/** Looks at everything that checks need, and at nothing else. Reads only; a fault is evidence too. */
import { blankHead, readLog } from '../audit/log.ts';
import {
  pendingOf,
  uniqueNameOf,
  type DesiredConnector,
  type DesiredRegistration,
  type SecretRef,
} from '../core/desired.ts';
import { remember } from '../core/fold.ts';
import { failure, success, type Result } from '../core/fault.ts';
import { blankMemory } from '../core/memory.ts';
import { absent, known, unknown, valueOf } from '../core/observed.ts';
import { readSavedStatus } from '../reconcile/chain-session.ts';
import type { RegistrationRef } from '../reconcile/world.ts';
import type {
  ChainEvidence,
  ConnectorEvidence,
  Evidence,
  RegistrationEvidence,
} from './evidence.ts';
import { gatherVaults } from './gather-vaults.ts';
import type { Probes, ReadWorld } from './ports.ts';
import { follows, seen, type Visit } from './looking.ts';
import { inTurns } from './turns.ts';

/** Registrations looked at side by side. */
const registrationsAtOnce = 4;

/** Gathers all evidence. */
export async function gather(visit: Visit): Promise<Evidence> {
  const { world, probes, registrations, settings } = visit;
  const [identity, heads, protections, checkpointAt, storage, signIn, signingKey] =
    await Promise.all([
      settings.clientId === undefined
        ? absent
        : seen(probes.entra.readPrincipal(settings.clientId)),
      seen(world.states.list()),
      gatherProtections(probes),
      seen(probes.storage.readCheckpointAt()),
      settings.storageAccount === undefined
        ? absent
        : seen(probes.azure.findStorage(settings.storageAccount)),
      settings.audience === undefined
        ? undefined
        : seen(probes.entra.readSignIn(settings.audience)),
      probes.readSigningKey === undefined ? undefined : seen(probes.readSigningKey()),
    ]);
  const principal = valueOf(identity);
  const [roles, assignments] = principal
    ? await Promise.all([
        seen(probes.entra.readRoles(principal.objectId)),
        seen(probes.azure.readAssignments(principal.objectId)),
      ])
    : [follows(identity), follows(identity)];
  const looked = await inTurns(registrations, registrationsAtOnce, async (one) => ({
    id: one.id,
    evidence: await gatherRegistration(visit, one),
    connectors: await Promise.all(
      one.connectors.map(
        async (each) => [each.id, await gatherConnector(visit, one, each)] as const,
      ),
    ),
  }));
  const evidence = new Map(looked.map((one) => [one.id, one.evidence]));
  const connectors = new Map(looked.flatMap((one) => one.connectors));
  const vaults = await gatherVaults(visit, { registrations: evidence, connectors });
  const account = valueOf(storage);
  const [audit, checkpoints] = account
    ? await Promise.all([
        seen(probes.azure.readRetention(account.id, 'audit')),
        seen(probes.azure.readRetention(account.id, 'checkpoints')),
      ])
    : [follows(storage), follows(storage)];
  const stateWrites =
    probes.storage.readStateWrites && (await seen(probes.storage.readStateWrites()));
  return {
    at: world.clock.now(),
    identity,
    roles,
    assignments,
    registrations: evidence,
    connectors,
    vaults,
    heads,
    storage,
    protections,
    retentions: { audit, checkpoints },
    checkpointAt,
    ...(signIn === undefined ? {} : { signIn }),
    ...(signingKey === undefined
      ? {}
      : { signingKey: signingKey.kind === 'known' ? known(true) : signingKey }),
    // Last: by now every vendor has replied.
    clocks: probes.clocks(),
    ...(stateWrites === undefined ? {} : { stateWrites }),
  };
}

async function gatherProtections({ storage }: Probes): Promise<Evidence['protections']> {
  const [audit, checkpoints] = await Promise.all([
    seen(storage.readProtection('audit')),
    seen(storage.readProtection('checkpoints')),
  ]);
  return { audit, checkpoints };
}

async function gatherRegistration(
  visit: Visit,
  desired: DesiredRegistration,
): Promise<RegistrationEvidence> {
  const { world } = visit;
  const [chain, status, held] = await Promise.all([
    seen(readChain(world, desired.key)),
    seen(readSavedStatus(world.states, desired.key)),
    readHeld(world, desired.secret),
  ]);
  const appId = valueOf(chain)?.memory.registration?.appId ?? desired.appId;
  const ref: RegistrationRef =
    appId === undefined ? { uniqueName: uniqueNameOf(desired.key) } : { appId };
  const registration = await seen(world.directory.readRegistration(ref));
  return { ...(await readAround(visit, ref, registration)), ...held, registration, chain, status };
}

async function readAround(
  { world, probes }: Visit,
  ref: RegistrationRef,
  registration: RegistrationEvidence['registration'],
): Promise<Pick<RegistrationEvidence, 'deleted' | 'servicePrincipal' | 'owners' | 'policy'>> {
  if (registration.kind !== 'known') {
    const deleted =
      registration.kind === 'absent'
        ? await seen(world.directory.findDeletedRegistration(ref))
        : absent;
    const after = follows(registration);
    return { deleted, servicePrincipal: after, owners: after, policy: after };
  }
  const { objectId, appId } = registration.value;
  const [servicePrincipal, owners, policy] = await Promise.all([
    seen(world.directory.readServicePrincipal(appId)),
    seen(probes.entra.readOwners(objectId)),
    seen(world.directory.readSecretPolicy(objectId)),
  ]);
  return { deleted: absent, servicePrincipal, owners, policy };
}

async function readHeld(
  { vault }: ReadWorld,
  secret: SecretRef,
): Promise<Pick<RegistrationEvidence, 'current' | 'pending' | 'deletedSecrets'>> {
  const twin = pendingOf(secret);
  const current = await seen(vault.readSecret(secret));
  // A vault that does not answer is not asked three times.
  if (current.kind === 'unknown') {
    return { current, pending: current, deletedSecrets: current };
  }
  const pending = await seen(vault.readSecret(twin));
  const names: string[] = [];
  for (const [ref, one] of [
    [secret, current],
    [twin, pending],
  ] as const) {
    if (one.kind !== 'absent') continue;
    const deleted = await vault.isDeleted(ref);
    if (!deleted.ok) return { current, pending, deletedSecrets: unknown(deleted.fault) };
    if (deleted.value) names.push(ref.name);
  }
  return { current, pending, deletedSecrets: known(names) };
}

async function gatherConnector(
  { world, probes }: Visit,
  desired: DesiredRegistration,
  connector: DesiredConnector,
): Promise<ConnectorEvidence> {
  const key = await seen(world.vault.readSecret(connector.apiKey));
  const { region, apiKey } = connector;
  const base = { registration: desired.id, key };
  if (key.kind !== 'known') {
    const after = follows(key);
    return { ...base, application: after, elsewhere: absent, connector: after };
  }
  const application = await seen(probes.nylas.readApplication({ region, apiKey }));
  if (application.kind !== 'known') {
    const other = region === 'us' ? 'eu' : 'us';
    const isRefused = application.kind === 'unknown' && application.fault.kind === 'denied';
    const elsewhere = isRefused
      ? await seen(probes.nylas.readApplication({ region: other, apiKey }))
      : absent;
    return { ...base, application, elsewhere, connector: follows(application) };
  }
  const isOurs = application.value.applicationId === connector.applicationId;
  const found = isOurs ? await seen(world.connectors.readConnector(connector, [])) : absent;
  return { ...base, application, elsewhere: absent, connector: found };
}

async function readChain(
  { chains }: ReadWorld,
  key: string,
): Promise<Result<ChainEvidence | undefined>> {
  const log = await readLog(chains, key, blankHead);
  if (!log.ok) return log;
  const { entries, defect } = log.value;
  if (defect) return failure({ kind: 'malformed', vendor: 'storage', code: 'chain' });
  if (entries.length === 0) return success(undefined);
  const event = entries.findLast((one) => one.kind === 'intent' && one.wokenBy === 'event');
  return success({
    memory: remember(blankMemory(), entries),
    ...(event === undefined ? {} : { eventAt: event.at }),
  });
}
