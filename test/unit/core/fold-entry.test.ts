/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import type { Effect, Entry, EntryBody, Facts } from '../../../src/core/entry.ts';
import { remember } from '../../../src/core/fold.ts';
import type { Reason } from '../../../src/core/reason.ts';
import {
  dayMs,
  disproofMs,
  hourMs,
  minuteMs,
  pushDoubtMs,
  requestTimeoutMs,
} from '../../../src/core/limits.ts';
import { blankMemory, type CredentialMemory, type Memory } from '../../../src/core/memory.ts';

const at = Date.parse('2026-01-05T08:00:00Z');
const intentAt = at - 10_000;

/** A credential as it is remembered right after its add. */
const added = (keyId: string): CredentialMemory => ({
  keyId,
  hint: 'abc',
  endAt: at + 365 * dayMs,
  addedAt: at - dayMs,
  origin: 'issued',
  intent: 'i0',
  held: [],
  refusals: 0,
  pushed: false,
});

type Change = (memory: Memory) => void;

/** A memory of one credential, `k`, changed. */
function before(change: Change = () => undefined): Memory {
  const memory = { ...blankMemory(), credentials: { k: added('k') } };
  change(memory);
  return memory;
}

/** What one entry makes of a memory; number and instant of the entry are left out. */
function after(body: EntryBody, change: Change = () => undefined): Omit<Memory, 'seq' | 'at'> {
  const memory = before(change);
  const {
    seq: _seq,
    at: _at,
    ...rest
  } = remember(memory, [{ ...body, v: 1, seq: memory.seq + 1, at }]);
  return rest;
}

/** The expectation: a memory of one credential, changed. */
function changed(change: Change = () => undefined): Omit<Memory, 'seq' | 'at'> {
  const { seq: _seq, at: _at, ...rest } = before(change);
  return rest;
}

const open = (effect: Effect) => ({
  id: 'i1',
  effect,
  at: intentAt,
  deadlineAt: intentAt + minuteMs,
  because: 'due' as const,
});
type Outcome = Partial<Extract<EntryBody, { kind: 'outcome' }>>;
const outcome = (more: Outcome): EntryBody => ({
  kind: 'outcome',
  intent: 'i1',
  result: 'done',
  ...more,
});

/** What the outcome of an effect makes of a memory. */
function ended(
  effect: Effect,
  more: Outcome,
  change: Change = () => undefined,
): Omit<Memory, 'seq' | 'at'> {
  return after(outcome(more), (memory) => {
    memory.open.push(open(effect));
    change(memory);
  });
}

function k(memory: Memory): CredentialMemory {
  const found = memory.credentials['k'];
  if (!found) throw new Error('no credential');
  return found;
}

const effects = {
  create: { kind: 'create-registration', uniqueName: 'keeper-calendar' },
  update: { kind: 'update-registration', objectId: 'o', changes: ['tags'], patch: 'p1' },
  principal: { kind: 'create-service-principal', appId: 'a' },
  add: { kind: 'add-credential', objectId: 'o', endAt: at + 90 * dayMs },
  store: { kind: 'store-credential', keyId: 'k' },
  promote: { kind: 'promote-credential', keyId: 'k' },
  push: { kind: 'push-credential', connector: 'us/one', keyId: 'k', appId: 'a', creates: false },
  record: {
    kind: 'push-credential',
    connector: 'us/one',
    record: 'r1',
    keyId: 'k',
    appId: 'a',
    creates: false,
  },
  remove: { kind: 'remove-credential', objectId: 'o', keyId: 'k', why: 'ended' },
  disable: { kind: 'disable-version', keyId: 'k', held: { secret: 'current', version: 'v1' } },
} as const satisfies Record<string, Effect>;
const steps: Record<keyof typeof effects, string> = {
  create: 'registration',
  update: 'registration',
  principal: 'service-principal',
  add: 'issue',
  store: 'store',
  promote: 'promote',
  push: 'push:us/one',
  record: 'push:us/one#r1',
  remove: 'remove:k',
  disable: 'disable:v1',
};
const names = Object.keys(effects) as (keyof typeof effects)[];

describe('remember()', () => {
  it('keeps number and instant of the last entry', () => {
    const entries: Entry[] = [
      { kind: 'configuration', configuration: 'x', v: 1, seq: 1, at },
      { kind: 'configuration', configuration: 'y', v: 1, seq: 2, at: at + 1 },
    ];
    expect(remember(blankMemory(), entries)).toMatchObject({
      seq: 2,
      at: at + 1,
      configuration: 'y',
    });
  });

  it('gives back the same memory where nothing is to be folded', () => {
    const memory = before();
    expect(remember(memory, [])).toBe(memory);
  });

  it('says which entry does not follow which', () => {
    const entry: Entry = { kind: 'configuration', configuration: 'x', v: 1, seq: 7, at };
    expect(() => remember(blankMemory(), [entry])).toThrow('Cannot fold entry 7 after 0');
  });
});

