/** Random small worlds for the planner: three credentials, two connectors, anything remembered. */
import fc from 'fast-check';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Held } from '../../src/core/entry.ts';
import {
  blankMemory,
  type ConnectorMemory,
  type CredentialMemory,
  type Memory,
  type OrderMemory,
} from '../../src/core/memory.ts';
import {
  absent,
  known,
  unknown,
  type ConnectorView,
  type Seen,
  type SeenCredential,
  type SeenSecret,
} from '../../src/core/observed.ts';
import type { Entry } from '../../src/core/entry.ts';
import { remember } from '../../src/core/fold.ts';
import { plan, type PlanInput } from '../../src/core/plan.ts';

export const inputNow = Date.parse('2026-06-01T12:00:00Z');
const dayMs = 86_400_000;
const minuteMs = 60_000;
const appId = 'app-1';
const objectId = 'object-1';
const keyIds = ['k1', 'k2', 'k3'] as const;
const connectorIds = ['us/one', 'eu/two'] as const;
const fault = { kind: 'unavailable', vendor: 'graph' } as const;

export const inputDesired: DesiredRegistration = {
  id: 'calendar',
  key: 'calendar',
  displayName: 'Calendar',
  audience: 'organizations-and-personal',
  redirectUris: ['https://api.us.nylas.com/v3/connect/callback'],
  permissions: ['User.Read'],
  access: [{ resourceAppId: 'graph', id: 'user-read', type: 'Scope' }],
  owns: { permissions: false, redirectUris: false },
  secret: { vault: 'demo', name: 'nylas-calendar' },
  lifetimeDays: 365,
  renewBeforeDays: 60,
  connectors: connectorIds.map((id) => ({
    id,
    region: id.startsWith('us') ? 'us' : 'eu',
    applicationId: id.slice(3),
    apiKey: { vault: 'demo', name: `key-${id.slice(3)}` },
    tenant: 'common',
    scopes: ['User.Read'],
    records: [],
    takeOver: false,
  })),
};

/** An instant around now: ended long ago, just now, in an hour, in a year. */
const endAt = fc
  .constantFrom(-400 * dayMs, -minuteMs, 90 * minuteMs, 2 * dayMs, 40 * dayMs, 200 * dayMs, 360 * dayMs)
  .map((offset) => inputNow + offset);
const past = fc
  .constantFrom(minuteMs, 20 * minuteMs, 2 * dayMs, 100 * dayMs)
  .map((offset) => inputNow - offset);
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const keyId = fc.constantFrom(...keyIds);

interface OneCredential {
  readonly seen: SeenCredential | undefined;
  readonly memory: CredentialMemory | undefined;
}

function credential(id: string): fc.Arbitrary<OneCredential> {
  const facts = fc.record({
    endAt,
    addedAt: past,
    ours: fc.constantFrom('issued', 'taken-over', undefined),
    listed: fc.boolean(),
    name: fc.constantFrom('by hand', 'keeper:i1', `keeper:intent-${id}`),
    principal: fc.boolean(),
    held: fc.subarray<Held>([
      { secret: 'current', version: `c-${id}` },
      { secret: 'pending', version: `p-${id}` },
    ]),
    provedAt: maybe(past),
    refusedAt: maybe(past),
    refusals: fc.integer({ min: 0, max: 6 }),
    promotedAt: maybe(past),
    pushed: fc.boolean(),
    removedAt: maybe(past),
    compromised: fc.boolean(),
  });
  return facts.map((one): OneCredential => {
    const place = one.principal && one.ours === undefined ? 'service-principal' : 'application';
    const seen: SeenCredential = {
      keyId: id,
      displayName: one.name,
      hint: id.padEnd(3, 'x'),
      startAt: one.addedAt,
      endAt: one.endAt,
      place,
    };
    if (one.ours === undefined) return { seen: one.listed ? seen : undefined, memory: undefined };
    const memory: CredentialMemory = {
      keyId: id,
      hint: seen.hint,
      endAt: one.endAt,
      addedAt: one.addedAt,
      origin: one.ours,
      held: one.held.map((held) => ({ ...held })),
      refusals: one.refusals,
      pushed: one.pushed,
      ...(one.ours === 'issued' ? { intent: `intent-${id}` } : {}),
      ...(one.provedAt === undefined ? {} : { provedAt: one.provedAt }),
      ...(one.refusedAt === undefined ? {} : { refusedAt: one.refusedAt }),
      ...(one.promotedAt === undefined ? {} : { promotedAt: one.promotedAt }),
      ...(one.removedAt === undefined ? {} : { removedAt: one.removedAt, removedWhy: 'ended' as const }),
      ...(one.compromised ? { compromisedBy: 'order-1' } : {}),
    };
    return { seen: one.listed ? seen : undefined, memory };
  });
}

