/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import { credentialToRemove, removedSecretReadable } from '../../../src/core/checks/removal.ts';
import type { Finding } from '../../../src/core/finding.ts';
import {
  abandonAfterMs,
  clockSkewMs,
  dayMs,
  hourMs,
  minuteMs,
  pushDoubtMs,
  replicationMs,
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
  listedOne,
  nearlyOver,
  now,
  ordered,
  ours,
  remembered,
  rotated,
  switchedTo,
  unlisted,
  unseen,
  valueOf,
  viewOf,
  type World,
} from './world.ts';

const remove = (
  keyId: string,
  why: Extract<Extract<Finding, { kind: 'act' }>['action'], { kind: 'remove' }>['why'],
  because: 'cleanup' | 'slot-needed' | 'compromised' | 'ordered' = 'cleanup',
): readonly Finding[] => doing({ kind: 'remove', objectId: 'object-1', keyId, why, because });
const later = (keyId: string, at: number): readonly Finding[] => [
  { kind: 'remark', reason: 'old-credential-ending', subject: keyId },
  { kind: 'look', at },
];
const serving = { kind: 'look', at: now + 265 * dayMs + clockSkewMs } as const;

/** What is found about a credential, `k1` being in good order unless the test says else. */
function removals(change: (world: World) => void): readonly Finding[] {
  return finds(credentialToRemove, change).filter(
    ({ kind }) => kind !== 'look' && kind !== 'remark' && kind !== 'wait',
  );
}

/** Old, ended long enough for all clocks, and replaced. */
function ended(made: World): void {
  rotated(made);
  endsAt(made, 'k1', now - clockSkewMs);
}

describe('credentialToRemove()', () => {
  it('leaves the one that serves, and looks again when it has ended for every clock', () => {
    expect(finds(credentialToRemove, () => undefined)).toEqual([serving]);
  });

  it('leaves the old one until it ends, and tells so', () => {
    expect(finds(credentialToRemove, rotated)).toEqual([
      ...later('k1', now + 265 * dayMs + clockSkewMs),
      { kind: 'look', at: now + 362 * dayMs + clockSkewMs },
    ]);
  });

  it('removes one that has ended, clocks that differ allowed for', () => {
    expect(removals(ended)).toEqual(remove('k1', 'ended'));
    const justBefore = (made: World): void => {
      ended(made);
      endsAt(made, 'k1', now - clockSkewMs + 1);
    };
    expect(removals(justBefore)).toEqual([]);
  });

  it.each<[string, (world: World) => void]>([
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
    ['the registration is absent', (made) => (made.observed.registration = absent)],
    ['Entra does not list it any more', (made) => unlisted(made, 'k1')],
    [
      'it is on the service principal',
      (made) => (listedOne(made, 'k1').place = 'service-principal'),
    ],
    ['the step is backing off', (made) => backsOff(made, 'remove:k1')],
  ])('removes nothing when %s', (_, change) => {
    expect(
      removals((made) => {
        ended(made);
        change(made);
      }),
    ).toEqual([]);
  });

  it('says that a slot is needed when one is', () => {
    const full = (made: World): void => {
      rotated(made);
      endsAt(made, 'k1', now - dayMs);
      // The serving one is due, and both slots are taken.
      nearlyOver(made, 'k2');
    };
    expect(removals(full)).toEqual(remove('k1', 'ended', 'slot-needed'));
  });
});

