/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, lastResortMs, minuteMs, settleMs } from '../../../src/core/limits.ts';
import { absent } from '../../../src/core/observed.ts';
import {
  nextToPromote,
  promotedCredential,
  storedCredentials,
  targetCredential,
} from '../../../src/core/target.ts';
import {
  connectorOf,
  endsAt,
  foreign,
  leaked,
  now,
  ours,
  remembered,
  rotated,
  scene,
  switchedTo,
  unlisted,
  viewOf,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const promoted = (change: Change): string | undefined => promotedCredential(scene(change))?.keyId;
const next = (change: Change): string | undefined => nextToPromote(scene(change))?.keyId;
const target = (change: Change): string | undefined => targetCredential(scene(change))?.keyId;

/** Added two days ago, rested, and proven again after its rest. */
function rested(made: World): void {
  ours(made, 'k2', { addedAt: now - 2 * dayMs, provedAt: now - dayMs });
}

describe('promotedCredential()', () => {
  it('is the current one while it works and is not leaked', () => {
    expect(promoted(() => undefined)).toBe('k1');
    expect(promoted((made) => delete made.memory.promoted)).toBeUndefined();
    expect(promoted((made) => unlisted(made, 'k1'))).toBeUndefined();
    expect(promoted((made) => (remembered(made).compromisedBy = 'o'))).toBeUndefined();
    expect(promoted((made) => (made.memory.promoted!.keyId = 'k9'))).toBeUndefined();
  });
});

describe('storedCredentials()', () => {
  const stored = (change: Change): readonly string[] =>
    storedCredentials(scene(change)).map((one) => one.keyId);

  it('are those that work and whose text can be read, the last to end first', () => {
    const some = (made: World): void => {
      ours(made, 'k3', { endAt: now + 300 * dayMs });
      ours(made, 'k2', { endAt: now + 300 * dayMs });
    };
    expect(stored(some)).toEqual(['k2', 'k3', 'k1']);
  });

  it.each<[string, Change]>([
    ['are foreign', (made) => foreign(made, 'k2')],
    ['have no text', (made) => ours(made, 'k2', { held: [] })],
    ['do not work', (made) => ours(made, 'k2', { endAt: now })],
    ['are leaked', (made) => ours(made, 'k2', { compromisedBy: 'o' })],
  ])('are none that %s', (_, change) => {
    expect(stored(change)).toEqual(['k1']);
  });
});

describe('nextToPromote()', () => {
  it('is a proven one that ends later, after its rest', () => {
    expect(next(rested)).toBe('k2');
  });

  it('is nothing when the current one is best', () => {
    expect(next(() => undefined)).toBeUndefined();
  });

  it.each<[string, Change]>([
    ['is not proven', (made) => delete remembered(made, 'k2').provedAt],
    ['ends as early', (made) => endsAt(made, 'k2', now + 265 * dayMs)],
    [
      'was proven before its rest only',
      (made) => (remembered(made, 'k2').provedAt = now - dayMs - 1),
    ],
    [
      'rests yet',
      (made) =>
        Object.assign(remembered(made, 'k2'), { addedAt: now - settleMs + 1, provedAt: now }),
    ],
    [
      'ends before what a connector may hold',
      (made) => {
        ours(made, 'k3', { endAt: now + 700 * dayMs, held: [] });
        connectorOf(made).doubtful.push({ keyId: 'k3', at: 0 });
      },
    ],
  ])('is not one that %s', (_, change) => {
    const told = next((made) => {
      rested(made);
      change(made);
    });
    expect(told).toBeUndefined();
  });

  it('is one that was current before, although it was proven before its rest only', () => {
    const again = (made: World): void => {
      delete made.memory.promoted;
      remembered(made).provedAt = now - 100 * dayMs;
    };
    expect(next(again)).toBe('k1');
    const young = (made: World): void => {
      again(made);
      remembered(made).addedAt = now - hourMs;
    };
    expect(next(young)).toBeUndefined();
    const never = (made: World): void => {
      again(made);
      delete remembered(made).promotedAt;
    };
    expect(next(never)).toBeUndefined();
  });

  it('is one at the very end of its rest', () => {
    const change = (made: World): void => {
      ours(made, 'k2', { addedAt: now - settleMs, provedAt: now });
    };
    expect(next(change)).toBe('k2');
  });

  it('may end before a leaked one that connectors hold', () => {
    const change = (made: World): void => {
      rested(made);
      ours(made, 'k3', { endAt: now + 700 * dayMs, compromisedBy: 'o' });
      connectorOf(made).doubtful.push({ keyId: 'k3', at: 0 });
    };
    expect(next(change)).toBe('k2');
  });

  it('does not rest while a connector is broken, or a leak is to be dealt with', () => {
    const young = (made: World): void => {
      ours(made, 'k2', { addedAt: now - hourMs, provedAt: now - hourMs });
    };
    expect(next(young)).toBeUndefined();
    const broken = (made: World): void => {
      young(made);
      connectorOf(made).clean!.keyId = 'k9';
    };
    expect(next(broken)).toBe('k2');
    const leak = (made: World): void => {
      young(made);
      leaked(made, ['k1']);
    };
    expect(next(leak)).toBe('k2');
  });

  it('is never an unproven one, whatever the haste', () => {
    const broken = (made: World): void => {
      ours(made, 'k2', { addedAt: now - hourMs });
      connectorOf(made).clean!.keyId = 'k9';
    };
    expect(next(broken)).toBeUndefined();
  });

  it('may end with what a connector may hold', () => {
    const change = (made: World): void => {
      rested(made);
      ours(made, 'k3', { endAt: now + 363 * dayMs, held: [] });
      connectorOf(made).doubtful.push({ keyId: 'k3', at: 0 });
    };
    expect(next(change)).toBe('k2');
  });

  it('rests although a connector is not there yet, where a current one can be had', () => {
    const missing = (made: World): void => {
      ours(made, 'k2', { addedAt: now - hourMs, provedAt: now - hourMs });
      delete made.memory.connectors['us/one'];
      viewOf(made).connector = absent;
    };
    expect(next(missing)).toBeUndefined();
    const first = (made: World): void => {
      missing(made);
      delete made.memory.promoted;
    };
    expect(next(first)).toBe('k2');
  });
});

describe('targetCredential()', () => {
  it('is the current one', () => {
    expect(target(() => undefined)).toBe('k1');
    expect(target(rested)).toBe('k1');
    expect(target(rotated)).toBe('k2');
  });

  it('is nothing when there is none', () => {
    const change = (made: World): void => {
      delete made.memory.promoted;
      made.memory.connectors = {};
    };
    expect(target(change)).toBeUndefined();
  });
});

describe('law 10: in the last resort', () => {
  const short = (made: World): void => {
    endsAt(made, 'k1', now + lastResortMs);
    ours(made, 'k2', { addedAt: now - settleMs });
  };

  it('a stored one that had its rest serves without proof', () => {
    expect(target(short)).toBe('k2');
  });

  it.each<[string, Change]>([
    ['there is time', (made) => endsAt(made, 'k1', now + lastResortMs + 1)],
    ['it rests yet', (made) => (remembered(made, 'k2').addedAt += 1)],
    ['it is proven: it is promoted first', (made) => (remembered(made, 'k2').provedAt = now)],
    ['it was current before', (made) => (remembered(made, 'k2').promotedAt = now - dayMs)],
    ['it ends earlier than what serves', (made) => endsAt(made, 'k2', now + dayMs)],
    ['it was refused after its rest', (made) => (remembered(made, 'k2').refusedAt = now)],
  ])('the current one stays when %s', (_, change) => {
    const told = target((made) => {
      short(made);
      change(made);
    });
    expect(told).toBe('k1');
  });

  it('connectors stay with one that ends later than the current one', () => {
    const stayed = (made: World): void => {
      ours(made, 'k2', { addedAt: now - hourMs, pushed: true });
      switchedTo(made, 'k2');
    };
    expect(target(stayed)).toBe('k2');
    const unreadable = (made: World): void => {
      stayed(made);
      remembered(made, 'k2').held = [];
    };
    expect(target(unreadable)).toBe('k2');
    const alone = (made: World): void => {
      stayed(made);
      delete made.memory.promoted;
    };
    expect(target(alone)).toBe('k2');
  });

  it.each<[string, Change]>([
    ['Entra refuses it', (made) => (remembered(made, 'k2').refusedAt = now - minuteMs)],
    ['it is leaked', (made) => (remembered(made, 'k2').compromisedBy = 'o')],
    ['it is not Keeper’s', (made) => delete made.memory.credentials['k2']],
    ['it ends as early', (made) => endsAt(made, 'k2', now + 265 * dayMs)],
  ])('connectors go back to the current one when %s', (_, change) => {
    const told = target((made) => {
      ours(made, 'k2', { addedAt: now - hourMs, pushed: true });
      switchedTo(made, 'k2');
      change(made);
    });
    expect(told).toBe('k1');
  });

  it('connectors stay with the one that ends last, and among equals with the first by id', () => {
    const some = (endAt: number) => (made: World) => {
      ours(made, 'k3', { addedAt: now - hourMs, endAt: now + 400 * dayMs, pushed: true });
      ours(made, 'k2', { addedAt: now - hourMs, endAt, pushed: true });
      connectorOf(made).clean!.keyId = 'k3';
      connectorOf(made, 'eu/two').clean!.keyId = 'k2';
    };
    expect(target(some(now + 300 * dayMs))).toBe('k3');
    expect(target(some(now + 400 * dayMs))).toBe('k2');
    expect(target(some(now + 500 * dayMs))).toBe('k2');
  });
});

describe('when all are leaked and both slots are taken', () => {
  const all = (made: World): void => {
    rotated(made);
    leaked(made, ['k1', 'k2']);
  };

  it('the one that ends last serves until the other has made room', () => {
    expect(target(all)).toBe('k2');
    const older = (made: World): void => {
      all(made);
      endsAt(made, 'k1', now + 700 * dayMs);
    };
    expect(target(older)).toBe('k1');
    const equal = (made: World): void => {
      all(made);
      endsAt(made, 'k1', now + 362 * dayMs);
    };
    expect(target(equal)).toBe('k1');
  });

  it.each<[string, Change, string | undefined]>([
    [
      'the registration has more slots',
      (made) => {
        made.desired.audience = 'organizations';
        made.observed.registration = {
          ...made.observed.registration,
          value: {
            ...(made.observed.registration as never as { value: object }).value,
            signInAudience: 'AzureADMyOrg',
          },
        } as never;
      },
      undefined,
    ],
    [
      'a slot is free',
      (made) => {
        unlisted(made, 'k1');
        foreign(made, 'f', { place: 'service-principal' });
      },
      undefined,
    ],
    ['the last to end has no text', (made) => (remembered(made, 'k2').held = []), 'k1'],
    ['the last to end does not work', (made) => endsAt(made, 'k2', now), 'k1'],
    [
      'the last to end is not known to be leaked',
      (made) => {
        delete made.memory.promoted;
        delete made.memory.credentials['k2'];
      },
      'k1',
    ],
  ])('and %s, it is another', (_, change, expected) => {
    const told = target((made) => {
      all(made);
      change(made);
    });
    expect(told).toBe(expected);
  });
});
