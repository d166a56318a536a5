/** Looks at the world. Reads only; an absence is believed after five reads agree (law 2). */
import type { DesiredConnector, DesiredRegistration } from '../core/desired.ts';
import { pendingOf, uniqueNameOf } from '../core/desired.ts';
import type { Held } from '../core/entry.ts';
import type { Fault, Result } from '../core/fault.ts';
import { absentReadPauseMs, absentReads } from '../core/limits.ts';
import { connectorMemoryOf, type Memory } from '../core/memory.ts';
import {
  absent,
  known,
  unknown,
  type ConnectorView,
  type Observed,
  type Seen,
  type SeenConnector,
  type SeenCredential,
  type SeenRegistration,
} from '../core/observed.ts';
import { displayNameOf } from '../core/checks/interrupted.ts';
import type { RegistrationRef, World } from './world.ts';

/** A part of the world that a pass may look at again on its own. */
export type Part = 'registration' | 'vault' | `connector:${string}`;

/** All parts of one registration. */
export function allParts(desired: DesiredRegistration): readonly Part[] {
  return ['registration', 'vault', ...desired.connectors.map((one): Part => `connector:${one.id}`)];
}

/** What is asked: how things should be tells where to look, the chain what to expect. */
export interface Question {
  readonly world: World;
  readonly desired: DesiredRegistration;
  readonly memory: Memory;
}

/** Looks at the parts named, and keeps of `before` what is not among them. */
export async function observe(
  question: Question,
  parts: ReadonlySet<Part>,
  before?: Observed,
): Promise<Observed> {
  const [directory, vault, connectors] = await Promise.all([
    before && !parts.has('registration') ? directoryOf(before) : readDirectory(question),
    before && !parts.has('vault') ? vaultOf(before) : readVault(question),
    readConnectors(question, parts, before),
  ]);
  return { ...directory, ...vault, connectors };
}

type DirectoryPart = Pick<Observed, 'registration' | 'deletedRegistration' | 'servicePrincipal'>;
type VaultPart = Pick<Observed, 'current' | 'pending' | 'deletedSecrets'>;

function directoryOf({
  registration,
  deletedRegistration,
  servicePrincipal,
}: Observed): DirectoryPart {
  return { registration, deletedRegistration, servicePrincipal };
}

function vaultOf({ current, pending, deletedSecrets }: Observed): VaultPart {
  return { current, pending, deletedSecrets };
}

async function readDirectory(question: Question): Promise<DirectoryPart> {
  const { world, desired, memory } = question;
  const ref = referenceTo(desired, memory);
  const registration = await readRegistration(question, ref);
  if (registration.kind === 'absent') {
    const deleted = seen(await world.directory.findDeletedRegistration(ref));
    return { registration, deletedRegistration: deleted, servicePrincipal: absent };
  }
  if (registration.kind === 'unknown') {
    return { registration, deletedRegistration: absent, servicePrincipal: registration };
  }
  const { appId } = registration.value;
  const servicePrincipal = await confirmed(world, () =>
    world.directory.readServicePrincipal(appId),
  );
  return { registration, deletedRegistration: absent, servicePrincipal };
}

function referenceTo(desired: DesiredRegistration, memory: Memory): RegistrationRef {
  const appId = memory.registration?.appId ?? desired.appId;
  return appId === undefined ? { uniqueName: uniqueNameOf(desired.key) } : { appId };
}

/**
 * Reads until all that the chain expects has been seen, five times at the most. Credentials are the
 * union over the reads: one replica that lags cannot hide one.
 */
async function readRegistration(
  question: Question,
  ref: RegistrationRef,
): Promise<Seen<SeenRegistration>> {
  const { world } = question;
  const expected = expectation(question.memory);
  let latest: SeenRegistration | undefined;
  const credentials = new Map<string, SeenCredential>();
  for (let read = 1; read <= absentReads; read += 1) {
    if (read > 1) await world.clock.sleep(absentReadPauseMs);
    const result = await world.directory.readRegistration(ref);
    if (!result.ok) return unknown(result.fault);
    if (result.value) {
      latest = result.value;
      for (const one of latest.credentials) credentials.set(one.keyId, one);
      if (expected([...credentials.values()])) break;
    }
  }
  return latest ? known({ ...latest, credentials: [...credentials.values()] }) : absent;
}

/**
 * True when every credential has been seen that may be listed: also of adds whose end is not known,
 * open ones too, for the same pass may find those in doubt.
 */