describe('an orphan', () => {
  const orphan = (made: World): void => {
    ours(made, 'k2', { held: [], addedAt: now - replicationMs });
  };

  it('is removed when nobody has its text, and Entra has had its time', () => {
    expect(removals(orphan)).toEqual(remove('k2', 'orphan'));
  });

  it('waits until the replicas agree', () => {
    const young = (made: World): void => {
      ours(made, 'k2', { held: [], addedAt: now - replicationMs + 1 });
    };
    expect(finds(credentialToRemove, young)).toEqual([
      serving,
      { kind: 'wait', reason: 'replicating', untilAt: now + 1 },
    ]);
  });

  it.each<[string, (world: World) => void]>([
    ['the pending secret is not seen', (made) => (made.observed.pending = unseen)],
    ['the current secret is not seen', (made) => (made.observed.current = unseen)],
    ['the deleted secrets are not seen', (made) => (made.observed.deletedSecrets = unseen)],
    ['deleted secrets may hold it', (made) => (made.observed.deletedSecrets = known(['x']))],
    [
      'its store is under way',
      (made) =>
        made.memory.open.push({
          id: 'i',
          effect: { kind: 'store-credential', keyId: 'k2' },
          at: now,
          deadlineAt: now,
          because: 'due',
        }),
    ],
    [
      'its store may land yet',
      (made) => (remembered(made, 'k2').storeDoubtAt = now - pushDoubtMs + 1),
    ],
  ])('stays while %s', (_, change) => {
    const found = finds(credentialToRemove, (made) => {
      orphan(made);
      change(made);
    });
    expect(found).toEqual([serving]);
  });

  it.each<[string, (world: World) => void]>([
    [
      'a doubtful store is past',
      (made) => (remembered(made, 'k2').storeDoubtAt = now - pushDoubtMs),
    ],
    [
      'another step is under way',
      (made) =>
        made.memory.open.push({
          id: 'i',
          effect: { kind: 'create-service-principal', appId: 'app-1' },
          at: now,
          deadlineAt: now,
          because: 'missing',
        }),
    ],
  ])('goes although %s', (_, change) => {
    expect(
      removals((made) => {
        orphan(made);
        change(made);
      }),
    ).toEqual(remove('k2', 'orphan'));
  });

  it('is none while a version holds its text', () => {
    expect(removals((made) => ours(made, 'k2'))).toEqual([]);
  });

  it('is one when its version was disabled', () => {
    const disabled = (made: World): void => {
      ours(made, 'k2');
      valueOf(made.observed.pending).versions.forEach((one) => (one.enabled = false));
    };
    expect(removals(disabled)).toEqual(remove('k2', 'orphan'));
  });

  it('says nothing of one that has been removed and is listed again', () => {
    const back = (made: World): void => {
      ours(made, 'k2', {
        held: [],
        addedAt: now - 1,
        removedAt: now - replicationMs,
        removedWhy: 'orphan',
      });
    };
    expect(finds(credentialToRemove, back)).toEqual([serving]);
  });
});

describe('one that was never used', () => {
  const refused = {
    refusals: 5,
    refusedAt: now - hourMs,
    addedAt: now - abandonAfterMs,
  } as const;

  it('is abandoned after six hours and five refusals', () => {
    expect(removals((made) => ours(made, 'k2', refused))).toEqual(remove('k2', 'abandoned'));
  });

  it.each([
    ['four refusals', { refusals: 4 }],
    ['less than six hours', { addedAt: now - abandonAfterMs + 1 }],
    ['an acceptance', { provedAt: now - hourMs, refusedAt: undefined }],
    ['a promotion', { promotedAt: now - hourMs }],
  ])('is not abandoned after %s', (_, more) => {
    const change = (made: World): void => {
      const one = ours(made, 'k2', { ...refused, ...(more as object) });
      if (one.refusedAt === undefined) delete one.refusedAt;
    };
    expect(removals(change)).toEqual([]);
  });

  it('is removed as leaked when it has leaked', () => {
    const change = (made: World): void => {
      ours(made, 'k2');
      leaked(made, ['k2']);
    };
    expect(removals(change)).toEqual(remove('k2', 'compromised', 'compromised'));
  });

  it('is superseded by a promoted one that ends as late', () => {
    const change = (made: World): void => {
      ours(made, 'k2', { endAt: now + 265 * dayMs });
    };
    expect(removals(change)).toEqual(remove('k2', 'superseded'));
  });

  it.each<[string, (world: World) => void]>([
    [
      'one that ends later',
      (made) => (remembered(made, 'k2').endAt = listedOne(made, 'k2').endAt += 1),
    ],
    ['a taken-over one', (made) => (remembered(made, 'k2').origin = 'taken-over')],
    ['one when nothing is promoted', (made) => delete made.memory.promoted],
  ])('leaves %s', (_, change) => {
    expect(
      removals((made) => {
        ours(made, 'k2', { endAt: now + 265 * dayMs });
        change(made);
      }),
    ).toEqual([]);
  });
});

describe('one that replicas may not show yet', () => {
  const young = (addedAt: number) => (made: World) => {
    ours(made, 'k2', { addedAt, endAt: now + 265 * dayMs });
  };

  it('stays, and is looked at when all of them do', () => {
    expect(finds(credentialToRemove, young(now - replicationMs + 1))).toEqual([
      serving,
      { kind: 'look', at: now + 1 },
    ]);
    expect(removals(young(now - replicationMs))).toEqual(remove('k2', 'superseded'));
  });

  it('stays although it has leaked', () => {
    const leak = (made: World): void => {
      young(now - replicationMs + 1)(made);
      remembered(made, 'k2').compromisedBy = 'order-0';
    };
    expect(removals(leak)).toEqual([]);
  });

  it('is not looked at again for that once it was removed', () => {
    const back = (made: World): void => {
      young(now - replicationMs)(made);
      Object.assign(remembered(made, 'k2'), {
        removedAt: now - replicationMs,
        removedWhy: 'superseded',
        provedAt: now,
        origin: 'taken-over',
      });
    };
    expect(finds(credentialToRemove, back)).toEqual([serving]);
  });
});

