import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { teller } from '../../../src/audit/story.ts';
import type { Effect, EntryBody, Observation } from '../../../src/core/entry.ts';
import { arbitraryChain } from '../../support/arbitrary-entries.ts';
import { deed, logStartAt as at, rotation } from '../../support/audit-log.ts';

const longId = 'c7b00ad0-c082-4c4d-a824-c5e33b1fef64';

/** What is told of some entries, one after the other. */
function told(...bodies: readonly EntryBody[]): readonly string[] {
  const story = teller();
  return bodies.map((body, index) => story.tell({ ...body, v: 1, seq: index + 1, at }));
}

const effects: Readonly<Record<Effect['kind'], readonly [Effect, string]>> = {
  'create-registration': [
    { kind: 'create-registration', uniqueName: 'keeper-calendar' },
    'create the registration keeper-calendar',
  ],
  'update-registration': [
    { kind: 'update-registration', objectId: 'o', changes: ['tags', 'web'], patch: 'p' },
    'change the registration: tags, web',
  ],
  'create-service-principal': [
    { kind: 'create-service-principal', appId: 'app-1' },
    'create the service principal of app-1',
  ],
  'add-credential': [
    { kind: 'add-credential', objectId: 'o', endAt: at },
    'add a credential that ends 2026-11-01',
  ],
  'store-credential': [
    { kind: 'store-credential', keyId: longId },
    'store credential c7b00ad0… in the vault',
  ],
  'promote-credential': [
    { kind: 'promote-credential', keyId: 'k1' },
    'make credential k1 the current one in the vault',
  ],
  'push-credential': [
    { kind: 'push-credential', connector: 'us/one', keyId: 'k1', appId: 'a', creates: false },
    'give connector us/one credential k1',
  ],
  'remove-credential': [
    { kind: 'remove-credential', objectId: 'o', keyId: 'k1', why: 'superseded' },
    'remove credential k1 (superseded)',
  ],
  'disable-version': [
    { kind: 'disable-version', keyId: 'k1', held: { secret: 'current', version: 'v' } },
    'disable a version of the vault that holds credential k1',
  ],
};

const observations: Readonly<Record<Observation['what'], readonly [Observation, string]>> = {
  'registration-known': [
    { what: 'registration-known', objectId: 'o', appId: 'app-1', created: true },
    'the registration is app-1, created by Keeper',
  ],
  'connector-known': [
    { what: 'connector-known', connector: 'us/one' },
    'connector us/one is there',
  ],
  'secret-known': [{ what: 'secret-known' }, 'the vault has its secret'],
  'foreign-credential': [
    { what: 'foreign-credential', keyId: longId, endAt: at },
    "somebody else's credential c7b00ad0… is there, until 2026-11-01",
  ],
  'foreign-permission': [
    { what: 'foreign-permission', subject: 'a\nb' },
    String.raw`a permission that the file does not name: "a\nb"`,
  ],
  'foreign-redirect-uri': [
    { what: 'foreign-redirect-uri', subject: 'https://x.example' },
    'a redirect URI that the file does not name: "https://x.example"',
  ],
  'foreign-version': [
    { what: 'foreign-version', version: 'v1' },
    'somebody put version v1 into the vault',
  ],
  'version-found': [
    { what: 'version-found', keyId: 'k1', held: { secret: 'pending', version: 'v' } },
    'credential k1 is found in the vault (pending)',
  ],
  'credential-gone': [
    { what: 'credential-gone', keyId: 'k1' },
    'credential k1 was removed by somebody else',
  ],
  'credential-back': [{ what: 'credential-back', keyId: 'k1' }, 'credential k1 is there after all'],
  'record-gone': [
    { what: 'record-gone', connector: 'us/one', record: 'r1' },
    'record r1 of connector us/one is gone',
  ],
  'record-changed': [
    { what: 'record-changed', connector: 'us/one', record: 'r1', updatedAt: at },
    'what record r1 of connector us/one holds is not known',
  ],
};

