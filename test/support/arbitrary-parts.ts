/** Random parts of small worlds: a credential, a connector as remembered and as seen, an order. */
import fc from 'fast-check';
import type { Held } from '../../src/core/entry.ts';
import type { ConnectorMemory, CredentialMemory, OrderMemory } from '../../src/core/memory.ts';
import {
  absent,
  known,
  unknown,
  type ConnectorView,
  type Seen,
  type SeenCredential,
  type SeenSecret,
} from '../../src/core/observed.ts';

export const inputNow = Date.parse('2026-06-01T12:00:00Z');
export const dayMs = 86_400_000;
export const minuteMs = 60_000;
export const appId = 'app-1';
const keyIds = ['k1', 'k2', 'k3'] as const;
const fault = { kind: 'unavailable', vendor: 'graph' } as const;

/** An instant around now: ended long ago, just now, in an hour, in a year. */
const endAt = fc
  .constantFrom(
    -400 * dayMs,
    -minuteMs,
    90 * minuteMs,
    2 * dayMs,
    40 * dayMs,
    200 * dayMs,
    360 * dayMs,
  )
  .map((offset) => inputNow + offset);
const past = fc
  .constantFrom(minuteMs, 20 * minuteMs, 2 * dayMs, 100 * dayMs)
  .map((offset) => inputNow - offset);
export const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined });
export const keyId = fc.constantFrom(...keyIds);

interface OneCredential {
  readonly seen: SeenCredential | undefined;
  readonly memory: CredentialMemory | undefined;
}

export function credential(id: string): fc.Arbitrary<OneCredential> {
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
      ...(one.removedAt === undefined
        ? {}
        : { removedAt: one.removedAt, removedWhy: 'ended' as const }),
      ...(one.compromised ? { compromisedBy: 'order-1' } : {}),
    };
    return { seen: one.listed ? seen : undefined, memory };
  });
}

export const connectorMemory: fc.Arbitrary<ConnectorMemory | undefined> = maybe(
  fc.record({
    known: fc.constant(true),
    clean: maybe(fc.record({ keyId, appId: fc.constant(appId), intentAt: past, doneAt: past })),
    doubtful: fc.array(fc.record({ keyId, at: past }), { maxLength: 2 }),
    records: fc.dictionary(fc.constantFrom('r1', 'r2'), fc.record({ keyId, updatedAt: past }), {
      maxKeys: 2,
    }),
  }),
).map((one) => {
  if (!one) return undefined;
  const { clean, ...rest } = one;
  return clean ? { ...rest, clean } : rest;
});

export function connectorView(id: string): fc.Arbitrary<ConnectorView> {
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
      const connector =
        one.connector === 'known'
          ? known(seen)
          : one.connector === 'absent'
            ? absent
            : unknown(fault);
      const region = id.startsWith('us') ? ('us' as const) : ('eu' as const);
      return {
        application:
          one.application === undefined
            ? unknown(fault)
            : known({ applicationId: one.application, region }),
        connector,
        grants: known({ total: 1, invalid: 0 }),
      };
    });
}

export const order: fc.Arbitrary<OrderMemory> = fc
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

export function secretOf(
  which: 'current' | 'pending',
  all: readonly OneCredential[],
  seen: boolean,
): Seen<SeenSecret> {
  if (!seen) return unknown({ kind: 'timeout', vendor: 'vault' });
  const versions = all.flatMap(({ memory }) =>
    (memory?.held ?? [])
      .filter((held) => held.secret === which)
      .map((held) => ({
        version: held.version,
        createdAt: inputNow - dayMs,
        enabled: true,
        tags: { keyId: memory?.keyId ?? '', appId },
      })),
  );
  const [newest] = versions;
  return newest ? known({ current: { ...newest, hint: 'k1x' }, versions }) : absent;
}

/** Seen, absent or unknown, by name. */
export function seenAs<T>(how: string, value: T): Seen<T> {
  if (how === 'known') return known(value);
  return how === 'absent' ? absent : unknown(fault);
}
