import { describe, expect, it } from 'vitest';
import { type Change, changed, errorsOf } from './valid-file.ts';

interface Case {
  readonly rule: string;
  readonly changes: readonly Change[];
  readonly path: string;
  readonly message: string;
  readonly instead: string;
}

/** Each case changes the valid file, and is the only error then. */
function refuses(cases: readonly Case[]): void {
  it.each(cases)('refuses $rule', ({ changes, path, message, instead }) => {
    const { text, line, column } = changed(changes);
    expect(errorsOf(text)).toEqual([{ line, column, path, message, instead }]);
  });
}

const withoutIt = 'write it without, or choose an audience without personal accounts';
const characters =
  'write 1 to 120 characters (90 where personal accounts are admitted), with no space at either end';
const otherKey = 'write the name of the secret that holds the API key of this application';

describe('parseDesired() on ids', () => {
  refuses([
    {
      rule: 'an id with capital letters',
      changes: [['  calendar:', '  ▸Calendar:']],
      path: 'registrations.Calendar',
      message: "'Calendar' is no id",
      instead: 'write 1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end',
    },
    {
      rule: 'an id of 41 characters',
      changes: [['  calendar:', `  ▸${'c'.repeat(41)}:`]],
      path: `registrations.${'c'.repeat(41)}`,
      message: `'${'c'.repeat(41)}' is no id`,
      instead: 'write 1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end',
    },
    {
      rule: 'a rename from the present id',
      changes: [['renamedFrom: intranet', 'renamedFrom: ▸internal']],
      path: 'registrations.internal.renamedFrom',
      message: "'internal' is the id that it has now",
      instead: 'leave renamedFrom out',
    },
    {
      rule: 'a rename from an id that is still there',
      changes: [['renamedFrom: intranet', 'renamedFrom: ▸calendar']],
      path: 'registrations.internal.renamedFrom',
      message: "there still is a registration 'calendar'",
      instead: 'give that one another id, or leave renamedFrom out',
    },
    {
      rule: 'two renames from one id',
      changes: [
        [
          'displayName: Contoso Calendar',
          'displayName: Contoso Calendar\n    renamedFrom: intranet',
        ],
        [
          '    renamedFrom: intranet\n    redirectUris: [https',
          '    renamedFrom: ▸intranet\n    redirectUris: [https',
        ],
      ],
      path: 'registrations.internal.renamedFrom',
      message: "registration calendar was renamed from 'intranet' already",
      instead: 'write the first id of this one, or leave renamedFrom out',
    },
  ]);
});

