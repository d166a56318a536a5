/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { connectorDiffers } from '../../../src/core/checks/connector.ts';
import type { Finding } from '../../../src/core/finding.ts';
import {
  dayMs,
  firstPatienceMs,
  hourMs,
  lastResortMs,
  pushDoubtMs,
  settleMs,
} from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import {
  backsOff,
  connectorOf,
  doing,
  endsAt,
  finds,
  foreign,
  leaked,
  noting,
  now,
  ordered,
  ours,
  remembered,
  rotated,
  switchedTo,
  unseen,
  valueOf,
  viewOf,
  wishOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;
type Push = Extract<Extract<Finding, { kind: 'act' }>['action'], { kind: 'push' }>;

/** What is found about the first of the two connectors; the other stays in good order. */
const told = (change: Change): readonly Finding[] => finds(connectorDiffers, change);
const push = (more: Partial<Push>): readonly Finding[] =>
  doing({
    kind: 'push',
    connector: 'us/one',
    keyId: 'k1',
    appId: 'app-1',
    hint: 'k1x',
    held: { secret: 'current', version: 'c-k1' },
    creates: false,
    counted: false,
    records: ['r-us/one'],
    because: 'drift',
    ...more,
  });
const k2 = { keyId: 'k2', hint: 'k2x', held: { secret: 'current', version: 'c-k2' } } as const;
const person = (reason: string, subject = 'us/one'): readonly unknown[] => [
  { kind: 'person', reason, subject },
  { kind: 'look', at: now + hourMs },
];
const unreachable = [
  { kind: 'wait', reason: 'unreachable', untilAt: now + firstPatienceMs, subject: 'us/one' },
];

/** Both connectors hold `k1`; `k2` is promoted, and the second connector has it already. */
function halfway(made: World): void {
  rotated(made);
  const one = connectorOf(made);
  one.clean = { keyId: 'k1', appId: 'app-1', intentAt: now - 9 * dayMs, doneAt: now - 9 * dayMs };
  one.records = { 'r-us/one': { keyId: 'k1', updatedAt: now - 90 * dayMs } };
}

/** The first connector was never pushed to. */
function adopted(made: World): void {
  connectorOf(made).records = {};
  delete connectorOf(made).clean;
}
const met = noting({
  what: 'record-changed',
  connector: 'us/one',
  record: 'r-us/one',
  updatedAt: now - 90 * dayMs,
});

/** The first connector does not exist yet. */
function missing(made: World): void {
  delete made.memory.connectors['us/one'];
  viewOf(made).connector = absent;
}

describe('connectorDiffers()', () => {
  it('finds nothing where all is in order', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it('says nothing of a connector that was not looked at', () => {
    const change = (made: World): void => {
      halfway(made);
      delete made.observed.connectors['us/one'];
    };
    expect(told(change)).toEqual([]);
  });

  it('notes a connector that is seen for the first time', () => {
    expect(told((made) => delete connectorOf(made).known)).toEqual(
      noting({ what: 'connector-known', connector: 'us/one' }),
    );
  });

  it('waits for one that is not seen', () => {
    expect(told((made) => (viewOf(made).connector = unseen))).toEqual(unreachable);
  });
});

describe('law 8: a secret never goes to a stranger’s application', () => {
  it.each<[string, Change, readonly unknown[]]>([
    [
      'another application',
      (made) => (viewOf(made).application = known({ applicationId: 'x', region: 'us' })),
      person('wrong-application'),
    ],
    ['no application', (made) => (viewOf(made).application = absent), person('wrong-application')],
    ['an application that is not seen', (made) => (viewOf(made).application = unseen), unreachable],
  ])('with %s nothing is pushed', (_, change, expected) => {
    const found = told((made) => {
      halfway(made);
      change(made);
    });
    expect(found).toEqual(expected);
  });
});

describe('a difference that was just pushed', () => {
  const differs = (doneAt: number) => (made: World) => {
    valueOf(viewOf(made).connector).tenant = 'other';
    Object.assign(connectorOf(made).clean!, { doneAt, drift: true });
  };

  it('is looked at again, then is for a person, and is pushed once a day', () => {
    expect(told(differs(now - pushDoubtMs + 1))).toEqual([{ kind: 'look', at: now + 1 }]);
    expect(told(differs(now - pushDoubtMs))).toEqual([
      { kind: 'person', reason: 'connector-differs', subject: 'us/one' },
      { kind: 'look', at: now - pushDoubtMs + dayMs },
    ]);
    expect(told(differs(now - dayMs))).toEqual(push({ because: 'drift' }));
  });

  it('is pushed at once where the last push had another cause, or the client id is another', () => {
    const rotatedBefore = (made: World): void => {
      differs(now - hourMs)(made);
      delete connectorOf(made).clean!.drift;
    };
    expect(told(rotatedBefore)).toEqual(push({ because: 'drift' }));
    const taken = (made: World): void => {
      differs(now - hourMs)(made);
      valueOf(viewOf(made).connector).clientId = 'app-9';
      wishOf(made).takeOver = true;
    };
    expect(told(taken)).toContainEqual(push({ because: 'drift' })[0]);
  });

  it('is forgotten when it is gone', () => {
    const change = (made: World): void => {
      Object.assign(connectorOf(made).clean!, { doneAt: now - hourMs, drift: true });
    };
    expect(told(change)).toEqual([]);
  });
});

describe('law 8: another client id on a live connector', () => {
  const another = (made: World): void => {
    valueOf(viewOf(made).connector).clientId = 'app-9';
  };
  const hidden = (made: World): void => {
    delete valueOf(viewOf(made).connector).clientId;
  };

  it('is for a person', () => {
    expect(told(another)).toEqual(person('connector-foreign'));
  });

  it('is changed where the file takes it over', () => {
    const change = (made: World): void => {
      another(made);
      wishOf(made).takeOver = true;
    };
    expect(told(change)).toEqual(push({ because: 'drift' }));
  });

  it('is not judged while nobody knows our own', () => {
    const change = (made: World): void => {
      another(made);
      made.observed.registration = unseen;
      delete made.memory.registration;
    };
    expect(told(change)).toEqual([]);
  });

  it('that is hidden is believed to be ours after a push, and else is for a person', () => {
    expect(told(hidden)).toEqual([]);
    const never = (made: World): void => {
      hidden(made);
      adopted(made);
    };
    expect(told(never)).toEqual(person('connector-unconfirmed'));
    const unknown = (made: World): void => {
      hidden(made);
      delete made.memory.connectors['us/one'];
    };
    expect(told(unknown)).toEqual(person('connector-unconfirmed'));
    const doubtful = (made: World): void => {
      never(made);
      connectorOf(made).doubtful.push({ keyId: 'k1', at: now - pushDoubtMs });
    };
    expect(told(doubtful)).toEqual([...met, ...push({ because: 'doubt' })]);
  });
});

describe('a connector that is not there', () => {
  it('is created', () => {
    const made = push({ creates: true, because: 'missing', records: [] });
    expect(told(missing)).toEqual(made);
    const doubtful = (one: World): void => {
      missing(one);
      connectorOf(one).doubtful.push({ keyId: 'k1', at: now - pushDoubtMs });
    };
    expect(told(doubtful)).toEqual(made);
  });

  it.each<[string, Change]>([
    ['was seen', (made) => (connectorOf(made).known = true)],
    [
      'was pushed to',
      (made) => (connectorOf(made).clean = { keyId: 'k1', appId: 'app-1', intentAt: 0, doneAt: 0 }),
    ],
  ])('is lost when it %s before', (_, change) => {
    const found = told((made) => {
      missing(made);
      change(made);
    });
    expect(found).toEqual(person('connector-lost'));
  });

  it('is not created while there is nothing to give it', () => {
    const change = (made: World): void => {
      missing(made);
      delete made.memory.promoted;
      made.memory.connectors = {};
      viewOf(made, 'eu/two').connector = absent;
    };
    expect(told(change)).toEqual([]);
  });

  it('is not created anew while a creation may land', () => {
    const change = (made: World): void => {
      missing(made);
      connectorOf(made).doubtful.push({ keyId: 'k1', at: now - pushDoubtMs + 1 });
    };
    expect(told(change)).toEqual([
      { kind: 'wait', reason: 'push-in-doubt', untilAt: now + 1, subject: 'us/one' },
    ]);
  });
});

describe('a connector is pushed to', () => {
  it('when the target is another than it holds', () => {
    expect(told(halfway)).toEqual(push({ ...k2, counted: true, because: 'rotation' }));
  });

  it('with its settings where no record is named, although a push of a record may land yet', () => {
    const change = (made: World): void => {
      halfway(made);
      connectorOf(made).doubtful.push({ keyId: 'k1', record: 'r-us/one', at: now });
    };
    expect(told(change)).toStrictEqual(push({ ...k2, counted: true, because: 'rotation' }));
  });

  it('when Keeper never did', () => {
    expect(told(adopted)).toEqual([...met, ...push({ because: 'first' })]);
  });

  it('when the last push was doubtful, once that can no longer land', () => {
    const doubt = (at: number) => (made: World) => {
      connectorOf(made).doubtful.push({ keyId: 'k1', at }, { keyId: 'k1', at: 0 });
    };
    expect(told(doubt(now - pushDoubtMs))).toEqual(push({ because: 'doubt' }));
    expect(told(doubt(now - pushDoubtMs + 1))).toEqual([
      { kind: 'wait', reason: 'push-in-doubt', untilAt: now + 1, subject: 'us/one' },
    ]);
  });

  it('when what it holds is dead', () => {
    const change = (made: World): void => {
      connectorOf(made).clean!.keyId = 'k9';
    };
    expect(told(change)).toEqual(push({ because: 'dead' }));
  });

  it('when it was given another client id by Keeper', () => {
    expect(told((made) => (connectorOf(made).clean!.appId = 'app-0'))).toEqual(push({}));
  });

  it.each<[string, Change]>([
    ['tenant', (made) => (valueOf(viewOf(made).connector).tenant = 'other')],
    ['name', (made) => (valueOf(viewOf(made).connector).name = 'other')],
    ['scopes', (made) => (valueOf(viewOf(made).connector).scopes = ['User.Read'])],
    [
      'scopes, run together',
      (made) => (valueOf(viewOf(made).connector).scopes = ['Calendars.ReadUser.Read']),
    ],
  ])('when its %s is not as the file says', (_, change) => {
    expect(told(change)).toEqual(push({}));
  });

  it.each<[string, Change]>([
    ['no tenant', (made) => delete valueOf(viewOf(made).connector).tenant],
    ['no name', (made) => delete valueOf(viewOf(made).connector).name],
    ['no scopes', (made) => delete valueOf(viewOf(made).connector).scopes],
    [
      'a name that the file does not give',
      (made) => {
        delete wishOf(made).name;
      },
    ],
  ])('not for showing %s', (_, change) => {
    expect(told(change)).toEqual([]);
  });

  it('not while there is no target', () => {
    const change = (made: World): void => {
      leaked(made, ['k1']);
      connectorOf(made, 'eu/two').clean!.keyId = 'k9';
    };
    expect(told(change)).toEqual([]);
  });

  it('not while nobody knows the client id', () => {
    const change = (made: World): void => {
      halfway(made);
      made.observed.registration = unseen;
      delete made.memory.registration;
    };
    expect(told(change)).toEqual([]);
  });

  it('not while the text cannot be read, and tells why', () => {
    const blind = (made: World): void => {
      halfway(made);
      made.observed.current = unseen;
      remembered(made, 'k2').held = [];
    };
    expect(told(blind)).toEqual([
      { kind: 'wait', reason: 'unreachable', untilAt: now + firstPatienceMs, subject: 'graph' },
    ]);
    const gone = (made: World): void => {
      halfway(made);
      remembered(made, 'k2').held = [];
    };
    expect(told(gone)).toEqual([]);
  });

  it('when its step does not back off', () => {
    const change = (made: World): void => {
      halfway(made);
      backsOff(made, 'push:us/one');
    };
    expect(told(change)).toEqual([
      { kind: 'wait', reason: 'backing-off', untilAt: now + 1_000, subject: 'push:us/one' },
    ]);
  });
});

describe('the records of a connector', () => {
  const record = push({ record: 'r-us/one', records: [], because: 'drift' });

  it('are read back after a push: the owned ones that are there, and the active one, each once', () => {
    const change = (made: World): void => {
      halfway(made);
      const seen = valueOf(viewOf(made).connector);
      seen.records.push({ id: 'declared', updatedAt: 0 }, { id: 'stray', updatedAt: 0 });
      seen.activeRecordId = 'active';
      wishOf(made).records.push('declared');
    };
    expect(told(change)).toEqual(
      push({
        ...k2,
        counted: true,
        because: 'rotation',
        records: ['declared', 'r-us/one', 'active'],
      }),
    );
    const hidden = (made: World): void => {
      halfway(made);
      delete valueOf(viewOf(made).connector).activeRecordId;
    };
    expect(told(hidden)).toEqual(push({ ...k2, counted: true, because: 'rotation' }));
  });

  it('are pushed to where they hold another credential', () => {
    const change = (made: World): void => {
      connectorOf(made).records['r-us/one'] = { keyId: 'k0', updatedAt: now - 90 * dayMs };
    };
    expect(told(change)).toEqual(record);
  });

  it('are pushed to where nobody knows what they hold', () => {
    const change = (made: World): void => {
      delete connectorOf(made).records['r-us/one']!.keyId;
    };
    expect(told(change)).toEqual(record);
  });

  it('are noted where they are active and nobody has met them', () => {
    const unmet = (made: World): void => {
      connectorOf(made).records = {};
    };
    expect(told(unmet)).toEqual([...met, ...record]);
    const idle = (made: World): void => {
      valueOf(viewOf(made).connector).records.push({ id: 'stray', updatedAt: 0 });
    };
    expect(told(idle)).toEqual([]);
  });

  it('are pushed to again after a doubtful push of their own', () => {
    const doubt = (at: number, id: string) => (made: World) => {
      connectorOf(made).doubtful.push(
        { keyId: 'k1', record: id, at },
        { keyId: 'k1', record: 'x', at },
      );
    };
    expect(told(doubt(now - pushDoubtMs, 'r-us/one'))).toEqual(record);
    expect(told(doubt(now - pushDoubtMs + 1, 'r-us/one'))).toEqual([
      { kind: 'wait', reason: 'push-in-doubt', untilAt: now + 1, subject: 'us/one' },
    ]);
    expect(told(doubt(now - pushDoubtMs + 1, 'another'))).toEqual([]);
  });

  it('have a step of their own', () => {
    const change = (made: World): void => {
      delete connectorOf(made).records['r-us/one']!.keyId;
      backsOff(made, 'push:us/one#r-us/one');
    };
    expect(told(change)).toMatchObject([{ kind: 'wait', subject: 'push:us/one#r-us/one' }]);
  });

  it('that changed since Keeper’s last write are noted', () => {
    const change = (made: World): void => {
      valueOf(viewOf(made).connector).records = [{ id: 'r-us/one', updatedAt: now }];
    };
    expect(told(change)).toEqual(
      noting({ what: 'record-changed', connector: 'us/one', record: 'r-us/one', updatedAt: now }),
    );
    const noted = (made: World): void => {
      change(made);
      delete connectorOf(made).records['r-us/one']!.keyId;
    };
    expect(told(noted)).toEqual(record);
    const unknown = (made: World): void => {
      change(made);
      delete made.memory.connectors['us/one'];
      viewOf(made, 'us/one').grants = unseen;
    };
    expect(told(unknown)).toEqual([
      ...noting(
        { what: 'connector-known', connector: 'us/one' },
        { what: 'record-changed', connector: 'us/one', record: 'r-us/one', updatedAt: now },
      ),
      ...push({ because: 'first' }),
    ]);
  });

  it('that are gone are noted', () => {
    const change = (made: World): void => {
      const seen = valueOf(viewOf(made).connector);
      seen.records = [];
      delete seen.activeRecordId;
    };
    expect(told(change)).toEqual(
      noting({ what: 'record-gone', connector: 'us/one', record: 'r-us/one' }),
    );
  });

  it('that the file names and that do not exist are for a person', () => {
    const change = (made: World): void => {
      wishOf(made).records.push('r-us/one', 'r-none');
    };
    expect(told(change)).toEqual(person('record-missing', 'r-none'));
  });
});

describe('law 12: a switch counts', () => {
  const counted = (change: Change): boolean | undefined => {
    const found = told((made) => {
      halfway(made);
      change(made);
    });
    const [action] = found.flatMap((one) => (one.kind === 'act' ? [one.action] : []));
    return action?.kind === 'push' ? action.counted : undefined;
  };

  it.each<[string, Change, boolean]>([
    ['it is planned', () => undefined, true],
    [
      'the connector is in doubt',
      (made) => connectorOf(made).doubtful.push({ keyId: 'k1', at: 0 }),
      false,
    ],
    [
      'the connector holds it already',
      (made) => {
        switchedTo(made, 'k2');
        valueOf(viewOf(made).connector).tenant = 'other';
      },
      false,
    ],
    ['what the connector holds is dead', (made) => (connectorOf(made).clean!.keyId = 'k9'), false],
    ['a rotation is ordered', (made) => ordered(made, { kind: 'rotate', reason: 'x' }), false],
    ['a leak is declared', (made) => leaked(made, []), false],
    ['another order waits', (made) => ordered(made, { kind: 'thaw' }), true],
    ['the serving one ends in 72 hours', (made) => endsAt(made, 'k1', now + lastResortMs), false],
    [
      'the serving one ends a moment later',
      (made) => endsAt(made, 'k1', now + lastResortMs + 1),
      true,
    ],
  ])('when %s: %s', (_, change, expected) => {
    expect(counted(change)).toBe(expected);
  });
});

describe('law 12: a switch from a secret of before Keeper counts too', () => {
  const counted = (change: Change): boolean | undefined => {
    const [action] = told(change).flatMap((one) => (one.kind === 'act' ? [one.action] : []));
    return action?.kind === 'push' ? action.counted : undefined;
  };
  const withOlder = (made: World): void => {
    adopted(made);
    foreign(made, 'f');
  };

  it('where there is one that works', () => {
    expect(counted(withOlder)).toBe(true);
    expect(counted(adopted)).toBe(false);
  });

  it('unless it is the one that is pushed', () => {
    const taken = (made: World): void => {
      withOlder(made);
      Object.assign(remembered(made), { origin: 'taken-over' });
      delete remembered(made).intent;
    };
    expect(counted(taken)).toBe(false);
  });

  it('unless the connector is not there yet, or a push to it is in doubt', () => {
    const first = (made: World): void => {
      missing(made);
      foreign(made, 'f');
      delete made.memory.connectors['eu/two'];
    };
    expect(counted(first)).toBe(false);
    const doubtful = (made: World): void => {
      withOlder(made);
      delete made.memory.connectors['eu/two'];
      connectorOf(made).doubtful.push({ keyId: 'k1', at: 0 });
    };
    expect(counted(doubtful)).toBe(false);
  });
});

describe('in the last resort', () => {
  it('an unproven one is pushed', () => {
    const change = (made: World): void => {
      endsAt(made, 'k1', now + hourMs);
      ours(made, 'k2', { addedAt: now - settleMs });
      foreign(made, 'f', { place: 'service-principal' });
    };
    expect(told(change)).toMatchObject([
      { action: { connector: 'us/one', keyId: 'k2', held: { secret: 'pending' }, counted: false } },
      { action: { connector: 'eu/two', keyId: 'k2' } },
    ]);
  });
});
