/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import {
  betterCredentialWaits,
  credentialByOthers,
  credentialDue,
  credentialUnproven,
  isGivenUp,
  needsSlot,
} from '../../../src/core/checks/credential.ts';
import type { Finding } from '../../../src/core/finding.ts';
import {
  abandonAfterMs,
  abandonedRestMs,
  dayMs,
  firstPatienceMs,
  hourMs,
  lifetimeCapMs,
  pushDoubtMs,
  settleMs,
} from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import { dueAt } from '../../../src/core/schedule.ts';
import {
  backsOff,
  connectorOf,
  doing,
  endsAt,
  finds,
  foreign,
  leaked,
  listedOne,
  nearlyOver,
  noting,
  now,
  ordered,
  ours,
  remembered,
  rotated,
  scene,
  storedVersion,
  switchedTo,
  unlisted,
  unseen,
  valueOf,
  viewOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const unreachable = [
  { kind: 'wait', reason: 'unreachable', untilAt: now + firstPatienceMs, subject: 'graph' },
];
const person = (reason: string, at: number, subject?: string): readonly unknown[] => [
  { kind: 'person', reason, ...(subject === undefined ? {} : { subject }) },
  { kind: 'look', at },
];

describe('credentialByOthers()', () => {
  const told = (change: Change): readonly Finding[] => finds(credentialByOthers, change);

  it('has nothing to tell of Keeper’s own', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('tells a foreign one once', () => {
    const change = (made: World): void => foreign(made, 'f', { endAt: now + dayMs });
    expect(told(change)).toEqual(
      noting({ what: 'foreign-credential', keyId: 'f', endAt: now + dayMs }),
    );
    const again = (made: World): void => {
      change(made);
      made.memory.reported['foreign-credential:f'] = now;
    };
    expect(told(again)).toEqual([]);
  });

  it('waits while an add of Keeper’s is in doubt: it may be that one', () => {
    const change = (made: World): void => {
      foreign(made, 'f');
      made.memory.parked.push({ id: 'i', at: now, doubtAt: now, ambiguous: false });
    };
    expect(told(change)).toEqual([]);
  });

  it('tells that one of Keeper’s is gone, and that it is back', () => {
    expect(told((made) => unlisted(made, 'k1'))).toEqual(
      noting({ what: 'credential-gone', keyId: 'k1' }),
    );
    const back = (made: World): void => {
      Object.assign(remembered(made), { removedAt: now - dayMs, removedWhy: 'by-hand' });
    };
    expect(told(back)).toEqual(noting({ what: 'credential-back', keyId: 'k1' }));
  });

  it.each<[string, Change]>([
    [
      'Keeper removed it',
      (made) => {
        unlisted(made, 'k1');
        Object.assign(remembered(made), { removedAt: now - dayMs, removedWhy: 'ended' });
      },
    ],
    [
      'it is known to be gone',
      (made) => {
        unlisted(made, 'k1');
        Object.assign(remembered(made), { removedAt: now - dayMs, removedWhy: 'by-hand' });
      },
    ],
    [
      'Keeper removed it and a replica shows it again',
      (made) => Object.assign(remembered(made), { removedAt: now - dayMs, removedWhy: 'ended' }),
    ],
    [
      'the registration is not seen',
      (made) => {
        made.observed.registration = unseen;
        foreign(made, 'f', { place: 'service-principal' });
      },
    ],
  ])('tells nothing when %s', (_, change) => {
    expect(told(change)).toEqual([]);
  });
});

describe('credentialUnproven()', () => {
  const told = (change: Change): readonly Finding[] => finds(credentialUnproven, change);
  const prove = doing({
    kind: 'prove',
    keyId: 'k2',
    appId: 'app-1',
    hint: 'k2x',
    held: { secret: 'pending', version: 'p-k2' },
  });

  it('proves a stored one', () => {
    expect(told((made) => ours(made, 'k2'))).toEqual(prove);
  });

  it('proves it again after its rest', () => {
    const addedAt = now - settleMs;
    expect(told((made) => ours(made, 'k2', { addedAt, provedAt: now - 1 }))).toEqual(prove);
    expect(told((made) => ours(made, 'k2', { addedAt, provedAt: now }))).toEqual([]);
    const resting = { addedAt: addedAt + 1, provedAt: now - 9 };
    expect(told((made) => ours(made, 'k2', resting))).toEqual([]);
    const refused = { addedAt: addedAt + 1, provedAt: now - 9, refusedAt: now - 5 };
    expect(told((made) => ours(made, 'k2', refused))).toEqual(prove);
  });

  it.each<[string, Change]>([
    ['it is current', (made) => (remembered(made, 'k2').promotedAt = now)],
    ['it was taken over', (made) => (remembered(made, 'k2').origin = 'taken-over')],
    [
      'it was given up',
      (made) =>
        Object.assign(remembered(made, 'k2'), { refusals: 5, addedAt: now - abandonAfterMs }),
    ],
    [
      'nobody knows the client id',
      (made) => {
        made.observed.registration = unseen;
        delete made.memory.registration;
      },
    ],
  ])('proves nothing when %s', (_, change) => {
    const found = told((made) => {
      ours(made, 'k2');
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('waits with its step', () => {
    const change = (made: World): void => {
      ours(made, 'k2', { addedAt: now - dayMs + 1 });
      backsOff(made, 'prove:k2', 'not-accepted-yet');
    };
    const wait = {
      kind: 'wait',
      reason: 'not-accepted-yet',
      untilAt: now + 1_000,
      subject: 'prove:k2',
    };
    expect(told(change)).toEqual([wait]);
    const long = (made: World): void => {
      change(made);
      remembered(made, 'k2').addedAt = now - dayMs;
    };
    expect(told(long)).toEqual([...person('never-accepted', now + 1_000, 'k2'), wait]);
    const unanswered = (made: World): void => {
      long(made);
      backsOff(made, 'prove:k2', 'unreachable');
    };
    expect(told(unanswered)).toEqual([{ ...wait, reason: 'unreachable' }]);
    const proven = (made: World): void => {
      long(made);
      Object.assign(remembered(made, 'k2'), { provedAt: now - 2 * dayMs });
    };
    expect(told(proven)).toEqual([wait]);
  });
});

describe('isGivenUp()', () => {
  const given = (more: object): boolean => {
    const told = scene((made) => {
      ours(made, 'k2', { refusals: 5, addedAt: now - abandonAfterMs, ...more });
    });
    const one = told.credentials.find(({ keyId }) => keyId === 'k2');
    return one !== undefined && isGivenUp(one, now);
  };

  it('is true after six hours and five refusals', () => {
    expect(given({})).toBe(true);
    expect(given({ refusals: 9, addedAt: now - dayMs })).toBe(true);
  });

  it.each([
    ['fewer refusals', { refusals: 4 }],
    ['less time', { addedAt: now - abandonAfterMs + 1 }],
    ['a proof', { provedAt: 1 }],
    ['a push', { pushed: true }],
  ])('is false after %s', (_, more) => {
    expect(given(more)).toBe(false);
  });

  it('is false for a foreign one', () => {
    const told = scene((made) => foreign(made, 'f'));
    const one = told.credentials.find(({ keyId }) => keyId === 'f');
    expect(one && isGivenUp(one, now)).toBe(false);
  });
});

describe('betterCredentialWaits()', () => {
  const told = (change: Change): readonly Finding[] => finds(betterCredentialWaits, change);
  const rested = (made: World): void => {
    ours(made, 'k2', { addedAt: now - 2 * dayMs, provedAt: now - dayMs });
  };
  const promote = (because: 'rotation' | 'dead') =>
    doing({
      kind: 'promote',
      keyId: 'k2',
      appId: 'app-1',
      hint: 'k2x',
      endAt: now + 363 * dayMs,
      held: { secret: 'pending', version: 'p-k2' },
      because,
    });

  it('makes a rested one current', () => {
    expect(told(rested)).toEqual(promote('rotation'));
    const urgent = (made: World): void => {
      rested(made);
      connectorOf(made).clean!.keyId = 'k9';
    };
    expect(told(urgent)).toEqual(promote('dead'));
  });

  it('has nothing to do where the current one is best', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('tells until when a better one rests', () => {
    const resting = (made: World): void => {
      ours(made, 'k2', { addedAt: now - settleMs + 1, provedAt: now });
    };
    expect(told(resting)).toEqual([{ kind: 'wait', reason: 'settling', untilAt: now + 1 }]);
    const first = (made: World): void => {
      resting(made);
      delete made.memory.promoted;
      remembered(made).held = [];
      endsAt(made, 'k2', now + 265 * dayMs);
    };
    expect(told(first)).toEqual([{ kind: 'wait', reason: 'settling', untilAt: now + 1 }]);
  });

  it.each<[string, Change]>([
    ['is not proven', (made) => delete remembered(made, 'k2').provedAt],
    ['ends as early', (made) => endsAt(made, 'k2', now + 265 * dayMs)],
    [
      'has rested but not been proven again',
      (made) => (remembered(made, 'k2').addedAt = now - settleMs),
    ],
  ])('tells nothing of one that %s', (_, change) => {
    const found = told((made) => {
      ours(made, 'k2', { addedAt: now - settleMs + 1, provedAt: now - 1 });
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('tells nothing of the current one, although it rests', () => {
    const change = (made: World): void => {
      Object.assign(remembered(made), { addedAt: now - hourMs });
    };
    expect(told(change)).toEqual([]);
  });

  it('promotes nothing while the current secret is not seen', () => {
    const change = (made: World): void => {
      rested(made);
      made.observed.current = unseen;
    };
    expect(told(change)).toEqual(unreachable);
  });

  it('promotes nothing into a secret that is lost', () => {
    const change = (made: World): void => {
      rested(made);
      made.observed.current = absent;
    };
    expect(told(change)).toEqual(person('secret-lost', now + hourMs));
  });

  it('promotes nothing into a name that waits in the vault’s deleted secrets', () => {
    const deleted = (name: string) => (made: World) => {
      rested(made);
      made.observed.deletedSecrets = known([name]);
    };
    expect(told(deleted('nylas-calendar'))).toEqual(person('secret-lost', now + hourMs));
    expect(told(deleted('nylas-calendar-pending'))).toEqual(promote('rotation'));
    const blind = (made: World): void => {
      rested(made);
      made.observed.deletedSecrets = unseen;
    };
    expect(told(blind)).toEqual(promote('rotation'));
  });

  it('promotes nothing while a promotion may land yet', () => {
    const doubt = (at: number) => (made: World) => {
      rested(made);
      made.memory.promoteDoubt = { keyId: 'k1', intent: 'i', at };
    };
    expect(told(doubt(now - pushDoubtMs + 1))).toEqual([
      { kind: 'wait', reason: 'backing-off', untilAt: now + 1 },
    ]);
    expect(told(doubt(now - pushDoubtMs))).toEqual(promote('rotation'));
  });

  it('promotes nothing while nobody knows the client id', () => {
    const change = (made: World): void => {
      rested(made);
      made.observed.registration = unseen;
      delete made.memory.registration;
    };
    expect(told(change)).toEqual([]);
  });

  it('waits with its step', () => {
    const change = (made: World): void => {
      rested(made);
      backsOff(made, 'promote');
    };
    expect(told(change)).toEqual([
      { kind: 'wait', reason: 'backing-off', untilAt: now + 1_000, subject: 'promote' },
    ]);
  });
});

describe('credentialDue()', () => {
  const told = (change: Change): readonly Finding[] => finds(credentialDue, change);
  const issue = (
    because: 'first' | 'compromised' | 'ordered' | 'due',
    days = 365,
  ): readonly Finding[] =>
    doing({
      kind: 'issue',
      objectId: 'object-1',
      appId: 'app-1',
      endAt: now + days * dayMs,
      because,
    });
  const due = (made: World): void => nearlyOver(made, 'k1');
  const roomy = (made: World): void => {
    made.desired.audience = 'organizations';
    valueOf(made.observed.registration).signInAudience = 'AzureADMyOrg';
  };

  it('looks again when the leading one is due', () => {
    const at = dueAt({ keyId: 'k1', startAt: now - 100 * dayMs, endAt: now + 265 * dayMs }, 60);
    expect(told(() => undefined)).toEqual([{ kind: 'look', at }]);
  });

  it('issues when the leading one is due', () => {
    expect(told(due)).toEqual(issue('due'));
  });

  it('is due at the very instant, and not before', () => {
    const at = dueAt({ keyId: 'k1', startAt: now - 345 * dayMs, endAt: now + 20 * dayMs }, 60);
    const when = (instant: number) => (made: World) => {
      due(made);
      made.now = instant;
    };
    expect(told(when(at - 1))).toEqual([{ kind: 'look', at }]);
    expect(told(when(at))).toMatchObject([{ kind: 'act', action: { because: 'due' } }]);
  });

  it('issues whole seconds', () => {
    const change = (made: World): void => {
      due(made);
      made.now = now + 999;
    };
    expect(told(change)).toEqual(issue('due'));
  });

  it('issues the first, or the first after a leak', () => {
    const none = (made: World): void => {
      unlisted(made, 'k1');
    };
    expect(told(none)).toEqual(issue('first'));
    expect(told((made) => leaked(made, ['k1']))).toEqual(issue('compromised'));
    const other = (made: World): void => {
      leaked(made, ['k1']);
      foreign(made, 'f', { place: 'service-principal' });
    };
    expect(told(other)).toEqual(issue('compromised'));
    const gone = (made: World): void => {
      leaked(made, ['k1']);
      endsAt(made, 'k1', now);
    };
    expect(told(gone)).toEqual(issue('first'));
  });

  it('issues by order, unless one was issued since', () => {
    const order = (at: number) => (made: World) => {
      ordered(made, { kind: 'rotate', reason: 'x' }, { at });
    };
    expect(told(order(now - 1))).toEqual(issue('ordered'));
    expect(told(order(now - 100 * dayMs))).toMatchObject([{ kind: 'look' }]);
    expect(told((made) => ordered(made, { kind: 'thaw' }))).toMatchObject([{ kind: 'look' }]);
    const tooEarly = (made: World): void => {
      order(now - 1)(made);
      made.desired.lifetimeDays = 265;
    };
    expect(told(tooEarly)).toMatchObject([{ kind: 'look' }]);
    const justLater = (made: World): void => {
      tooEarly(made);
      endsAt(made, 'k1', now + 265 * dayMs - 1);
    };
    expect(told(justLater)).toEqual(issue('ordered', 265));
    const leak = (made: World): void => {
      tooEarly(made);
      roomy(made);
      ours(made, 'k2', { provedAt: now });
      remembered(made).compromisedBy = 'order-0';
      made.memory.orders[0]!.at = now;
    };
    expect(told(leak)).toEqual(issue('ordered', 265));
  });

  it('issues only what is worth it', () => {
    // The policy allows hardly more than is left, and the serving one ends later than the lead.
    const change = (made: World): void => {
      due(made);
      made.memory.lifetimeCap = { days: 30, at: now };
    };
    const at = now + 20 * dayMs + 10 * dayMs - 30 * dayMs;
    expect(told(change)).toEqual(issue('due', 30));
    const early = (made: World): void => {
      change(made);
      made.now = at - 1;
    };
    expect(told(early)).toEqual([{ kind: 'look', at }]);
    const serving = (made: World): void => {
      due(made);
      ours(made, 'k2', { endAt: now + 350 * dayMs, held: [], pushed: true });
      connectorOf(made).clean!.keyId = 'k2';
    };
    expect(told(serving)).toEqual([
      { kind: 'look', at: now + 350 * dayMs + 60 * dayMs - 365 * dayMs },
    ]);
  });

  it('believes a cap of the policy for 90 days', () => {
    const capped = (at: number) => (made: World) => {
      due(made);
      made.memory.lifetimeCap = { days: 180, at };
    };
    expect(told(capped(now - lifetimeCapMs + 1))).toEqual(issue('due', 180));
    expect(told(capped(now - lifetimeCapMs))).toEqual(issue('due'));
  });

  it.each<[string, Change]>([
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
    ['the service principal is not seen', (made) => (made.observed.servicePrincipal = unseen)],
    ['the service principal is missing', (made) => (made.observed.servicePrincipal = absent)],
    [
      'an add is in doubt',
      (made) => made.memory.parked.push({ id: 'i', at: 0, doubtAt: 0, ambiguous: false }),
    ],
    ['another waits for its proof', (made) => ours(made, 'k2')],
    [
      'somebody’s own version is about to be taken over',
      (made) => {
        foreign(made, 'f', { startAt: now, endAt: now + 300 * dayMs });
        storedVersion(made, 'current', 'v', 'f');
      },
    ],
  ])('issues nothing when %s', (_, change) => {
    const found = told((made) => {
      due(made);
      change(made);
    });
    expect(found).toEqual([]);
  });

  it.each<[string, Change, readonly unknown[]]>([
    ['the current secret is not seen', (made) => (made.observed.current = unseen), unreachable],
    ['the pending secret is not seen', (made) => (made.observed.pending = unseen), unreachable],
    [
      'the deleted secrets are not seen',
      (made) => (made.observed.deletedSecrets = unseen),
      unreachable,
    ],
    [
      'a secret can be restored',
      (made) => (made.observed.deletedSecrets = known(['x'])),
      person('secret-lost', now + hourMs, 'nylas-calendar'),
    ],
    [
      'the secret is lost',
      (made) => {
        made.observed.current = absent;
        made.observed.pending = absent;
      },
      person('secret-lost', now + hourMs),
    ],
    [
      'storing backs off',
      (made) => backsOff(made, 'store', 'vault-denied'),
      person('vault-denied', now + 1_000, 'store'),
    ],
    [
      'issuing backs off',
      (made) => backsOff(made, 'issue', 'secrets-forbidden'),
      person('secrets-forbidden', now + 1_000, 'issue'),
    ],
    [
      'five were abandoned',
      (made) =>
        Object.assign(made.memory, { abandonments: 5, abandonedAt: now - abandonedRestMs + 1 }),
      person('never-accepted', now + 1),
    ],
  ])('waits when %s', (_, change, expected) => {
    const found = told((made) => {
      due(made);
      change(made);
    });
    expect(found).toEqual(expected);
  });

  it.each<[string, Change]>([
    [
      'four were abandoned',
      (made) => Object.assign(made.memory, { abandonments: 4, abandonedAt: now }),
    ],
    [
      'five were abandoned a week ago',
      (made) => Object.assign(made.memory, { abandonments: 5, abandonedAt: now - abandonedRestMs }),
    ],
    ['five were abandoned, nobody knows when', (made) => (made.memory.abandonments = 5)],
    [
      'storing has had its wait',
      (made) =>
        (made.memory.waits['store'] = { untilAt: now, attempts: 1, reason: 'vault-denied' }),
    ],
    ['the deleted secrets were not asked for', (made) => (made.observed.deletedSecrets = absent)],
    [
      'one on the service principal is listed',
      (made) => foreign(made, 'f', { place: 'service-principal' }),
    ],
    [
      'one that was taken over is not proven',
      (made) => {
        roomy(made);
        ours(made, 'k2', { origin: 'taken-over' });
      },
    ],
    [
      'one was used in the last resort',
      (made) => {
        roomy(made);
        ours(made, 'k2', { pushed: true });
      },
    ],
    [
      'an unproven one has ended',
      (made) => {
        roomy(made);
        ours(made, 'k2', { endAt: now - dayMs });
      },
    ],
    [
      'an unproven one is gone',
      (made) => {
        ours(made, 'k2', { listed: false });
      },
    ],
    [
      'both slots are taken, but there are more',
      (made) => {
        roomy(made);
        foreign(made, 'f');
      },
    ],
  ])('issues although %s', (_, change) => {
    const found = told((made) => {
      due(made);
      change(made);
    });
    expect(found).toEqual(issue('due'));
  });

  it('issues although an unproven one has been promoted', () => {
    const change = (made: World): void => {
      due(made);
      roomy(made);
      ours(made, 'k2', { promotedAt: now - dayMs, held: [] });
    };
    expect(told(change)).toEqual(issue('due'));
  });

  describe('with both slots taken', () => {
    it('asks a person where the other is foreign', () => {
      const change = (made: World): void => {
        due(made);
        foreign(made, 'f');
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('waits for the end of an old one of Keeper’s, where that is soon enough', () => {
      const full = (oldEndAt: number) => (made: World) => {
        rotated(made);
        endsAt(made, 'k1', oldEndAt);
        nearlyOver(made, 'k2');
      };
      const soon = now + 13 * dayMs - 1;
      expect(told(full(soon))).toEqual([
        { kind: 'wait', reason: 'old-credential-ending', untilAt: soon },
      ]);
      expect(told(full(now + 13 * dayMs))).toEqual(person('slots-full', now + hourMs));
    });

    it('does not let somebody wait for months who has ordered a rotation', () => {
      const change = (made: World): void => {
        rotated(made);
        endsAt(made, 'k1', now + dayMs);
        ordered(made, { kind: 'rotate', reason: 'x' });
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('asks a person where neither is Keeper’s', () => {
      const change = (made: World): void => {
        unlisted(made, 'k1');
        foreign(made, 'f');
        foreign(made, 'g');
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('asks a person where none of Keeper’s was ever current', () => {
      const change = (made: World): void => {
        due(made);
        delete remembered(made).promotedAt;
        foreign(made, 'f', { endAt: now + dayMs });
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('does not wait for the end of one that was never current', () => {
      const change = (made: World): void => {
        due(made);
        ours(made, 'k2', { pushed: true, endAt: now + 5 * dayMs });
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('asks a person where there is no leading one', () => {
      const change = (made: World): void => {
        foreign(made, 'f');
        Object.assign(remembered(made), { held: [] });
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });

    it('does not wait for the end of one that is not listed any more', () => {
      const change = (made: World): void => {
        due(made);
        foreign(made, 'f');
        ours(made, 'k0', {
          listed: false,
          promotedAt: 1,
          addedAt: now - 300 * dayMs,
          endAt: now + dayMs,
        });
      };
      expect(told(change)).toEqual(person('slots-full', now + hourMs));
    });
  });
});

describe('needsSlot()', () => {
  const needs = (change: Change): boolean =>
    needsSlot(
      scene((made) => {
        nearlyOver(made, 'k1');
        foreign(made, 'f');
        change(made);
      }),
    );

  it('is true when one is wanted and both slots are taken', () => {
    expect(needs(() => undefined)).toBe(true);
  });

  it.each<[string, Change]>([
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
    ['a slot is free', (made) => unlisted(made, 'f')],
    [
      'the registration has more slots',
      (made) => {
        made.desired.audience = 'organizations';
        valueOf(made.observed.registration).signInAudience = 'AzureADMyOrg';
      },
    ],
    ['none is wanted', (made) => endsAt(made, 'k1', now + 265 * dayMs)],
    [
      'an add is in doubt',
      (made) => made.memory.parked.push({ id: 'i', at: 0, doubtAt: 0, ambiguous: false }),
    ],
    ['another waits for its proof', (made) => ours(made, 'k2')],
  ])('is false when %s', (_, change) => {
    expect(needs(change)).toBe(false);
  });

  it('looks at the application’s slots only', () => {
    const change = (made: World): void => {
      listedOne(made, 'f').place = 'service-principal';
      switchedTo(made, 'k1');
      viewOf(made).grants = known({ total: 1, invalid: 0 });
    };
    expect(needs(change)).toBe(false);
  });
});
