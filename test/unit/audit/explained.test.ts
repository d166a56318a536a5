/** Which credentials the log accounts for. */
import { describe, expect, it } from 'vitest';
import { accounting, type Accounted } from '../../../src/audit/explained.ts';
import type { Effect, EntryBody, Facts } from '../../../src/core/entry.ts';
import { deed, logStartAt as at } from '../../support/audit-log.ts';

const held = { secret: 'current', version: 'v' } as const;
const removal = { kind: 'remove-credential', objectId: 'o', keyId: 'k1', why: 'ended' } as const;

/** The account of these entries. */
function accountOf(...bodies: readonly EntryBody[]): Accounted {
  const account = accounting();
  for (const [index, body] of bodies.entries()) account.take({ ...body, v: 1, seq: index + 1, at });
  return account;
}

/** An effect that came out so. */
function done(
  effect: Effect,
  outcome: Omit<Extract<EntryBody, { kind: 'outcome' }>, 'kind' | 'intent'> = { result: 'done' },
): readonly EntryBody[] {
  return deed({ id: `of-${effect.kind}`, effect, because: 'rotation' }, outcome);
}

describe('a credential is accounted for', () => {
  it.each<[string, readonly EntryBody[]]>([
    [
      'that was issued',
      done(
        { kind: 'add-credential', objectId: 'o', endAt: at },
        { result: 'done', facts: { keyId: 'k1' } },
      ),
    ],
    [
      'that a recovery found',
      [{ kind: 'recovery', intent: 'i', finding: 'done', keyId: 'k1', hint: 'abc', endAt: at }],
    ],
    [
      'that was taken over',
      [
        {
          kind: 'proof',
          keyId: 'k1',
          held,
          result: 'proved',
          takeOver: { hint: 'abc', endAt: at },
        },
      ],
    ],
  ])('%s', (_, bodies) => {
    expect([...accountOf(...bodies).keyIds]).toEqual(['k1']);
  });

  it.each<[string, readonly EntryBody[]]>([
    [
      "that was only seen as somebody else's",
      [{ kind: 'observation', seen: { what: 'foreign-credential', keyId: 'k1', endAt: at } }],
    ],
    ['that was only proved', [{ kind: 'proof', keyId: 'k1', held, result: 'proved' }]],
    ['that was only stored', done({ kind: 'store-credential', keyId: 'k1' })],
    ['that was only removed', done(removal)],
    [
      'that was only seen to be gone or back',
      [
        { kind: 'observation', seen: { what: 'credential-gone', keyId: 'k1' } },
        { kind: 'observation', seen: { what: 'credential-back', keyId: 'k1' } },
      ],
    ],
    [
      'of which nobody knows the id',
      [
        ...done({ kind: 'add-credential', objectId: 'o', endAt: at }),
        { kind: 'recovery', intent: 'i', finding: 'in-doubt' },
      ],
    ],
    [
      'that a person ordered to retire',
      [
        {
          kind: 'order',
          orderId: 'o',
          by: 'ada',
          orderedAt: at,
          body: { kind: 'retire', keyId: 'k1' },
        },
      ],
    ],
  ])('but not one %s', (_, bodies) => {
    expect([...accountOf(...bodies).keyIds]).toEqual([]);
  });
});

describe('a credential is said to be foreign', () => {
  it("when it was seen as somebody else's, whatever became of it", () => {
    const seen: EntryBody = {
      kind: 'observation',
      seen: { what: 'foreign-credential', keyId: 'k1', endAt: at },
    };
    expect([...accountOf(seen, ...done(removal)).foreign]).toEqual(['k1']);
    expect([...accountOf(...done(removal)).foreign]).toEqual([]);
  });
});

describe('a credential is said to be removed', () => {
  it('when the removal is done', () => {
    expect([...accountOf(...done(removal)).removed]).toEqual(['k1']);
  });

  it.each(['refused', 'doubtful', 'unsent'] as const)('not when the removal is %s', (result) => {
    expect([...accountOf(...done(removal, { result })).removed]).toEqual([]);
  });

  it('not when something else was done with it', () => {
    const all = accountOf(
      ...done({ kind: 'store-credential', keyId: 'k1' }),
      ...done({ kind: 'disable-version', keyId: 'k1', held }),
      { kind: 'outcome', intent: 'of-nobody', result: 'done' },
      { kind: 'observation', seen: { what: 'foreign-credential', keyId: 'k1', endAt: at } },
      { kind: 'observation', seen: { what: 'version-found', keyId: 'k1', held } },
    );
    expect([...all.removed]).toEqual([]);
  });

  it('when it is seen to be gone, until it is seen to be back', () => {
    const gone = { kind: 'observation', seen: { what: 'credential-gone', keyId: 'k1' } } as const;
    const back = { kind: 'observation', seen: { what: 'credential-back', keyId: 'k1' } } as const;
    expect([...accountOf(gone).removed]).toEqual(['k1']);
    expect([...accountOf(gone, back).removed]).toEqual([]);
    expect([...accountOf(gone, back, gone).removed]).toEqual(['k1']);
  });
});

function names({ objectId, appId }: Accounted): unknown {
  return { objectId, appId };
}

/** The creation of a registration that told this. */
function createdWith(facts: Facts): readonly EntryBody[] {
  return done({ kind: 'create-registration', uniqueName: 'u' }, { result: 'done', facts });
}

describe('the registration', () => {
  const seen: EntryBody = {
    kind: 'observation',
    seen: { what: 'registration-known', objectId: 'o1', appId: 'a1', created: false },
  };

  it('is unknown before an entry names it', () => {
    expect(names(accountOf())).toEqual({ objectId: undefined, appId: undefined });
    expect(names(accountOf({ kind: 'observation', seen: { what: 'secret-known' } }))).toEqual({
      objectId: undefined,
      appId: undefined,
    });
  });

  it('is the one that was last seen or created', () => {
    expect(names(accountOf(seen))).toEqual({ objectId: 'o1', appId: 'a1' });
    const created = createdWith({ objectId: 'o2', appId: 'a2' });
    expect(names(accountOf(seen, ...created))).toEqual({ objectId: 'o2', appId: 'a2' });
    expect(names(accountOf(...created, seen))).toEqual({ objectId: 'o1', appId: 'a1' });
    const other = { kind: 'observation', seen: { what: 'secret-known' } } as const;
    expect(names(accountOf(seen, other))).toEqual({ objectId: 'o1', appId: 'a1' });
  });

  it('is not known by half of its names', () => {
    expect(names(accountOf(seen, ...createdWith({ objectId: 'o2' })))).toEqual(
      names(accountOf(seen)),
    );
    expect(names(accountOf(seen, ...createdWith({ appId: 'a2' })))).toEqual(names(accountOf(seen)));
  });
});