describe('an intent', () => {
  const intent = (effect: Effect): EntryBody => ({
    kind: 'intent',
    id: 'i1',
    effect,
    deadlineAt: at + minuteMs,
    worker: 'w',
    because: 'due',
  });

  it.each(names.filter((name) => name !== 'push' && name !== 'record'))('to %s is open', (name) => {
    expect(after(intent(effects[name]))).toStrictEqual(
      changed((memory) => {
        memory.open = [{ ...open(effects[name]), at, deadlineAt: at + minuteMs }];
        memory.createIntended = name === 'create';
      }),
    );
  });

  it('to push marks the credential and begins the connector', () => {
    const told = after(intent(effects.push));
    expect(told.credentials['k']?.pushed).toBe(true);
    expect(told.connectors).toStrictEqual({ 'us/one': { doubtful: [], records: {} } });
    const strange = after(intent({ ...effects.push, keyId: 'x' }));
    expect(strange.credentials).toStrictEqual({ k: added('k') });
    const known = after(intent(effects.push), (memory) => {
      memory.connectors['us/one'] = { known: true, doubtful: [], records: {} };
    });
    expect(known.connectors['us/one']?.known).toBe(true);
  });
});

describe('an outcome', () => {
  it.each(names)('of %s closes the intent and ends its back-off', (name) => {
    const told = ended(effects[name], {}, (memory) => {
      memory.open.unshift({ ...open(effects.create), id: 'i0' });
      for (const step of [...Object.values(steps), 'other']) {
        memory.waits[step] = { untilAt: 1, attempts: 1, reason: 'backing-off' };
      }
    });
    expect(told.open.map((one) => one.id)).toStrictEqual(['i0']);
    expect(Object.keys(told.waits)).not.toContain(steps[name]);
    expect(told.waits).toHaveProperty('other');
  });

  it('of an intent that is not open means nothing', () => {
    expect(after(outcome({ facts: { keyId: 'x' }, retryAt: 1, result: 'refused' }))).toStrictEqual(
      changed(),
    );
  });

  it.each(['refused', 'doubtful', 'unsent'] as const)(
    'that is %s may put the step off',
    (result) => {
      expect(
        ended(effects.principal, { result, retryAt: 9, reason: 'graph-denied' }).waits,
      ).toStrictEqual({
        'service-principal': { untilAt: 9, sinceAt: at, attempts: 1, reason: 'graph-denied' },
      });
      const again = ended(effects.principal, { result, retryAt: 9 }, (memory) => {
        memory.waits['service-principal'] = { untilAt: 1, attempts: 4, reason: 'unreachable' };
      });
      expect(again.waits['service-principal']).toStrictEqual({
        untilAt: 9,
        sinceAt: at,
        attempts: 5,
        reason: 'backing-off',
      });
      const reason = 'a-word-of-a-newer-keeper' as Reason;
      expect(ended(effects.principal, { result, retryAt: 9, reason }).waits).toStrictEqual({
        'service-principal': { untilAt: 9, sinceAt: at, attempts: 1, reason: 'backing-off' },
      });
      expect(ended(effects.principal, { result }).waits).toStrictEqual({});
    },
  );

  it.each(names)('of %s that was not sent changes nothing else', (name) => {
    expect(ended(effects[name], { result: 'unsent' })).toStrictEqual(changed());
  });

  it.each(names)('of %s that was refused changes nothing else', (name) => {
    expect(ended(effects[name], { result: 'refused' })).toStrictEqual(changed());
  });
});