describe('the story', () => {
  it.each(Object.values(effects))(
    'of the effect $kind is one of intent and outcome',
    (effect, words) => {
      expect(told(...deed({ id: 'i', effect, because: 'due' }))).toEqual([
        `is about to ${words} (renewal is due)`,
        `done: ${words}`,
      ]);
    },
  );

  it.each(Object.values(observations))('of what is seen: $what', (seen, words) => {
    expect(told({ kind: 'observation', seen })).toEqual([words]);
  });

  it('of a push names its record, and a connector that is created', () => {
    const push = {
      kind: 'push-credential',
      connector: 'us/one',
      keyId: 'k1',
      appId: 'a',
      creates: false,
    } as const;
    const [record] = told(
      ...deed({ id: 'i', effect: { ...push, record: 'r1' }, because: 'drift' }),
    );
    const [creation] = told(
      ...deed({ id: 'i', effect: { ...push, creates: true }, because: 'missing' }),
    );
    expect(record).toBe(
      'is about to give connector us/one (record r1) credential k1 (it is not as the file says)',
    );
    expect(creation).toBe(
      'is about to create the connector us/one with credential k1 (it is missing)',
    );
  });

  it('of an outcome tells what was learned', () => {
    const [, outcome] = told(
      ...deed(
        { id: 'i', effect: { kind: 'store-credential', keyId: 'k1' }, because: 'rotation' },
        {
          result: 'refused',
          facts: { keyId: longId, grants: { total: 12, invalid: 1 } },
          fault: { kind: 'denied', vendor: 'vault', code: 'Forbidden' },
          retryAt: at,
        },
      ),
    );
    expect(outcome).toBe(
      'refused: store credential k1 in the vault (credential c7b00ad0…; 12 grants, 1 invalid; vault: denied Forbidden; again from 2026-11-01T08:00:00.000Z)',
    );
  });

  it('names the request where there may be something to ask its vendor', () => {
    const effect = { kind: 'store-credential', keyId: 'k1' } as const;
    const fault = { kind: 'timeout', vendor: 'vault', requestId: 'of-the-fault' } as const;
    const intent = { id: 'i', effect, because: 'rotation' } as const;
    const held = { secret: 'current', version: 'v' } as const;
    const proof = { kind: 'proof', keyId: 'k1', held, requestId: 'r-2' } as const;
    const ends = told(
      ...deed(intent, { result: 'doubtful', fault, requestId: 'r-1' }),
      ...deed(intent, { result: 'doubtful', fault }),
      ...deed(intent, { result: 'done', requestId: 'r-1' }),
      { ...proof, result: 'still-accepted' },
      { ...proof, result: 'refused', code: 7_000_215 },
      { ...proof, result: 'proved' },
      { ...proof, result: 'disproved' },
    ).filter((one) => !one.startsWith('is about'));
    expect(ends).toEqual([
      'no clear answer: store credential k1 in the vault (vault: timeout; request r-1)',
      'no clear answer: store credential k1 in the vault (vault: timeout; request of-the-fault)',
      'done: store credential k1 in the vault',
      'the removed credential k1 still works (request r-2)',
      'Entra refuses credential k1 (AADSTS7000215) (request r-2)',
      'credential k1 works',
      'the removed credential k1 is refused, as it should be',
    ]);
  });

  it('of an outcome without its intent says so', () => {
    expect(told({ kind: 'outcome', intent: 'x', result: 'unsent' })).toEqual([
      'not sent in time: an intent that is not in this chain',
    ]);
    expect(told({ kind: 'recovery', intent: 'x', finding: 'done' })).toEqual([
      'the step to an intent turns out to have been done',
    ]);
  });

  it.each<[Extract<EntryBody, { kind: 'order' }>['body'], string]>([
    [{ kind: 'resync', mode: 'plan' }, 'show what would be done'],
    [{ kind: 'resync', mode: 'apply' }, 'look again'],
    [
      { kind: 'rotate', reason: 'new\u001b[31m staff' },
      String.raw`a new credential, because "new\u001b[31m staff"`,
    ],
    [
      { kind: 'compromised', keyIds: [], removeAt: at, endGrants: 'accept' },
      'what leaked must be gone by 2026-11-01T08:00:00.000Z, and grants may end',
    ],
    [{ kind: 'retire', keyId: 'k1' }, 'retire credential k1'],
    [{ kind: 'freeze', untilAt: at }, 'change nothing until 2026-11-01T08:00:00.000Z'],
    [{ kind: 'thaw' }, 'go on'],
  ])('of the order %j', (body, words) => {
    expect(told({ kind: 'order', orderId: 'o', by: 'ada', orderedAt: at, body })).toEqual([
      `ada orders: ${words}`,
    ]);
  });

  it('of the end of an order, and of wishes and builds', () => {
    expect(
      told(
        { kind: 'order-end', orderId: 'o', result: 'done' },
        { kind: 'order-end', orderId: 'o', result: 'refused' },
        { kind: 'order-end', orderId: 'o', result: 'refused', reason: 'credential-serves' },
        { kind: 'configuration', configuration: 'c0ffee' },
        { kind: 'configuration', configuration: '0123456789abcdef', build: '0.1.0' },
        { kind: 'configuration', configuration: 'c', build: '0.1.0', identity: 'system-assigned' },
      ),
    ).toEqual([
      'that order is carried out',
      'that order is refused',
      'that order is refused (credential-serves)',
      'works by the wishes c0ffee',
      'works by the wishes 01234567…, as build 0.1.0',
      'works by the wishes c, as build 0.1.0, with the rights of system-assigned',
    ]);
  });

  it('of a whole rotation reads as one', () => {
    expect(told(...rotation('k2', 'k1')).slice(0, 3)).toEqual([
      'is about to add a credential that ends 2027-04-30 (renewal is due)',
      'done: add a credential that ends 2027-04-30 (credential k2)',
      'is about to store credential k2 in the vault (the rotation goes on)',
    ]);
  });

  it('has a sentence on one line, for any entry', () => {
    fc.assert(
      fc.property(arbitraryChain(1, 12), ({ entries }) => {
        const story = teller();
        for (const entry of entries) {
          const text = story.tell(entry);
          expect(text).not.toMatch(/undefined|NaN|\[object|null| {2}/);
          expect(text.length).toBeGreaterThan(5);
        }
      }),
      { numRuns: 300, seed: 20_261_125 },
    );
  });
});
