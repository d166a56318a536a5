import { describe, expect, it } from 'vitest';
import { isEntryShaped } from '../../../src/audit/entry-shape.ts';

type Members = Readonly<Record<string, unknown>>;

/** One valid entry of each kind, with what the fold needs of it and nothing else. */
const entries: Readonly<Record<string, Members>> = {
  intent: {
    kind: 'intent',
    id: 'i',
    effect: { kind: 'create-registration', uniqueName: 'u' },
    deadlineAt: 1,
    because: 'due',
  },
  outcome: { kind: 'outcome', intent: 'i', result: 'done' },
  proof: { kind: 'proof', keyId: 'k', held: { secret: 'current', version: 'v' }, result: 'proved' },
  recovery: { kind: 'recovery', intent: 'i', finding: 'done' },
  observation: { kind: 'observation', seen: { what: 'secret-known' } },
  order: { kind: 'order', orderId: 'o', by: 'p', orderedAt: 1, body: { kind: 'thaw' } },
  'order-end': { kind: 'order-end', orderId: 'o', result: 'done' },
  configuration: { kind: 'configuration', configuration: 'c' },
};

/** One valid effect of each kind. */
const effects: readonly Members[] = [
  { kind: 'create-registration', uniqueName: 'u' },
  { kind: 'update-registration', objectId: 'o', changes: ['name'], patch: 'p' },
  { kind: 'create-service-principal', appId: 'a' },
  { kind: 'add-credential', objectId: 'o', endAt: 1 },
  { kind: 'store-credential', keyId: 'k' },
  { kind: 'promote-credential', keyId: 'k' },
  { kind: 'push-credential', connector: 'c', keyId: 'k', appId: 'a', creates: true },
  { kind: 'remove-credential', objectId: 'o', keyId: 'k', why: 'ended' },
  { kind: 'disable-version', keyId: 'k', held: { secret: 'current', version: 'v' } },
];

/** One valid observation of each kind. */
const observations: readonly Members[] = [
  { what: 'registration-known', objectId: 'o', appId: 'a', created: false },
  { what: 'connector-known', connector: 'c' },
  { what: 'secret-known' },
  { what: 'foreign-credential', keyId: 'k', endAt: 1 },
  { what: 'foreign-permission', subject: 's' },
  { what: 'foreign-redirect-uri', subject: 's' },
  { what: 'foreign-version', version: 'v' },
  { what: 'version-found', keyId: 'k', held: { secret: 'current', version: 'v' } },
  { what: 'credential-gone', keyId: 'k' },
  { what: 'credential-back', keyId: 'k' },
  { what: 'record-gone', connector: 'c', record: 'r' },
  { what: 'record-changed', connector: 'c', record: 'r', updatedAt: 1 },
];

/** One valid order of each kind. */
const orders: readonly Members[] = [
  { kind: 'resync', mode: 'plan' },
  { kind: 'rotate', reason: 'r' },
  { kind: 'compromised', keyIds: ['k'], removeAt: 1, endGrants: 'accept' },
  { kind: 'retire', keyId: 'k' },
  { kind: 'freeze', untilAt: 1 },
  { kind: 'thaw' },
];

/** Members of an outcome that may be left out, each with all that it has. */
const extras: readonly Members[] = [
  { fault: { kind: 'denied', vendor: 'graph', code: 'c', status: 403, requestId: 'r' } },
  { fault: { kind: 'throttled', vendor: 'nylas', retryAfterMs: 5 } },
  { facts: { keyId: 'k', grants: { total: 2, invalid: 0 }, found: true, lifetimeCapDays: 90 } },
  { facts: { records: [{ id: 'a', updatedAt: 5, reached: true }], activeRecordId: 'a' } },
  { requestId: 'r', retryAt: 5, reason: 'backing-off' },
];

const orderOf = (body: unknown): Members => ({ ...entries['order'], body });
const intentTo = (effect: unknown): Members => ({ ...entries['intent'], effect });
const observationOf = (seen: unknown): Members => ({ kind: 'observation', seen });