describe('what was done', () => {
  const done = (effect: Effect, facts?: Facts, change?: Change): Omit<Memory, 'seq' | 'at'> =>
    ended(effect, facts ? { facts } : {}, change);

  it('to create a registration names it', () => {
    expect(done(effects.create, { objectId: 'o', appId: 'a' })).toStrictEqual(
      changed((memory) => {
        memory.registrationWriteAt = at;
        memory.registration = { objectId: 'o', appId: 'a', created: true };
      }),
    );
    for (const facts of [{ objectId: 'o' }, { appId: 'a' }]) {
      expect(done(effects.create, facts).registration).toBeUndefined();
    }
  });

  it('to update a registration is remembered with its instant', () => {
    expect(done(effects.update)).toStrictEqual(
      changed((memory) => {
        memory.registrationWriteAt = at;
        memory.lastPatch = { patch: 'p1', at };
      }),
    );
  });

  it('to create a service principal is remembered with its instant', () => {
    expect(done(effects.principal)).toStrictEqual(
      changed((memory) => (memory.servicePrincipalAt = at)),
    );
  });

  it('to add a credential names it', () => {
    expect(
      done(effects.add, { keyId: 'n', hint: 'xyz', endAt: at + dayMs }).credentials['n'],
    ).toStrictEqual({
      keyId: 'n',
      hint: 'xyz',
      endAt: at + dayMs,
      addedAt: intentAt,
      origin: 'issued',
      intent: 'i1',
      held: [],
      refusals: 0,
      pushed: false,
    });
    expect(done(effects.add, { keyId: 'n' }).credentials['n']).toMatchObject({
      hint: '',
      endAt: at + 90 * dayMs,
    });
    expect(done(effects.add, {})).toStrictEqual(changed());
  });

  it('to store a credential tells where its text is, once', () => {
    const held = [{ secret: 'pending', version: 'v1' }];
    const doubt: Change = (memory) => (k(memory).storeDoubtAt = 5);
    expect(done(effects.store, { version: 'v1' }, doubt)).toStrictEqual(
      changed((memory) => (k(memory).held = [{ secret: 'pending', version: 'v1' }])),
    );
    const again: Change = (memory) => (k(memory).held = [{ secret: 'pending', version: 'v1' }]);
    expect(done(effects.store, { version: 'v1' }, again).credentials['k']?.held).toStrictEqual(
      held,
    );
    for (const before1 of [
      { secret: 'current', version: 'v1' },
      { secret: 'pending', version: 'v0' },
    ] as const) {
      const other: Change = (memory) => (k(memory).held = [before1]);
      expect(done(effects.store, { version: 'v1' }, other).credentials['k']?.held).toHaveLength(2);
    }
    expect(done(effects.store, {}, doubt)).toStrictEqual(changed(doubt));
    expect(done({ ...effects.store, keyId: 'x' }, { version: 'v1' })).toStrictEqual(changed());
  });

  it('to overrule a version is counted, the latest three', () => {
    const overruled = (times: readonly number[]): readonly number[] =>
      ended(effects.promote, { facts: { version: 'v1' } }, (memory) => {
        memory.open[0]!.because = 'drift';
        memory.overruledAt = [...times];
      }).overruledAt;
    expect(overruled([])).toEqual([at]);
    expect(overruled([1, 2, 3])).toEqual([2, 3, at]);
    expect(ended(effects.promote, { facts: { version: 'v1' } }).overruledAt).toEqual([]);
  });

  it('to remove what Entra did not find is remembered until it is found', () => {
    const told = (facts: Facts, known: Record<string, number> = {}): object =>
      ended(effects.remove, { facts }, (memory) => (memory.reported = { ...known })).reported;
    expect(told({ found: false })).toEqual({ 'removed:k': at, 'not-found:k': at });
    expect(told({ found: true }, { 'not-found:k': 1 })).toEqual({ 'removed:k': at });
    expect(told({}, { 'not-found:k': 1 })).toEqual({ 'removed:k': at });
  });

  it('to promote a credential makes it current', () => {
    const doubt: Change = (memory) => (memory.promoteDoubt = { keyId: 'k', intent: 'i0', at: 1 });
    expect(done(effects.promote, { version: 'v1' }, doubt)).toStrictEqual(
      changed((memory) => {
        k(memory).held = [{ secret: 'current', version: 'v1' }];
        k(memory).promotedAt = at;
        memory.promoted = { keyId: 'k', version: 'v1', at };
        memory.secretKnown = true;
      }),
    );
    const before2: Change = (memory) => (k(memory).promotedAt = 5);
    expect(done(effects.promote, { version: 'v1' }, before2).credentials['k']?.promotedAt).toBe(5);
    expect(done(effects.promote, {}, doubt)).toStrictEqual(changed(doubt));
    expect(done({ ...effects.promote, keyId: 'x' }, { version: 'v1' })).toStrictEqual(
      changed((memory) => {
        memory.promoted = { keyId: 'x', version: 'v1', at };
        memory.secretKnown = true;
      }),
    );
  });

  it('to disable a version forgets it', () => {
    const some: Change = (memory) => {
      k(memory).held = [
        { secret: 'current', version: 'v1' },
        { secret: 'current', version: 'v2' },
      ];
    };
    expect(done(effects.disable, {}, some).credentials['k']?.held).toStrictEqual([
      { secret: 'current', version: 'v2' },
    ]);
    expect(done({ ...effects.disable, keyId: 'x' })).toStrictEqual(changed());
  });

  it('to remove a credential is remembered with its ground', () => {
    expect(done(effects.remove)).toStrictEqual(
      changed((memory) => {
        k(memory).removedAt = at;
        k(memory).removedWhy = 'ended';
        memory.reported['removed:k'] = at;
      }),
    );
    expect(done({ ...effects.remove, keyId: 'x' })).toStrictEqual(
      changed((memory) => (memory.reported['removed:x'] = at)),
    );
  });

  it('to remove an abandoned one is counted', () => {
    const told = done(
      { ...effects.remove, why: 'abandoned' },
      {},
      (memory) => (memory.abandonments = 2),
    );
    expect(told).toMatchObject({ abandonments: 3, abandonedAt: at });
  });
});