const connectorMemory: fc.Arbitrary<ConnectorMemory | undefined> = maybe(
  fc.record({
    known: fc.constant(true),
    clean: maybe(
      fc.record({ keyId, appId: fc.constant(appId), intentAt: past, doneAt: past }),
    ),
    doubtful: fc.array(fc.record({ keyId, at: past }), { maxLength: 2 }),
    records: fc.dictionary(
      fc.constantFrom('r1', 'r2'),
      fc.record({ keyId, updatedAt: past }),
      { maxKeys: 2 },
    ),
  }),
).map((one) => {
  if (!one) return undefined;
  const { clean, ...rest } = one;
  return clean ? { ...rest, clean } : rest;
});

function connectorView(id: string): fc.Arbitrary<ConnectorView> {
  return fc
    .record({
      application: fc.constantFrom(id.slice(3), 'a-stranger', undefined),
      connector: fc.constantFrom('known', 'absent', 'unknown'),
      clientId: fc.constantFrom(appId, 'another-app', undefined),
      records: fc.subarray(['r1', 'r2']),
      updatedAt: past,
    })
    .map((one): ConnectorView => {
      const seen = {
        scopes: ['User.Read'],
        tenant: 'common',
        records: one.records.map((record) => ({ id: record, updatedAt: one.updatedAt })),
        ...(one.clientId === undefined ? {} : { clientId: one.clientId }),
      };
      const connector = one.connector === 'known' ? known(seen) : one.connector === 'absent' ? absent : unknown(fault);
      const region = id.startsWith('us') ? ('us' as const) : ('eu' as const);
      return {
        application: one.application === undefined ? unknown(fault) : known({ applicationId: one.application, region }),
        connector,
        grants: known({ total: 1, invalid: 0 }),
      };
    });
}

const order: fc.Arbitrary<OrderMemory> = fc
  .oneof(
    fc.record({ kind: fc.constant('retire' as const), keyId }),
    fc.record({ kind: fc.constant('rotate' as const), reason: fc.constant('test') }),
    fc.record({
      kind: fc.constant('compromised' as const),
      keyIds: fc.constant([]),
      removeAt: fc.constantFrom(inputNow - minuteMs, inputNow + 60 * minuteMs),
      endGrants: fc.constant('accept' as const),
    }),
  )
  .chain((body) =>
    fc.record({
      id: fc.constant('order-1'),
      by: fc.constant('somebody'),
      at: past,
      body: fc.constant(body),
      keyIds: body.kind === 'compromised' ? fc.subarray([...keyIds]) : fc.constant([]),
    }),
  );

function secretOf(which: 'current' | 'pending', all: readonly OneCredential[], seen: boolean): Seen<SeenSecret> {
  if (!seen) return unknown({ kind: 'timeout', vendor: 'vault' });
  const versions = all.flatMap(({ memory }) =>
    (memory?.held ?? []).filter((held) => held.secret === which).map((held) => ({
      version: held.version,
      createdAt: inputNow - dayMs,
      enabled: true,
      tags: { keyId: memory?.keyId ?? '', appId },
    })),
  );
  const [newest] = versions;
  return newest ? known({ current: { ...newest, hint: 'k1x' }, versions }) : absent;
}

