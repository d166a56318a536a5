/**
 * Whether what a line holds is an entry that this Keeper can fold and tell. Bytes read back are
 * foreign: a hash proves that nobody changed them by accident, not that they make sense.
 */
import type { Effect, EntryBody, Facts, Observation } from '../core/entry.ts';
import type { OrderBody } from '../core/order.ts';
import {
  all,
  among,
  bool,
  listOf,
  members,
  number,
  optional,
  text,
  variant,
  type Check,
  type Members,
} from './shape-checks.ts';

/** Instants have become numbers before; what was none is refused by {@link instantsAreNumbers}. */
const instant = number;

const held = members({ secret: among('current', 'pending'), version: text });

const effects: Readonly<Record<Effect['kind'], Members>> = {
  'create-registration': { uniqueName: text },
  'update-registration': { objectId: text, changes: listOf(text), patch: text },
  'create-service-principal': { appId: text },
  'add-credential': { objectId: text, endAt: instant },
  'store-credential': { keyId: text },
  'promote-credential': { keyId: text },
  'push-credential': {
    connector: text,
    record: optional(text),
    keyId: text,
    appId: text,
    creates: bool,
  },
  'remove-credential': { objectId: text, keyId: text, why: text },
  'disable-version': { keyId: text, held },
};

const observations: Readonly<Record<Observation['what'], Members>> = {
  'registration-known': { objectId: text, appId: text, created: bool },
  'connector-known': { connector: text },
  'secret-known': {},
  'foreign-credential': { keyId: text, endAt: instant },
  'foreign-permission': { subject: text },
  'foreign-redirect-uri': { subject: text },
  'foreign-version': { version: text },
  'version-found': { keyId: text, held },
  'credential-gone': { keyId: text },
  'credential-back': { keyId: text },
  'record-gone': { connector: text, record: text },
  'record-changed': { connector: text, record: text, updatedAt: instant },
};

const orders: Readonly<Record<OrderBody['kind'], Members>> = {
  resync: { mode: text },
  rotate: { reason: text },
  compromised: { keyIds: listOf(text), removeAt: instant, endGrants: text },
  retire: { keyId: text },
  freeze: { untilAt: instant },
  thaw: {},
};

const fault = members({
  kind: text,
  vendor: text,
  code: optional(text),
  status: optional(number),
  requestId: optional(text),
  retryAfterMs: optional(number),
});

const facts: Readonly<Record<keyof Facts, Check>> = {
  objectId: optional(text),
  appId: optional(text),
  keyId: optional(text),
  hint: optional(text),
  endAt: optional(instant),
  version: optional(text),
  found: optional(bool),
  lifetimeCapDays: optional(number),
  records: optional(listOf(members({ id: text, updatedAt: instant, reached: bool }))),
  activeRecordId: optional(text),
  grants: optional(members({ total: number, invalid: number })),
};

/**
 * What each kind of entry must have, and of what kind the rest is if it is there. Words that only
 * tell why (`because`, `why`, `reason`) may be new ones; words that decide may not.
 */
const kinds: Readonly<Record<EntryBody['kind'], Members>> = {
  intent: {
    id: text,
    effect: variant('kind', effects),
    deadlineAt: instant,
    because: text,
    worker: optional(text),
    wokenBy: optional(text),
  },
  outcome: {
    intent: text,
    result: among('done', 'refused', 'doubtful', 'unsent'),
    facts: optional(members(facts)),
    fault: optional(fault),
    requestId: optional(text),
    retryAt: optional(instant),
    reason: optional(text),
  },
  proof: {
    keyId: text,
    held,
    result: among('proved', 'refused', 'unclear', 'disproved', 'still-accepted'),
    code: optional(number),
    fault: optional(fault),
    requestId: optional(text),
    retryAt: optional(instant),
    takeOver: optional(members({ hint: text, endAt: instant })),
  },
  recovery: {
    intent: text,
    finding: among('in-doubt', 'not-done', 'done', 'ambiguous'),
    keyId: optional(text),
    hint: optional(text),
    endAt: optional(instant),
  },
  observation: { seen: variant('what', observations) },
  order: {
    orderId: text,
    by: text,
    orderedAt: instant,
    body: variant('kind', orders),
    keyIds: optional(listOf(text)),
  },
  'order-end': { orderId: text, result: among('done', 'refused'), reason: optional(text) },
  configuration: { configuration: text, build: optional(text), identity: optional(text) },
};

const isOfKnownKind = variant('kind', kinds);

/** True for the kinds of entries that this Keeper knows, with what each has. */
export const isEntryShaped: Check = all(isOfKnownKind, instantsAreNumbers, (value) =>
  namesAreOwn(value),
);

/** Members whose texts are for people; all other texts may become names in memory. */
const texts: ReadonlySet<string> = new Set([
  'reason',
  'by',
  'worker',
  'because',
  'result',
  'subject',
  'configuration',
  'build',
  'identity',
]);

/** No text is the name of something that every object has: it would be found there uninvited. */
function namesAreOwn(value: unknown, name = ''): boolean {
  if (typeof value === 'string') return texts.has(name) || !(value in {});
  if (Array.isArray(value)) return value.every((one) => namesAreOwn(one));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => namesAreOwn(member, key));
}

/** Every `at` and `…At`, however deep, was an instant that could be read. */
function instantsAreNumbers(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(instantsAreNumbers);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => {
    const isInstant = name === 'at' || name.endsWith('At');
    return isInstant ? Number.isFinite(member) : instantsAreNumbers(member);
  });
}