describe('a clean push', () => {
  const pushed = (
    effect: Effect,
    facts?: Facts,
    change?: Change,
  ): Memory['connectors'][string] | undefined =>
    ended(effect, facts ? { facts } : {}, change).connectors['us/one'];
  const clean = { keyId: 'k', appId: 'a', intentAt, doneAt: at };

  it('to the settings tells what the connector holds', () => {
    expect(pushed(effects.push)).toStrictEqual({ clean, doubtful: [], records: {} });
    const drifted = pushed(effects.push, undefined, (memory) => {
      memory.open[0]!.because = 'drift';
    });
    expect(drifted?.clean).toStrictEqual({ ...clean, drift: true });
    const facts = {
      grants: { total: 5, invalid: 1 },
      activeRecordId: 'r1',
      records: [
        { id: 'r1', updatedAt: 7, reached: true },
        { id: 'r2', updatedAt: 8, reached: false },
        { id: 'r3', updatedAt: 9, reached: false },
      ],
    };
    const told = pushed(effects.push, facts, (memory) => {
      memory.connectors['us/one'] = {
        known: true,
        doubtful: [],
        records: { r3: { keyId: 'old', updatedAt: 1 }, r4: { keyId: 'old', updatedAt: 1 } },
      };
    });
    expect(told).toStrictEqual({
      known: true,
      clean,
      doubtful: [],
      grants: { total: 5, invalid: 1 },
      activeRecordId: 'r1',
      records: {
        r1: { keyId: 'k', updatedAt: 7 },
        r2: { updatedAt: 8 },
        r3: { keyId: 'old', updatedAt: 9 },
        r4: { keyId: 'old', updatedAt: 1 },
      },
    });
  });

  it('keeps what it did not read again', () => {
    const told = pushed(effects.push, {}, (memory) => {
      memory.connectors['us/one'] = {
        doubtful: [],
        records: {},
        grants: { total: 3, invalid: 0 },
        activeRecordId: 'r9',
      };
    });
    expect(told).toMatchObject({ grants: { total: 3, invalid: 0 }, activeRecordId: 'r9' });
  });

  it('to a record tells what that holds, and nothing of the settings', () => {
    const records = [
      { id: 'r0', updatedAt: 1, reached: true },
      { id: 'r1', updatedAt: 7, reached: true },
    ];
    expect(pushed(effects.record, { records })).toStrictEqual({
      doubtful: [],
      records: { r1: { keyId: 'k', updatedAt: 7 } },
    });
    for (const facts of [undefined, { records: [{ id: 'r0', updatedAt: 1, reached: true }] }]) {
      expect(pushed(effects.record, facts)).toStrictEqual({
        doubtful: [],
        records: { r1: { keyId: 'k', updatedAt: 0 } },
      });
    }
    const known: Change = (memory) => {
      memory.connectors['us/one'] = { doubtful: [], records: { r1: { keyId: 'x', updatedAt: 4 } } };
    };
    expect(pushed(effects.record, {}, known)?.records).toStrictEqual({
      r1: { keyId: 'k', updatedAt: 4 },
    });
  });

  it('ends the doubts of its own target that can no longer land', () => {
    const doubts: Change = (memory) => {
      memory.connectors['us/one'] = {
        doubtful: [
          { keyId: 'a', at: intentAt - pushDoubtMs },
          { keyId: 'b', at: intentAt - pushDoubtMs + 1 },
          { keyId: 'c', record: 'r1', at: intentAt - pushDoubtMs },
          { keyId: 'd', record: 'r1', at: intentAt - pushDoubtMs + 1 },
          { keyId: 'e', record: 'r2', at: 0 },
        ],
        records: {},
      };
    };
    const left = (effect: Effect): readonly string[] =>
      pushed(effect, {}, doubts)?.doubtful.map((one) => one.keyId) ?? [];
    expect(left(effects.push)).toStrictEqual(['b', 'c', 'd', 'e']);
    expect(left(effects.record)).toStrictEqual(['a', 'b', 'd', 'e']);
  });
});

describe('what is in doubt', () => {
  const cases: Record<string, [Effect, (memory: Memory, doubtAt: number) => void]> = {
    create: [effects.create, (memory, doubtAt) => (memory.registrationWriteAt = doubtAt)],
    update: [effects.update, (memory, doubtAt) => (memory.registrationWriteAt = doubtAt)],
    principal: [effects.principal, () => undefined],
    add: [
      effects.add,
      (memory, doubtAt) =>
        memory.parked.push({ id: 'i1', at: intentAt, doubtAt, ambiguous: false }),
    ],
    store: [effects.store, (memory, doubtAt) => (k(memory).storeDoubtAt = doubtAt)],
    'store of a stranger': [{ ...effects.store, keyId: 'x' }, () => undefined],
    promote: [
      effects.promote,
      (memory, doubtAt) => (memory.promoteDoubt = { keyId: 'k', intent: 'i1', at: doubtAt }),
    ],
    push: [
      effects.push,
      (memory, doubtAt) =>
        (memory.connectors['us/one'] = { doubtful: [{ keyId: 'k', at: doubtAt }], records: {} }),
    ],
    'push to a record': [
      effects.record,
      (memory, doubtAt) =>
        (memory.connectors['us/one'] = {
          doubtful: [{ keyId: 'k', record: 'r1', at: doubtAt }],
          records: {},
        }),
    ],
    remove: [effects.remove, () => undefined],
    disable: [effects.disable, () => undefined],
  };

  it.each(Object.keys(cases))('after a %s is remembered from the outcome on', (name) => {
    const [effect, change] = cases[name] ?? [effects.create, () => undefined];
    expect(ended(effect, { result: 'doubtful' })).toStrictEqual(
      changed((memory) => change(memory, at)),
    );
  });

  it.each(Object.keys(cases))(
    'after a %s that was cut off lasts as long as a request may',
    (name) => {
      const [effect, change] = cases[name] ?? [effects.create, () => undefined];
      const told = after({ kind: 'recovery', intent: 'i1', finding: 'in-doubt' }, (memory) =>
        memory.open.push(open(effect)),
      );
      const doubtAt = intentAt + minuteMs + requestTimeoutMs;
      expect(told).toStrictEqual(changed((memory) => change(memory, doubtAt)));
    },
  );

  it('is nothing for an intent that is not open', () => {
    expect(after({ kind: 'recovery', intent: 'i1', finding: 'in-doubt' })).toStrictEqual(changed());
  });
});

