/**
 * Role: the words of the core's unit tests. `world()` is a registration in good order; a test changes
 * what it is about and nothing else, and says what a check finds then.
 */
import type { DesiredConnector, DesiredRegistration } from '../../../src/core/desired.ts';
import type { Check, Finding } from '../../../src/core/finding.ts';
import type { CredentialMemory, Memory, OrderMemory } from '../../../src/core/memory.ts';
import { blankMemory } from '../../../src/core/memory.ts';
import {
  absent,
  known,
  unknown,
  type ConnectorView,
  type Observed,
  type Seen,
  type SeenCredential,
} from '../../../src/core/observed.ts';
import type { OrderBody } from '../../../src/core/order.ts';
import type { Reason } from '../../../src/core/reason.ts';
import { sceneOf, type Scene } from '../../../src/core/scene.ts';
import { dayMs, hourMs } from '../../../src/core/limits.ts';

/** The same, to be changed by a test. */
export type Draft<T> = T extends object ? { -readonly [Key in keyof T]: Draft<T[Key]> } : T;

export const now = Date.parse('2026-06-01T12:00:00Z');
const fault = { kind: 'unavailable', vendor: 'graph' } as const;
export const unseen = unknown(fault);

/** The registration in the middle of its year: `k1` serves both connectors, proven and promoted. */
export interface World {
  desired: Draft<DesiredRegistration>;
  observed: Draft<Observed>;
  memory: Memory;
  now: number;
  storageNow: number;
  patienceMs?: number;
}

/** The known value of a part, to be changed. */
export function valueOf<T>(seen: Seen<T> | Draft<Seen<T>>): Draft<T> {
  if (seen.kind !== 'known') throw new Error('The part is not known in this world');
  return seen.value as Draft<T>;
}

function desiredConnector(id: 'us/one' | 'eu/two'): Draft<DesiredConnector> {
  return {
    id,
    region: id === 'us/one' ? 'us' : 'eu',
    applicationId: id.slice(3),
    apiKey: { vault: 'demo', name: `key-${id.slice(3)}` },
    tenant: 'common',
    name: `Connector ${id.slice(3)}`,
    scopes: ['Calendars.Read', 'User.Read'],
    records: [],
    takeOver: false,
  };
}

function connectorView(id: 'us/one' | 'eu/two'): Draft<ConnectorView> {
  return {
    application: known({
      applicationId: id.slice(3),
      region: id === 'us/one' ? ('us' as const) : ('eu' as const),
    }),
    connector: known({
      clientId: 'app-1',
      tenant: 'common',
      name: `Connector ${id.slice(3)}`,
      scopes: ['Calendars.Read', 'User.Read'],
      activeRecordId: `r-${id}`,
      records: [{ id: `r-${id}`, updatedAt: now - 90 * dayMs }],
    }),
    grants: known({ total: 100, invalid: 2 }),
  };
}

const graph = { resourceAppId: 'graph', type: 'Scope' } as const;

/** A registration in good order, in which nothing is to be done. */
export function world(change: (world: World) => void = () => undefined): World {
  const registration = {
    objectId: 'object-1',
    appId: 'app-1',
    displayName: 'Calendar',
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    tokenVersion: 2,
    redirectUris: ['https://one.example/callback'],
    access: [{ ...graph, id: 'user-read' }],
    tags: ['keeper', 'keeper:calendar'],
    credentials: [],
  };
  const made: World = {
    desired: {
      id: 'calendar',
      key: 'calendar',
      displayName: 'Calendar',
      audience: 'organizations-and-personal',
      redirectUris: ['https://one.example/callback'],
      permissions: ['User.Read'],
      access: [{ ...graph, id: 'user-read' }],
      owns: { permissions: false, redirectUris: false },
      secret: { vault: 'demo', name: 'nylas-calendar' },
      lifetimeDays: 365,
      renewBeforeDays: 60,
      connectors: [desiredConnector('us/one'), desiredConnector('eu/two')],
    },
    observed: {
      registration: known(registration),
      deletedRegistration: absent,
      servicePrincipal: known({ objectId: 'principal-1', enabled: true, credentials: [] }),
      current: absent,
      pending: absent,
      deletedSecrets: known([]),
      connectors: { 'us/one': connectorView('us/one'), 'eu/two': connectorView('eu/two') },
    },
    memory: {
      ...blankMemory(),
      seq: 40,
      registration: { objectId: 'object-1', appId: 'app-1', created: false },
      secretKnown: true,
      promoted: { keyId: 'k1', version: 'c-k1', at: now - 99 * dayMs },
      connectors: {},
    },
    now,
    storageNow: now,
  };
  ours(made, 'k1', {
    startAt: now - 100 * dayMs,
    endAt: now + 265 * dayMs,
    held: ['pending', 'current'],
    provedAt: now - 99 * dayMs,
    promotedAt: now - 99 * dayMs,
    pushed: true,
  });
  for (const id of ['us/one', 'eu/two']) {
    made.memory.connectors[id] = {
      known: true,
      clean: { keyId: 'k1', appId: 'app-1', intentAt: now - 91 * dayMs, doneAt: now - 90 * dayMs },
      doubtful: [],
      records: { [`r-${id}`]: { keyId: 'k1', updatedAt: now - 90 * dayMs } },
      activeRecordId: `r-${id}`,
      grants: { total: 100, invalid: 2 },
    };
  }
  change(made);
  return made;
}