/** Anything that the planner may be asked. */
const anyInput: fc.Arbitrary<PlanInput> = fc
  .record({
    credentials: fc.tuple(credential('k1'), credential('k2'), credential('k3')),
    views: fc.tuple(connectorView('us/one'), connectorView('eu/two')),
    memories: fc.tuple(connectorMemory, connectorMemory),
    registration: fc.constantFrom('known', 'known', 'absent', 'unknown'),
    principal: fc.constantFrom('known', 'known', 'absent', 'unknown'),
    chainKnows: fc.boolean(),
    vaultSeen: fc.boolean(),
    promoted: maybe(keyId),
    parked: fc.boolean(),
    open: fc.boolean(),
    orders: fc.array(order, { maxLength: 1 }),
    frozen: fc.boolean(),
    takeOver: fc.boolean(),
    secretKnown: fc.boolean(),
  })
  .map((one): PlanInput => {
    const memory: Memory = {
      ...blankMemory(),
      secretKnown: one.secretKnown,
      credentials: Object.fromEntries(
        one.credentials.flatMap(({ memory: remembered }) => (remembered ? [[remembered.keyId, remembered]] : [])),
      ),
      connectors: Object.fromEntries(
        one.memories.flatMap((remembered, index) => (remembered ? [[connectorIds[index], remembered]] : [])),
      ),
      parked: one.parked ? [{ id: 'i1', at: inputNow - 5 * minuteMs, doubtAt: inputNow - 3 * minuteMs, ambiguous: false }] : [],
      open: one.open
        ? [{ id: 'i2', effect: { kind: 'add-credential', objectId, endAt: inputNow }, at: inputNow - minuteMs, deadlineAt: inputNow, because: 'due' }]
        : [],
      orders: one.orders,
      ...(one.chainKnows ? { registration: { objectId, appId, created: true } } : {}),
      ...(one.promoted === undefined ? {} : { promoted: { keyId: one.promoted, version: `c-${one.promoted}`, at: inputNow - dayMs } }),
      ...(one.frozen ? { freezeUntilAt: inputNow + 10 * dayMs } : {}),
    };
    const credentials = one.credentials.flatMap(({ seen }) => (seen ? [seen] : []));
    const registration = {
      objectId,
      appId,
      displayName: 'Calendar',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      tokenVersion: 2,
      redirectUris: inputDesired.redirectUris,
      access: inputDesired.access,
      tags: ['keeper', 'keeper:calendar'],
      credentials: credentials.filter((seen) => seen.place === 'application'),
    };
    const principal = {
      objectId: 'principal-1',
      enabled: true,
      credentials: credentials.filter((seen) => seen.place === 'service-principal'),
    };
    const seenAs = <T>(how: string, value: T): Seen<T> =>
      how === 'known' ? known(value) : how === 'absent' ? absent : unknown(fault);
    return {
      desired: {
        ...inputDesired,
        connectors: inputDesired.connectors.map((connector) => ({ ...connector, takeOver: one.takeOver })),
      },
      observed: {
        registration: seenAs(one.registration, registration),
        deletedRegistration: absent,
        servicePrincipal: one.registration === 'known' ? seenAs(one.principal, principal) : absent,
        current: secretOf('current', one.credentials, one.vaultSeen),
        pending: secretOf('pending', one.credentials, one.vaultSeen),
        deletedSecrets: known([]),
        connectors: Object.fromEntries(one.views.map((view, index) => [connectorIds[index], view])),
      },
      memory,
      now: inputNow,
      storageNow: inputNow,
    };
  });

/** As a pass has it once what is merely to be noted is in the chain. */
function noted(input: PlanInput, rounds = 0): PlanInput {
  const [first] = plan(input).actions;
  if (first?.kind !== 'note') return input;
  if (rounds > 8) throw new Error(`Notes do not end: ${JSON.stringify(first.entries)}`);
  const entries = first.entries.map(
    (body, index): Entry => ({ ...body, v: 1, seq: input.memory.seq + 1 + index, at: input.now }),
  );
  return noted({ ...input, memory: remember(input.memory, entries) }, rounds + 1);
}

/** Anything that the planner may be asked, its notes written. */
export const arbitraryInput = anyInput.map((input) => noted(input));
