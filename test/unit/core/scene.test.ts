/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { clockSkewMs, dayMs, pushDoubtMs, replicationMs } from '../../../src/core/limits.ts';
import { absent, known } from '../../../src/core/observed.ts';
import {
  credentialsBeforeKeeper,
  doubtEndsAt,
  holdingOf,
  isDead,
  isProven,
  isWrongApplication,
  ownedRecords,
  servesNoConnector,
  servingCredentials,
  taggedVersion,
  works,
  type Credential,
  type Scene,
} from '../../../src/core/scene.ts';
import {
  connectorOf,
  foreign,
  listedOne,
  now,
  ours,
  remembered,
  rotated,
  scene,
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

/** One credential as the checks see it. */
function credential(keyId: string, change: Change = () => undefined): Credential | undefined {
  return scene(change).credentials.find((one) => one.keyId === keyId);
}

const idsOf = (all: readonly Credential[]): readonly string[] => all.map((one) => one.keyId);

function first(of: Scene): Scene['desired']['connectors'][number] {
  const [connector] = of.desired.connectors;
  if (!connector) throw new Error('no connector');
  return connector;
}

describe('sceneOf()', () => {
  it('knows the registration by what is seen, else by what the chain remembers', () => {
    expect(scene()).toMatchObject({ appId: 'app-1', objectId: 'object-1', now, storageNow: now });
    const seen = scene((made) => {
      made.memory.registration = { objectId: 'o', appId: 'a', created: true };
    });
    expect(seen).toMatchObject({ appId: 'app-1', objectId: 'object-1' });
    const unseenOne = scene((made) => (made.observed.registration = unseen));
    expect(unseenOne).toMatchObject({
      registration: undefined,
      appId: 'app-1',
      objectId: 'object-1',
    });
    const blank = scene((made) => {
      made.observed.registration = absent;
      delete made.memory.registration;
    });
    expect([blank.appId, blank.objectId]).toEqual([undefined, undefined]);
  });

  it.each([
    ['organizations-and-personal', 'AzureADMyOrg', true],
    ['organizations', 'AzureADandPersonalMicrosoftAccount', true],
    ['organizations', 'PersonalMicrosoftAccount', true],
    ['organizations', 'AzureADMultipleOrgs', false],
    ['this-organization', undefined, false],
  ] as const)('with %s wished and %s seen has two slots: %s', (audience, seen, personal) => {
    const told = scene((made) => {
      made.desired.audience = audience;
      if (seen === undefined) made.observed.registration = absent;
      else valueOf(made.observed.registration).signInAudience = seen;
    });
    expect(told.personal).toBe(personal);
  });

  it('keeps the patience of the pass', () => {
    expect(scene((made) => (made.patienceMs = 7)).patienceMs).toBe(7);
  });

  it('merges the lists of Entra and the chain, sorted by key id', () => {
    const told = scene((made) => {
      foreign(made, 'b', { place: 'service-principal' });
      ours(made, 'a', { listed: false });
      foreign(made, 'z');
    });
    expect(idsOf(told.credentials)).toEqual(['a', 'b', 'k1', 'z']);
    const alone = scene((made) => {
      made.observed.registration = unseen;
      made.observed.servicePrincipal = unseen;
    });
    expect(idsOf(alone.credentials)).toEqual(['k1']);
  });
});

describe('a credential', () => {
  it('is told by Entra where Entra lists it', () => {
    const told = credential('k1', (made) => {
      Object.assign(remembered(made), { hint: 'old', endAt: 1, addedAt: 2 });
    });
    expect(told).toEqual({
      keyId: 'k1',
      hint: 'k1x',
      startAt: now - 100 * dayMs,
      endAt: now + 265 * dayMs,
      place: 'application',
      listed: true,
      memory: expect.objectContaining({ hint: 'old' }),
      held: { secret: 'current', version: 'c-k1' },
      ended: false,
      live: true,
      compromised: false,
    });
  });

  it('is told by the chain where Entra does not list it', () => {
    const told = credential('k1', (made) => unlisted(made, 'k1'));
    expect(told).toMatchObject({
      hint: 'k1x',
      startAt: now - 100 * dayMs,
      endAt: now + 265 * dayMs,
      place: 'application',
      listed: false,
      live: false,
    });
  });

  it('that is foreign has no memory and no text', () => {
    const told = credential('f', (made) => foreign(made, 'f', { place: 'service-principal' }));
    expect(told).toEqual({
      keyId: 'f',
      hint: 'fx',
      startAt: now - 10 * dayMs,
      endAt: now + 100 * dayMs,
      place: 'service-principal',
      listed: true,
      ended: false,
      live: true,
      compromised: false,
    });
  });

  it.each([
    [now + 1, true, false],
    [now, false, false],
    [now - clockSkewMs + 1, false, false],
    [now - clockSkewMs, false, true],
  ])('that ends at %d is live: %s, ended: %s', (endAt, live, ended) => {
    expect(credential('k1', (made) => (listedOne(made, 'k1').endAt = endAt))).toMatchObject({
      live,
      ended,
    });
  });

  it('is compromised by the order that declares it', () => {
    const told = credential('k1', (made) => (remembered(made).compromisedBy = 'order-1'));
    expect(told?.compromised).toBe(true);
  });

  it('counts as listed while the replicas may not show its addition yet', () => {
    const added = (addedAt: number) => (made: World) => {
      ours(made, 'k2', { addedAt, listed: false });
    };
    expect(credential('k2', added(now - replicationMs + 1))?.listed).toBe(true);
    expect(credential('k2', added(now - replicationMs))?.listed).toBe(false);
  });

  it('counts as listed while Entra is not to be asked', () => {
    expect(credential('k1', (made) => (made.observed.registration = unseen))?.listed).toBe(true);
    expect(credential('k1', (made) => (made.observed.registration = absent))?.listed).toBe(true);
  });

  it('counts as removed although a replica shows it, until all have had their time', () => {
    const removed = (removedAt: number) => (made: World) => {
      remembered(made).removedAt = removedAt;
    };
    expect(credential('k1', removed(now - replicationMs + 1))?.listed).toBe(false);
    expect(credential('k1', removed(now - replicationMs))?.listed).toBe(true);
    const unlistedOne = credential('k1', (made) => {
      removed(now - dayMs)(made);
      unlisted(made, 'k1');
    });
    expect(unlistedOne?.listed).toBe(false);
    const blind = credential('k1', (made) => {
      removed(now - dayMs)(made);
      made.observed.registration = unseen;
    });
    expect(blind?.listed).toBe(false);
  });

  it('that was foreign and removed by order counts as removed too', () => {
    const removed = (at: number) => (made: World) => {
      foreign(made, 'f');
      made.memory.reported['removed:f'] = at;
    };
    expect(credential('f', removed(now - 1))?.listed).toBe(false);
    expect(credential('f', removed(now - replicationMs))?.listed).toBe(true);
  });
});

describe('the text of a credential', () => {
  const held = (change: Change): unknown => credential('k1', change)?.held;

  it('is read from the current secret, else from its pending twin', () => {
    expect(held(() => undefined)).toEqual({ secret: 'current', version: 'c-k1' });
    expect(held((made) => (made.observed.current = unseen))).toEqual({
      secret: 'pending',
      version: 'p-k1',
    });
    const disabled = held((made) =>
      valueOf(made.observed.current).versions.forEach((one) => (one.enabled = false)),
    );
    expect(disabled).toEqual({ secret: 'pending', version: 'p-k1' });
    const none = held((made) => {
      made.observed.current = absent;
      made.observed.pending = absent;
    });
    expect(none).toBeUndefined();
  });

  it('is read from the newest version that can be read', () => {
    const newer = (made: World): void => {
      for (const secret of ['current', 'pending'] as const) {
        remembered(made).held.push({ secret, version: `new-${secret}` });
        storedVersion(made, secret, `new-${secret}`, 'k1');
      }
    };
    expect(held(newer)).toEqual({ secret: 'current', version: 'new-current' });
    const pending = held((made) => {
      newer(made);
      made.observed.current = absent;
    });
    expect(pending).toEqual({ secret: 'pending', version: 'new-pending' });
    const older = held((made) => {
      newer(made);
      valueOf(made.observed.current).versions.forEach(
        (one) => (one.enabled = one.version === 'c-k1'),
      );
    });
    expect(older).toEqual({ secret: 'current', version: 'c-k1' });
  });

  it('is not read from a version that the secret does not have', () => {
    const swapped = held((made) => {
      remembered(made).held = [
        { secret: 'current', version: 'p-k1' },
        { secret: 'pending', version: 'c-k1' },
      ];
    });
    expect(swapped).toBeUndefined();
  });
});

describe('isProven()', () => {
  it.each([
    [{ provedAt: 1 }, true],
    [{}, false],
    [{ refusedAt: 1 }, false],
    [{ provedAt: 1, refusedAt: 2 }, false],
  ])('of %o is %s', (told, proven) => {
    const one = credential('k2', (made) => ours(made, 'k2', told));
    expect(one && isProven(one)).toBe(proven);
  });

  it('is false for a foreign one', () => {
    const one = credential('f', (made) => foreign(made, 'f'));
    expect(one && isProven(one)).toBe(false);
  });
});

describe('taggedVersion()', () => {
  const tags = { keyId: 'k1', intent: 'i-k1' };

  it('finds the version that carries both tags and can be read', () => {
    const made = world();
    const pending = valueOf(made.observed.pending);
    expect(taggedVersion(pending, tags)).toBe('p-k1');
    expect(taggedVersion(pending, { ...tags, keyId: 'k2' })).toBeUndefined();
    expect(taggedVersion(pending, { ...tags, intent: 'i' })).toBeUndefined();
    pending.versions.forEach((one) => (one.enabled = false));
    expect(taggedVersion(pending, tags)).toBeUndefined();
    expect(taggedVersion(undefined, tags)).toBeUndefined();
  });
});

describe('holdingOf()', () => {
  const holding = (change: Change): unknown => holdingOf(world(change).memory, 'us/one');
  const doubt = { keyId: 'k2', at: now };

  it('is certain after a clean push, doubtful while another may land, unknown before', () => {
    expect(holding(() => undefined)).toEqual({ kind: 'certain', keyId: 'k1' });
    expect(holding((made) => connectorOf(made).doubtful.push(doubt))).toEqual({
      kind: 'doubtful',
      keyIds: ['k1', 'k2'],
    });
    const unclean = holding((made) => {
      delete connectorOf(made).clean;
      connectorOf(made).doubtful.push(doubt);
    });
    expect(unclean).toEqual({ kind: 'doubtful', keyIds: ['k2'] });
    expect(holding((made) => (made.memory.connectors = {}))).toEqual({ kind: 'unknown' });
  });

  it('is not in doubt for the sake of a record', () => {
    const change = (made: World): unknown =>
      connectorOf(made).doubtful.push({ ...doubt, record: 'r' });
    expect(holding(change)).toEqual({ kind: 'certain', keyId: 'k1' });
  });
});

describe('law 6: servesNoConnector()', () => {
  const isFree = (change: Change = () => undefined): boolean =>
    servesNoConnector(
      scene((made) => {
        rotated(made);
        change(made);
      }),
      'k1',
    );

  it('is true when every connector holds another one that works', () => {
    expect(isFree()).toBe(true);
  });

  it.each<[string, Change]>([
    ['a connector had no clean push', (made) => delete connectorOf(made).clean],
    [
      'a connector of the file is not remembered',
      (made) => delete made.memory.connectors['eu/two'],
    ],
    ['a connector holds it', (made) => (connectorOf(made, 'eu/two').clean!.keyId = 'k1')],
    ['a connector holds one that does not work', (made) => unlisted(made, 'k2')],
    ['a push is in doubt', (made) => connectorOf(made).doubtful.push({ keyId: 'k2', at: 0 })],
    [
      'a record holds it',
      (made) => (connectorOf(made).records['r'] = { keyId: 'k1', updatedAt: 0 }),
    ],
    [
      'a record holds nobody knows what',
      (made) => (connectorOf(made).records['r'] = { updatedAt: 0 }),
    ],
    ['a declared record was never written', (made) => wishOf(made).records.push('declared')],
    [
      'a declared record holds nobody knows what',
      (made) => {
        wishOf(made).records.push('r');
        connectorOf(made).records['r'] = { updatedAt: 0 };
      },
    ],
    [
      'a connector that left the file holds it',
      (made) =>
        (made.memory.connectors['us/old'] = {
          clean: { keyId: 'k1', appId: 'app-1', intentAt: 0, doneAt: 0 },
          doubtful: [],
          records: {},
        }),
    ],
    ['a connector that left the file was in doubt', (made) => void connectorOf(made, 'us/old')],
  ])('is false when %s', (_, change) => {
    expect(isFree(change)).toBe(false);
  });

  it('is true where a connector has no records', () => {
    expect(isFree((made) => (connectorOf(made).records = {}))).toBe(true);
  });

  it('is true for a declared record that holds another', () => {
    const written = (made: World): void => {
      wishOf(made).records.push('declared');
      connectorOf(made).records['declared'] = { keyId: 'k2', updatedAt: 0 };
    };
    expect(isFree(written)).toBe(true);
  });
});

describe('works()', () => {
  it('is true for a live credential of that id', () => {
    expect([works(scene(), 'k1'), works(scene(), 'k2')]).toEqual([true, false]);
    expect(
      works(
        scene((made) => unlisted(made, 'k1')),
        'k1',
      ),
    ).toBe(false);
  });
});

describe('servingCredentials()', () => {
  const serving = (change: Change): readonly string[] => idsOf(servingCredentials(scene(change)));
  const second = (change: Change) => (made: World) => {
    ours(made, 'k2');
    change(made);
  };

  it('are those of clean pushes', () => {
    expect(serving(second(() => undefined))).toEqual(['k1']);
  });

  it('are those of doubtful pushes too', () => {
    const change = second((made) => connectorOf(made).doubtful.push({ keyId: 'k2', at: 0 }));
    expect(serving(change)).toEqual(['k1', 'k2']);
  });

  it('are none for a doubt about another', () => {
    const change = second((made) => connectorOf(made).doubtful.push({ keyId: 'k9', at: 0 }));
    expect(serving(change)).toEqual(['k1']);
  });

  it('are those of records too', () => {
    const change = second(
      (made) => (connectorOf(made).records['r'] = { keyId: 'k2', updatedAt: 0 }),
    );
    expect(serving(change)).toEqual(['k1', 'k2']);
  });

  it('are none that do not work', () => {
    expect(serving((made) => unlisted(made, 'k1'))).toEqual([]);
  });

  it('are found where nothing clean was pushed', () => {
    const change = (made: World): void => {
      for (const one of Object.values(made.memory.connectors)) {
        delete one.clean;
        one.records = {};
      }
    };
    expect(serving(change)).toEqual([]);
  });
});

describe('credentialsBeforeKeeper()', () => {
  const before = (change: Change): readonly string[] =>
    idsOf(credentialsBeforeKeeper(scene(change)));
  const adopted = (made: World): void => {
    delete made.memory.connectors['us/one'];
    foreign(made, 'f');
    foreign(made, 'g', { endAt: now });
    ours(made, 'k2', { origin: 'taken-over' });
  };

  it('are those not issued by Keeper, while a connector was never pushed to', () => {
    expect(before(adopted)).toEqual(['f', 'k2']);
  });

  it('are none once every connector was pushed to', () => {
    expect(before((made) => foreign(made, 'f'))).toEqual([]);
  });

  it.each<[string, Change]>([
    ['is not there', (made) => (viewOf(made).connector = absent)],
    ['is not seen', (made) => (viewOf(made).connector = unseen)],
    ['was not looked at', (made) => delete made.observed.connectors['us/one']],
  ])('are none when the connector %s', (_, change) => {
    const told = before((made) => {
      adopted(made);
      change(made);
    });
    expect(told).toEqual([]);
  });
});

describe('ownedRecords()', () => {
  it('are the declared ones and those active under Keeper, each once, sorted', () => {
    const told = scene((made) => {
      wishOf(made).records.push('z', 'a', 'r-us/one');
    });
    expect(ownedRecords(told, 'us/one')).toEqual(['a', 'r-us/one', 'z']);
    expect(ownedRecords(told, 'eu/two')).toEqual(['r-eu/two']);
    expect(ownedRecords(told, 'us/none')).toEqual([]);
  });
});

describe('isDead()', () => {
  const dead = (change: Change): boolean => {
    const told = scene(change);
    return isDead(told, first(told));
  };
  const neverPushed = (made: World): void => {
    connectorOf(made).doubtful = [];
    delete connectorOf(made).clean;
  };

  it('is false while what it holds works', () => {
    expect(dead(() => undefined)).toBe(false);
    expect(dead((made) => unlisted(made, 'k1'))).toBe(true);
  });

  it('is false while one of those that it may hold works', () => {
    const doubtful = (made: World): void => {
      connectorOf(made).doubtful.push({ keyId: 'k9', at: 0 });
    };
    expect(dead(doubtful)).toBe(false);
    const none = (made: World): void => {
      doubtful(made);
      unlisted(made, 'k1');
    };
    expect(dead(none)).toBe(true);
  });

  it('is true for one that is not there yet, and false for one that is lost', () => {
    const gone = (change: Change) => (made: World) => {
      viewOf(made).connector = absent;
      neverPushed(made);
      delete connectorOf(made).known;
      change(made);
    };
    expect(dead(gone(() => undefined))).toBe(true);
    expect(dead(gone((made) => delete made.memory.connectors['us/one']))).toBe(true);
    expect(dead(gone((made) => (connectorOf(made).known = true)))).toBe(false);
    const pushed = gone((made) => {
      connectorOf(made).clean = { keyId: 'k1', appId: 'app-1', intentAt: 0, doneAt: 0 };
    });
    expect(dead(pushed)).toBe(false);
  });

  it('is true for an adopted one when no credential from before Keeper lives', () => {
    expect(dead(neverPushed)).toBe(true);
    const living = (made: World): void => {
      neverPushed(made);
      foreign(made, 'f');
    };
    expect(dead(living)).toBe(false);
  });

  it.each<[string, Change]>([
    ['it is not seen', (made) => (viewOf(made).connector = unseen)],
    ['nothing is seen of it', (made) => delete made.observed.connectors['us/one']],
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
    ['it holds another client id', (made) => (valueOf(viewOf(made).connector).clientId = 'app-9')],
    ['its client id is hidden', (made) => delete valueOf(viewOf(made).connector).clientId],
  ])('is false for an adopted one when %s', (_, change) => {
    const told = dead((made) => {
      neverPushed(made);
      change(made);
    });
    expect(told).toBe(false);
  });

  it('is true for an adopted one of another client id that the file takes over', () => {
    const change = (made: World): void => {
      neverPushed(made);
      valueOf(viewOf(made).connector).clientId = 'app-9';
      wishOf(made).takeOver = true;
    };
    expect(dead(change)).toBe(true);
  });
});

describe('doubtEndsAt()', () => {
  it('is five minutes after the push', () => {
    expect(doubtEndsAt({ at: 1 })).toBe(1 + pushDoubtMs);
  });
});

describe('law 8: isWrongApplication()', () => {
  const wrong = (change: Change): boolean => {
    const told = scene(change);
    return isWrongApplication(told, first(told));
  };
  const application = (applicationId: string, region: 'us' | 'eu' | 'unknown') => (made: World) => {
    viewOf(made).application = known({ applicationId, region });
  };

  it.each<[string, Change, boolean]>([
    ['the right one', () => undefined, false],
    ['the right one in a region that is not told', application('one', 'unknown'), false],
    ['the right one elsewhere', application('one', 'eu'), true],
    ['another', application('two', 'us'), true],
    ['none', (made) => (viewOf(made).application = absent), true],
    ['one that is not seen', (made) => (viewOf(made).application = unseen), false],
    ['one that nobody looked at', (made) => delete made.observed.connectors['us/one'], false],
  ])('for %s', (_, change, expected) => {
    expect(wrong(change)).toBe(expected);
  });
});