describe('parseDesired() on a registration', () => {
  refuses([
    {
      rule: 'a missing part',
      changes: [
        ['  internal:', '  ▸internal:'],
        ['    audience: this-organization\n', ''],
      ],
      path: 'registrations.internal.audience',
      message: 'is missing',
      instead: 'write one of organizations-and-personal, organizations, this-organization',
    },
    {
      rule: 'an audience of another name',
      changes: [['audience: this-organization', 'audience: ▸everyone']],
      path: 'registrations.internal.audience',
      message: "'everyone' is no audience",
      instead: 'write one of organizations-and-personal, organizations, this-organization',
    },
    {
      rule: 'a misspelt key',
      changes: [['owns: [', '▸own: [']],
      path: 'registrations.internal.own',
      message: "there is no key 'own' here",
      instead: 'write owns',
    },
    {
      rule: 'a key that resembles none',
      changes: [['        name: Europe', '        ▸colour: blue']],
      path: 'registrations.calendar.connectors[1].colour',
      message: "there is no key 'colour' here",
      instead:
        'write one of region, applicationId, apiKeySecret, tenant, name, scopes, records, takeOver',
    },
    {
      rule: 'a display name of 91 characters for personal accounts',
      changes: [['displayName: Contoso Calendar', `displayName: ▸${'x'.repeat(91)}`]],
      path: 'registrations.calendar.displayName',
      message: 'has 91 characters, Microsoft takes 90 where personal accounts sign in',
      instead: 'write a shorter name',
    },
    {
      rule: 'a display name of 121 characters for anybody',
      changes: [['displayName: Contoso Internal', `displayName: ▸${'x'.repeat(121)}`]],
      path: 'registrations.internal.displayName',
      message: 'has 121 characters, 1 too many',
      instead: characters,
    },
    {
      rule: 'a display name with a space at its end',
      changes: [['displayName: Contoso Internal', "displayName: ▸'Contoso '"]],
      path: 'registrations.internal.displayName',
      message: "'Contoso ' is no display name",
      instead: characters,
    },
    {
      rule: 'a client id that is no guid',
      changes: [['appId: 11111111-2222-3333-4444-555555555555', 'appId: ▸contoso']],
      path: 'registrations.internal.appId',
      message: "'contoso' is no client id",
      instead:
        'write the application (client) id of the existing registration, or leave it out to have one created',
    },
    {
      rule: 'a list to own that there is not',
      changes: [['owns: [permissions, redirectUris]', 'owns: [▸everything]']],
      path: 'registrations.internal.owns[0]',
      message: "'everything' is no list that Keeper can own",
      instead: 'write permissions or redirectUris',
    },
    {
      rule: 'a doubled key',
      changes: [
        [
          '    audience: this-organization\n',
          '    audience: organizations\n    ▸audience: this-organization\n',
        ],
      ],
      path: 'registrations.internal.audience',
      message: 'stands here a second time',
      instead: 'keep one of the two',
    },
  ]);

  it('admits a display name of 120 characters where personal accounts do not sign in', () => {
    const { text } = changed([
      ['displayName: Contoso Internal', `displayName: ${'x'.repeat(120)}`],
    ]);
    expect(errorsOf(text)).toEqual([]);
  });
});

