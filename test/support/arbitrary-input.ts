/** Random small worlds for the planner: three credentials, two connectors, anything remembered. */
import fc from 'fast-check';
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { Entry } from '../../src/core/entry.ts';
import { remember } from '../../src/core/fold.ts';
import { blankMemory, type Memory } from '../../src/core/memory.ts';
import { absent, known } from '../../src/core/observed.ts';
import { plan, type PlanInput } from '../../src/core/plan.ts';
import {
  appId,
  connectorMemory,
  connectorView,
  credential,
  dayMs,
  inputNow,
  keyId,
  maybe,
  minuteMs,
  order,
  secretOf,
  seenAs,
} from './arbitrary-parts.ts';

const objectId = 'object-1';
const connectorIds = ['us/one', 'eu/two'] as const;

const inputDesired: DesiredRegistration = {
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

/** Anything that the planner may be asked, with notes that are to be written first. */
export const anyInput: fc.Arbitrary<PlanInput> = fc
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
        one.credentials.flatMap(({ memory: remembered }) =>
          remembered ? [[remembered.keyId, remembered]] : [],
        ),
      ),
      connectors: Object.fromEntries(
        one.memories.flatMap((remembered, index) =>
          remembered ? [[connectorIds[index], remembered]] : [],
        ),
      ),
      parked: one.parked
        ? [
            {
              id: 'i1',
              at: inputNow - 5 * minuteMs,
              doubtAt: inputNow - 3 * minuteMs,
              ambiguous: false,
            },
          ]
        : [],
      open: one.open
        ? [
            {
              id: 'i2',
              effect: { kind: 'add-credential', objectId, endAt: inputNow },
              at: inputNow - minuteMs,
              deadlineAt: inputNow,
              because: 'due',
            },
          ]
        : [],
      orders: one.orders,
      ...(one.chainKnows ? { registration: { objectId, appId, created: true } } : {}),
      ...(one.promoted === undefined
        ? {}
        : {
            promoted: { keyId: one.promoted, version: `c-${one.promoted}`, at: inputNow - dayMs },
          }),
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
    return {
      desired: {
        ...inputDesired,
        connectors: inputDesired.connectors.map((connector) => ({
          ...connector,
          takeOver: one.takeOver,
        })),
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
  const entries = first.entries.map((body, index): Entry => ({
    ...body,
    v: 1,
    seq: input.memory.seq + 1 + index,
    at: input.now,
  }));
  return noted({ ...input, memory: remember(input.memory, entries) }, rounds + 1);
}

/** Anything that the planner may be asked, its notes written. */
export const arbitraryInput = anyInput.map((input) => noted(input));
