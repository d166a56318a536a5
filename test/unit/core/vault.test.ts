/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import {
  isSecretLost,
  isTakeOverAhead,
  secretMissing,
  versionByHand,
} from '../../../src/core/checks/vault.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { dayMs, firstPatienceMs, hourMs, replicationMs } from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import { dueAt } from '../../../src/core/schedule.ts';
import {
  backsOff,
  connectorOf,
  doing,
  endsAt,
  finds,
  foreign,
  listedOne,
  noting,
  now,
  ordered,
  ours,
  remembered,
  scene,
  storedVersion,
  unlisted,
  unseen,
  valueOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const unreachable = [
  { kind: 'wait', reason: 'unreachable', untilAt: now + firstPatienceMs, subject: 'graph' },
];

describe('secretMissing()', () => {
  const told = (change: Change): readonly Finding[] => finds(secretMissing, change);

  it('has nothing to say of a secret that is there', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('notes one that is seen for the first time', () => {
    expect(told((made) => (made.memory.secretKnown = false))).toEqual(
      noting({ what: 'secret-known' }),
    );
  });

  it('calls a person where it was there and is gone, and nobody where it never was', () => {
    const gone = (made: World): void => {
      made.observed.current = absent;
    };
    expect(told(gone)).toEqual([
      { kind: 'person', reason: 'secret-lost' },
      { kind: 'look', at: now + hourMs },
    ]);
    const never = (made: World): void => {
      gone(made);
      made.memory.secretKnown = false;
    };
    expect(told(never)).toEqual([]);
  });

  it('waits while either is not seen', () => {
    expect(told((made) => (made.observed.current = unseen))).toEqual(unreachable);
    expect(told((made) => (made.observed.pending = unseen))).toEqual(unreachable);
  });
});

describe('isSecretLost()', () => {
  const lost = (change: Change): boolean =>
    isSecretLost(
      scene((made) => {
        made.observed.current = absent;
        change(made);
      }),
    );
  const short = (made: World): void => endsAt(made, 'k1', now + hourMs);

  it.each<[string, Change, boolean]>([
    ['it was purged and there is time', () => undefined, true],
    ['it is there', (made) => (made.observed.current = unseen), false],
    ['it never was', (made) => (made.memory.secretKnown = false), false],
    [
      'it was purged and a rotation is ordered',
      (made) => ordered(made, { kind: 'rotate', reason: 'x' }),
      false,
    ],
    ['it was purged and another order waits', (made) => ordered(made, { kind: 'thaw' }), true],
    ['it was purged and time is short', short, false],
    [
      'it can be restored and time is short',
      (made) => {
        short(made);
        made.observed.deletedSecrets = known(['nylas-calendar']);
      },
      true,
    ],
    [
      'another can be restored and time is short',
      (made) => {
        short(made);
        made.observed.deletedSecrets = known(['another']);
      },
      false,
    ],
    [
      'nobody can tell and time is short',
      (made) => {
        short(made);
        made.observed.deletedSecrets = unseen;
      },
      true,
    ],
  ])('when %s: %s', (_, change, expected) => {
    expect(lost(change)).toBe(expected);
  });
});

describe('versionByHand()', () => {
  const told = (change: Change): readonly Finding[] => finds(versionByHand, change);
  const better = (made: World): void => {
    foreign(made, 'f', { startAt: now, endAt: now + 300 * dayMs });
    storedVersion(made, 'current', 'v', 'f');
  };
  const takeOver = doing({
    kind: 'prove',
    keyId: 'f',
    appId: 'app-1',
    hint: 'fx',
    held: { secret: 'current', version: 'v' },
    takeOver: { hint: 'fx', endAt: now + 300 * dayMs },
  });
  const stray = noting({ what: 'foreign-version', version: 'v' });
  /** A version that belongs to nothing better, and that was told before. */
  const overruled = (made: World): void => {
    storedVersion(made, 'current', 'v', 'x');
    made.memory.reported['foreign-version:v'] = now - dayMs;
  };
  const promote = doing({
    kind: 'promote',
    keyId: 'k1',
    appId: 'app-1',
    hint: 'k1x',
    endAt: now + 265 * dayMs,
    held: { secret: 'current', version: 'c-k1' },
    because: 'drift',
  });

  it('has nothing to say of the promoted one', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('takes over a better one, after a proof', () => {
    expect(told(better)).toEqual(takeOver);
    expect(isTakeOverAhead(scene(better))).toBe(true);
  });

  it('takes over a better one where nothing serves yet', () => {
    const first = (made: World): void => {
      better(made);
      delete made.memory.promoted;
      made.memory.connectors = {};
      unlisted(made, 'k1');
      listedOne(made, 'f').endAt = now + 299 * dayMs;
    };
    expect(told(first)).toMatchObject([{ action: { kind: 'prove', keyId: 'f' } }]);
  });

  it.each<[string, Change]>([
    ['does not work', (made) => (listedOne(made, 'f').endAt = now)],
    [
      'ends as early as the promoted one',
      (made) => (listedOne(made, 'f').endAt = now + 265 * dayMs),
    ],
    [
      'ends before what connectors may hold',
      (made) => {
        ours(made, 'k2', { held: [], endAt: now + 300 * dayMs });
        connectorOf(made).doubtful.push({ keyId: 'k2', at: 0 });
      },
    ],
    ['has another hint', (made) => (listedOne(made, 'f').hint = 'abc')],
    [
      'was current before',
      (made) => {
        ours(made, 'f', { listed: false, held: [], promotedAt: 1 });
      },
    ],
    [
      'is leaked',
      (made) => {
        ours(made, 'f', { listed: false, held: [], compromisedBy: 'o' });
      },
    ],
  ])('does not take over one that %s', (_, change) => {
    const found = told((made) => {
      better(made);
      change(made);
    });
    expect(found).toEqual(stray);
  });

  it('does not take over one at the instant at which it is due', () => {
    const at = dueAt({ keyId: 'f', startAt: now, endAt: now + 300 * dayMs }, 60);
    const when = (instant: number) => (made: World) => {
      better(made);
      endsAt(made, 'k1', now + 299 * dayMs);
      made.now = instant;
    };
    expect(told(when(at))).toEqual(stray);
    expect(told(when(at - 1))).toEqual(takeOver);
  });

  it('does not take over what it cannot read: a disabled one has no hint', () => {
    const change = (made: World): void => {
      better(made);
      const secret = valueOf(made.observed.current);
      delete secret.current.hint;
      secret.current.enabled = false;
    };
    expect(told(change)).toEqual(stray);
  });

  it('overrules one that was refused three times', () => {
    const refused = (attempts: number) => (made: World) => {
      better(made);
      made.memory.waits['prove:f'] = { untilAt: now, attempts, reason: 'not-accepted-yet' };
    };
    expect(told(refused(2))).toEqual(takeOver);
    expect(told(refused(3))).toEqual(stray);
  });

  it('waits with the step of the proof', () => {
    const change = (made: World): void => {
      better(made);
      backsOff(made, 'prove:f');
    };
    expect(told(change)).toEqual([
      { kind: 'wait', reason: 'backing-off', untilAt: now + 1_000, subject: 'prove:f' },
    ]);
    expect(isTakeOverAhead(scene(change))).toBe(false);
  });

  it('waits for Entra to show the credential of a new version', () => {
    const young = (createdAt: number) => (made: World) => {
      storedVersion(made, 'current', 'v', 'x');
      valueOf(made.observed.current).current.createdAt = createdAt;
    };
    expect(told(young(now - replicationMs + 1))).toEqual([
      { kind: 'wait', reason: 'replicating', untilAt: now + 1 },
    ]);
    expect(told(young(now - replicationMs))).toEqual(stray);
    const disabled = (made: World): void => {
      young(now)(made);
      valueOf(made.observed.current).current.enabled = false;
    };
    expect(told(disabled)).toEqual(stray);
    const refused = (made: World): void => {
      better(made);
      valueOf(made.observed.current).current.createdAt = now;
      made.memory.waits['prove:f'] = { untilAt: now, attempts: 3, reason: 'not-accepted-yet' };
    };
    expect(told(refused)).toEqual(stray);
  });

  it('overrules the promoted one where it was disabled', () => {
    const change = (made: World): void => {
      valueOf(made.observed.current).current.enabled = false;
    };
    expect(told(change)).toEqual(noting({ what: 'foreign-version', version: 'c-k1' }));
  });

  it('makes the promoted one current again, once the stray one was told', () => {
    expect(told(overruled)).toEqual(promote);
    expect(isTakeOverAhead(scene(overruled))).toBe(false);
  });

  it('makes it current again once an hour at the most', () => {
    const recent = (at: number) => (made: World) => {
      overruled(made);
      made.memory.promoted!.at = at;
    };
    expect(told(recent(now - hourMs + 1))).toEqual([
      { kind: 'wait', reason: 'backing-off', untilAt: now + 1, subject: 'vault' },
    ]);
    expect(told(recent(now - hourMs))).toEqual(promote);
  });

  it('asks a person where it has overruled three within a day', () => {
    const fought = (times: readonly number[]) => (made: World) => {
      overruled(made);
      made.memory.overruledAt = [...times];
    };
    const recent = [now - dayMs + 1, now - 9 * hourMs, now - 2 * hourMs];
    expect(told(fought(recent))).toEqual([
      { kind: 'person', reason: 'vault-contested', subject: 'vault' },
      { kind: 'look', at: now + 1 },
    ]);
    expect(told(fought(recent.slice(1)))).toEqual(promote);
    expect(told(fought([now - dayMs, ...recent.slice(1)]))).toEqual(promote);
  });

  it('waits with the step of the promotion', () => {
    const change = (made: World): void => {
      overruled(made);
      backsOff(made, 'promote');
    };
    expect(told(change)).toMatchObject([{ kind: 'wait', subject: 'promote' }]);
  });

  it.each<[string, Change]>([
    ['nothing was promoted', (made) => delete made.memory.promoted],
    ['its text is gone', (made) => (remembered(made).held = [])],
    ['the secret is not seen', (made) => (made.observed.current = unseen)],
    ['the secret is not there', (made) => (made.observed.current = absent)],
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
  ])('makes nothing current when %s', (_, change) => {
    const found = told((made) => {
      overruled(made);
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('tells nothing of Keeper’s own promotion whose answer was lost', () => {
    const lost = (made: World): void => {
      ours(made, 'k2');
      storedVersion(made, 'current', 'v', 'k2');
      made.memory.promoteDoubt = { keyId: 'k2', intent: 'i-k2', at: now - dayMs };
    };
    const promotedBefore = (change: Change) => (made: World) => {
      lost(made);
      remembered(made, 'k2').promotedAt = 1;
      change(made);
    };
    expect(told(promotedBefore(() => undefined))).toEqual([]);
    expect(told(promotedBefore((made) => delete made.memory.promoted))).toEqual([]);
    expect(told(promotedBefore((made) => (made.memory.promoteDoubt!.intent = 'i')))).toEqual(stray);
    expect(told(promotedBefore((made) => (made.memory.promoteDoubt!.keyId = 'k9')))).toEqual(stray);
    expect(
      told(promotedBefore((made) => (valueOf(made.observed.current).current.hint = 'abc'))),
    ).toEqual(stray);
    const same = promotedBefore((made) => {
      made.memory.promoted!.version = 'v';
      valueOf(made.observed.current).current.enabled = false;
    });
    expect(told(same)).toEqual(stray);
  });
});
