/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { describe, expect, it } from 'vitest';
import {
  foreignListItem,
  legacyPermissionLeft,
  registrationDrifted,
  registrationMissing,
  registrationUnknownToChain,
  servicePrincipalMissing,
} from '../../../src/core/checks/registration.ts';
import type { Patch } from '../../../src/core/action.ts';
import type { Permission } from '../../../src/core/desired.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { hash64 } from '../../../src/core/fingerprint.ts';
import { dayMs, firstPatienceMs, hourMs, replicationMs } from '../../../src/core/limits.ts';
import { absent, known, type SeenRegistration } from '../../../src/core/observed.ts';
import {
  backsOff,
  doing,
  finds,
  noting,
  now,
  unseen,
  valueOf,
  viewOf,
  wishOf,
  type Draft,
  type World,
} from './world.ts';

type Change = (world: World) => void;
const person = (reason: string, subject?: string): readonly unknown[] => [
  { kind: 'person', reason, ...(subject === undefined ? {} : { subject }) },
  { kind: 'look', at: now + hourMs },
];
const unreachable = (subject = 'graph'): readonly unknown[] => [
  { kind: 'wait', reason: 'unreachable', untilAt: now + firstPatienceMs, subject },
];
const replicating = (untilAt: number): readonly unknown[] => [
  { kind: 'wait', reason: 'replicating', untilAt },
];
const userRead: Permission = { resourceAppId: 'graph', type: 'Scope', id: 'user-read' };
const mail: Permission = { resourceAppId: 'graph', id: 'mail-read', type: 'Scope' };
const legacy: Permission = {
  resourceAppId: '00000003-0000-0000-c000-000000000000',
  id: '9769c687-087d-48ac-9cb3-c37dde652038',
  type: 'Scope',
};
const seenOf = (made: World): Draft<SeenRegistration> => valueOf(made.observed.registration);

/** Nothing was ever made: no registration, no secret, no connector. */
function blank(made: World): void {
  made.observed.registration = absent;
  made.observed.servicePrincipal = absent;
  made.observed.current = absent;
  made.observed.pending = absent;
  for (const id of ['us/one', 'eu/two']) viewOf(made, id).connector = absent;
  delete made.memory.registration;
  made.memory.connectors = {};
}

describe('law 2: registrationMissing()', () => {
  const told = (change: Change): readonly Finding[] =>
    finds(registrationMissing, (made) => {
      blank(made);
      change(made);
    });
  const create = doing({
    kind: 'create-registration',
    uniqueName: 'keeper-calendar',
    body: {
      displayName: 'Calendar',
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      tokenVersion: 2,
      redirectUris: ['https://one.example/callback'],
      access: [userRead],
      tags: ['keeper', 'keeper:calendar'],
    },
  });

  it('creates one that never was', () => {
    expect(told(() => undefined)).toEqual(create);
  });

  it.each([
    ['organizations', 'AzureADMultipleOrgs'],
    ['this-organization', 'AzureADMyOrg'],
  ] as const)('creates it for %s', (audience, signInAudience) => {
    expect(told((made) => (made.desired.audience = audience))).toMatchObject([
      { action: { body: { signInAudience } } },
    ]);
  });

  it('has nothing to do where it is there', () => {
    expect(finds(registrationMissing, () => undefined)).toEqual([]);
  });

  it.each<[string, Change, readonly unknown[]]>([
    ['it is not seen', (made) => (made.observed.registration = unseen), unreachable()],
    [
      'it is in the bin',
      (made) => (made.observed.deletedRegistration = known({ objectId: 'o', appId: 'a' })),
      person('registration-deleted'),
    ],
    ['the bin is not seen', (made) => (made.observed.deletedRegistration = unseen), unreachable()],
    [
      'it was written just now',
      (made) => (made.memory.registrationWriteAt = now - replicationMs + 1),
      replicating(now + 1),
    ],
    [
      'the chain knows one',
      (made) => (made.memory.registration = { objectId: 'o', appId: 'a', created: true }),
      person('registration-lost'),
    ],
    ['the file names one', (made) => (made.desired.appId = 'a'), person('registration-not-found')],
    ['the current secret is not seen', (made) => (made.observed.current = unseen), unreachable()],
    ['the pending secret is not seen', (made) => (made.observed.pending = unseen), unreachable()],
    [
      'its step backs off',
      (made) => backsOff(made, 'registration', 'directory-quota'),
      [
        { kind: 'person', reason: 'directory-quota', subject: 'registration' },
        { kind: 'look', at: now + 1_000 },
      ],
    ],
  ])('creates none when %s', (_, change, expected) => {
    expect(told(change)).toEqual(expected);
  });

  it('creates one when the last write has had its time', () => {
    expect(told((made) => (made.memory.registrationWriteAt = now - replicationMs))).toEqual(create);
  });

  describe('with a vault secret that was there before', () => {
    const tagged =
      (tags: Record<string, string>, secret: 'current' | 'pending' = 'current') =>
      (made: World): void => {
        const one = { version: 'v', createdAt: 0, enabled: true };
        const versions = [
          { ...one, tags: {} },
          { ...one, tags },
        ];
        made.observed[secret] = known({ current: { ...one, tags: {} }, versions });
      };

    it('is lost where a version names it', () => {
      const tags = { registration: 'calendar', appId: 'a' };
      expect(told(tagged(tags))).toEqual(person('registration-lost'));
      expect(told(tagged(tags, 'pending'))).toEqual(person('registration-lost'));
    });

    it('is new where no version names it', () => {
      expect(told(tagged({ registration: 'mail', appId: 'a' }))).toEqual(create);
      expect(told(tagged({ registration: 'calendar' }))).toEqual(create);
    });
  });

  describe('with a connector that is there', () => {
    const there = (change: Change) => (made: World) => {
      viewOf(made).connector = known({ clientId: 'a', scopes: [], records: [] });
      change(made);
    };

    it.each<[string, Change, readonly unknown[]]>([
      ['serves another', () => undefined, person('connector-foreign', 'us/one')],
      [
        'does not tell whom it serves',
        (made) => delete valueOf(viewOf(made).connector).clientId,
        person('connector-unconfirmed', 'us/one'),
      ],
      ['is not seen', (made) => (viewOf(made).connector = unseen), unreachable('us/one')],
      [
        'is of another application',
        (made) => (viewOf(made).application = known({ applicationId: 'x', region: 'us' })),
        person('wrong-application', 'us/one'),
      ],
    ])('creates none where it %s', (_, change, expected) => {
      expect(told(there(change))).toEqual(expected);
    });

    it('creates one where the file takes it over, or nobody looked at it', () => {
      expect(told(there((made) => (wishOf(made).takeOver = true)))).toEqual(create);
      expect(told(there((made) => delete made.observed.connectors['us/one']))).toEqual(create);
    });
  });
});

