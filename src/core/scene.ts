/**
 * The scene that the checks look at: wishes, observation and memory side by side, and the
 * credentials merged from all three.
 */
import { admitsPersonal, type DesiredConnector, type DesiredRegistration } from './desired.ts';
import type { Held } from './entry.ts';
import { clockSkewMs, pushDoubtMs, replicationMs } from './limits.ts';
import { connectorMemoryOf, reportKey, type CredentialMemory, type Memory } from './memory.ts';
import {
  valueOf,
  type Observed,
  type SeenCredential,
  type SeenRegistration,
  type SeenSecret,
} from './observed.ts';

/** One credential, as Entra lists it and as the chain remembers it. */
export interface Credential {
  readonly keyId: string;
  readonly hint: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly place: 'application' | 'service-principal';
  /** Entra lists it, or would if its replicas agreed (just added, or Entra is not to be asked). */
  readonly listed: boolean;
  /** What the chain knows of it. Absent: foreign. */
  readonly memory?: CredentialMemory;
  /** A vault version that holds its text and can be read. */
  readonly held?: Held;
  /** Its end has passed, clock skew included: it serves nobody. */
  readonly ended: boolean;
  /** Listed and not ended by our clock. */
  readonly live: boolean;
  readonly compromised: boolean;
}

export interface Scene {
  readonly desired: DesiredRegistration;
  readonly observed: Observed;
  readonly memory: Memory;
  readonly now: number;
  /** The storage service's clock, by which others' intents are judged. */
  readonly storageNow: number;
  readonly registration: SeenRegistration | undefined;
  readonly appId: string | undefined;
  readonly objectId: string | undefined;
  readonly credentials: readonly Credential[];
  /** How long to leave a vendor alone that does not answer; longer the longer it has not. */
  readonly patienceMs?: number;
  /** The registration admits personal accounts, or shall: two secrets at the most. */
  readonly personal: boolean;
}

export interface PlanInput {
  readonly desired: DesiredRegistration;
  readonly observed: Observed;
  readonly memory: Memory;
  readonly now: number;
  readonly storageNow: number;
  readonly patienceMs?: number;
}

/** Puts the parts together. */
export function sceneOf(input: PlanInput): Scene {
  const registration = valueOf(input.observed.registration);
  const personal =
    admitsPersonal(input.desired.audience) ||
    (registration?.signInAudience.includes('PersonalMicrosoftAccount') ?? false);
  return {
    ...input,
    registration,
    appId: registration?.appId ?? input.memory.registration?.appId,
    objectId: registration?.objectId ?? input.memory.registration?.objectId,
    credentials: credentialsOf(input, registration),
    personal,
  };
}

function credentialsOf(
  input: PlanInput,
  registration: SeenRegistration | undefined,
): readonly Credential[] {
  const seen = [
    ...(registration?.credentials ?? []),
    ...(valueOf(input.observed.servicePrincipal)?.credentials ?? []),
  ];
  const merged = seen.map((one) => credentialOf(input, one, input.memory.credentials[one.keyId]));
  const listed = new Set(seen.map((one) => one.keyId));
  for (const memory of Object.values(input.memory.credentials)) {
    if (!listed.has(memory.keyId)) merged.push(credentialOf(input, undefined, memory));
  }
  return merged.toSorted((one, other) => one.keyId.localeCompare(other.keyId));
}

function credentialOf(
  input: PlanInput,
  seen: SeenCredential | undefined,
  memory: CredentialMemory | undefined,
): Credential {
  const { now } = input;
  const keyId = seen?.keyId ?? memory?.keyId ?? '';
  const endAt = seen?.endAt ?? memory?.endAt ?? 0;
  const listed = isListed(input, seen, memory);
  const held = memory && heldBy(input, memory);
  return {
    keyId,
    hint: seen?.hint ?? memory?.hint ?? '',
    startAt: seen?.startAt ?? memory?.addedAt ?? 0,
    endAt,
    place: seen?.place ?? 'application',
    listed,
    ...(memory ? { memory } : {}),
    ...(held ? { held } : {}),
    ended: endAt + clockSkewMs <= now,
    live: listed && now < endAt,
    compromised: memory?.compromisedBy !== undefined,
  };
}

/** A removal that Entra may not show yet counts; so does an addition. */
function isListed(
  input: PlanInput,
  seen: SeenCredential | undefined,
  memory: CredentialMemory | undefined,
): boolean {
  const { now } = input;
  const removedAt =
    memory?.removedAt ?? input.memory.reported[reportKey('removed', seen?.keyId ?? '')];
  if (removedAt !== undefined) return seen !== undefined && now >= removedAt + replicationMs;
  if (seen) return true;
  if (!memory) return false;
  return input.observed.registration.kind !== 'known' || now < memory.addedAt + replicationMs;
}

/** The best readable version: one of `<name>` before one of its pending twin, newest first. */
function heldBy(input: PlanInput, memory: CredentialMemory): Held | undefined {
  const current = valueOf(input.observed.current);
  const pending = valueOf(input.observed.pending);
  const readable = (held: Held): boolean =>
    (held.secret === 'current' ? current : pending)?.versions.some(
      (one) => one.version === held.version && one.enabled,
    ) ?? false;
  return (
    memory.held.findLast((held) => held.secret === 'current' && readable(held)) ??
    memory.held.findLast((held) => held.secret === 'pending' && readable(held))
  );
}

/** Entra accepted it, and has not refused it since. */
export function isProven({ memory }: Credential): boolean {
  return memory?.provedAt !== undefined && memory.refusedAt === undefined;
}