function expectation(memory: Memory): (credentials: readonly SeenCredential[]) => boolean {
  const keyIds = Object.values(memory.credentials)
    .filter((one) => one.removedAt === undefined)
    .map((one) => one.keyId);
  const adds = memory.open.filter((one) => one.effect.kind === 'add-credential');
  const names = [...memory.parked, ...adds].map((one) => displayNameOf(one.id));
  return (credentials) =>
    keyIds.every((keyId) => credentials.some((one) => one.keyId === keyId)) &&
    names.every((name) => credentials.some((one) => one.displayName === name));
}

/** Five reads must agree before nothing is there. */
async function confirmed<T>(
  world: World,
  read: () => Promise<Result<T | undefined>>,
): Promise<Seen<T>> {
  for (let attempt = 1; attempt <= absentReads; attempt += 1) {
    if (attempt > 1) await world.clock.sleep(absentReadPauseMs);
    const result = await read();
    if (!result.ok) return unknown(result.fault);
    if (result.value !== undefined) return known(result.value);
  }
  return absent;
}

async function readVault({ world, desired, memory }: Question): Promise<VaultPart> {
  const { vault } = world;
  const twin = pendingOf(desired.secret);
  const [current, pending] = await Promise.all([
    vault.readSecret(desired.secret, namedVersions(memory, 'current')).then(seen),
    vault.readSecret(twin, namedVersions(memory, 'pending')).then(seen),
  ]);
  const missing = [
    ...(current.kind === 'absent' ? [desired.secret] : []),
    ...(pending.kind === 'absent' ? [twin] : []),
  ];
  const deleted: string[] = [];
  for (const ref of missing) {
    const result = await vault.isDeleted(ref);
    if (!result.ok) return { current, pending, deletedSecrets: unknown(result.fault) };
    if (result.value) deleted.push(ref.name);
  }
  return { current, pending, deletedSecrets: known(deleted) };
}

/**
 * The versions that the chain names, those of the youngest credentials first; of each credential the
 * latest three. None to be named without a registration: then a tag on any version may tell of one.
 */
function namedVersions(memory: Memory, secret: Held['secret']): readonly string[] | undefined {
  if (!memory.registration) return undefined;
  const named = Object.values(memory.credentials)
    .toSorted((one, other) => other.addedAt - one.addedAt)
    .flatMap((one) =>
      one.held
        .filter((held) => held.secret === secret)
        .slice(-3)
        .toReversed(),
    )
    .map((held) => held.version);
  return [...new Set(named)];
}

async function readConnectors(
  question: Question,
  parts: ReadonlySet<Part>,
  before: Observed | undefined,
): Promise<Readonly<Record<string, ConnectorView>>> {
  const views = await Promise.all(
    question.desired.connectors.map(async (connector) => {
      const kept = before?.connectors[connector.id];
      const view =
        kept && !parts.has(`connector:${connector.id}`)
          ? kept
          : await readConnector(question, connector);
      return [connector.id, view] as const;
    }),
  );
  return Object.fromEntries(views);
}

async function readConnector(
  { world, memory }: Question,
  connector: DesiredConnector,
): Promise<ConnectorView> {
  const { connectors } = world;
  const application = seen(await connectors.readApplication(connector));
  const isRight =
    application.kind === 'known' && application.value.applicationId === connector.applicationId;
  if (!isRight) {
    const fault: Fault =
      application.kind === 'unknown' ? application.fault : { kind: 'rejected', vendor: 'nylas' };
    return { application, connector: unknown(fault), grants: unknown(fault) };
  }
  const remembered = Object.keys(connectorMemoryOf(memory, connector.id).records);
  const recordIds = [...new Set([...connector.records, ...remembered])].toSorted();
  const [found, grants] = await Promise.all([
    confirmed(world, () => connectors.readConnector(connector, recordIds)),
    connectors.readGrants(connector).then(seen),
  ]);
  return { application, connector: await withRecords(world, connector, found, remembered), grants };
}

/** A record that Keeper wrote is gone only if five reads agree: forgetting it would free a secret. */
async function withRecords(
  world: World,
  connector: DesiredConnector,
  found: Seen<SeenConnector>,
  expected: readonly string[],
): Promise<Seen<SeenConnector>> {
  if (found.kind !== 'known') return found;
  const records = [...found.value.records];
  for (const id of expected) {
    if (records.some((one) => one.id === id)) continue;
    const record = await confirmed(world, () => world.connectors.readRecord(connector, id));
    if (record.kind === 'unknown') return record;
    if (record.kind === 'known') records.push(record.value);
  }
  return known({ ...found.value, records });
}

/** A reading as the planner sees it. */
function seen<T>(result: Result<T | undefined>): Seen<T> {
  if (!result.ok) return unknown(result.fault);
  return result.value === undefined ? absent : known(result.value);
}