describe('registrationUnknownToChain()', () => {
  const told = (change: Change): readonly Finding[] => finds(registrationUnknownToChain, change);
  const first = (created: boolean, change: Change) => {
    const found = told((made) => {
      delete made.memory.registration;
      change(made);
    });
    expect(found).toEqual(
      noting({ what: 'registration-known', objectId: 'object-1', appId: 'app-1', created }),
    );
  };

  it('notes what it sees for the first time; created, if Keeper meant to and it has its name', () => {
    first(false, () => undefined);
    first(false, (made) => (made.memory.createIntended = true));
    first(false, (made) => (seenOf(made).uniqueName = 'keeper-calendar'));
    first(true, (made) => {
      made.memory.createIntended = true;
      seenOf(made).uniqueName = 'keeper-calendar';
    });
    first(false, (made) => {
      made.memory.createIntended = true;
      seenOf(made).uniqueName = 'keeper-mail';
    });
  });

  it.each<[string, Change, readonly unknown[]]>([
    ['it is the known one', () => undefined, []],
    ['it is the known one and the file names it', (made) => (made.desired.appId = 'app-1'), []],
    ['it is not seen', (made) => (made.observed.registration = unseen), []],
    [
      'another is seen',
      (made) => (seenOf(made).appId = 'app-2'),
      person('registration-replaced', 'app-2'),
    ],
    [
      'the file names another',
      (made) => (made.desired.appId = 'app-2'),
      person('registration-replaced', 'app-2'),
    ],
  ])('when %s', (_, change, expected) => {
    expect(told(change)).toEqual(expected);
  });
});

