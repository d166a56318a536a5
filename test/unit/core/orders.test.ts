/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { orderFulfilled } from '../../../src/core/checks/orders.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { dayMs, hourMs, replicationMs } from '../../../src/core/limits.ts';
import { reportKey } from '../../../src/core/memory.ts';
import {
  connectorOf,
  endsAt,
  finds,
  foreign,
  leaked,
  now,
  ordered,
  ours,
  remembered,
  rotated,
  unlisted,
  unseen,
  type World,
} from './world.ts';

describe('orderFulfilled()', () => {
  const endsOrder = (
    result: 'done' | 'refused',
    reason?: 'credential-serves' | 'credential-unknown' | 'ends-too-early',
  ): readonly Finding[] => [
    {
      kind: 'note',
      entry: { kind: 'order-end', orderId: 'order-1', result, ...(reason ? { reason } : {}) },
    },
  ];
  const isGone = (made: World, keyId: string): void => {
    unlisted(made, keyId);
    remembered(made, keyId).removedAt = now;
  };

  it('ends a freeze and its end at once, and leaves a re-sync to the pass', () => {
    const freeze = { kind: 'freeze', untilAt: now } as const;
    expect(finds(orderFulfilled, (made) => ordered(made, freeze))).toEqual(endsOrder('done'));
    expect(finds(orderFulfilled, (made) => ordered(made, { kind: 'thaw' }))).toEqual(
      endsOrder('done'),
    );
    const resync = { kind: 'resync', mode: 'apply' } as const;
    expect(finds(orderFulfilled, (made) => ordered(made, resync))).toEqual([]);
  });

  it('refuses to retire the one that serves', () => {
    const change = (made: World) => ordered(made, { kind: 'retire', keyId: 'k1' });
    expect(finds(orderFulfilled, change)).toEqual(endsOrder('refused', 'credential-serves'));
  });

  it('does not refuse to retire when nothing serves', () => {
    const change = (made: World): void => {
      delete made.memory.promoted;
      made.memory.connectors = {};
      ordered(made, { kind: 'retire', keyId: 'k1' });
    };
    expect(finds(orderFulfilled, change)).toEqual([]);
  });

  it('has retired when Entra does not list it any more', () => {
    const retire = (made: World): void => {
      rotated(made);
      ordered(made, { kind: 'retire', keyId: 'k1' });
    };
    expect(finds(orderFulfilled, retire)).toEqual([]);
    const gone = (made: World): void => {
      retire(made);
      isGone(made, 'k1');
    };
    expect(finds(orderFulfilled, gone)).toEqual(endsOrder('done'));
    const blind = (made: World): void => {
      gone(made);
      made.observed.registration = unseen;
    };
    expect(finds(orderFulfilled, blind)).toEqual([]);
  });

  it('has retired also while a connector is down, for that is another matter', () => {
    const change = (made: World): void => {
      rotated(made);
      ordered(made, { kind: 'retire', keyId: 'k1' });
      isGone(made, 'k1');
      connectorOf(made).clean!.keyId = 'k1';
    };
    expect(finds(orderFulfilled, change)).toEqual(endsOrder('done'));
  });

  it('has rotated when every connector holds one that was added since', () => {
    const rotate = (made: World): void => {
      rotated(made);
      ordered(made, { kind: 'rotate', reason: 'x' }, { at: now - 3 * dayMs });
    };
    expect(finds(orderFulfilled, rotate)).toEqual(endsOrder('done'));
    const cases: readonly ((world: World) => void)[] = [
      (made) => (remembered(made, 'k2').addedAt -= 1),
      (made) => (connectorOf(made).clean!.keyId = 'k1'),
      (made) => delete connectorOf(made, 'eu/two').clean,
      (made) => delete made.memory.connectors['us/one'],
      (made) => delete made.memory.promoted,
    ];
    for (const change of cases) {
      const found = finds(orderFulfilled, (made) => {
        rotate(made);
        change(made);
      });
      expect(found).toEqual([]);
    }
  });

  describe('to rotate', () => {
    /** A new one would end 100 days from now, at the very end of the one that serves. */
    const tooEarly = (made: World): void => {
      made.desired.lifetimeDays = 100;
      endsAt(made, 'k1', now + 100 * dayMs);
      ordered(made, { kind: 'rotate', reason: 'x' });
    };
    const onItsWay = (made: World): void => {
      tooEarly(made);
      ours(made, 'k2', { addedAt: now - hourMs, endAt: now + 100 * dayMs + 1 });
    };

    it('is refused where a new one would not end later than what serves', () => {
      expect(finds(orderFulfilled, tooEarly)).toEqual(endsOrder('refused', 'ends-too-early'));
      const endsLater = (made: World): void => {
        tooEarly(made);
        endsAt(made, 'k1', now + 100 * dayMs - 1);
      };
      expect(finds(orderFulfilled, endsLater)).toEqual([]);
    });

    it('is not refused where a newer one is on its way', () => {
      expect(finds(orderFulfilled, onItsWay)).toEqual([]);
    });

    it.each<[string, (world: World) => void]>([
      ['was added before the order', (made) => (remembered(made, 'k2').addedAt -= 1)],
      ['ends no later than what serves', (made) => endsAt(made, 'k2', now + 100 * dayMs)],
      ['is foreign', (made) => delete made.memory.credentials['k2']],
      ['does not work', (made) => unlisted(made, 'k2') ?? (remembered(made, 'k2').removedAt = now)],
    ])('is refused where the newer one %s', (_, change) => {
      const found = finds(orderFulfilled, (made) => {
        onItsWay(made);
        change(made);
      });
      expect(found).toEqual(endsOrder('refused', 'ends-too-early'));
    });

    it('is not refused for the sake of a leaked one, or where nothing serves', () => {
      const leak = (made: World): void => {
        tooEarly(made);
        remembered(made).compromisedBy = 'order-0';
      };
      expect(finds(orderFulfilled, leak)).toEqual([]);
      const nothing = (made: World): void => {
        tooEarly(made);
        made.memory.connectors = {};
      };
      expect(finds(orderFulfilled, nothing)).toEqual([]);
    });

    it('is the only order that is refused for that', () => {
      const leak = (made: World): void => {
        tooEarly(made);
        made.memory.orders[0]!.body = { kind: 'resync', mode: 'apply' };
      };
      expect(finds(orderFulfilled, leak)).toEqual([]);
    });
  });

  it('has dealt with a leak when all of it is gone and no connector is down', () => {
    const leak = (made: World): void => {
      rotated(made);
      leaked(made, ['k1']);
    };
    expect(finds(orderFulfilled, leak)).toEqual([]);
    const gone = (made: World): void => {
      leak(made);
      isGone(made, 'k1');
    };
    expect(finds(orderFulfilled, gone)).toEqual(endsOrder('done'));
    const cases: readonly ((world: World) => void)[] = [
      (made) => (made.observed.registration = unseen),
      (made) => (connectorOf(made).clean!.keyId = 'k1'),
    ];
    for (const change of cases) {
      const found = finds(orderFulfilled, (made) => {
        gone(made);
        change(made);
      });
      expect(found).toEqual([]);
    }
  });

  it('is not done with a leak while one of it is listed', () => {
    const change = (made: World): void => {
      rotated(made);
      leaked(made, ['k1']);
      isGone(made, 'k1');
      made.memory.orders[0]!.keyIds = ['k1', 'k2'];
    };
    expect(finds(orderFulfilled, change)).toEqual([]);
  });

  describe('that names a credential which nobody knows', () => {
    const retire = (at: number) => (made: World) => {
      ordered(made, { kind: 'retire', keyId: 'k9' }, { at });
    };
    const leak = (at: number) => (made: World) => {
      rotated(made);
      leaked(made, ['k1', 'k9']);
      made.memory.orders[0]!.at = at;
    };

    it('is refused once Entra would show it', () => {
      const fresh = now - replicationMs + 1;
      expect(finds(orderFulfilled, retire(fresh))).toEqual([{ kind: 'look', at: now + 1 }]);
      expect(finds(orderFulfilled, retire(now - replicationMs))).toEqual(
        endsOrder('refused', 'credential-unknown'),
      );
    });

    it('is refused after those are gone that are known', () => {
      const at = now - replicationMs;
      expect(finds(orderFulfilled, leak(at))).toEqual([]);
      const gone = (made: World): void => {
        leak(at)(made);
        isGone(made, 'k1');
      };
      expect(finds(orderFulfilled, gone)).toEqual(endsOrder('refused', 'credential-unknown'));
    });

    it.each<[string, (world: World) => void]>([
      [
        'was seen as somebody else’s',
        (made) => (made.memory.reported[reportKey('foreign-credential', 'k9')] = 1),
      ],
      ['was removed by Keeper', (made) => (made.memory.reported[reportKey('removed', 'k9')] = 1)],
    ])('is done where it %s', (_, change) => {
      const found = finds(orderFulfilled, (made) => {
        retire(now - hourMs)(made);
        change(made);
      });
      expect(found).toEqual(endsOrder('done'));
    });

    it('waits for it where it is listed', () => {
      const found = finds(orderFulfilled, (made) => {
        retire(now - hourMs)(made);
        foreign(made, 'k9');
      });
      expect(found).toEqual([]);
    });
  });

  it('does not believe that a credential is gone which Entra did not find a moment ago', () => {
    const change = (notFoundAt: number) => (made: World) => {
      ordered(made, { kind: 'retire', keyId: 'f' });
      made.memory.reported[reportKey('removed', 'f')] = notFoundAt;
      made.memory.reported[reportKey('not-found', 'f')] = notFoundAt;
    };
    const atMs = now - replicationMs + 1;
    expect(finds(orderFulfilled, change(atMs))).toEqual([{ kind: 'look', at: now + 1 }]);
    expect(finds(orderFulfilled, change(atMs - 1))).toEqual(endsOrder('done'));
    const listed = (made: World): void => {
      change(atMs - 1)(made);
      foreign(made, 'f');
    };
    expect(finds(orderFulfilled, listed)).toEqual([]);
  });
});
