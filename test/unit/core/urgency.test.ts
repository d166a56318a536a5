/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, lastResortMs, settleMs } from '../../../src/core/limits.ts';
import { absent } from '../../../src/core/observed.ts';
import type { Credential, Scene } from '../../../src/core/scene.ts';
import {
  admitsUnproven,
  earliestServingEndAt,
  isBroken,
  isLastResort,
  isUrgent,
  settledAtOf,
} from '../../../src/core/urgency.ts';
import {
  connectorOf,
  endsAt,
  foreign,
  leaked,
  now,
  ordered,
  ours,
  remembered,
  scene,
  unseen,
  viewOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;

/** The second of two connectors has a dead credential. */
function dead(made: World): void {
  connectorOf(made, 'eu/two').clean!.keyId = 'k9';
}

/** The first connector is not there yet. */
function missing(made: World): void {
  delete made.memory.connectors['us/one'];
  viewOf(made).connector = absent;
}

/** The first connector may hold one from before Keeper. */
function adopted(made: World): void {
  delete made.memory.connectors['us/one'];
}

function credential(of: Scene, keyId = 'k2'): Credential {
  const found = of.credentials.find((one) => one.keyId === keyId);
  if (!found) throw new Error('no credential');
  return found;
}

describe('isUrgent() and isBroken()', () => {
  it.each<[string, Change, boolean, boolean]>([
    ['all is in order', () => undefined, false, false],
    ['a connector is dead', dead, true, true],
    ['a connector is not there yet', missing, true, false],
    ['a credential has leaked', (made) => leaked(made, []), true, true],
    [
      'a rotation is ordered',
      (made) => ordered(made, { kind: 'rotate', reason: 'x' }),
      false,
      false,
    ],
    [
      'a dead one was not looked at',
      (made) => {
        dead(made);
        delete made.observed.connectors['eu/two'];
      },
      true,
      true,
    ],
  ])('when %s', (_, change, urgent, broken) => {
    expect([isUrgent(scene(change)), isBroken(scene(change))]).toEqual([urgent, broken]);
  });

  it('looks at orders and connectors, however many', () => {
    const change = (made: World): void => {
      ordered(made, { kind: 'thaw' });
      leaked(made, []);
    };
    expect([isUrgent(scene(change)), isBroken(scene(change))]).toEqual([true, true]);
  });
});

describe('earliestServingEndAt()', () => {
  const earliest = (change: Change): number | undefined => earliestServingEndAt(scene(change));

  it('is the first end among what connectors hold, or may hold from before Keeper', () => {
    expect(earliest(() => undefined)).toBe(now + 265 * dayMs);
    const doubt = (made: World): void => {
      ours(made, 'k2', { endAt: now + dayMs });
      connectorOf(made).doubtful.push({ keyId: 'k2', at: 0 });
    };
    expect(earliest(doubt)).toBe(now + dayMs);
    const before = (made: World): void => {
      adopted(made);
      foreign(made, 'f', { endAt: now + hourMs });
    };
    expect(earliest(before)).toBe(now + hourMs);
    expect(earliest((made) => (made.memory.connectors = {}))).toBeUndefined();
  });
});

describe('settledAtOf()', () => {
  const settled = (change: Change): number => settledAtOf(scene(change), credential(scene(change)));

  it('is a day after the credential was added', () => {
    expect(settled((made) => ours(made, 'k2', { addedAt: now - hourMs }))).toBe(
      now - hourMs + settleMs,
    );
  });

  it('is at once for one that was taken over', () => {
    const taken = { origin: 'taken-over', addedAt: now - 9, provedAt: now - 5 } as const;
    expect(settled((made) => ours(made, 'k2', taken))).toBe(now - 5);
    const unproven = { origin: 'taken-over', addedAt: now - 9 } as const;
    expect(settled((made) => ours(made, 'k2', unproven))).toBe(now);
  });

  it('is a day from now for a foreign one', () => {
    expect(settled((made) => foreign(made, 'k2'))).toBe(now + settleMs);
  });

  it('is two hours before the serving one ends, but not before its proof', () => {
    const short = (servingForMs: number, provedAt?: number) => (made: World) => {
      endsAt(made, 'k1', now + servingForMs);
      ours(made, 'k2', { addedAt: now - hourMs, ...(provedAt === undefined ? {} : { provedAt }) });
    };
    expect(settled(short(10 * hourMs, now - 1))).toBe(now + 8 * hourMs);
    expect(settled(short(hourMs, now - 1))).toBe(now - 1);
    expect(settled(short(10 * hourMs))).toBe(now - hourMs + settleMs);
    expect(settled(short(100 * hourMs, now - 1))).toBe(now - hourMs + settleMs);
  });

  it('is a day after the addition when nothing serves', () => {
    const change = (made: World): void => {
      made.memory.connectors = {};
      for (const id of ['us/one', 'eu/two']) viewOf(made, id).connector = absent;
      ours(made, 'k2', { addedAt: now - hourMs, provedAt: now });
    };
    expect(settled(change)).toBe(now - hourMs + settleMs);
  });
});

describe('isLastResort()', () => {
  const last = (change: Change): boolean => isLastResort(scene(change));

  it('begins 72 hours before the serving one ends', () => {
    expect(last((made) => endsAt(made, 'k1', now + lastResortMs))).toBe(true);
    expect(last((made) => endsAt(made, 'k1', now + lastResortMs + 1))).toBe(false);
  });

  it('has begun when a connector is broken, not when one is missing', () => {
    expect(last(dead)).toBe(true);
    expect(last(missing)).toBe(false);
    expect(last((made) => (made.memory.connectors = {}))).toBe(true);
  });

  it('counts the last of those that an adopted connector may hold', () => {
    const before = (endAt: number) => (made: World) => {
      adopted(made);
      foreign(made, 'e', { endAt: now + hourMs });
      foreign(made, 'f', { endAt });
    };
    expect(last(before(now + lastResortMs + 1))).toBe(false);
    expect(last(before(now + lastResortMs))).toBe(true);
  });

  it('has not begun when nothing serves and nothing is there', () => {
    const change = (made: World): void => {
      made.memory.connectors = {};
      for (const id of ['us/one', 'eu/two']) viewOf(made, id).connector = absent;
    };
    expect(last(change)).toBe(false);
  });
});

describe('admitsUnproven()', () => {
  const admits = (change: Change): boolean => {
    const told = scene((made) => {
      endsAt(made, 'k1', now + hourMs);
      ours(made, 'k2', { addedAt: now - settleMs });
      change(made);
    });
    return admitsUnproven(told, credential(told));
  };

  it('is true for a stored one that had its rest', () => {
    expect(admits(() => undefined)).toBe(true);
  });

  it.each<[string, Change, boolean]>([
    ['there is time', (made) => endsAt(made, 'k1', now + 9 * dayMs), false],
    ['it is foreign', (made) => delete made.memory.credentials['k2'], false],
    ['it rests yet', (made) => (remembered(made, 'k2').addedAt += 1), false],
    ['the registration is not seen', (made) => (made.observed.registration = unseen), false],
    [
      'it was refused at the end of its rest',
      (made) => (remembered(made, 'k2').refusedAt = now),
      false,
    ],
    [
      'it was refused during its rest',
      (made) => (remembered(made, 'k2').refusedAt = now - 1),
      true,
    ],
  ])('when %s', (_, change, expected) => {
    expect(admits(change)).toBe(expected);
  });
});