describe('parseDesired() on redirect URIs', () => {
  const own = 'redirectUris: [https://mail.contoso.example/back]';
  function ownUri(marked: string): Change {
    return [own, `redirectUris: ["${marked}"]`];
  }
  const path = 'registrations.internal.redirectUris[0]';
  const personalPath = 'registrations.calendar.redirectUris[2]';

  refuses([
    {
      rule: 'an empty list',
      changes: [[own, 'redirectUris: ▸[]']],
      path: 'registrations.internal.redirectUris',
      message: 'the list is empty',
      instead: 'write a list such as [hosted-us]',
    },
    {
      rule: 'a text that is no address',
      changes: [[own, 'redirectUris: [▸hosted-uk]']],
      path,
      message: "'hosted-uk' is no redirect URI",
      instead: 'write hosted-us, hosted-eu, or an address that begins with https://',
    },
    {
      rule: 'plain HTTP',
      changes: [[own, 'redirectUris: [▸http://mail.contoso.example/back]']],
      path,
      message: "'http://mail.contoso.example/back' is not encrypted",
      instead: 'write an address that begins with https:// (or http://localhost for a test)',
    },
    {
      rule: 'more than 256 characters',
      changes: [[own, `redirectUris: [▸https://x.example/${'y'.repeat(240)}]`]],
      path,
      message: 'the address has 258 characters, Microsoft takes 256',
      instead: 'write a shorter one',
    },
    {
      rule: 'a character that Microsoft refuses',
      changes: [[own, 'redirectUris: [▸"https://x.example/a,b"]']],
      path,
      message: "'https://x.example/a,b' holds ,, which Microsoft refuses in redirect URIs",
      instead: "write an address without ! $ ' ( ) , ;",
    },
    {
      rule: 'a fragment',
      changes: [[own, 'redirectUris: [▸"https://x.example/#top"]']],
      path,
      message: 'the address holds a fragment (#)',
      instead: 'write it without that part',
    },
    {
      rule: 'a user name',
      changes: [[own, 'redirectUris: [▸"https://me@x.example/"]']],
      path,
      message: 'the address holds a user name',
      instead: 'write it without that part',
    },
    {
      rule: 'a query for personal accounts',
      changes: [forEverybody('https://x.example/?a=b')],
      path: personalPath,
      message: "'https://x.example/?a=b' holds a query, refused where personal accounts sign in",
      instead: withoutIt,
    },
    {
      rule: 'a wildcard for personal accounts',
      changes: [forEverybody('https://*.x.example/')],
      path: personalPath,
      message: "'https://*.x.example/' holds a wildcard, refused where personal accounts sign in",
      instead: withoutIt,
    },
    {
      rule: 'one page written in two ways',
      changes: [forEverybody('https://api.us.nylas.com/v3/connect/callback')],
      path: personalPath,
      message: "'https://api.us.nylas.com/v3/connect/callback' stands in the list a second time",
      instead: 'keep one of them',
    },
    {
      rule: 'more than 100 for personal accounts',
      changes: [
        [
          '    redirectUris: [hosted-us, hosted-eu]',
          `    ▸redirectUris: [hosted-us, hosted-eu, ${manyUris(99)}]`,
        ],
      ],
      path: 'registrations.calendar.redirectUris',
      message: 'there are 101 redirect URIs, Microsoft takes 100',
      instead: 'spread them over several registrations',
    },
    {
      rule: 'more than 256 for others',
      changes: [[own, `▸redirectUris: [${manyUris(257)}]`]],
      path: 'registrations.internal.redirectUris',
      message: 'there are 257 redirect URIs, Microsoft takes 256',
      instead: 'spread them over several registrations',
    },
    {
      rule: 'a hosted page without a connector in its region',
      changes: [[own, 'redirectUris: [hosted-us, ▸hosted-eu]']],
      path: 'registrations.internal.redirectUris[1]',
      message: "'hosted-eu' is Nylas's page in region eu, where this registration has no connector",
      instead: 'remove it, or add a connector with region eu',
    },
    {
      rule: 'a connector without the hosted page of its region',
      changes: [
        ['redirectUris: [hosted-us, hosted-eu]', 'redirectUris: [hosted-us]'],
        ['region: eu', 'region: ▸eu'],
      ],
      path: 'registrations.calendar.connectors[1].region',
      message: 'users of region eu come back to hosted-eu, which is not among the redirect URIs',
      instead: 'add hosted-eu to redirectUris',
    },
  ]);

  it.each([
    ['http://localhost with a port', 'http://localhost:3000/back'],
    ['a query where personal accounts do not sign in', 'https://x.example/?a=b'],
    ['a hosted page written out', 'https://api.us.nylas.com/v3/connect/callback'],
  ])('admits %s', (_label, uri) => {
    expect(errorsOf(changed([ownUri(uri)]).text)).toEqual([]);
  });
});

describe('parseDesired() on permissions and scopes', () => {
  refuses([
    {
      rule: 'a misspelt permission',
      changes: [['permissions: [Mail.ReadWrite]', 'permissions: [▸Mail.ReadWite]']],
      path: 'registrations.internal.permissions[0]',
      message: "'Mail.ReadWite' is no delegated permission that Nylas uses",
      instead: 'write Mail.ReadWrite',
    },
    {
      rule: 'a permission that resembles none',
      changes: [['permissions: [Mail.ReadWrite]', 'permissions: [▸Nonsense.Here]']],
      path: 'registrations.internal.permissions[0]',
      message: "'Nonsense.Here' is no delegated permission that Nylas uses",
      instead: 'write a name such as Calendars.ReadWrite',
    },
    {
      rule: 'a permission of Exchange Web Services',
      changes: [['permissions: [Mail.ReadWrite]', 'permissions: [▸EWS.AccessAsUser.All]']],
      path: 'registrations.internal.permissions[0]',
      message: "'EWS.AccessAsUser.All' belongs to a mail protocol that Nylas v3 does not use",
      instead:
        'leave it out and write what Microsoft Graph needs, such as Mail.ReadWrite and Mail.Send',
    },
    {
      rule: 'a doubled permission',
      changes: [
        ['permissions: [Mail.ReadWrite]', 'permissions: [Mail.ReadWrite, ▸Mail.ReadWrite]'],
      ],
      path: 'registrations.internal.permissions[1]',
      message: "'Mail.ReadWrite' stands in the list a second time",
      instead: 'keep one of them',
    },
    {
      rule: 'a scope that is no permission of the registration',
      changes: [['scopes: [Mail.Read]', 'scopes: [▸Mail.Send]']],
      path: 'registrations.calendar.connectors[1].scopes[0]',
      message: "'Mail.Send' is not among the permissions of the registration",
      instead: 'add Mail.Send to permissions, or remove it here',
    },
    {
      rule: 'a doubled scope',
      changes: [['scopes: [Mail.Read]', 'scopes: [Mail.Read, ▸Mail.Read]']],
      path: 'registrations.calendar.connectors[1].scopes[1]',
      message: "'Mail.Read' stands in the list a second time",
      instead: 'keep one of them',
    },
  ]);

  it('suggests the short name of a permission with its address', () => {
    const { text } = changed([
      ['permissions: [Mail.ReadWrite]', 'permissions: ["https://graph.microsoft.com/Mail.Send"]'],
    ]);
    expect(errorsOf(text)).toMatchObject([{ instead: 'write Mail.Send' }]);
  });

  it('does not blame a scope for a misspelt permission', () => {
    const { text } = changed([
      [
        'permissions: [Calendars.ReadWrite, Mail.Read]',
        'permissions: [Calendars.ReadWrite, Mail.Raed]',
      ],
    ]);
    expect(errorsOf(text)).toMatchObject([{ path: 'registrations.calendar.permissions[1]' }]);
  });
});

