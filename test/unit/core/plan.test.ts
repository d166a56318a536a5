/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/action.ts';
import {
  clockSkewMs,
  dayMs,
  freezeEndsBeforeMs,
  hourMs,
  lastResortMs,
  secondMs,
} from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import { plan } from '../../../src/core/plan.ts';
import { dueAt, nextFullLookAt } from '../../../src/core/schedule.ts';
import {
  backsOff,
  connectorOf,
  endsAt,
  foreign,
  leaked,
  now,
  ordered,
  ours,
  rotated,
  remembered,
  storedVersion,
  unlisted,
  unseen,
  valueOf,
  viewOf,
  wishOf,
  world,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const planned = (change: Change = () => undefined): Plan => plan(world(change));
const kinds = (change: Change): readonly string[] =>
  planned(change).actions.map((one) =>
    one.kind === 'note' ? `note ${one.entries.length}` : one.kind,
  );
const reasonsOf = (change: Change): readonly string[] =>
  planned(change).standing.map((one) => one.reason);

describe('plan()', () => {
  it('has nothing to do where all is in order', () => {
    expect(planned()).toEqual({
      actions: [],
      state: 'healthy',
      reason: 'settled',
      standing: [],
      nextLookAt: nextFullLookAt(now, 'calendar'),
    });
  });

  it('writes notes first, and nothing else with them', () => {
    const change = (made: World): void => {
      valueOf(made.observed.registration).displayName = 'x';
      foreign(made, 'f');
      foreign(made, 'g');
    };
    expect(planned(change)).toMatchObject({
      actions: [{ kind: 'note', entries: [{ seen: { keyId: 'f' } }, { seen: { keyId: 'g' } }] }],
      state: 'waiting',
      reason: 'working',
      standing: [{ reason: 'working' }],
    });
  });

  it('looks at nothing else while a step of somebody is open', () => {
    const change = (made: World): void => {
      valueOf(made.observed.registration).displayName = 'x';
      made.memory.open.push({
        id: 'i',
        effect: { kind: 'create-service-principal', appId: 'a' },
        at: now,
        deadlineAt: now,
        because: 'missing',
      });
    };
    expect(planned(change)).toMatchObject({ actions: [], reason: 'somebody-working' });
  });

  it.each<[string, Change, readonly string[]]>([
    [
      'a parked add',
      (made) => made.memory.parked.push({ id: 'i', at: 0, doubtAt: 0, ambiguous: false }),
      ['note 1'],
    ],
    [
      'a stored version whose answer was lost',
      (made) => {
        ours(made, 'k2');
        remembered(made, 'k2').held = [];
      },
      ['note 1'],
    ],
    ['a registration that is missing', (made) => (made.observed.registration = absent), []],
    [
      'a registration that the chain does not know',
      (made) => delete made.memory.registration,
      ['note 1'],
    ],
    [
      'a registration that drifted',
      (made) => (valueOf(made.observed.registration).displayName = 'x'),
      ['update-registration'],
    ],
    [
      'a service principal that is missing',
      (made) => (made.observed.servicePrincipal = absent),
      ['create-service-principal'],
    ],
    ['a secret that is seen first', (made) => (made.memory.secretKnown = false), ['note 1']],
    ['a foreign credential', (made) => foreign(made, 'f'), ['note 1']],
    ['a stored one that is not proven', (made) => ours(made, 'k2'), ['prove']],
    ['a version by hand', (made) => storedVersion(made, 'current', 'v', 'x'), ['note 1']],
    ['a better one that rested', (made) => ours(made, 'k2', { provedAt: now }), ['promote']],
    [
      'a connector that drifted',
      (made) => (valueOf(viewOf(made).connector).tenant = 'x'),
      ['push'],
    ],
    [
      'a credential that has ended',
      (made) => {
        rotated(made);
        endsAt(made, 'k1', now - clockSkewMs);
      },
      ['remove'],
    ],
    [
      'a removed secret',
      (made) => {
        rotated(made);
        unlisted(made, 'k1');
        remembered(made).removedAt = now - hourMs;
      },
      ['disprove'],
    ],
    [
      'none at all',
      (made) => {
        made.memory.credentials = {};
        unlisted(made, 'k1');
        delete made.memory.promoted;
        made.observed.current = absent;
        made.observed.pending = absent;
        made.memory.secretKnown = false;
      },
      ['issue'],
    ],
    ['an order that is fulfilled', (made) => ordered(made, { kind: 'thaw' }), ['note 1']],
  ])('acts on %s', (_, change, expected) => {
    expect(kinds(change)).toEqual(expected);
  });

  it.each<[string, Change, string]>([
    [
      'legacy permissions',
      (made) => {
        valueOf(made.observed.registration).access.push({
          resourceAppId: '00000003-0000-0000-c000-000000000000',
          id: '9769c687-087d-48ac-9cb3-c37dde652038',
          type: 'Scope',
        });
      },
      'legacy-permissions',
    ],
    [
      'worse grants',
      (made) => {
        connectorOf(made).clean!.doneAt = now - dayMs;
        viewOf(made).grants = known({ total: 100, invalid: 50 });
      },
      'grants-failing',
    ],
    [
      'a connector that is down',
      (made) => (connectorOf(made).clean!.keyId = 'k9'),
      'connector-down',
    ],
    ['short time', (made) => endsAt(made, 'k1', now + hourMs), 'time-short'],
    [
      'an unproven one that serves',
      (made) => {
        ours(made, 'k2', { pushed: true });
        connectorOf(made).clean!.keyId = 'k2';
      },
      'serving-unproven',
    ],
    ['a lost registration', (made) => (made.observed.registration = absent), 'registration-lost'],
  ])('calls a person for %s', (_, change, reason) => {
    expect(reasonsOf(change)).toContain(reason);
    expect(planned(change).state).toBe('needs-person');
  });

  it('tells foreign list items', () => {
    const change = (made: World): void => {
      valueOf(made.observed.registration).redirectUris.push('https://other.example');
    };
    expect(kinds(change)).toEqual(['note 1']);
  });
});

describe('what stands', () => {
  it('is told people first, then what is awaited, then work, then remarks; each once', () => {
    const change = (made: World): void => {
      rotated(made);
      made.observed.servicePrincipal = known({ objectId: 'p', enabled: false, credentials: [] });
      made.desired.renewBeforeDays = 1;
      viewOf(made).connector = unseen;
      viewOf(made, 'eu/two').connector = unseen;
      made.observed.pending = unseen;
      valueOf(made.observed.registration).displayName = 'x';
    };
    expect(planned(change).standing).toEqual([
      { reason: 'service-principal-disabled' },
      { reason: 'unreachable', subject: 'graph' },
      { reason: 'unreachable', subject: 'us/one' },
      { reason: 'unreachable', subject: 'eu/two' },
      { reason: 'working' },
      { reason: 'old-credential-ending', subject: 'k1' },
    ]);
    const twice = (made: World): void => {
      change(made);
      made.observed.current = unseen;
      endsAt(made, 'k2', now + hourMs);
      endsAt(made, 'k1', now + hourMs);
    };
    const told = planned(twice).standing.map((one) => `${one.reason} ${one.subject ?? ''}`);
    expect(new Set(told).size).toBe(told.length);
  });

  it('is healthy with a remark alone', () => {
    expect(planned(rotated)).toMatchObject({
      state: 'healthy',
      reason: 'old-credential-ending',
      standing: [{ reason: 'old-credential-ending', subject: 'k1' }],
    });
  });
});

describe('law 10: a freeze', () => {
  const frozen = (until: number) => (made: World) => {
    made.memory.freezeUntilAt = until;
    valueOf(made.observed.registration).displayName = 'x';
  };

  it('holds back every write until its end', () => {
    expect(planned(frozen(now + hourMs))).toMatchObject({
      actions: [],
      state: 'waiting',
      reason: 'frozen',
      standing: [{ reason: 'frozen' }],
      nextLookAt: now + hourMs,
    });
    expect(planned(frozen(now + hourMs)).standing).toStrictEqual([{ reason: 'frozen' }]);
    expect(kinds(frozen(now))).toEqual(['update-registration']);
  });

  it('keeps notes, and what else stands', () => {
    const change = (made: World): void => {
      frozen(now + hourMs)(made);
      foreign(made, 'f');
      viewOf(made).connector = unseen;
    };
    expect(kinds(change)).toEqual(['note 1']);
    expect(reasonsOf(change)).toEqual(['frozen', 'unreachable']);
  });

  it('ends 14 days before the serving credential does', () => {
    const ending = (endAt: number) => (made: World) => {
      frozen(now + 99 * dayMs)(made);
      endsAt(made, 'k1', endAt);
    };
    expect(planned(ending(now + freezeEndsBeforeMs + hourMs))).toMatchObject({
      reason: 'frozen',
      nextLookAt: now + hourMs,
    });
    expect(kinds(ending(now + freezeEndsBeforeMs))).toContain('update-registration');
  });

  it('has no end before its own where nothing serves', () => {
    const change = (made: World): void => {
      frozen(now + hourMs)(made);
      made.memory.connectors = {};
      for (const id of ['us/one', 'eu/two']) viewOf(made, id).connector = absent;
    };
    expect(planned(change)).toMatchObject({
      actions: [],
      reason: 'frozen',
      nextLookAt: now + hourMs,
    });
  });

  it('does not hold where a connector is down, or a credential has leaked', () => {
    const down = (made: World): void => {
      frozen(now + hourMs)(made);
      connectorOf(made).clean!.keyId = 'k9';
    };
    expect(kinds(down)).toContain('push');
    const leak = (made: World): void => {
      frozen(now + hourMs)(made);
      leaked(made, ['k1']);
    };
    expect(kinds(leak)).toContain('issue');
  });
});

describe('the next look', () => {
  const next = (change: Change): number => planned(change).nextLookAt;

  it('is at the first instant that a check names', () => {
    const at = dueAt({ keyId: 'k1', startAt: now - 100 * dayMs, endAt: now + 265 * dayMs }, 60);
    expect(next((made) => (made.now = at - hourMs))).toBe(
      Math.min(at, nextFullLookAt(at - hourMs, 'calendar')),
    );
    const waits = (made: World): void => {
      valueOf(made.observed.registration).displayName = 'x';
      backsOff(made, 'registration');
    };
    expect(next(waits)).toBe(now + 1_000);
  });

  it('is when the last 72 hours begin, and at the end', () => {
    const ending = (endAt: number) => (made: World) => {
      endsAt(made, 'k1', endAt);
      made.desired.renewBeforeDays = 0;
      wishOf(made).takeOver = false;
    };
    expect(next(ending(now + lastResortMs + 7_000))).toBe(now + 7_000);
    expect(next(ending(now + 9_000))).toBe(now + 9_000);
  });

  it('is a second away at the least', () => {
    const change = (made: World): void => {
      valueOf(made.observed.registration).displayName = 'x';
      made.memory.waits['registration'] = { untilAt: now + 1, attempts: 1, reason: 'backing-off' };
    };
    expect(next(change)).toBe(now + secondMs);
  });

  it('is never the present', () => {
    expect(next((made) => endsAt(made, 'k1', now + lastResortMs))).toBeGreaterThan(now + secondMs);
  });
});
