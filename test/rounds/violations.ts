/**
 * What must hold once Keeper has settled, whatever befell it: read from storage, from the simulated
 * vendors, and from what was sent to them. Each break is one sentence; none shows a secret.
 */
import { verifyAll } from '../../src/audit/verify.ts';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { EffectKind, Entry } from '../../src/core/entry.ts';
import { remember } from '../../src/core/fold.ts';
import { maxPuts, personalSlots } from '../../src/core/limits.ts';
import { blankMemory, type Memory } from '../../src/core/memory.ts';
import type { Application } from '../../src/local/simulators/directory-objects.ts';
import { storedAt, type Stored } from '../support/data-folder.ts';
import { leaksIn } from '../support/haystack.ts';
import { effectOf, type VendorRequest } from './happening.ts';
import type { Theatre } from './theatre.ts';
import { workUnderWay } from './work-under-way.ts';

/** The registration that the demonstration's policy forbids to have secrets. */
export const forbiddenId = 'reports';

/** Everything that does not hold. Empty when all is well. */
export async function violationsIn(theatre: Theatre): Promise<readonly string[]> {
  const { backdrop } = theatre;
  await backdrop.door.settle();
  const stored = await storedAt(backdrop.azurite.connectionString);
  const found = [
    ...(await chainBreaks(theatre)),
    ...(await workUnderWay(backdrop)),
    ...unannouncedWrites(theatre.writes, stored),
    ...leaks(theatre, stored),
  ];
  const { outageSeconds } = backdrop.cloud.account;
  if (outageSeconds > 0) found.push(`${outageSeconds} s of outage are charged to Keeper`);
  const applications = backdrop.cloud.directory.applications();
  const { registrations } = backdrop.desired;
  if (applications.length !== registrations.length) {
    found.push(`the directory has ${applications.length} registrations`);
  }
  for (const registration of registrations) {
    const entries = stored.chains.get(registration.key) ?? [];
    found.push(...registrationBreaks(theatre, registration, remember(blankMemory(), entries)));
  }
  return found;
}

async function chainBreaks({ backdrop }: Theatre): Promise<readonly string[]> {
  const verified = await verifyAll(backdrop.chains);
  if (!verified.ok) return [`the chains cannot be read: ${verified.fault.kind}`];
  return verified.value.flatMap((one) =>
    one.verified ? [] : [`the chain of ${one.registration} does not verify`],
  );
}

/** Law 3: no write without an intent of its own. Law 5: no add is sent twice. */
export function unannouncedWrites(
  writes: readonly VendorRequest[],
  { chains }: Pick<Stored, 'chains'>,
): readonly string[] {
  const intended = countBy([...chains.values()].flat().flatMap(intendedEffect));
  const sent = countBy(writes.flatMap((one) => effectOf(one) ?? []));
  const found: string[] = [];
  for (const [effect, count] of sent) {
    const most = (intended.get(effect) ?? 0) * sendingsOf(effect);
    if (count > most) found.push(`${count} times ${effect} was sent, intended for ${most}`);
  }
  const adds = writes.filter((one) => effectOf(one) === 'add-credential');
  for (const [name, count] of countBy(adds.map((one) => displayNameIn(one.body)))) {
    if (count > 1) found.push(`the add of ${name} was sent ${count} times`);
  }
  return found;
}

function intendedEffect(entry: Entry): EffectKind | readonly EffectKind[] {
  return entry.kind === 'intent' ? entry.effect.kind : [];
}

/** A value that is still in memory may be put again, after a look for it. */
function sendingsOf(effect: EffectKind): number {
  return effect === 'store-credential' || effect === 'promote-credential' ? maxPuts : 1;
}

function displayNameIn(body: string): string {
  const { passwordCredential } = JSON.parse(body) as {
    passwordCredential: { displayName: string };
  };
  return passwordCredential.displayName;
}

function countBy<T>(items: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function leaks({ hosts, secrets }: Theatre, { blobs, messages }: Stored): readonly string[] {
  const texts = [
    ...blobs,
    ...messages.map((text) => ['a queue message', text] as const),
    ...hosts.flatMap((one) => one.output()),
  ];
  return leaksIn(texts, secrets).map(({ where }) => `a secret is in ${where}`);
}

function registrationBreaks(
  theatre: Theatre,
  registration: DesiredRegistration,
  memory: Memory,
): readonly string[] {
  const { directory } = theatre.backdrop.cloud;
  const named = directory
    .applications()
    .filter((one) => one.displayName === registration.displayName);
  const [application] = named;
  if (!application || named.length > 1) {
    return [`${registration.id}: ${named.length} registrations have its name`];
  }
  if (registration.id === forbiddenId) {
    return application.passwords.length === 0 ? [] : [`${forbiddenId} has a credential`];
  }
  return [
    ...credentialBreaks(theatre, application, memory),
    ...vaultBreaks(theatre, registration, application),
    ...connectorBreaks(theatre, registration, application),
  ].map((text) => `${registration.id}: ${text}`);
}

function credentialBreaks(
  { backdrop, foreignKeyIds }: Theatre,
  { appId, passwords }: Application,
  { credentials }: Memory,
): readonly string[] {
  const others = backdrop.cloud.directory.servicePrincipal(appId)?.passwords ?? [];
  const listed = [...passwords, ...others].map((one) => one.keyId);
  const isKnown = (keyId: string): boolean =>
    credentials[keyId] !== undefined && credentials[keyId].removedAt === undefined;
  const live = Object.values(credentials).filter((one) => one.removedAt === undefined);
  return [
    ...(passwords.length > personalSlots ? [`${passwords.length} credentials`] : []),
    ...listed
      .filter((keyId) => !isKnown(keyId) && !foreignKeyIds.has(keyId))
      .map((keyId) => `the chain does not explain credential ${keyId}`),
    ...live
      .filter(({ keyId }) => !listed.includes(keyId))
      .map(({ keyId }) => `the chain has credential ${keyId}, the directory does not`),
  ];
}

function vaultBreaks(
  { backdrop, clock }: Theatre,
  { secret }: DesiredRegistration,
  { appId, passwords }: Application,
): readonly string[] {
  const { directory, vault } = backdrop.cloud;
  const kept = [secret.name, `${secret.name}-pending`].flatMap((name) =>
    vault.state.versions(name).map((one) => one.value),
  );
  const current = vault.state.current(secret.name);
  const works =
    current !== undefined &&
    current.enabled &&
    directory.credentialWorks(appId, current.value, clock.now()) === 'accepted';
  return [
    ...(works ? [] : ['the current version of its vault secret does not work']),
    ...passwords
      .filter((one) => !kept.includes(one.text))
      .map((one) => `nobody has the text of credential ${one.keyId}`),
  ];
}

function connectorBreaks(
  { backdrop, clock }: Theatre,
  { connectors }: DesiredRegistration,
  { appId }: Application,
): readonly string[] {
  const { directory, nylas } = backdrop.cloud;
  return connectors.flatMap(({ id, region, applicationId }) => {
    const held = nylas[region].hand.activeRecord(applicationId)?.data;
    if (!held) return [`connector ${id} is missing`];
    const works = directory.credentialWorks(appId, held.clientSecret, clock.now()) === 'accepted';
    return held.clientId === appId && works ? [] : [`connector ${id} does not work`];
  });
}