describe('parseDesired() on the secret', () => {
  const vaultForm =
    'write the name alone, without address: 3 to 24 letters, digits and single hyphens, from a letter on';
  refuses([
    {
      rule: "a vault's address",
      changes: [['      vault: contoso-kv', '      vault: ▸https://kv.vault.azure.net']],
      path: 'registrations.internal.secret.vault',
      message: "'https://kv.vault.azure.net' is no name of a vault",
      instead: vaultForm,
    },
    {
      rule: 'a secret name with an underscore, without repeating it',
      changes: [['      name: internal-secret', '      name: ▸internal_secret']],
      path: 'registrations.internal.secret.name',
      message: 'the text is no name of a secret',
      instead: 'write 1 to 119 letters, digits and hyphens',
    },
    {
      rule: 'a secret name that leaves no room for -pending',
      changes: [['      name: internal-secret', `      name: ▸${'s'.repeat(120)}`]],
      path: 'registrations.internal.secret.name',
      message: 'has 120 characters, 1 too many',
      instead: 'write 1 to 119 letters, digits and hyphens',
    },
    ...['0', '13', '731', '100.5', 'forever'].map((days) => ({
      rule: `a lifetime of ${days} days`,
      changes: [['lifetimeDays: 365', `lifetimeDays: ▸${days}`]] satisfies Change[],
      path: 'registrations.calendar.secret.lifetimeDays',
      message: `'${days}' is no lifetime in days`,
      instead: 'write a whole number from 14 to 730',
    })),
    {
      rule: 'a renewal after the end',
      changes: [['renewBeforeDays: 30', 'renewBeforeDays: ▸-1']],
      path: 'registrations.calendar.secret.renewBeforeDays',
      message: "'-1' is no number of days before the end",
      instead: 'write a whole number from 1, smaller than lifetimeDays',
    },
    {
      rule: 'a renewal before the beginning',
      changes: [['renewBeforeDays: 30', 'renewBeforeDays: ▸365']],
      path: 'registrations.calendar.secret.renewBeforeDays',
      message: 'a secret that lives 365 days cannot be renewed 365 days before its end',
      instead: 'write at most 121, or leave it out',
    },
  ]);
});