describe('a recovery of a parked add', () => {
  const parked: Change = (memory) => {
    memory.parked.push(
      { id: 'i0', at: intentAt, doubtAt: at, ambiguous: false },
      { id: 'i1', at: intentAt, doubtAt: at, ambiguous: false },
    );
  };
  const told = (more: Omit<Extract<EntryBody, { kind: 'recovery' }>, 'kind' | 'intent'>) =>
    after({ kind: 'recovery', intent: 'i1', ...more }, parked);

  it('names the credential that was made', () => {
    const made = told({ finding: 'done', keyId: 'n', hint: 'xyz', endAt: at + dayMs });
    expect(made.parked.map((one) => one.id)).toStrictEqual(['i0']);
    expect(made.credentials['n']).toMatchObject({
      hint: 'xyz',
      endAt: at + dayMs,
      addedAt: intentAt,
      intent: 'i1',
    });
    expect(told({ finding: 'done', keyId: 'n' }).credentials['n']).toMatchObject({
      hint: '',
      endAt: intentAt,
    });
  });

  it('makes nothing of one that was not made', () => {
    for (const one of [told({ finding: 'not-done', keyId: 'n' }), told({ finding: 'done' })]) {
      expect(one.parked.map(({ id }) => id)).toStrictEqual(['i0']);
      expect(Object.keys(one.credentials)).toStrictEqual(['k']);
    }
  });

  it('remembers that several fit', () => {
    expect(told({ finding: 'ambiguous' }).parked.map((one) => one.ambiguous)).toStrictEqual([
      false,
      true,
    ]);
  });

  it('means nothing where none is parked', () => {
    const strange = { kind: 'recovery', intent: 'x', finding: 'done', keyId: 'n' } as const;
    expect(after(strange, parked)).toStrictEqual(changed(parked));
  });
});

describe('a refusal for the lifetime', () => {
  const capOf = (more: Outcome, effect: Effect = effects.add) =>
    ended(effect, { result: 'refused', ...more }).lifetimeCap;
  const policy = (rule: 'lifetime-too-long' | 'other') =>
    ({ kind: 'policy', vendor: 'graph', rule }) as const;

  it('asks for less', () => {
    expect(capOf({ fault: policy('lifetime-too-long') })).toStrictEqual({ days: 60, at });
    expect(
      capOf({ fault: policy('lifetime-too-long'), facts: { lifetimeCapDays: 44 } }),
    ).toStrictEqual({
      days: 44,
      at,
    });
  });

  it('does not ask for the same again, whatever the policy says', () => {
    const facts = { lifetimeCapDays: 90 };
    expect(capOf({ fault: policy('lifetime-too-long'), facts })).toStrictEqual({ days: 60, at });
  });

  it('has nothing less to ask for than a week', () => {
    const week = { ...effects.add, endAt: intentAt + 7 * dayMs };
    expect(capOf({ fault: policy('lifetime-too-long') }, week)).toBeUndefined();
  });

  it('is that, and nothing else', () => {
    expect(capOf({ fault: policy('other') })).toBeUndefined();
    expect(capOf({ fault: { kind: 'denied', vendor: 'graph' } })).toBeUndefined();
    expect(capOf({})).toBeUndefined();
    expect(capOf({ result: 'unsent', fault: policy('lifetime-too-long') })).toBeUndefined();
    expect(capOf({ fault: policy('lifetime-too-long') }, effects.principal)).toBeUndefined();
  });
});