/** The same without one of its members, and with a number where text should be, or text for a number. */
function spoiled(all: Members): readonly (readonly [string, Members])[] {
  return Object.entries(all).flatMap(([name, value]) => {
    const { [name]: _left, ...rest } = all;
    const wrong = typeof value === 'string' ? 7 : 'text';
    return [
      [`without ${name}`, rest],
      [`with a wrong ${name}`, { ...rest, [name]: wrong }],
      [`with a list for ${name}`, { ...rest, [name]: [[]] }],
      [`with null for ${name}`, { ...rest, [name]: null }],
    ] as const;
  });
}

describe('isEntryShaped()', () => {
  it.each(Object.values(entries))('takes $kind', (entry) => {
    expect(isEntryShaped(entry)).toBe(true);
  });

  it.each(
    Object.values(entries).flatMap((entry) =>
      spoiled(entry).map(([how, spoilt]) => [`${String(entry['kind'])} ${how}`, spoilt] as const),
    ),
  )('does not take %s', (_, entry) => {
    expect(isEntryShaped(entry)).toBe(false);
  });

  it.each(effects)('takes the effect $kind', (effect) => {
    expect(isEntryShaped(intentTo(effect))).toBe(true);
  });

  it.each(
    effects.flatMap((effect) =>
      spoiled(effect).map(([how, spoilt]) => [`${String(effect['kind'])} ${how}`, spoilt] as const),
    ),
  )('does not take the effect %s', (_, effect) => {
    expect(isEntryShaped(intentTo(effect))).toBe(false);
  });

  it.each(observations)('takes the observation $what', (seen) => {
    expect(isEntryShaped(observationOf(seen))).toBe(true);
  });

  it.each(
    observations.flatMap((seen) =>
      spoiled(seen).map(([how, spoilt]) => [`${String(seen['what'])} ${how}`, spoilt] as const),
    ),
  )('does not take the observation %s', (_, seen) => {
    expect(isEntryShaped(observationOf(seen))).toBe(false);
  });

  it.each(orders)('takes the order $kind', (body) => {
    expect(isEntryShaped(orderOf(body))).toBe(true);
  });

  it.each(
    orders.flatMap((body) =>
      spoiled(body).map(([how, spoilt]) => [`${String(body['kind'])} ${how}`, spoilt] as const),
    ),
  )('does not take the order %s', (_, body) => {
    expect(isEntryShaped(orderOf(body))).toBe(false);
  });

  it.each(extras)('takes an outcome with %o', (extra) => {
    expect(isEntryShaped({ ...entries['outcome'], ...extra })).toBe(true);
  });

  it.each(
    extras.flatMap((extra) =>
      Object.entries(extra).flatMap(([name, value]): readonly (readonly [string, Members])[] =>
        typeof value === 'object'
          ? spoiled(value as Members)
              .filter(([how]) => !how.startsWith('without '))
              .map(([how, spoilt]) => [`${name} ${how}`, { [name]: spoilt }])
          : [[`a wrong ${name}`, { [name]: [] }]],
      ),
    ),
  )('does not take an outcome with %s', (_, extra) => {
    expect(isEntryShaped({ ...entries['outcome'], ...extra })).toBe(false);
  });

  it.each<[string, Members]>([
    ...['done', 'refused', 'doubtful', 'unsent'].map((result): [string, Members] => [
      'outcome',
      { result },
    ]),
    ...['proved', 'refused', 'unclear', 'disproved', 'still-accepted'].map(
      (result): [string, Members] => ['proof', { result }],
    ),
    ...['in-doubt', 'not-done', 'done', 'ambiguous'].map((finding): [string, Members] => [
      'recovery',
      { finding },
    ]),
    ...['done', 'refused'].map((result): [string, Members] => ['order-end', { result }]),
    ['proof', { held: { secret: 'pending', version: 'v' } }],
  ])('takes an entry of kind %s with %o', (kind, members) => {
    expect(isEntryShaped({ ...entries[kind], ...members })).toBe(true);
  });

  it.each<[string, string, Members]>([
    ['outcome', 'count of grants', { facts: { grants: { total: 'many', invalid: 0 } } }],
    ['outcome', 'instant in a list', { more: [{ at: 1 }, { at: null }] }],
    ['outcome', 'result', { result: 'perhaps' }],
    ['proof', 'result', { result: 'perhaps' }],
    ['recovery', 'finding', { finding: 'perhaps' }],
    ['order-end', 'result', { result: 'perhaps' }],
    ['proof', 'place', { held: { secret: 'third', version: 'v' } }],
    ['proof', 'take-over', { takeOver: { hint: 'h' } }],
    ['recovery', 'end', { endAt: 'later' }],
    ['intent', 'waking', { wokenBy: 7 }],
    ['order', 'list of credentials', { keyIds: ['a', 7] }],
    ['order', 'text for a list of credentials', { keyIds: 'a' }],
    ['configuration', 'build', { build: 7 }],
  ])('does not take an entry of kind %s with an unknown %s', (kind, _, wrong) => {
    expect(isEntryShaped({ ...entries[kind], ...wrong })).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString', ''])('knows no kind of the name %s', (kind) => {
    expect(isEntryShaped({ kind })).toBe(false);
    expect(isEntryShaped(intentTo({ kind }))).toBe(false);
    expect(isEntryShaped(observationOf({ what: kind }))).toBe(false);
  });

  it('knows a name by its text, not by a list that reads the same', () => {
    expect(isEntryShaped({ ...entries['configuration'], kind: ['configuration'] })).toBe(false);
    expect(isEntryShaped(observationOf({ what: ['secret-known'] }))).toBe(false);
  });

  it.each<[string, unknown, boolean]>([
    ['at', 1, true],
    ['at', 'yesterday', false],
    ['at', Number.NaN, false],
    ['at', Number.POSITIVE_INFINITY, false],
    ['retryAt', 'yesterday', false],
    ['retryAt', 5, true],
    ['hat', 'yesterday', true],
    ['Atlas', 'yesterday', true],
    ['facts', { endAt: 'never' }, false],
    ['facts', { endAt: 5 }, true],
    [
      'facts',
      {
        records: [
          { id: 'a', updatedAt: 5, reached: true },
          { id: 'b', updatedAt: 'never', reached: true },
        ],
      },
      false,
    ],
    [
      'facts',
      {
        records: [
          { id: 'a', updatedAt: 5, reached: true },
          { id: 'b', updatedAt: 6, reached: false },
        ],
      },
      true,
    ],
    ['facts', { records: 7 }, false],
    ['facts', { records: {} }, false],
    ['facts', { records: [{ updatedAt: 5 }] }, false],
    ['facts', { records: [{ id: 'a' }, { id: 7 }] }, false],
    ['facts', { records: [{ id: 'a' }, null] }, false],
    ['facts', { records: [['a']] }, false],
    ['facts', [], false],
    ['facts', 'a', false],
    ['facts', {}, true],
    ['more', ['a', 'b'], true],
    // No text may be found in every object; those for people may say what they like.
    ['requestId', 'constructor', false],
    ['keyIds', ['a', 'toString'], false],
    ['facts', { keyId: '__proto__' }, false],
    ['facts', { nothing: null, number: 7, truth: true }, true],
    ['facts', { more: [{ deep: 'valueOf' }, 'b'] }, false],
    ['reason', 'constructor', true],
    ['by', 'constructor', true],
    ['worker', 'constructor', true],
    ['because', 'constructor', true],
    ['result', 'constructor', false],
    ['facts', { reason: 'constructor' }, true],
    ['facts', { reason: ['constructor'] }, false],
    ['facts', { grants: { deep: { endAt: null } } }, false],
  ])('with %s of %o: %s', (name, value, expected) => {
    expect(isEntryShaped({ ...entries['outcome'], [name]: value })).toBe(expected);
  });
});