/** A version that carries the tags of a credential's intent, though the chain has no outcome. */
export function taggedVersion(
  secret: SeenSecret | undefined,
  tags: { readonly keyId: string; readonly intent: string },
): string | undefined {
  const found = secret?.versions.find(
    (one) => one.enabled && one.tags['keyId'] === tags.keyId && one.tags['intent'] === tags.intent,
  );
  return found?.version;
}

/** What a connector holds, as far as the chain proves it. */
export type Holding =
  /** Nothing that Keeper pushed: unknown, or no connector yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'doubtful'; readonly keyIds: readonly string[] }
  | { readonly kind: 'certain'; readonly keyId: string };

/** What one connector's settings hold. */
export function holdingOf(memory: Memory, connector: string): Holding {
  const { clean, doubtful } = connectorMemoryOf(memory, connector);
  const doubts = doubtful.filter((push) => push.record === undefined).map((push) => push.keyId);
  if (doubts.length > 0) {
    return { kind: 'doubtful', keyIds: clean ? [clean.keyId, ...doubts] : doubts };
  }
  return clean ? { kind: 'certain', keyId: clean.keyId } : { kind: 'unknown' };
}

/**
 * Law 6: every connector that Keeper ever pushed to, and every one in the file, has had a clean
 * push of another credential after every doubt had passed, in its settings and in its records.
 */
export function servesNoConnector(scene: Scene, keyId: string): boolean {
  const ids = new Set([
    ...Object.keys(scene.memory.connectors),
    ...scene.desired.connectors.map((one) => one.id),
  ]);
  return [...ids].every((id) => {
    const remembered = connectorMemoryOf(scene.memory, id);
    return (
      remembered.clean !== undefined &&
      remembered.clean.keyId !== keyId &&
      works(scene, remembered.clean.keyId) &&
      remembered.doubtful.length === 0 &&
      Object.values(remembered.records).every(
        (record) => record.keyId !== undefined && record.keyId !== keyId,
      ) &&
      ownedRecords(scene, id).every((record) => {
        const holds = remembered.records[record]?.keyId;
        return holds !== undefined && holds !== keyId;
      })
    );
  });
}

/** A credential that Entra lists and would accept. */
export function works(scene: Scene, keyId: string): boolean {
  return scene.credentials.some((one) => one.keyId === keyId && one.live);
}

/** Credentials that a connector may hold by a push of ours, and that work. */
export function servingCredentials(scene: Scene): readonly Credential[] {
  return scene.credentials.filter((one) => one.live && mayServe(scene, one.keyId));
}

/** Working ones from before Keeper that some connector may hold, which Keeper never pushed to. */
export function credentialsBeforeKeeper(scene: Scene): readonly Credential[] {
  const isOpen = scene.desired.connectors.some(
    (one) =>
      holdingOf(scene.memory, one.id).kind === 'unknown' &&
      scene.observed.connectors[one.id]?.connector.kind === 'known',
  );
  return isOpen ? scene.credentials.filter((one) => one.live && !one.memory?.intent) : [];
}

function mayServe(scene: Scene, keyId: string): boolean {
  return Object.values(scene.memory.connectors).some(
    (one) =>
      one.clean?.keyId === keyId ||
      one.doubtful.some((push) => push.keyId === keyId) ||
      Object.values(one.records).some((record) => record.keyId === keyId),
  );
}

/** Records that must hold what the settings hold: declared ones, and those active under Keeper. */
export function ownedRecords(scene: Scene, connector: string): readonly string[] {
  const declared =
    scene.desired.connectors.find((one) => one.id === connector)?.records ?? ([] as string[]);
  const remembered = connectorMemoryOf(scene.memory, connector);
  return [...new Set([...declared, ...Object.keys(remembered.records)])].toSorted();
}

/** A connector whose credential certainly does not work any more. */
export function isDead(scene: Scene, connector: DesiredConnector): boolean {
  const remembered = scene.memory.connectors[connector.id];
  const view = scene.observed.connectors[connector.id]?.connector;
  // One that was there and is gone is for a person; no haste of Keeper's helps it.
  if (view?.kind === 'absent') return remembered?.known !== true && !remembered?.clean;
  const holding = holdingOf(scene.memory, connector.id);
  if (holding.kind === 'certain') return !works(scene, holding.keyId);
  if (holding.kind === 'doubtful') return !holding.keyIds.some((keyId) => works(scene, keyId));
  // An adopted connector holds a secret from before Keeper: dead when no such secret lives.
  return (
    view?.kind === 'known' &&
    scene.registration !== undefined &&
    mayBeChanged(scene, connector, view.value) &&
    credentialsBeforeKeeper(scene).length === 0
  );
}

/** It serves this registration, or the file consents to its change (law 8). */
function mayBeChanged(
  scene: Scene,
  connector: DesiredConnector,
  seen: { readonly clientId?: string },
): boolean {
  return connector.takeOver || seen.clientId === scene.appId;
}

/** When a push whose end is not known can no longer land. */
export function doubtEndsAt(push: { readonly at: number }): number {
  return push.at + pushDoubtMs;
}

/** The API key opens an application, and it is not the one of the file. */
export function isWrongApplication(scene: Scene, connector: DesiredConnector): boolean {
  const application = scene.observed.connectors[connector.id]?.application;
  if (application === undefined || application.kind === 'unknown') return false;
  const isRight =
    application.kind === 'known' &&
    application.value.applicationId === connector.applicationId &&
    (application.value.region === 'unknown' || application.value.region === connector.region);
  return !isRight;
}