describe('a trial of a secret', () => {
  type Proof = Partial<Extract<EntryBody, { kind: 'proof' }>>;
  const held = { secret: 'pending', version: 'v1' } as const;
  const tried = (more: Proof, change?: Change): Omit<Memory, 'seq' | 'at'> =>
    after({ kind: 'proof', keyId: 'k', held, result: 'proved', ...more }, change);
  const refusedBefore: Change = (memory) => {
    Object.assign(k(memory), { refusals: 3, refusedAt: 5 });
    memory.abandonments = 2;
  };

  it('that is accepted proves it, and ends what stood against it', () => {
    expect(tried({}, refusedBefore)).toStrictEqual(changed((memory) => (k(memory).provedAt = at)));
  });

  it('that is refused counts', () => {
    expect(tried({ result: 'refused' }, refusedBefore)).toStrictEqual(
      changed((memory) => {
        Object.assign(k(memory), { refusals: 4, refusedAt: at });
        memory.abandonments = 2;
      }),
    );
  });

  it('that is disproved is remembered', () => {
    expect(tried({ result: 'disproved' })).toStrictEqual(
      changed((memory) => (k(memory).disprovedAt = at)),
    );
  });

  it.each(['unclear', 'still-accepted'] as const)('that is %s changes nothing', (result) => {
    expect(tried({ result }, refusedBefore)).toStrictEqual(changed(refusedBefore));
  });

  it('ends the wait for it, or puts the next one off', () => {
    const waiting: Change = (memory) => {
      memory.waits['prove:k'] = { untilAt: 1, attempts: 4, reason: 'unreachable' };
    };
    expect(tried({ result: 'unclear' }, waiting).waits).toStrictEqual({});
    expect(tried({ result: 'refused', retryAt: 9 }).waits).toStrictEqual({
      'prove:k': { untilAt: 9, attempts: 1, reason: 'not-accepted-yet' },
    });
    expect(tried({ result: 'refused', retryAt: 9 }, waiting).waits['prove:k']?.attempts).toBe(5);
  });

  const fault = { kind: 'timeout', vendor: 'entra' } as const;
  it.each<[string, Proof, Change, string]>([
    ['no verdict', { result: 'unclear' }, () => undefined, 'not-accepted-yet'],
    ['no answer', { result: 'unclear', fault }, () => undefined, 'unreachable'],
    ['a refusal', { result: 'refused', fault }, () => undefined, 'not-accepted-yet'],
    [
      'an acceptance right after the removal',
      { result: 'still-accepted', fault },
      (memory) => (k(memory).removedAt = at - disproofMs),
      'backing-off',
    ],
    [
      'an acceptance an hour after the removal',
      { result: 'still-accepted' },
      (memory) => (k(memory).removedAt = at - disproofMs - 1),
      'removed-secret-works',
    ],
    [
      'an acceptance of one that was not removed',
      { result: 'still-accepted' },
      () => undefined,
      'backing-off',
    ],
    [
      'an acceptance of a strange one',
      { result: 'still-accepted', keyId: 'x' },
      () => undefined,
      'backing-off',
    ],
  ])('with %s tells why it is put off', (_, more, change, reason) => {
    const told = tried({ retryAt: 9, ...more }, change);
    expect(told.waits[`prove:${more.keyId ?? 'k'}`]?.reason).toBe(reason);
  });

  describe('that takes a credential over', () => {
    const takeOver = { hint: 'xyz', endAt: at + dayMs };
    const taken = {
      keyId: 'n',
      hint: 'xyz',
      endAt: at + dayMs,
      addedAt: at,
      origin: 'taken-over',
      refusals: 0,
      pushed: false,
      provedAt: at,
    };

    it('knows it from then on', () => {
      const told = tried({ keyId: 'n', takeOver });
      expect(told.credentials['n']).toStrictEqual({ ...taken, held: [held] });
      expect(told.promoted).toBeUndefined();
    });

    it('makes it current where its version is', () => {
      const current = { secret: 'current', version: 'v1' } as const;
      const told = tried({ keyId: 'n', takeOver, held: current });
      expect(told.credentials['n']).toStrictEqual({ ...taken, held: [current], promotedAt: at });
      expect(told.promoted).toStrictEqual({ keyId: 'n', version: 'v1', at });
    });

    it('keeps what is known of it already', () => {
      const told = tried({ takeOver });
      expect(told.credentials['k']).toMatchObject({ origin: 'issued', hint: 'abc', held: [held] });
    });

    it('takes over nothing that was refused', () => {
      expect(tried({ keyId: 'n', takeOver, result: 'refused' }).credentials).toStrictEqual({
        k: added('k'),
      });
    });
  });
});

