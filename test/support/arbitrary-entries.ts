/** Random entries of a chain, of every kind, and chains of them. */
import fc from 'fast-check';
import { encodeEntry, genesis, type Link } from '../../src/audit/chain.ts';
import type { Effect, Entry, EntryBody, Facts, Held, Observation } from '../../src/core/entry.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { OrderBody } from '../../src/core/order.ts';
import { dayMs, inputNow, keyId, minuteMs } from './arbitrary-parts.ts';

const at = fc.integer({ min: -400 * dayMs, max: 400 * dayMs }).map((offset) => inputNow + offset);
const intentId = fc.constantFrom('i1', 'i2', 'i3', 'i4');
const connector = fc.constantFrom('us/one', 'eu/two');
const record = fc.constantFrom('r1', 'r2');
const version = fc.constantFrom('c-k1', 'c-k2', 'p-k1', 'p-k2', 'p-k3');
const orderId = fc.constantFrom('order-1', 'order-2');
const held: fc.Arbitrary<Held> = fc.record({
  secret: fc.constantFrom('current', 'pending'),
  version,
});
const appId = fc.constantFrom('app-1', 'another-app');
const objectId = fc.constant('object-1');
const always = <T extends string>(text: T): fc.Arbitrary<T> => fc.constant(text);

const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'timeout', vendor: 'nylas' },
  { kind: 'throttled', vendor: 'graph', status: 429, retryAfterMs: 5_000 },
  { kind: 'policy', vendor: 'graph', rule: 'lifetime-too-long', status: 400 },
  { kind: 'denied', vendor: 'vault', code: 'Forbidden', status: 403 },
);

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({ kind: always('create-registration'), uniqueName: always('keeper-calendar') }),
  fc.record({
    kind: always('update-registration'),
    objectId,
    changes: fc.constant(['tags']),
    patch: always('0123456789abcdef'),
  }),
  fc.record({ kind: always('create-service-principal'), appId }),
  fc.record({ kind: always('add-credential'), objectId, endAt: at }),
  fc.record({ kind: always('store-credential'), keyId }),
  fc.record({ kind: always('promote-credential'), keyId }),
  fc.record(
    { kind: always('push-credential'), connector, record, keyId, appId, creates: fc.boolean() },
    { requiredKeys: ['kind', 'connector', 'keyId', 'appId', 'creates'] },
  ),
  fc.record({
    kind: always('remove-credential'),
    objectId,
    keyId,
    why: fc.constantFrom('orphan', 'abandoned', 'ended', 'superseded', 'ordered', 'compromised'),
  }),
  fc.record({ kind: always('disable-version'), keyId, held }),
);

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    objectId,
    appId,
    keyId,
    hint: fc.constantFrom('k1x', 'k2x'),
    endAt: at,
    version,
    found: fc.boolean(),
    lifetimeCapDays: fc.integer({ min: 1, max: 400 }),
    records: fc.array(fc.record({ id: record, updatedAt: at, reached: fc.boolean() }), {
      maxLength: 2,
    }),
    activeRecordId: record,
    grants: fc.record({ total: fc.nat(50), invalid: fc.nat(50) }),
  },
  { requiredKeys: [] },
);

const seen: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({ what: always('registration-known'), objectId, appId, created: fc.boolean() }),
  fc.record({ what: always('connector-known'), connector }),
  fc.record({ what: always('secret-known') }),
  fc.record({ what: always('foreign-credential'), keyId, endAt: at }),
  fc.record({ what: always('foreign-permission'), subject: fc.string() }),
  fc.record({ what: always('foreign-redirect-uri'), subject: fc.string({ unit: 'binary' }) }),
  fc.record({ what: always('foreign-version'), version }),
  fc.record({ what: always('version-found'), keyId, held }),
  fc.record({ what: always('credential-gone'), keyId }),
  fc.record({ what: always('credential-back'), keyId }),
  fc.record({ what: always('record-gone'), connector, record }),
  fc.record({ what: always('record-changed'), connector, record, updatedAt: at }),
);