interface Told extends Partial<Omit<CredentialMemory, 'held' | 'keyId'>> {
  startAt?: number;
  /** Whether Entra lists it. */
  listed?: boolean;
  held?: readonly ('current' | 'pending')[];
}

/**
 * A credential of Keeper's: `held` names the secrets whose newest version holds its text. One that
 * is told nothing else was added two days ago, is stored as pending, and lives for a year.
 */
export function ours(made: World, keyId: string, told: Told = {}): CredentialMemory {
  const { listed = true, startAt, held = ['pending'], ...memory } = told;
  const addedAt = memory.addedAt ?? startAt ?? now - 2 * dayMs;
  const endAt = memory.endAt ?? addedAt + 365 * dayMs;
  const hint = memory.hint ?? `${keyId}x`;
  const versionOf = (secret: 'current' | 'pending'): string => `${secret.slice(0, 1)}-${keyId}`;
  const credential: CredentialMemory = {
    intent: `i-${keyId}`,
    origin: 'issued',
    refusals: 0,
    pushed: false,
    ...memory,
    keyId,
    hint,
    addedAt,
    endAt,
    held: held.map((secret) => ({ secret, version: versionOf(secret) })),
  };
  if (told.origin === 'taken-over') delete credential.intent;
  made.memory.credentials[keyId] = credential;
  if (listed) foreign(made, keyId, { hint, startAt: addedAt, endAt });
  for (const secret of held) storedVersion(made, secret, versionOf(secret), keyId);
  return credential;
}

/** The newest version of a secret, which holds a credential's text. */
export function storedVersion(
  made: World,
  secret: 'current' | 'pending',
  version: string,
  keyId: string,
): void {
  const before = made.observed[secret];
  const others = before.kind === 'known' ? before.value.versions : [];
  const one = {
    version,
    createdAt: now - 2 * dayMs,
    enabled: true,
    tags: { keyId, intent: `i-${keyId}`, appId: 'app-1', registration: 'calendar' },
  };
  const value = { current: { ...one, hint: `${keyId}x` }, versions: [one, ...others] };
  made.observed[secret] = known(value) as Draft<Observed>['current'];
}

/** A credential that Entra lists and the chain does not know. */
export function foreign(made: World, keyId: string, told: Partial<SeenCredential> = {}): void {
  const one = {
    keyId,
    displayName: `keeper:i-${keyId}`,
    hint: `${keyId}x`,
    startAt: now - 10 * dayMs,
    endAt: now + 100 * dayMs,
    place: 'application' as const,
    ...told,
  };
  const list =
    one.place === 'application' ? made.observed.registration : made.observed.servicePrincipal;
  valueOf<{ credentials: SeenCredential[] }>(list).credentials.push(one);
}

/** A listed credential, as Entra shows it. */
export function listedOne(made: World, keyId: string): Draft<SeenCredential> {
  const found = valueOf(made.observed.registration).credentials.find((one) => one.keyId === keyId);
  if (!found) throw new Error(`Entra does not list ${keyId} in this world`);
  return found;
}

/** What the chain remembers of a credential. */
export function remembered(made: World, keyId = 'k1'): CredentialMemory {
  const found = made.memory.credentials[keyId];
  if (!found) throw new Error(`The chain does not know ${keyId} in this world`);
  return found;
}