describe('an observation', () => {
  type Seen = Extract<EntryBody, { kind: 'observation' }>['seen'];
  const seen = (one: Seen, change?: Change): Omit<Memory, 'seq' | 'at'> =>
    after({ kind: 'observation', seen: one }, change);
  const connected: Change = (memory) => {
    memory.connectors['us/one'] = {
      known: true,
      doubtful: [
        { keyId: 'a', record: 'r1', at: 1 },
        { keyId: 'b', record: 'r2', at: 1 },
        { keyId: 'c', at: 1 },
      ],
      records: { r1: { keyId: 'k', updatedAt: 1 }, r2: { keyId: 'k', updatedAt: 2 } },
    };
  };

  it.each<[string, Seen, Change]>([
    [
      'a registration',
      { what: 'registration-known', objectId: 'o', appId: 'a', created: false },
      (memory) => (memory.registration = { objectId: 'o', appId: 'a', created: false }),
    ],
    [
      'a connector',
      { what: 'connector-known', connector: 'us/one' },
      (memory) => (memory.connectors['us/one'] = { known: true, doubtful: [], records: {} }),
    ],
    ['the secret', { what: 'secret-known' }, (memory) => (memory.secretKnown = true)],
    [
      'a foreign credential',
      { what: 'foreign-credential', keyId: 'f', endAt: 1 },
      (memory) => (memory.reported['foreign-credential:f'] = at),
    ],
    [
      'a foreign version',
      { what: 'foreign-version', version: 'v' },
      (memory) => (memory.reported['foreign-version:v'] = at),
    ],
    [
      'a foreign permission',
      { what: 'foreign-permission', subject: 'p' },
      (memory) => (memory.reported['foreign-permission:p'] = at),
    ],
    [
      'a foreign redirect URI',
      { what: 'foreign-redirect-uri', subject: 'u' },
      (memory) => (memory.reported['foreign-redirect-uri:u'] = at),
    ],
    [
      'one of Keeper’s that is gone',
      { what: 'credential-gone', keyId: 'k' },
      (memory) => Object.assign(k(memory), { removedAt: at, removedWhy: 'by-hand' }),
    ],
    ['a strange one that is gone', { what: 'credential-gone', keyId: 'x' }, () => undefined],
    ['a strange one that is back', { what: 'credential-back', keyId: 'x' }, () => undefined],
    [
      'a stored version',
      { what: 'version-found', keyId: 'k', held: { secret: 'pending', version: 'v' } },
      (memory) => k(memory).held.push({ secret: 'pending', version: 'v' }),
    ],
    [
      'a promoted version',
      { what: 'version-found', keyId: 'k', held: { secret: 'current', version: 'v' } },
      (memory) => {
        k(memory).held.push({ secret: 'current', version: 'v' });
        k(memory).promotedAt = at;
        memory.promoted = { keyId: 'k', version: 'v', at };
        memory.secretKnown = true;
      },
    ],
  ])('of %s is remembered', (_, one, change) => {
    expect(seen(one)).toStrictEqual(changed(change));
  });

  it('of a version ends the back-off of storing', () => {
    const told = seen(
      { what: 'version-found', keyId: 'k', held: { secret: 'pending', version: 'v' } },
      (memory) => {
        memory.waits['store'] = { untilAt: 1, attempts: 1, reason: 'unreachable' };
        memory.waits['issue'] = { untilAt: 1, attempts: 1, reason: 'unreachable' };
      },
    );
    expect(Object.keys(told.waits)).toStrictEqual(['issue']);
  });

  it('of one that is back forgets its removal', () => {
    const told = seen({ what: 'credential-back', keyId: 'k' }, (memory) => {
      Object.assign(k(memory), { removedAt: 1, removedWhy: 'by-hand', disprovedAt: 2 });
    });
    expect(told).toStrictEqual(changed());
  });

  it('of a record that is gone forgets it, with its doubts', () => {
    const told = seen({ what: 'record-gone', connector: 'us/one', record: 'r1' }, connected);
    expect(told.connectors['us/one']).toStrictEqual({
      known: true,
      doubtful: [
        { keyId: 'b', record: 'r2', at: 1 },
        { keyId: 'c', at: 1 },
      ],
      records: { r2: { keyId: 'k', updatedAt: 2 } },
    });
  });

  it('of a record that changed forgets what it held', () => {
    const change = (record: string) =>
      seen({ what: 'record-changed', connector: 'us/one', record, updatedAt: 9 }, connected);
    expect(change('r1').connectors['us/one']?.records).toStrictEqual({
      r1: { updatedAt: 9 },
      r2: { keyId: 'k', updatedAt: 2 },
    });
    expect(change('r9').connectors['us/one']?.records).toHaveProperty('r9', { updatedAt: 9 });
  });
});