describe('a leaked credential', () => {
  const both = (made: World): void => {
    rotated(made);
    leaked(made, ['k1']);
  };

  it('goes once every connector holds another', () => {
    expect(removals(both)).toEqual(remove('k1', 'compromised', 'compromised'));
  });

  it.each<[string, (world: World) => void]>([
    ['a connector holds it', (made) => (connectorOf(made).clean!.keyId = 'k1')],
    [
      'a doubtful push may land',
      (made) => connectorOf(made).doubtful.push({ keyId: 'k2', at: now - dayMs }),
    ],
    [
      'a record holds it',
      (made) => (connectorOf(made).records['r-us/one'] = { keyId: 'k1', updatedAt: 0 }),
    ],
    [
      'nobody knows what a record holds',
      (made) => (connectorOf(made).records['r'] = { updatedAt: 0 }),
    ],
  ])('stays until its bound while %s', (_, change) => {
    const change2 = (made: World): void => {
      both(made);
      change(made);
    };
    expect(removals(change2)).toEqual([]);
    expect(
      removals((made) => {
        change2(made);
        const [order] = made.memory.orders;
        if (order?.body.kind === 'compromised') Object.assign(order.body, { removeAt: now });
      }),
    ).toEqual(remove('k1', 'compromised', 'compromised'));
  });

  it('goes not a moment before its bound', () => {
    const change = (made: World): void => {
      rotated(made);
      leaked(made, ['k1'], now + 1);
      connectorOf(made).clean!.keyId = 'k1';
    };
    expect(removals(change)).toEqual([]);
  });

  it('stays past its bound while it is the only hope', () => {
    // Both slots are leaked: one must serve until the other has made room.
    const change = (made: World): void => {
      rotated(made);
      leaked(made, ['k1', 'k2'], now);
    };
    expect(removals(change)).toEqual(remove('k1', 'compromised', 'slot-needed'));
  });

  describe('past its bound, with both slots taken', () => {
    /** The other slot is taken by what the change puts there. */
    const fate = (change: (world: World) => void): readonly Finding[] =>
      removals((made) => {
        leaked(made, ['k1'], now);
        change(made);
      });
    const gone = remove('k1', 'compromised', 'slot-needed');

    it('stays while a new one waits for its proof', () => {
      expect(fate((made) => ours(made, 'k2', { addedAt: now - hourMs }))).toEqual([]);
    });

    it('stays while an add in doubt may have made one', () => {
      const change = (made: World): void => {
        foreign(made, 'f1');
        made.memory.parked.push({ id: 'i', at: now, doubtAt: now, ambiguous: false });
      };
      expect(fate(change)).toEqual([]);
    });

    it('goes where only a foreign one keeps the other slot', () => {
      expect(fate((made) => foreign(made, 'f1'))).toEqual(gone);
    });

    it('goes although another of Keeper’s is listed where it takes no slot', () => {
      const change = (made: World): void => {
        foreign(made, 'f1');
        ours(made, 'k2', { pushed: true, held: [] });
        listedOne(made, 'k2').place = 'service-principal';
      };
      expect(fate(change)).toEqual(gone);
    });

    it('goes together with one of Keeper’s that has ended', () => {
      const change = (made: World): void => {
        ours(made, 'k2', { pushed: true, endAt: now - dayMs });
      };
      expect(fate(change)).toEqual([...gone, ...remove('k2', 'ended', 'slot-needed')]);
    });
  });

  it('that is foreign goes by the word of the order, once every connector holds another', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      leaked(made, ['f1']);
    };
    expect(removals(change)).toEqual(remove('f1', 'ordered', 'ordered'));
  });

  it('goes by the order that names it, not by another', () => {
    const change = (made: World): void => {
      rotated(made);
      connectorOf(made).clean!.keyId = 'k1';
      ordered(
        made,
        { kind: 'compromised', keyIds: [], removeAt: now, endGrants: 'accept' },
        { keyIds: ['k9'] },
      );
    };
    expect(removals(change)).toEqual([]);
  });
});