describe('parseDesired() on a connector', () => {
  refuses([
    {
      rule: 'another region',
      changes: [['region: eu', 'region: ▸uk']],
      path: 'registrations.calendar.connectors[1].region',
      message: "'uk' is no region of Nylas",
      instead: 'write us or eu',
    },
    {
      rule: 'an application id that is a number',
      changes: [['applicationId: nylas-app-eu', 'applicationId: ▸12345678']],
      path: 'registrations.calendar.connectors[1].applicationId',
      message: "'12345678' is no id of a Nylas application",
      instead: 'write the application id from the Nylas dashboard, in quotes',
    },
    {
      rule: 'an API key itself, without repeating it',
      changes: [['apiKeySecret: nylas-us-key', 'apiKeySecret: ▸nyk_v0_canary']],
      path: 'registrations.calendar.connectors[0].apiKeySecret',
      message: 'the text is no name of a secret',
      instead:
        'write the name of the vault secret that holds the Nylas API key, or a map of vault and name; never the key itself',
    },
    {
      rule: 'a misspelt key where the API key is kept',
      changes: [
        [
          '{ vault: other-kv, name: nylas-eu-key }',
          '{ vault: other-kv, name: nylas-eu-key, ▸versoin: 1 }',
        ],
      ],
      path: 'registrations.calendar.connectors[1].apiKeySecret.versoin',
      message: "there is no key 'versoin' here",
      instead: 'write one of vault, name',
    },
    {
      rule: 'a place of the API key without its name',
      changes: [
        [
          'apiKeySecret: { vault: other-kv, name: nylas-eu-key }',
          'apiKeySecret: ▸{ vault: other-kv }',
        ],
      ],
      path: 'registrations.calendar.connectors[1].apiKeySecret.name',
      message: 'is missing',
      instead:
        'write the name of the vault secret that holds the Nylas API key (letters, digits and hyphens), never the key itself',
    },
    {
      rule: 'a tenant that Nylas does not take',
      changes: [['tenant: common', 'tenant: ▸organizations']],
      path: 'registrations.calendar.connectors[1].tenant',
      message: "'organizations' is no tenant that Nylas takes",
      instead: 'write common, or the id of your directory',
    },
    {
      rule: 'tenant common for one directory',
      changes: [['tenant: contoso.example', 'tenant: ▸common']],
      path: 'registrations.internal.connectors[0].tenant',
      message: 'audience this-organization admits one directory, and tenant common means all',
      instead: 'write the id of your directory as tenant',
    },
    {
      rule: 'no tenant for one directory',
      changes: [
        [
          '      - region: us\n        applicationId: nylas-app-internal',
          '      - ▸region: us\n        applicationId: nylas-app-internal',
        ],
        ['        tenant: contoso.example\n', ''],
      ],
      path: 'registrations.internal.connectors[0].tenant',
      message: 'audience this-organization admits one directory, and tenant common means all',
      instead: 'write the id of your directory as tenant',
    },
    {
      rule: 'a label that is empty',
      changes: [['name: Europe', '▸name:']],
      path: 'registrations.calendar.connectors[1].name',
      message: 'is empty',
      instead: 'write 1 to 120 characters, with no space at either end',
    },
    {
      rule: 'a doubled credential record',
      changes: [['records: [record-1]', 'records: [record-1, ▸record-1]']],
      path: 'registrations.calendar.connectors[1].records[1]',
      message: "'record-1' stands in the list a second time",
      instead: 'keep one of them',
    },
    {
      rule: 'a take-over in words',
      changes: [['takeOver: false', 'takeOver: ▸no']],
      path: 'registrations.calendar.connectors[1].takeOver',
      message: "'no' is no boolean",
      instead: 'write true or false',
    },
    {
      rule: 'an empty list of connectors',
      changes: [
        [
          `connectors:
      - region: us
        applicationId: nylas-app-internal
        apiKeySecret: nylas-internal-key
        tenant: contoso.example`,
          'connectors: ▸[]',
        ],
      ],
      path: 'registrations.internal.connectors',
      message: 'the list is empty',
      instead: 'write at least one, with region, applicationId and apiKeySecret',
    },
  ]);
});