describe('registrationDrifted()', () => {
  const told = (change: Change): readonly Finding[] => finds(registrationDrifted, change);
  const update = (patch: Patch, changes: readonly string[]): readonly Finding[] =>
    doing({
      kind: 'update-registration',
      objectId: 'object-1',
      patch,
      changes,
      fingerprint: hash64(JSON.stringify(patch)),
    });

  it('has nothing to do where all is as the file says', () => {
    expect(told(() => undefined)).toEqual([]);
  });

  it.each<[string, Change, Patch]>([
    ['displayName', (made) => (seenOf(made).displayName = 'x'), { displayName: 'Calendar' }],
    [
      'signInAudience',
      (made) => (seenOf(made).signInAudience = 'AzureADMyOrg'),
      { signInAudience: 'AzureADandPersonalMicrosoftAccount' },
    ],
    ['tokenVersion', (made) => (seenOf(made).tokenVersion = null), { tokenVersion: 2 }],
    [
      'redirectUris',
      (made) => (seenOf(made).redirectUris = ['https://other.example']),
      { redirectUris: ['https://other.example', 'https://one.example/callback'] },
    ],
    ['access', (made) => (seenOf(made).access = [mail]), { access: [mail, userRead] }],
    [
      'tags',
      (made) => (seenOf(made).tags = ['mine', 'keeper']),
      { tags: ['mine', 'keeper', 'keeper:calendar'] },
    ],
  ])(
    'mends %s and nothing else; on a list that is not Keeper’s it only adds',
    (name, change, patch) => {
      expect(told(change)).toEqual(update(patch, [name]));
    },
  );

  it('names all changes, sorted', () => {
    const change = (made: World): void => {
      seenOf(made).tags = [];
      seenOf(made).displayName = 'x';
      seenOf(made).access = [];
    };
    const patch = {
      displayName: 'Calendar',
      access: [userRead] as const,
      tags: ['keeper', 'keeper:calendar'],
    };
    expect(told(change)).toEqual(update(patch, ['access', 'displayName', 'tags']));
  });

  it('wants every permission of the file, and compares each with each', () => {
    const two = (made: World): void => {
      made.desired.access = [userRead, mail];
      made.desired.owns.permissions = true;
    };
    expect(told(two)).toEqual(update({ access: [userRead, mail] }, ['access']));
    const both = (made: World): void => {
      two(made);
      seenOf(made).access = [mail, userRead];
    };
    expect(told(both)).toEqual([]);
  });

  it.each<[string, Partial<Permission>]>([
    ['resource', { resourceAppId: 'x' }],
    ['id', { id: 'x' }],
    ['type', { type: 'Role' }],
  ])('knows permissions apart by their %s', (_, other) => {
    const change = (made: World): void => {
      seenOf(made).access = [{ resourceAppId: 'graph', id: 'user-read', type: 'Scope', ...other }];
    };
    expect(told(change)).toMatchObject([{ action: { changes: ['access'] } }]);
  });

  it('leaves what others added to a list that is not Keeper’s', () => {
    const change = (made: World): void => {
      seenOf(made).access.push(mail);
      seenOf(made).redirectUris.push('https://other.example');
      seenOf(made).tags.push('mine');
    };
    expect(told(change)).toEqual([]);
  });

  describe('on a list that Keeper owns', () => {
    const more = (made: World): void => {
      seenOf(made).access.push(mail);
      seenOf(made).redirectUris.push('https://other.example');
    };
    const uris = { redirectUris: ['https://one.example/callback'] };
    const access = { access: [userRead] } as const;

    it('takes away what the file does not name', () => {
      const owned = (which: 'permissions' | 'redirectUris') => (made: World) => {
        more(made);
        made.desired.owns[which] = true;
      };
      expect(told(owned('permissions'))).toEqual(update(access, ['access']));
      expect(told(owned('redirectUris'))).toEqual(update(uris, ['redirectUris']));
      const created = (made: World): void => {
        more(made);
        made.memory.registration!.created = true;
      };
      expect(told(created)).toEqual(update({ ...uris, ...access }, ['access', 'redirectUris']));
    });

    it('replaces what is not named by what is', () => {
      const change = (made: World): void => {
        made.desired.owns = { permissions: true, redirectUris: true };
        seenOf(made).access = [mail];
        seenOf(made).redirectUris = ['https://other.example'];
      };
      expect(told(change)).toEqual(update({ ...uris, ...access }, ['access', 'redirectUris']));
    });

    it('leaves the tags of others', () => {
      const change = (made: World): void => {
        made.memory.registration!.created = true;
        seenOf(made).tags.push('mine');
      };
      expect(told(change)).toEqual([]);
    });
  });

  it.each<[string, Change]>([
    ['it is not seen', (made) => (made.observed.registration = unseen)],
    ['it is another than the chain knows', (made) => (made.memory.registration!.appId = 'app-2')],
    ['the chain does not know it yet', (made) => delete made.memory.registration],
  ])('changes nothing when %s', (_, change) => {
    const found = told((made) => {
      if (made.observed.registration.kind === 'known') seenOf(made).displayName = 'x';
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('waits for the replicas after the same change, not after another', () => {
    const patched = (patch: string, at: number) => (made: World) => {
      seenOf(made).displayName = 'x';
      made.memory.lastPatch = { patch, at };
    };
    const same = hash64(JSON.stringify({ displayName: 'Calendar' }));
    const mended = update({ displayName: 'Calendar' }, ['displayName']);
    expect(told(patched(same, now - replicationMs + 1))).toEqual(replicating(now + 1));
    expect(told(patched(same, now - replicationMs))).toEqual(mended);
    expect(told(patched('another', now))).toEqual(mended);
  });

  it('waits with its step', () => {
    const change = (made: World): void => {
      seenOf(made).displayName = 'x';
      backsOff(made, 'registration');
    };
    expect(told(change)).toMatchObject([{ kind: 'wait', subject: 'registration' }]);
  });
});

describe('legacyPermissionLeft()', () => {
  const told = (change: Change): readonly Finding[] => finds(legacyPermissionLeft, change);
  const left = (made: World): void => {
    seenOf(made).access.push(legacy);
  };

  it('calls a person where Keeper may not remove it', () => {
    expect(told(left)).toEqual(person('legacy-permissions', legacy.id));
  });

  it.each<[string, Change]>([
    ['there is none', (made) => (seenOf(made).access = [mail])],
    ['Keeper owns the list', (made) => (made.desired.owns.permissions = true)],
    ['Keeper created the registration', (made) => (made.memory.registration!.created = true)],
    ['the registration is not seen', (made) => (made.observed.registration = unseen)],
  ])('calls nobody when %s', (_, change) => {
    const found = told((made) => {
      left(made);
      change(made);
    });
    expect(found).toEqual([]);
  });

  it('calls a person although the chain does not know the registration yet', () => {
    const change = (made: World): void => {
      left(made);
      delete made.memory.registration;
    };
    expect(told(change)).toEqual(person('legacy-permissions', legacy.id));
  });
});

describe('law 7: foreignListItem()', () => {
  const told = (change: Change): readonly Finding[] => finds(foreignListItem, change);
  const uri = 'https://other.example';
  const strange = (made: World): void => {
    seenOf(made).access.push(mail);
    seenOf(made).redirectUris.push(uri);
  };
  const permission = noting({ what: 'foreign-permission', subject: 'mail-read' });
  const redirect = noting({ what: 'foreign-redirect-uri', subject: hash64(uri) });

  it.each<[string, Change, readonly Finding[]]>([
    ['both lists are others’', () => undefined, [...permission, ...redirect]],
    ['Keeper owns the permissions', (made) => (made.desired.owns.permissions = true), redirect],
    [
      'Keeper owns the redirect URIs',
      (made) => (made.desired.owns.redirectUris = true),
      permission,
    ],
    ['Keeper created it', (made) => (made.memory.registration!.created = true), []],
    [
      'the chain does not know it',
      (made) => delete made.memory.registration,
      [...permission, ...redirect],
    ],
    ['it is not seen', (made) => (made.observed.registration = unseen), []],
    [
      'it was told before',
      (made) => {
        made.memory.reported['foreign-permission:mail-read'] = now - dayMs;
        made.memory.reported[`foreign-redirect-uri:${hash64(uri)}`] = now - dayMs;
      },
      [],
    ],
  ])('when %s', (_, change, expected) => {
    const found = told((made) => {
      strange(made);
      change(made);
    });
    expect(found).toEqual(expected);
  });

  it('tells nothing of what the file names', () => {
    expect(told(() => undefined)).toEqual([]);
    const two = (made: World): void => {
      made.desired.access = [userRead, mail];
      seenOf(made).access = [userRead, mail];
    };
    expect(told(two)).toEqual([]);
  });
});

describe('servicePrincipalMissing()', () => {
  const told = (change: Change): readonly Finding[] => finds(servicePrincipalMissing, change);
  const create = doing({ kind: 'create-service-principal', appId: 'app-1' });
  const missing = (made: World): void => {
    made.observed.servicePrincipal = absent;
  };

  it.each<[string, Change, readonly unknown[]]>([
    ['it is there', () => undefined, []],
    ['it is missing', missing, create],
    ['it is not seen', (made) => (made.observed.servicePrincipal = unseen), unreachable()],
    [
      'it is disabled',
      (made) => (valueOf(made.observed.servicePrincipal).enabled = false),
      person('service-principal-disabled'),
    ],
    [
      'it was made just now',
      (made) => {
        missing(made);
        made.memory.servicePrincipalAt = now - replicationMs + 1;
      },
      replicating(now + 1),
    ],
    [
      'it was made some time ago',
      (made) => {
        missing(made);
        made.memory.servicePrincipalAt = now - replicationMs;
      },
      create,
    ],
    [
      'the registration is not seen',
      (made) => {
        missing(made);
        made.observed.registration = unseen;
      },
      [],
    ],
  ])('when %s', (_, change, expected) => {
    expect(told(change)).toEqual(expected);
  });

  it('waits with its step', () => {
    const change = (made: World): void => {
      missing(made);
      backsOff(made, 'service-principal');
    };
    expect(told(change)).toMatchObject([{ kind: 'wait', subject: 'service-principal' }]);
  });
});
