/* oxlint-disable unicorn/consistent-function-scoping -- a change of the world stands next to what follows from it */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/audit/canonical.ts';
import {
  admitsPersonal,
  keeperTag,
  keyTagOf,
  pendingOf,
  uniqueNameOf,
} from '../../../src/core/desired.ts';
import { pushStep, stepOf } from '../../../src/core/entry.ts';
import { fingerprintOf, fraction, hash64 } from '../../../src/core/fingerprint.ts';
import * as limits from '../../../src/core/limits.ts';
import { blankMemory, connectorMemoryOf, reportKey } from '../../../src/core/memory.ts';
import { absent, known, unknown, valueOf } from '../../../src/core/observed.ts';
import {
  basePermissions,
  exchangeResource,
  graphResource,
  isLegacyPermission,
  isLegacyPermissionName,
  nameOfPermission,
  permissionNamed,
  permissionNames,
} from '../../../src/core/permissions.ts';
import { meaningOf } from '../../../src/core/reason.ts';
import { Secret } from '../../../src/core/secret.ts';

describe('names', () => {
  it('that vendors know are made of the key', () => {
    expect(uniqueNameOf('calendar')).toBe('keeper-calendar');
    expect([keeperTag, keyTagOf('calendar')]).toEqual(['keeper', 'keeper:calendar']);
    expect(pendingOf({ vault: 'v', name: 's' })).toEqual({ vault: 'v', name: 's-pending' });
  });

  it('of steps are shared by what shares a back-off', () => {
    expect(pushStep('us/one')).toBe('push:us/one');
    expect(pushStep('us/one', 'r')).toBe('push:us/one#r');
    expect(stepOf({ kind: 'store-credential', keyId: 'k' })).toBe('store');
  });

  it('of what was told are made of what and whom', () => {
    expect(reportKey('removed', 'k')).toBe('removed:k');
  });
});

describe('admitsPersonal()', () => {
  it('is true for the widest audience only', () => {
    expect(
      (['organizations-and-personal', 'organizations', 'this-organization'] as const).map(
        admitsPersonal,
      ),
    ).toEqual([true, false, false]);
  });
});

describe('connectorMemoryOf()', () => {
  it('is blank where nothing is remembered', () => {
    const memory = blankMemory();
    expect(connectorMemoryOf(memory, 'us/one')).toEqual({ doubtful: [], records: {} });
    memory.connectors['us/one'] = { known: true, doubtful: [], records: {} };
    expect(connectorMemoryOf(memory, 'us/one')).toBe(memory.connectors['us/one']);
  });

  it('is blank for a blank chain', () => {
    expect(blankMemory()).toEqual({
      v: 1,
      seq: 0,
      at: 0,
      createIntended: false,
      secretKnown: false,
      overruledAt: [],
      credentials: {},
      connectors: {},
      open: [],
      parked: [],
      waits: {},
      orders: [],
      orderEnds: {},
      reported: {},
      abandonments: 0,
    });
  });
});

describe('what is seen', () => {
  it('is known, absent or unknown, and has a value in the first case only', () => {
    const fault = { kind: 'timeout', vendor: 'graph' } as const;
    expect(known(7)).toEqual({ kind: 'known', value: 7 });
    expect(absent).toEqual({ kind: 'absent' });
    expect(unknown(fault)).toEqual({ kind: 'unknown', fault });
    expect([valueOf(known(7)), valueOf(absent), valueOf(unknown(fault))]).toEqual([
      7,
      undefined,
      undefined,
    ]);
  });
});

describe('meaningOf()', () => {
  it('tells what a reason asks for', () => {
    expect(meaningOf('settled').state).toBe('healthy');
    expect(meaningOf('slots-full')).toMatchObject({ state: 'needs-person' });
  });
});

describe('law 13: a secret', () => {
  const secret = new Secret('abcdef');

  it('shows its text to nobody who does not ask for it', () => {
    expect(secret.reveal()).toBe('abcdef');
    expect(String(secret)).toBe('[secret]');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(inspect(secret)).toBe('[secret]');
    expect(Object.keys(secret)).toEqual([]);
  });

  it('tells its hint, and whether another is the same', () => {
    expect(secret.hint).toBe('abc');
    expect(secret.equals(new Secret('abcdef'))).toBe(true);
    expect(secret.equals(new Secret('abcdeg'))).toBe(false);
  });
});

describe('hash64() and fraction()', () => {
  it('are the published functions', () => {
    // Test vectors of FNV-1a, 64 bits.
    expect([hash64(''), hash64('a'), hash64('foobar')]).toEqual([
      'cbf29ce484222325',
      'af63dc4c8601ec8c',
      '85944171f73967e8',
    ]);
    expect(hash64('c9')).toHaveLength(16);
  });

  it('are stable: jitter that moves would move every renewal', () => {
    expect(
      [fraction(''), fraction('calendar'), fraction('k1')].map((one) => one.toFixed(12)),
    ).toEqual(['0.936769448390', '0.815638593776', '0.289721543807']);
  });

  it('write leading zeros', () => {
    const short = Array.from({ length: 64 }, (_, index) => hash64(`x${index}`));
    expect(short.every((one) => /^[0-9a-f]{16}$/.test(one))).toBe(true);
    expect(short.some((one) => one.startsWith('0'))).toBe(true);
  });
});