/** What the chain remembers of a connector. */
export function connectorOf(made: World, id = 'us/one'): Memory['connectors'][string] {
  return (made.memory.connectors[id] ??= { doubtful: [], records: {} });
}

/** What is seen of a connector. */
export function viewOf(made: World, id = 'us/one'): Draft<ConnectorView> {
  const found = made.observed.connectors[id];
  if (!found) throw new Error(`There is no ${id} in this world`);
  return found;
}

/** The wishes for the first connector. */
export function wishOf(made: World): Draft<DesiredConnector> {
  const [first] = made.desired.connectors;
  if (!first) throw new Error('There is no connector in this world');
  return first;
}

/** Both connectors hold this credential by clean pushes, settings and records. */
export function switchedTo(made: World, keyId: string): void {
  for (const one of Object.values(made.memory.connectors)) {
    one.clean = { keyId, appId: 'app-1', intentAt: now - 2 * hourMs, doneAt: now - hourMs };
    one.records = Object.fromEntries(
      Object.entries(one.records).map(([id, record]) => [id, { ...record, keyId }]),
    );
  }
}

/** `k2` was promoted and switched to a day ago; `k1` is the old one. */
export function rotated(made: World): void {
  ours(made, 'k2', {
    addedAt: now - 3 * dayMs,
    held: ['pending', 'current'],
    provedAt: now - dayMs,
    promotedAt: now - dayMs,
    pushed: true,
  });
  made.memory.promoted = { keyId: 'k2', version: 'c-k2', at: now - dayMs };
  switchedTo(made, 'k2');
}

/** A credential of ours that is to be renewed now: 20 days are left of its year. */
export function nearlyOver(made: World, keyId: string): void {
  Object.assign(listedOne(made, keyId), { startAt: now - 345 * dayMs, endAt: now + 20 * dayMs });
  Object.assign(remembered(made, keyId), { addedAt: now - 345 * dayMs, endAt: now + 20 * dayMs });
}

/** A credential of ours ends then, by Entra's word and the chain's. */
export function endsAt(made: World, keyId: string, endAt: number): void {
  listedOne(made, keyId).endAt = endAt;
  remembered(made, keyId).endAt = endAt;
}

/** Entra does not list it any more. */
export function unlisted(made: World, keyId: string): void {
  const seen = valueOf(made.observed.registration);
  seen.credentials = seen.credentials.filter((one) => one.keyId !== keyId);
}

/** The step is backing off until a second from now. */
export function backsOff(made: World, step: string, reason: Reason = 'backing-off'): void {
  made.memory.waits[step] = { untilAt: now + 1_000, attempts: 1, reason };
}

/** An order that the chain took in an hour ago. */
export function ordered(
  made: World,
  body: OrderBody,
  more: Partial<OrderMemory> = {},
): OrderMemory {
  const order = { id: 'order-1', by: 'somebody', at: now - hourMs, body, keyIds: [], ...more };
  made.memory.orders.push(order);
  return order;
}

/** A leak of these credentials, which are removed in an hour at the latest. */
export function leaked(made: World, keyIds: readonly string[], removeAt = now + hourMs): void {
  ordered(
    made,
    { kind: 'compromised', keyIds: [], removeAt, endGrants: 'accept' },
    { keyIds: [...keyIds] },
  );
  for (const keyId of keyIds) {
    const credential = made.memory.credentials[keyId];
    if (credential) credential.compromisedBy = 'order-1';
  }
}

/** The scene of a changed world. */
export function scene(change: (world: World) => void = () => undefined): Scene {
  return sceneOf(world(change));
}

/** What a check finds in a changed world. */
export function finds(check: Check, change: (world: World) => void): readonly Finding[] {
  return check(scene(change));
}

/** A finding to do something. */
export function doing(action: Extract<Finding, { kind: 'act' }>['action']): readonly Finding[] {
  return [{ kind: 'act', action }];
}

/** A finding for the chain. */
export function noting(
  ...seen: readonly Extract<
    Extract<Finding, { kind: 'note' }>['entry'],
    { kind: 'observation' }
  >['seen'][]
): readonly Finding[] {
  return seen.map((one) => ({ kind: 'note', entry: { kind: 'observation', seen: one } }));
}