describe('an order', () => {
  type Body = Extract<EntryBody, { kind: 'order' }>['body'];
  const ordered = (body: Body, change?: Change, keyIds?: readonly string[]) =>
    after(
      { kind: 'order', orderId: 'o1', by: 'p', orderedAt: 1, body, ...(keyIds ? { keyIds } : {}) },
      change,
    );
  const leak = { kind: 'compromised', keyIds: [], removeAt: 1, endGrants: 'accept' } as const;
  const waiting: Change = (memory) => {
    for (const step of ['issue', 'prove:k']) {
      memory.waits[step] = { untilAt: 1, attempts: 1, reason: 'backing-off' };
    }
    memory.waits['store'] = { untilAt: 1, attempts: 1, reason: 'throttled' };
    memory.abandonments = 5;
  };
  const taken =
    (body: Body, keyIds: string[] = []): Change =>
    (memory) => {
      memory.orders.push({ id: 'o1', by: 'p', at, body, keyIds });
      memory.reported['order:o1'] = at;
    };

  it.each<[string, Body]>([
    ['plan', { kind: 'resync', mode: 'plan' }],
    ['retire', { kind: 'retire', keyId: 'k' }],
    ['thaw', { kind: 'thaw' }],
  ])('to %s is taken in, and hurries nothing', (_, body) => {
    const told = (memory: Memory): void => {
      waiting(memory);
      taken(body)(memory);
    };
    expect(ordered(body, waiting)).toStrictEqual(changed(told));
  });

  it.each<[string, Body]>([
    ['apply', { kind: 'resync', mode: 'apply' }],
    ['rotate', { kind: 'rotate', reason: 'x' }],
    ['deal with a leak', leak],
  ])('to %s ends back-off, but for proofs and for what a vendor asked for', (_, body) => {
    const told = ordered(body, waiting);
    expect(Object.keys(told.waits)).toStrictEqual(['prove:k', 'store']);
    expect(told.abandonments).toBe(0);
    expect(told.orders).toMatchObject([{ body }]);
  });

  it('to freeze and to thaw', () => {
    const freeze = { kind: 'freeze', untilAt: 9 } as const;
    expect(ordered(freeze)).toStrictEqual(
      changed((memory) => {
        memory.freezeUntilAt = 9;
        taken(freeze)(memory);
      }),
    );
    const frozen: Change = (memory) => (memory.freezeUntilAt = 9);
    expect(ordered({ kind: 'thaw' }, frozen).freezeUntilAt).toBeUndefined();
    expect(ordered({ kind: 'rotate', reason: 'x' }, frozen).freezeUntilAt).toBe(9);
  });

  it('that declares a leak marks what it names', () => {
    const told = ordered(leak, () => undefined, ['k', 'x']);
    expect(told.credentials).toStrictEqual({ k: { ...added('k'), compromisedBy: 'o1' } });
    expect(told.orders[0]?.keyIds).toStrictEqual(['k', 'x']);
    const other = ordered({ kind: 'rotate', reason: 'x' }, () => undefined, ['k']);
    expect(other.credentials['k']?.compromisedBy).toBeUndefined();
  });

  it('takes no id for the prototype of all objects', () => {
    ordered(leak, () => undefined, ['__proto__']);
    const probe: Record<string, unknown> = {};
    expect(probe['compromisedBy']).toBeUndefined();
  });
});

describe('the end of an order', () => {
  const waitingFor =
    (keyIds: string[]): Change =>
    (memory) => {
      for (const id of ['o0', 'o1']) {
        memory.orders.push({ id, by: 'p', at: at - hourMs, body: { kind: 'thaw' }, keyIds });
      }
    };
  const end = (change: Change, result: 'done' | 'refused' = 'done') =>
    after({ kind: 'order-end', orderId: 'o1', result }, change);

  it('takes it off those that wait, and keeps how it ended', () => {
    const told = end(waitingFor([]), 'refused');
    expect(told.orders.map((one) => one.id)).toStrictEqual(['o0']);
    expect(told.orderEnds).toStrictEqual({ o1: { result: 'refused' } });
  });

  it('keeps why it was refused', () => {
    const told = after({
      kind: 'order-end',
      orderId: 'o1',
      result: 'refused',
      reason: 'credential-serves',
    });
    expect(told.orderEnds['o1']).toStrictEqual({ result: 'refused', reason: 'credential-serves' });
  });

  it('that nobody knows is kept all the same', () => {
    expect(end(() => undefined)).toStrictEqual(
      changed((memory) => (memory.orderEnds['o1'] = { result: 'done' })),
    );
  });

  it('tells for how long each leaked one stayed valid', () => {
    const told = end((memory) => {
      waitingFor(['k', 'f', 'x', 'e'])(memory);
      k(memory).removedAt = at - hourMs + 5;
      memory.reported['removed:f'] = at - hourMs + 7;
      memory.reported['removed:e'] = at - hourMs - 1;
    });
    expect(told.orderEnds['o1']).toStrictEqual({
      result: 'done',
      removed: [
        { keyId: 'k', validForMs: 5 },
        { keyId: 'f', validForMs: 7 },
        { keyId: 'e', validForMs: 0 },
      ],
    });
    expect(end(waitingFor(['k'])).orderEnds['o1']).toStrictEqual({ result: 'done' });
  });

  it('keeps the latest twenty', () => {
    const told = end((memory) => {
      for (let index = 0; index < 20; index += 1)
        memory.orderEnds[`e${index}`] = { result: 'done' };
    });
    const kept = Object.keys(told.orderEnds);
    expect(kept).toHaveLength(20);
    expect([kept[0], kept.at(-1)]).toStrictEqual(['e1', 'o1']);
  });
});

describe('another configuration', () => {
  it('is remembered, and ends back-off', () => {
    const told = after({ kind: 'configuration', configuration: 'c2' }, (memory) => {
      memory.waits['issue'] = { untilAt: 1, attempts: 1, reason: 'backing-off' };
    });
    expect(told).toStrictEqual(changed((memory) => (memory.configuration = 'c2')));
  });
});
