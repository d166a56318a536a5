/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import {
  addInDoubt,
  displayNameOf,
  intentWithoutOutcome,
  versionOfLostAnswer,
} from '../../../src/core/checks/interrupted.ts';
import type { Finding } from '../../../src/core/finding.ts';
import {
  clockSkewMs,
  dayMs,
  hourMs,
  minuteMs,
  replicationMs,
  requestTimeoutMs,
} from '../../../src/core/limits.ts';
import { absent } from '../../../src/core/observed.ts';
import {
  finds,
  foreign,
  listedOne,
  noting,
  now,
  ours,
  remembered,
  storedVersion,
  unseen,
  valueOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;

describe('displayNameOf()', () => {
  it('carries the intent', () => {
    expect(displayNameOf('i')).toBe('keeper:i');
  });
});

describe('law 4: intentWithoutOutcome()', () => {
  const open =
    (deadlineAt: number, storageNow = now) =>
    (made: World) => {
      made.storageNow = storageNow;
      made.memory.open.push({
        id: 'i',
        effect: { kind: 'create-service-principal', appId: 'app-1' },
        at: deadlineAt - minuteMs,
        deadlineAt,
        because: 'missing',
      });
    };
  const told = (change: Change): readonly Finding[] => finds(intentWithoutOutcome, change);
  const doneBy = now - requestTimeoutMs - clockSkewMs;

  it('finds nothing where every intent has its outcome', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('takes an intent over when deadline, longest request and clock skew are past', () => {
    expect(told(open(doneBy))).toEqual([
      { kind: 'note', entry: { kind: 'recovery', intent: 'i', finding: 'in-doubt' } },
    ]);
    expect(told(open(doneBy + 1))).toEqual([
      { kind: 'wait', reason: 'somebody-working', untilAt: now + 1 },
    ]);
  });

  it('judges by the clock of the storage, and waits by its own', () => {
    expect(told(open(doneBy, now - 7))).toEqual([
      { kind: 'wait', reason: 'somebody-working', untilAt: now + 7 },
    ]);
    expect(told(open(doneBy + 7, now + 7))).toMatchObject([{ kind: 'note' }]);
  });
});

describe('addInDoubt()', () => {
  const startedAt = now - hourMs;
  const doubtAt = now - replicationMs;
  /** An add whose answer was lost, and what Entra lists since. */
  const parked = (change: Change) => (made: World) => {
    made.memory.parked.push({ id: 'i9', at: startedAt, doubtAt, ambiguous: false });
    change(made);
  };
  const fitting =
    (keyId: string, startAt = startedAt) =>
    (made: World) => {
      foreign(made, keyId, { displayName: 'keeper:i9', startAt, endAt: now + dayMs, hint: 'abc' });
    };
  const told = (change: Change): readonly Finding[] => finds(addInDoubt, parked(change));
  const recovery = (finding: string, more = {}): readonly unknown[] => [
    { kind: 'note', entry: { kind: 'recovery', intent: 'i9', finding, ...more } },
  ];
  const done = recovery('done', { keyId: 'f', hint: 'abc', endAt: now + dayMs });

  it('finds nothing where no add is in doubt', () => {
    expect(finds(addInDoubt, fitting('f'))).toEqual([]);
  });

  it('finds the one that the add has made', () => {
    expect(told(fitting('f'))).toEqual(done);
  });

  it('finds that nothing was made', () => {
    expect(told(() => undefined)).toEqual(recovery('not-done'));
  });

  it('waits until Entra would have shown it', () => {
    const early = (made: World): void => {
      fitting('f')(made);
      made.memory.parked[0]!.doubtAt = doubtAt + 1;
    };
    expect(told(early)).toEqual([{ kind: 'wait', reason: 'add-in-doubt', untilAt: now + 1 }]);
    const blind = (made: World): void => {
      made.observed.registration = unseen;
    };
    expect(told(blind)).toEqual([
      { kind: 'wait', reason: 'add-in-doubt', untilAt: now + replicationMs },
    ]);
  });

  it.each<[string, Change]>([
    ['has another name', (made) => (listedOne(made, 'f').displayName = 'keeper:i8')],
    ['began before it', (made) => (listedOne(made, 'f').startAt = startedAt - clockSkewMs - 1)],
    ['began after it', (made) => (listedOne(made, 'f').startAt = doubtAt + clockSkewMs + 1)],
    ['is known to be of another add', (made) => void ours(made, 'f', { listed: false, held: [] })],
  ])('does not take for it one that %s', (_, change) => {
    const found = told((made) => {
      fitting('f')(made);
      change(made);
    });
    expect(found).toEqual(recovery('not-done'));
  });

  it('takes for it one at either end of its window, clocks that differ allowed for', () => {
    expect(told(fitting('f', startedAt - clockSkewMs))).toEqual(done);
    expect(told(fitting('f', doubtAt + clockSkewMs))).toEqual(done);
  });

  it('calls a person where two fit, and notes that once', () => {
    const two = (made: World): void => {
      fitting('f')(made);
      fitting('g')(made);
    };
    const person = [
      { kind: 'person', reason: 'ambiguous-orphans' },
      { kind: 'look', at: now + replicationMs },
    ];
    expect(told(two)).toEqual([...recovery('ambiguous'), ...person]);
    const again = (made: World): void => {
      two(made);
      made.memory.parked[0]!.ambiguous = true;
    };
    expect(told(again)).toEqual(person);
  });
});

describe('versionOfLostAnswer()', () => {
  const told = (change: Change): readonly Finding[] => finds(versionOfLostAnswer, change);
  const found = (keyId: string, secret: 'current' | 'pending', version: string) =>
    noting({ what: 'version-found', keyId, held: { secret, version } });
  /** Stored, but the answer was lost. */
  const stored = (made: World): void => {
    ours(made, 'k2');
    remembered(made, 'k2').held = [];
  };

  it('finds nothing where no answer was lost', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('finds a stored version by its tags', () => {
    expect(told(stored)).toEqual(found('k2', 'pending', 'p-k2'));
  });

  it('finds an older version by its tags alone, for its hint cannot be read', () => {
    const older = (made: World): void => {
      stored(made);
      storedVersion(made, 'pending', 'p-x', 'x');
    };
    expect(told(older)).toEqual(found('k2', 'pending', 'p-k2'));
  });

  it.each<[string, Change]>([
    ['the hint is another', (made) => (valueOf(made.observed.pending).current.hint = 'abc')],
    [
      'it is known',
      (made) => remembered(made, 'k2').held.push({ secret: 'pending', version: 'p' }),
    ],
    ['the credential was removed', (made) => (remembered(made, 'k2').removedAt = 1)],
    ['the credential is of no intent', (made) => delete remembered(made, 'k2').intent],
    ['the credential is foreign', (made) => delete made.memory.credentials['k2']],
    ['the pending secret is not there', (made) => (made.observed.pending = absent)],
    ['the tags are others', (made) => (remembered(made, 'k2').intent = 'i-other')],
  ])('finds no stored version when %s', (_, change) => {
    const all = told((made) => {
      stored(made);
      change(made);
    });
    expect(all).toEqual([]);
  });

  const promoted = (made: World): void => {
    ours(made, 'k2');
    storedVersion(made, 'current', 'v', 'k2');
    made.memory.promoteDoubt = { keyId: 'k2', intent: 'i-k2', at: now - dayMs };
  };

  it('finds a promoted version by its tag and its hint', () => {
    expect(told(promoted)).toEqual(found('k2', 'current', 'v'));
    const both = (made: World): void => {
      promoted(made);
      ours(made, 'k3');
      remembered(made, 'k3').held = [];
    };
    expect(told(both)).toEqual([...found('k3', 'pending', 'p-k3'), ...found('k2', 'current', 'v')]);
  });

  it.each<[string, Change]>([
    ['no promotion is in doubt', (made) => delete made.memory.promoteDoubt],
    ['the secret is not seen', (made) => (made.observed.current = unseen)],
    ['the tag is another', (made) => (made.memory.promoteDoubt!.intent = 'i')],
    ['the hint is another', (made) => (valueOf(made.observed.current).current.hint = 'abc')],
    ['the credential is not known', (made) => (made.memory.promoteDoubt!.keyId = 'k9')],
    ['it is the one known to be current', (made) => (made.memory.promoted!.version = 'v')],
  ])('finds no promoted version when %s', (_, change) => {
    const all = told((made) => {
      promoted(made);
      change(made);
    });
    expect(all).toEqual([]);
  });

  it('finds it where nothing was promoted before', () => {
    const first = (made: World): void => {
      promoted(made);
      delete made.memory.promoted;
    };
    expect(told(first)).toEqual(found('k2', 'current', 'v'));
  });
});