describe('fingerprintOf()', () => {
  const scope = (id: string) => ({ resourceAppId: 'g', id, type: 'Scope' as const });
  const password = (keyId: string) => ({
    keyId,
    displayName: '',
    hint: '',
    startAt: 0,
    endAt: 0,
    place: 'application' as const,
  });
  const seen = {
    displayName: 'Calendar',
    signInAudience: 'AzureADMyOrg',
    redirectUris: ['b', 'a'],
    access: [scope('y'), scope('x')],
    credentials: [password('k2'), password('k1')],
  };

  it('is a hash over the sorted facts', () => {
    const facts = [
      'Calendar',
      'AzureADMyOrg',
      'a',
      'b',
      '|',
      'g/x/Scope',
      'g/y/Scope',
      '|',
      'k1',
      'k2',
    ];
    expect(fingerprintOf(seen)).toBe(hash64(facts.join('\n')));
  });

  it('does not change with the order of lists', () => {
    const turned = {
      ...seen,
      redirectUris: seen.redirectUris.toReversed(),
      access: seen.access.toReversed(),
      credentials: seen.credentials.toReversed(),
    };
    expect(fingerprintOf(turned)).toBe(fingerprintOf(seen));
  });
});

describe('the table of permissions', () => {
  it('is, letter for letter, the one that was compared with Microsoft’s own', () => {
    const rows = permissionNames.map((name) => JSON.stringify(permissionNamed(name)));
    expect(sha256(rows.join('\n'))).toBe(
      '6e5f7e314a6c339612d897da22b6e6c2278917a2063540d96d459f5dee4c37d9',
    );
    expect(permissionNames).toHaveLength(30);
    expect(basePermissions).toEqual(['User.Read', 'offline_access', 'openid', 'profile']);
    expect(permissionNamed('Mail.Everything')).toBeUndefined();
  });

  it('names what is found on a registration', () => {
    for (const name of permissionNames) {
      const access = permissionNamed(name)?.access;
      expect(access && nameOfPermission(access)).toBe(name);
      expect(access && isLegacyPermission(access)).toBe(false);
      expect(isLegacyPermissionName(name)).toBe(false);
    }
  });

  it.each([
    ['EAS.AccessAsUser.All', graphResource, 'ff91d191-45a0-43fd-b837-bd682c4a0b0f'],
    ['EWS.AccessAsUser.All', graphResource, '9769c687-087d-48ac-9cb3-c37dde652038'],
    ['EWS.AccessAsUser.All', exchangeResource, '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5'],
    ['IMAP.AccessAsUser.All', graphResource, '652390e4-393a-48de-9484-05f9b1212954'],
    ['POP.AccessAsUser.All', graphResource, 'd7b7f2d9-0f45-4ea1-9d42-e50810c06991'],
    ['SMTP.Send', graphResource, '258f6531-6087-4cc4-bb90-092c5fb3ed3f'],
  ])(
    'knows %s on %s as a legacy one, as a scope and in any letter case',
    (name, resourceAppId, id) => {
      const access = { resourceAppId, id: id.toUpperCase(), type: 'Scope' } as const;
      expect(isLegacyPermission(access)).toBe(true);
      expect(nameOfPermission(access)).toBe(name);
      expect(isLegacyPermissionName(name.toUpperCase())).toBe(true);
      const role = { ...access, type: 'Role' } as const;
      expect([isLegacyPermission(role), nameOfPermission(role)]).toEqual([false, undefined]);
    },
  );

  it('knows both resources by their ids', () => {
    expect([graphResource, exchangeResource]).toEqual([
      '00000003-0000-0000-c000-000000000000',
      '00000002-0000-0ff1-ce00-000000000000',
    ]);
  });
});

describe('law 12: the bounds', () => {
  it('are these; a change is a decision', () => {
    const seconds = Object.fromEntries(
      Object.entries(limits).flatMap(([name, bound]) =>
        typeof bound === 'number' && name.endsWith('Ms') ? [[name, bound / 1000]] : [],
      ),
    );
    expect(seconds).toEqual({
      abandonAfterMs: 21600,
      abandonedRestMs: 604800,
      absentReadPauseMs: 5,
      clockSkewMs: 300,
      confirmMs: 1209600,
      dayMs: 86400,
      disproofMs: 3600,
      firstBackoffMs: 60,
      firstPatienceMs: 300,
      firstPersonBackoffMs: 3600,
      freezeEndsBeforeMs: 1209600,
      fullLookMs: 86400,
      graphSpacingMs: 10,
      hourMs: 3600,
      intentDeadlineMs: 60,
      lastResortMs: 259200,
      lifetimeCapMs: 7776000,
      maxBackoffMs: 86400,
      maxPatienceMs: 3600,
      maxThrottledMs: 3600,
      minuteMs: 60,
      passMs: 180,
      proofPauseMs: 2,
      pushDoubtMs: 300,
      replicationMs: 900,
      requestTimeoutMs: 120,
      secondMs: 1,
      settleMs: 86400,
      urgentBackoffMs: 900,
    });
    expect(limits.lifetimeLadderDays).toEqual([365, 180, 90, 60, 30, 7]);
  });
});