describe('an order to retire', () => {
  const retire = (made: World): void => {
    rotated(made);
    ordered(made, { kind: 'retire', keyId: 'k1' });
  };

  it('removes the old one once every connector holds another', () => {
    expect(removals(retire)).toEqual(remove('k1', 'ordered', 'ordered'));
  });

  it.each<[string, (world: World) => void]>([
    ['a connector still holds it', (made) => (connectorOf(made).clean!.keyId = 'k1')],
    ['grants are worse off', (made) => (viewOf(made).grants = known({ total: 100, invalid: 20 }))],
    ['it names another', (made) => (made.memory.orders[0]!.body = { kind: 'retire', keyId: 'k3' })],
    [
      'it asks for something else',
      (made) => (made.memory.orders[0]!.body = { kind: 'rotate', reason: 'k1' }),
    ],
  ])('removes nothing while %s', (_, change) => {
    expect(
      removals((made) => {
        retire(made);
        change(made);
      }),
    ).toEqual([]);
  });

  it('removes a foreign one by name', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      ordered(made, { kind: 'retire', keyId: 'f1' });
    };
    expect(removals(change)).toEqual(remove('f1', 'ordered', 'ordered'));
  });

  it('does not remove a foreign one that a connector without a clean push may hold', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      ordered(made, { kind: 'retire', keyId: 'f1' });
      delete connectorOf(made).clean;
    };
    expect(removals(change)).toEqual([]);
  });

  it('of another kind names no credential, whatever it lists', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      ordered(made, { kind: 'rotate', reason: 'f1' }, { keyIds: ['f1'] });
    };
    expect(removals(change)).toEqual([]);
  });

  it('does not remove a foreign one while an add of ours is in doubt: it may be ours', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      ordered(made, { kind: 'retire', keyId: 'f1' });
      made.memory.parked.push({ id: 'i', at: now, doubtAt: now, ambiguous: false });
    };
    expect(removals(change)).toEqual([]);
  });
});

describe('a foreign credential', () => {
  it('stays although it has ended, unless its slot is needed', () => {
    const change = (made: World): void => foreign(made, 'f1', { endAt: now - dayMs });
    expect(removals(change)).toEqual([]);
    const due = (made: World): void => {
      change(made);
      nearlyOver(made, 'k1');
    };
    expect(removals(due)).toEqual(remove('f1', 'ended', 'slot-needed'));
    // Without the vault nothing seems to be stored, whatever is.
    for (const part of ['current', 'pending'] as const) {
      const blind = (made: World): void => {
        due(made);
        made.observed[part] = unseen;
      };
      expect(removals(blind)).toEqual([]);
    }
  });

  it('stays while it lives, although its slot is needed', () => {
    const change = (made: World): void => {
      foreign(made, 'f1');
      nearlyOver(made, 'k1');
    };
    expect(removals(change)).toEqual([]);
  });

  it('says nothing about when it will go', () => {
    const change = (made: World): void => foreign(made, 'f1');
    expect(finds(credentialToRemove, change)).toEqual([serving]);
  });
});

describe('one that was switched to in the last resort', () => {
  const spent = (made: World): void => {
    rotated(made);
    ours(made, 'k3', {
      pushed: true,
      refusedAt: now - hourMs,
      refusals: 1,
      endAt: now + 99 * dayMs,
    });
  };

  it('is superseded when it is refused, and replaced everywhere', () => {
    expect(removals(spent)).toEqual(remove('k3', 'superseded'));
  });

  it.each<[string, (world: World) => void]>([
    ['it was not refused', (made) => delete remembered(made, 'k3').refusedAt],
    ['it was promoted since', (made) => (remembered(made, 'k3').promotedAt = now - hourMs)],
    ['a connector holds it', (made) => (connectorOf(made).clean!.keyId = 'k3')],
    [
      'it was accepted and not refused since',
      (made) => {
        remembered(made, 'k3').provedAt = now - hourMs;
        delete remembered(made, 'k3').refusedAt;
      },
    ],
  ])('stays when %s', (_, change) => {
    expect(
      removals((made) => {
        spent(made);
        change(made);
      }),
    ).toEqual([]);
  });
});

describe('what the next switch would go to', () => {
  it('stays although an order names it and no connector holds it', () => {
    const promoted = (made: World): void => {
      rotated(made);
      switchedTo(made, 'k1');
      ordered(made, { kind: 'retire', keyId: 'k2' });
    };
    expect(removals(promoted)).toEqual([]);
  });

  it('stays although it was used in the last resort, when it is to be promoted next', () => {
    const next = (made: World): void => {
      ours(made, 'k2', { pushed: true, provedAt: now });
      ordered(made, { kind: 'retire', keyId: 'k2' });
    };
    expect(removals(next)).toEqual([]);
  });

  it('is nothing when the only one has leaked: it goes at its bound', () => {
    const only = (made: World): void => leaked(made, ['k1'], now);
    expect(finds(credentialToRemove, only)).toEqual(remove('k1', 'compromised', 'compromised'));
    const before = (made: World): void => leaked(made, ['k1'], now + 1);
    expect(finds(credentialToRemove, before)).toEqual(later('k1', serving.at));
  });
});

