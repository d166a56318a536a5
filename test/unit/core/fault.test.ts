/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import {
  consequenceOf,
  failure,
  leavesDoubt,
  success,
  type Fault,
} from '../../../src/core/fault.ts';
import { act, note, noteOnce, personReason, stands, unseen } from '../../../src/core/finding.ts';
import { firstPatienceMs, hourMs } from '../../../src/core/limits.ts';
import { now, scene } from './world.ts';

const of = (kind: Fault['kind'], more: object = {}): Fault =>
  ({ kind, vendor: 'graph', ...more }) as Fault;
const kinds = {
  'not-yet': 'next-pass',
  throttled: 'next-pass',
  unavailable: 'next-pass',
  timeout: 'next-pass',
  conflict: 'next-pass',
  denied: 'person',
  policy: 'person',
  limit: 'person',
  'deleted-holds-name': 'person',
  absent: 'next-pass',
  rejected: 'person',
  malformed: 'next-pass',
  unsent: 'next-pass',
} as const satisfies Record<Fault['kind'], string>;
const all = Object.keys(kinds) as Fault['kind'][];

describe('consequenceOf()', () => {
  it.each(all)('knows what follows from %s', (kind) => {
    expect(consequenceOf(of(kind))).toEqual({ kind: kinds[kind] });
  });

  it.each(['throttled', 'unavailable', 'conflict'] as const)(
    'waits as long as a vendor asks for: %s',
    (kind) => {
      expect(consequenceOf(of(kind, { retryAfterMs: 7 }))).toEqual({ kind: 'wait', ms: 7 });
    },
  );
});

describe('leavesDoubt()', () => {
  it.each(all)('of %s is told by its kind', (kind) => {
    expect(leavesDoubt(of(kind))).toBe(['timeout', 'unavailable', 'malformed'].includes(kind));
    expect(leavesDoubt(of(kind, { code: 'ECONNRESET' }))).toBe(leavesDoubt(of(kind)));
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
    'is none where nothing was sent: %s',
    (code) => {
      expect(leavesDoubt(of('unavailable', { code }))).toBe(false);
    },
  );
});

describe('success() and failure()', () => {
  it('wrap a value and a fault', () => {
    expect(success(7)).toEqual({ ok: true, value: 7 });
    expect(failure(of('denied'))).toEqual({ ok: false, fault: of('denied') });
  });
});

describe('personReason()', () => {
  it.each<[string, Fault, string]>([
    ['the vault', of('denied', { vendor: 'vault' }), 'vault-denied'],
    [
      'the vault, for a key',
      of('denied', { vendor: 'vault', code: 'api-key-missing' }),
      'vault-denied',
    ],
    [
      'a key that is missing',
      of('denied', { vendor: 'nylas', code: 'api-key-missing' }),
      'api-key-missing',
    ],
    [
      'a key that is not fit',
      of('denied', { vendor: 'nylas', code: 'api-key-unfit' }),
      'api-key-missing',
    ],
    ['Nylas', of('denied', { vendor: 'nylas' }), 'nylas-denied'],
    ['Nylas, with a code', of('denied', { vendor: 'nylas', code: 'forbidden' }), 'nylas-denied'],
    ['Graph', of('denied'), 'graph-denied'],
    ['a policy against secrets', of('policy', { rule: 'secrets-forbidden' }), 'secrets-forbidden'],
    ['another policy', of('policy', { rule: 'other' }), 'policy-refused'],
    ['full slots', of('limit', { what: 'credentials' }), 'slots-full'],
    ['a full directory', of('limit', { what: 'objects' }), 'directory-quota'],
    ['a deleted secret', of('deleted-holds-name', { vendor: 'vault' }), 'secret-lost'],
    ['a deleted registration', of('deleted-holds-name'), 'registration-deleted'],
    ['a refusal', of('rejected'), 'request-refused'],
  ])('for %s', (_, fault, reason) => {
    expect(personReason(fault)).toBe(reason);
  });
});

describe('unseen()', () => {
  it('waits for a vendor, at least as long as Keeper is patient', () => {
    const wait = (untilAt: number, reason = 'unreachable', subject = 'graph') => [
      { kind: 'wait', reason, untilAt, subject },
    ];
    expect(unseen(scene(), of('timeout'))).toEqual(wait(now + firstPatienceMs));
    expect(unseen(scene(), of('timeout'), 's')).toEqual(
      wait(now + firstPatienceMs, 'unreachable', 's'),
    );
    expect(unseen(scene(), of('unavailable', { retryAfterMs: hourMs }))).toEqual(
      wait(now + hourMs),
    );
    expect(unseen(scene(), of('throttled', { retryAfterMs: 1 }))).toEqual(
      wait(now + firstPatienceMs, 'throttled'),
    );
    const impatient = scene((made) => (made.patienceMs = 9));
    expect(unseen(impatient, of('timeout'))).toEqual(wait(now + 9));
  });

  it('calls a person where only one can help, and looks again in an hour', () => {
    expect(unseen(scene(), of('denied'), 's')).toEqual([
      { kind: 'person', reason: 'graph-denied', subject: 's' },
      { kind: 'look', at: now + hourMs },
    ]);
  });
});

describe('act() and stands()', () => {
  const action = { kind: 'create-service-principal', appId: 'a' } as const;

  it('do, unless the step is backing off', () => {
    const waits = (untilAt: number) =>
      scene((made) => (made.memory.waits['s'] = { untilAt, attempts: 1, reason: 'unreachable' }));
    expect(act(scene(), 's', action)).toEqual([{ kind: 'act', action }]);
    expect(act(waits(now), 's', action)).toEqual([{ kind: 'act', action }]);
    expect(act(waits(now + 1), 's', action)).toEqual([
      { kind: 'wait', reason: 'unreachable', untilAt: now + 1, subject: 's' },
    ]);
  });

  it('say whether a person or time is asked for', () => {
    expect(stands('settling', 5)).toStrictEqual([{ kind: 'wait', reason: 'settling', untilAt: 5 }]);
    expect(stands('slots-full', 5, 'x')).toEqual([
      { kind: 'person', reason: 'slots-full', subject: 'x' },
      { kind: 'look', at: 5 },
    ]);
  });
});

describe('note() and noteOnce()', () => {
  const seen = { what: 'foreign-permission', subject: 'p' } as const;

  it('tell an observation, once or each time', () => {
    const told = { kind: 'note', entry: { kind: 'observation', seen } };
    expect(note(seen)).toEqual(told);
    expect(noteOnce(scene(), 'p', seen)).toEqual([told]);
    const again = scene((made) => (made.memory.reported['foreign-permission:p'] = 0));
    expect(noteOnce(again, 'p', seen)).toEqual([]);
  });
});
