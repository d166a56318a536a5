/** The log against what Entra lists: what no entry explains is an alarm. */
import { describe, expect, it } from 'vitest';
import { accounting, type Accounted } from '../../../src/audit/explained.ts';
import { againstWorld, type Listing } from '../../../src/cli/audit-world.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import type { SeenCredential } from '../../../src/core/observed.ts';
import { failure, success } from '../../../src/core/fault.ts';

const held = { secret: 'current', version: 'v' } as const;

/** An account of these entries, numbered from one. */
function accountOf(...bodies: readonly EntryBody[]): Accounted {
  const account = accounting();
  for (const [index, body] of bodies.entries()) {
    account.take({ ...body, v: 1, seq: index + 1, at: 1_000 * index });
  }
  return account;
}

const known: EntryBody = {
  kind: 'observation',
  seen: { what: 'registration-known', objectId: 'object-1', appId: 'app-1', created: false },
};

/** Somebody else's credential, as an entry tells of it. */
function seen(keyId: string): EntryBody {
  return {
    kind: 'observation',
    seen: { what: 'foreign-credential', keyId, endAt: 1 },
  };
}

/** Credentials of one list. */
function credentials(
  place: SeenCredential['place'],
  ids: readonly string[],
): readonly SeenCredential[] {
  return ids.map((keyId) => ({
    keyId,
    place,
    displayName: '',
    hint: 'abc',
    startAt: 0,
    endAt: 2_000_000_000_000,
  }));
}

/** Entra with these credentials on the application, and these on the service principal. */
function listing(keyIds: readonly string[], onPrincipal: readonly string[] = []): Listing {
  return {
    readRegistration: async () =>
      success({
        objectId: 'object-1',
        appId: 'app-1',
        displayName: 'x',
        signInAudience: 'AzureADMyOrg',
        tokenVersion: 2,
        redirectUris: [],
        access: [],
        tags: [],
        credentials: credentials('application', keyIds),
      }),
    readServicePrincipal: async () =>
      success({
        objectId: 'principal-1',
        enabled: true,
        credentials: credentials('service-principal', onPrincipal),
      }),
  };
}

async function findings(account: Accounted, entra: Listing) {
  const { findings: found } = await againstWorld(entra, new Map([['mail', account]]));
  return found.map(({ what, keyId }) => `${what} ${keyId ?? ''}`.trim());
}

describe('againstWorld()', () => {
  it('finds nothing where every credential was issued, recovered or taken over', async () => {
    const account = accountOf(
      known,
      { kind: 'outcome', intent: 'i1', result: 'done', facts: { keyId: 'issued' } },
      { kind: 'recovery', intent: 'i2', finding: 'done', keyId: 'recovered' },
      {
        kind: 'proof',
        keyId: 'taken',
        held,
        result: 'proved',
        takeOver: { hint: 'abc', endAt: 1 },
      },
      { kind: 'observation', seen: { what: 'foreign-credential', keyId: 'taken', endAt: 1 } },
    );
    expect(await findings(account, listing(['issued', 'recovered', 'taken']))).toEqual([]);
  });

  it("finds what was only ever seen: a thief's secret is somebody else's too", async () => {
    const account = accountOf(known, seen('one'), seen('other'), seen('ended'));
    expect(await findings(account, listing(['one'], ['other']))).toEqual([
      'foreign one',
      'foreign other',
    ]);
  });

  it('finds what no entry explains, on both lists', async () => {
    expect(await findings(accountOf(known), listing(['one'], ['other']))).toEqual([
      'unexplained one',
      'unexplained other',
    ]);
  });

  it('is not content with a proof alone: anybody’s secret can be tried', async () => {
    const account = accountOf(known, { kind: 'proof', keyId: 'tried', held, result: 'proved' });
    expect(await findings(account, listing(['tried']))).toEqual(['unexplained tried']);
  });

  it('finds what was removed and is still there, until it was seen again', async () => {
    const removed: readonly EntryBody[] = [
      known,
      { kind: 'outcome', intent: 'i1', result: 'done', facts: { keyId: 'old' } },
      {
        kind: 'intent',
        id: 'i2',
        effect: { kind: 'remove-credential', objectId: 'object-1', keyId: 'old', why: 'ended' },
        deadlineAt: 0,
        worker: 'w',
        because: 'cleanup',
      },
      { kind: 'outcome', intent: 'i2', result: 'done' },
    ];
    expect(await findings(accountOf(...removed), listing(['old']))).toEqual(['still-there old']);
    const back: EntryBody = {
      kind: 'observation',
      seen: { what: 'credential-back', keyId: 'old' },
    };
    expect(await findings(accountOf(...removed, back), listing(['old']))).toEqual([]);
  });

  it('says what it could not compare, and what it had nothing to compare with', async () => {
    const denied = failure({ kind: 'denied', vendor: 'graph', code: 'x', status: 403 });
    const dark: Listing = { ...listing([]), readRegistration: async () => denied };
    expect(await findings(accountOf(known), dark)).toEqual(['unreadable']);
    const unknown = await againstWorld(dark, new Map([['mail', accountOf()]]));
    expect(unknown).toEqual({ findings: [], notCompared: ['mail'] });
  });
});