const orderBody: fc.Arbitrary<OrderBody> = fc.oneof(
  fc.record({ kind: always('resync'), mode: fc.constantFrom('plan', 'apply') }),
  fc.record({ kind: always('rotate'), reason: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
  fc.record({
    kind: always('compromised'),
    keyIds: fc.constant([]),
    removeAt: at,
    endGrants: always('accept'),
  }),
  fc.record({ kind: always('retire'), keyId }),
  fc.record({ kind: always('freeze'), untilAt: at }),
  fc.record({ kind: always('thaw') }),
);

/** What one entry says, whatever stands before it. */
const entryBody: fc.Arbitrary<EntryBody> = fc.oneof(
  fc.record({
    kind: always('intent'),
    id: intentId,
    effect,
    deadlineAt: at,
    worker: always('w'),
    because: fc.constantFrom('due', 'first', 'doubt', 'rotation'),
  }),
  fc.record(
    {
      kind: always('outcome'),
      intent: intentId,
      result: fc.constantFrom('done', 'refused', 'doubtful', 'unsent'),
      facts,
      fault,
      requestId: fc.uuid(),
      retryAt: at,
      reason: fc.constantFrom('backing-off', 'throttled'),
    },
    { requiredKeys: ['kind', 'intent', 'result'] },
  ),
  fc.record(
    {
      kind: always('proof'),
      keyId,
      held,
      result: fc.constantFrom('proved', 'refused', 'unclear', 'disproved', 'still-accepted'),
      code: fc.constantFrom(7_000_215, 7_000_222),
      fault,
      retryAt: at,
      takeOver: fc.record({ hint: always('k1x'), endAt: at }),
    },
    { requiredKeys: ['kind', 'keyId', 'held', 'result'] },
  ),
  fc.record(
    {
      kind: always('recovery'),
      intent: intentId,
      finding: fc.constantFrom('in-doubt', 'not-done', 'done', 'ambiguous'),
      keyId,
      hint: always('k1x'),
      endAt: at,
    },
    { requiredKeys: ['kind', 'intent', 'finding'] },
  ),
  fc.record({ kind: always('observation'), seen }),
  fc.record(
    {
      kind: always('order'),
      orderId,
      by: fc.string({ unit: 'grapheme', maxLength: 20 }),
      orderedAt: at,
      body: orderBody,
      keyIds: fc.subarray(['k1', 'k2', 'k3']),
    },
    { requiredKeys: ['kind', 'orderId', 'by', 'orderedAt', 'body'] },
  ),
  fc.record({ kind: always('order-end'), orderId, result: fc.constantFrom('done', 'refused') }),
  fc.record({ kind: always('configuration'), configuration: fc.string({ unit: 'grapheme' }) }),
);

export interface MadeChain {
  /** With their newlines. */
  readonly lines: readonly string[];
  readonly text: string;
  readonly entries: readonly Entry[];
  /** Where a reader stands after each entry. */
  readonly links: readonly Link[];
}

/** Writes entries as Keeper does, a minute apart. */
function chainOf(bodies: readonly EntryBody[]): MadeChain {
  const lines: string[] = [];
  const entries: Entry[] = [];
  const links: Link[] = [];
  for (const [index, body] of bodies.entries()) {
    const after = links.at(-1) ?? genesis;
    const { line, entry, link } = encodeEntry(body, inputNow + index * minuteMs, after);
    lines.push(line);
    entries.push(entry);
    links.push(link);
  }
  return { lines, text: lines.join(''), entries, links };
}

/** Chains of some entries in any order, as Keeper would write them. */
export function arbitraryChain(minLength = 1, maxLength = 12): fc.Arbitrary<MadeChain> {
  return fc.array(entryBody, { minLength, maxLength }).map(chainOf);
}
