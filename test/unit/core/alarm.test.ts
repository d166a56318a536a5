/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { connectorDown, servingUnproven, timeShort } from '../../../src/core/checks/alarm.ts';
import { grantsWorse, isAnyWorse } from '../../../src/core/checks/confirm.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { confirmMs, dayMs, hourMs, lastResortMs } from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import {
  connectorOf,
  endsAt,
  finds,
  now,
  ours,
  remembered,
  rotated,
  scene,
  switchedTo,
  unlisted,
  unseen,
  viewOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const person = (reason: string, subject: string, at = now + hourMs): readonly unknown[] => [
  { kind: 'person', reason, subject },
  { kind: 'look', at },
];

describe('connectorDown()', () => {
  const told = (change: Change): readonly Finding[] => finds(connectorDown, change);

  it('calls a person for a connector that has no working credential', () => {
    expect(told(() => undefined)).toEqual([]);
    expect(told((made) => (connectorOf(made, 'eu/two').clean!.keyId = 'k9'))).toEqual(
      person('connector-down', 'eu/two'),
    );
  });

  it('calls for one that is not seen, and for none that is not there yet', () => {
    const dead = (made: World): void => {
      connectorOf(made).clean!.keyId = 'k9';
    };
    const blind = (made: World): void => {
      dead(made);
      delete made.observed.connectors['us/one'];
    };
    expect(told(blind)).toEqual(person('connector-down', 'us/one'));
    const missing = (made: World): void => {
      delete made.memory.connectors['us/one'];
      viewOf(made).connector = absent;
    };
    expect(told(missing)).toEqual([]);
  });
});

describe('timeShort()', () => {
  const told = (change: Change): readonly Finding[] => finds(timeShort, change);
  const short = (made: World): void => endsAt(made, 'k1', now + lastResortMs);

  it('calls a person 72 hours before what connectors hold ends', () => {
    expect(told(short)).toEqual(person('time-short', 'k1'));
    expect(told((made) => endsAt(made, 'k1', now + lastResortMs + 1))).toEqual([]);
    const half = (made: World): void => {
      rotated(made);
      short(made);
      connectorOf(made).clean!.keyId = 'k1';
    };
    expect(told(half)).toEqual(person('time-short', 'k1'));
  });

  it.each<[string, Change]>([
    ['is leaked: others call for that', (made) => (remembered(made).compromisedBy = 'o')],
    [
      'was replaced, but for a doubt',
      (made) => {
        rotated(made);
        connectorOf(made).doubtful.push({ keyId: 'k1', at: 0 });
      },
    ],
    [
      'only a connector holds that left the file',
      (made) => {
        rotated(made);
        connectorOf(made, 'us/old').clean = { keyId: 'k1', appId: 'app-1', intentAt: 0, doneAt: 0 };
      },
    ],
    [
      'nobody ever pushed',
      (made) =>
        (made.memory.connectors = {
          'us/one': { doubtful: [{ keyId: 'k1', at: 0 }], records: {} },
        }),
    ],
  ])('calls nobody for one that %s', (_, change) => {
    const found = told((made) => {
      short(made);
      change(made);
    });
    expect(found).toEqual([]);
  });
});

describe('servingUnproven()', () => {
  const told = (change: Change): readonly Finding[] => finds(servingUnproven, change);
  const resorted = (made: World): void => {
    ours(made, 'k2', { pushed: true });
    switchedTo(made, 'k2');
  };

  it('calls a person while connectors hold one that Entra has not accepted', () => {
    expect(told(resorted)).toEqual(person('serving-unproven', 'k2'));
  });

  it.each<[string, Change]>([
    ['it is proven', (made) => (remembered(made, 'k2').provedAt = now)],
    ['it was promoted', (made) => (remembered(made, 'k2').promotedAt = now)],
    ['it was not pushed', (made) => (remembered(made, 'k2').pushed = false)],
    ['it is gone', (made) => unlisted(made, 'k2')],
    [
      'it is a foreign one that was promoted',
      (made) => {
        delete made.memory.credentials['k2'];
        made.memory.promoted!.keyId = 'k2';
      },
    ],
    [
      'there is no target',
      (made) => {
        made.memory.connectors = {};
        delete made.memory.promoted;
        for (const id of ['us/one', 'eu/two']) viewOf(made, id).connector = absent;
      },
    ],
  ])('calls nobody when %s', (_, change) => {
    const found = told((made) => {
      resorted(made);
      change(made);
    });
    expect(found).toEqual([]);
  });
});

describe('grantsWorse()', () => {
  const told = (change: Change): readonly Finding[] => finds(grantsWorse, change);
  const grants =
    (invalid: number, switchedAt = now - dayMs) =>
    (made: World) => {
      viewOf(made).grants = known({ total: 100, invalid });
      connectorOf(made).clean!.doneAt = switchedAt;
    };

  it('calls a person when a twentieth more grants have failed since the switch', () => {
    expect(told(grants(7))).toEqual([]);
    expect(told(grants(8))).toEqual(person('grants-failing', 'us/one', now + dayMs));
  });

  it('puts it down to the switch for two weeks', () => {
    expect(told(grants(50, now - confirmMs + 1))).toHaveLength(2);
    expect(told(grants(50, now - confirmMs))).toEqual([]);
  });

  it.each<[string, Change]>([
    ['nothing is known from before', (made) => delete connectorOf(made).grants],
    ['grants are not seen', (made) => (viewOf(made).grants = unseen)],
    ['nothing is seen', (made) => delete made.observed.connectors['us/one']],
    ['nothing was ever pushed', (made) => delete connectorOf(made).clean],
    ['the connector is not remembered', (made) => delete made.memory.connectors['us/one']],
  ])('calls nobody when %s', (_, change) => {
    const found = told((made) => {
      grants(50)(made);
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('is remembered past the two weeks by isAnyWorse()', () => {
    expect(isAnyWorse(scene(grants(50, 0)))).toBe(true);
    expect(isAnyWorse(scene(grants(7)))).toBe(false);
    expect(isAnyWorse(scene((made) => delete made.memory.connectors['us/one']))).toBe(false);
  });
});