describe('removedSecretReadable()', () => {
  const removed = (made: World): void => {
    rotated(made);
    remembered(made).removedAt = now - hourMs;
    remembered(made).removedWhy = 'ended';
    unlisted(made, 'k1');
  };
  const current = { secret: 'current', version: 'c-k1' } as const;
  const disprove = doing({
    kind: 'disprove',
    keyId: 'k1',
    appId: 'app-1',
    hint: 'k1x',
    held: current,
  });
  const disable = doing({ kind: 'disable-version', keyId: 'k1', held: current });
  const disproved = (made: World): void => {
    removed(made);
    remembered(made).disprovedAt = now;
  };

  it('tries a removed secret', () => {
    expect(finds(removedSecretReadable, removed)).toEqual(disprove);
  });

  it('disables its versions when it was refused, one after the other', () => {
    expect(finds(removedSecretReadable, disproved)).toEqual(disable);
    const second = (made: World): void => {
      disproved(made);
      valueOf(made.observed.current).versions.forEach(
        (one) => (one.enabled = one.version !== 'c-k1'),
      );
    };
    const held = { secret: 'pending', version: 'p-k1' } as const;
    expect(finds(removedSecretReadable, second)).toEqual(
      doing({ kind: 'disable-version', keyId: 'k1', held }),
    );
  });

  it.each<[string, (world: World) => void]>([
    ['it is listed', (made) => foreign(made, 'k1') ?? (remembered(made).removedAt = now - dayMs)],
    ['no version holds it', (made) => (remembered(made).held = [])],
    ['it was not removed', (made) => delete remembered(made).removedAt],
    ['it goes only later', (made) => (remembered(made).removedAt = now + 1)],
    ['the step is backing off', (made) => backsOff(made, 'prove:k1')],
    [
      'nobody knows the client id',
      (made) => {
        made.observed.registration = unseen;
        delete made.memory.registration;
      },
    ],
  ])('tries nothing when %s', (_, change) => {
    const found = finds(removedSecretReadable, (made) => {
      removed(made);
      change(made);
    });
    expect(found.filter((one) => one.kind !== 'wait')).toEqual([]);
  });

  it('looks at what Keeper removed and at nothing else', () => {
    const change = (made: World): void => {
      removed(made);
      foreign(made, 'f1');
    };
    expect(finds(removedSecretReadable, change)).toEqual(disprove);
  });

  it('disables a pending version although the current one is not seen', () => {
    const change = (made: World): void => {
      disproved(made);
      made.observed.current = unseen;
    };
    const held = { secret: 'pending', version: 'p-k1' } as const;
    expect(finds(removedSecretReadable, change)).toEqual(
      doing({ kind: 'disable-version', keyId: 'k1', held }),
    );
  });

  it('tries from the instant of the removal on', () => {
    const change = (made: World): void => {
      removed(made);
      remembered(made).removedAt = now;
    };
    expect(finds(removedSecretReadable, change)).toEqual(disprove);
  });

  it('leaves it at ten tries that said nothing', () => {
    const tried = (attempts: number, reason: 'unreachable' | 'removed-secret-works') =>
      finds(removedSecretReadable, (made) => {
        removed(made);
        made.memory.waits['prove:k1'] = { untilAt: now, attempts, reason };
      });
    expect(tried(9, 'unreachable')).toEqual(disprove);
    expect(tried(10, 'unreachable')).toEqual(disable);
    expect(tried(10, 'removed-secret-works')).toEqual(disprove);
  });

  it('never disables the version that readers of the name get', () => {
    const newest = (made: World): void => {
      disproved(made);
      valueOf(made.observed.current).current.version = 'c-k1';
    };
    expect(finds(removedSecretReadable, newest)).toEqual([]);
  });

  it('waits with a step of its own', () => {
    const change = (made: World): void => {
      disproved(made);
      made.memory.waits['disable:c-k1'] = {
        untilAt: now + minuteMs,
        attempts: 1,
        reason: 'vault-denied',
      };
    };
    expect(finds(removedSecretReadable, change)).toEqual([
      { kind: 'person', reason: 'vault-denied', subject: 'disable:c-k1' },
      { kind: 'look', at: now + minuteMs },
    ]);
  });
});