describe('parseDesired() on what only one may have', () => {
  const ownName = {
    path: 'registrations.internal.secret.name',
    instead: 'write a name of its own',
  };
  refuses([
    {
      rule: 'two registrations with one vault secret, letter case aside',
      changes: [['      name: internal-secret', '      name: ▸Calendar-Secret']],
      message:
        'registration calendar keeps its secrets in Calendar-Secret or Calendar-Secret-pending too',
      ...ownName,
    },
    {
      rule: "a secret that is another's pending one",
      changes: [['      name: internal-secret', '      name: ▸calendar-secret-pending']],
      message:
        'registration calendar keeps its secrets in calendar-secret-pending or calendar-secret-pending-pending too',
      ...ownName,
    },
    {
      rule: "a secret whose pending one is another's",
      changes: [
        ['name: calendar-secret,', 'name: shared-pending,'],
        ['      name: internal-secret', '      name: ▸shared'],
      ],
      message: 'registration calendar keeps its secrets in shared or shared-pending too',
      ...ownName,
    },
    {
      rule: 'two registrations with one Nylas application',
      changes: [['applicationId: nylas-app-internal', 'applicationId: ▸NYLAS-app-us']],
      path: 'registrations.internal.connectors[0].applicationId',
      message: 'registration calendar has the connector of this application already',
      instead: 'write another application, or remove one of the two connectors',
    },
    {
      rule: 'one registration with one Nylas application twice',
      changes: [['applicationId: nylas-app-eu', 'applicationId: ▸nylas-app-us']],
      path: 'registrations.calendar.connectors[1].applicationId',
      message: 'another connector of this registration names this application',
      instead: 'write another application, or remove one of the two connectors',
    },
    {
      rule: 'two registrations with one client id',
      changes: [
        [
          'displayName: Contoso Calendar',
          'displayName: Contoso Calendar\n    appId: 11111111-2222-3333-4444-55555555555A',
        ],
        [
          'appId: 11111111-2222-3333-4444-555555555555',
          'appId: ▸11111111-2222-3333-4444-55555555555a',
        ],
      ],
      path: 'registrations.internal.appId',
      message: 'registration calendar adopts this client id already',
      instead: 'write one registration of the two',
    },
    {
      rule: 'an API key in a managed secret',
      changes: [['apiKeySecret: nylas-us-key', 'apiKeySecret: ▸internal-secret']],
      path: 'registrations.calendar.connectors[0].apiKeySecret',
      message: 'this is where registration internal keeps its client secrets',
      instead: otherKey,
    },
    {
      rule: 'an API key in a pending secret, vault and name apart',
      changes: [
        [
          '{ vault: other-kv, name: nylas-eu-key }',
          '{ vault: Contoso-KV, name: ▸calendar-secret-pending }',
        ],
      ],
      path: 'registrations.calendar.connectors[1].apiKeySecret.name',
      message: 'this is where registration calendar keeps its client secrets',
      instead: otherKey,
    },
    {
      rule: 'two connectors with one API key',
      changes: [['apiKeySecret: nylas-internal-key', 'apiKeySecret: ▸nylas-us-key']],
      path: 'registrations.internal.connectors[0].apiKeySecret',
      message: 'another connector uses this API key, and a key belongs to one Nylas application',
      instead: otherKey,
    },
  ]);

  it('admits the same secret name in two vaults', () => {
    const { text } = changed([
      ['vault: contoso-kv, name: calendar-secret,', 'vault: elsewhere, name: internal-secret,'],
    ]);
    expect(errorsOf(text)).toEqual([]);
  });

  it('admits an old id that its holder has left by a rename of its own', () => {
    const { text } = changed([
      ['displayName: Contoso Calendar', 'displayName: Contoso Calendar\n    renamedFrom: agenda'],
      ['    renamedFrom: intranet', '    renamedFrom: calendar'],
    ]);
    expect(errorsOf(text)).toEqual([]);
  });
});

function manyUris(count: number): string {
  return Array.from({ length: count }, (_, index) => `https://x.example/${index}`).join(', ');
}

/** One more redirect URI on the registration for everybody. */
function forEverybody(uri: string): Change {
  return [
    'redirectUris: [hosted-us, hosted-eu]',
    `redirectUris: [hosted-us, hosted-eu, ▸"${uri}"]`,
  ];
}
