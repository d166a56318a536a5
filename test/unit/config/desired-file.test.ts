import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDesired } from '../../../src/config/desired-file.ts';
import { fileBytes } from '../../../src/config/document.ts';
import { describeErrors } from '../../../src/config/finding.ts';
import { graphResource } from '../../../src/core/permissions.ts';
import { type Change, changed, errorsOf, validFile } from './valid-file.ts';

const registrationsInstead =
  'write at least one: its id and a colon, and below it, indented, displayName, audience, redirectUris, permissions, secret and connectors';

describe('parseDesired()', () => {
  it('resolves a file: defaults, names, pages, permissions and their ids', () => {
    const parsed = parseDesired(validFile, 'abc');
    expect(parsed.ok && parsed.desired).toEqual({
      hash: 'abc',
      registrations: [
        {
          id: 'calendar',
          key: 'calendar',
          displayName: 'Contoso Calendar',
          audience: 'organizations-and-personal',
          redirectUris: [
            'https://api.us.nylas.com/v3/connect/callback',
            'https://api.eu.nylas.com/v3/connect/callback',
          ],
          permissions: [
            'Calendars.ReadWrite',
            'Mail.Read',
            'User.Read',
            'offline_access',
            'openid',
            'profile',
          ],
          access: [
            '1ec239c2-d7c9-4623-a91a-a9775856bb36',
            '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
            'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
            '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
            '37f7f235-527c-4136-accd-4a02d197296e',
            '14dad69e-099b-42c9-810b-d002981feec1',
          ].map((id) => ({ resourceAppId: graphResource, id, type: 'Scope' })),
          owns: { permissions: false, redirectUris: false },
          secret: { vault: 'contoso-kv', name: 'calendar-secret' },
          lifetimeDays: 365,
          renewBeforeDays: 30,
          connectors: [
            {
              id: 'us/nylas-app-us',
              region: 'us',
              applicationId: 'nylas-app-us',
              apiKey: { vault: 'contoso-kv', name: 'nylas-us-key' },
              tenant: 'common',
              scopes: [
                'Calendars.ReadWrite',
                'Mail.Read',
                'User.Read',
                'offline_access',
                'openid',
                'profile',
              ],
              records: [],
              takeOver: false,
            },
            {
              id: 'eu/nylas-app-eu',
              region: 'eu',
              applicationId: 'nylas-app-eu',
              apiKey: { vault: 'other-kv', name: 'nylas-eu-key' },
              tenant: 'common',
              name: 'Europe',
              scopes: ['Mail.Read', 'User.Read', 'offline_access', 'openid', 'profile'],
              records: ['record-1'],
              takeOver: false,
            },
          ],
        },
        expect.objectContaining({
          id: 'internal',
          key: 'intranet',
          appId: '11111111-2222-3333-4444-555555555555',
          redirectUris: ['https://mail.contoso.example/back'],
          owns: { permissions: true, redirectUris: true },
          lifetimeDays: 730,
          renewBeforeDays: 60,
        }),
      ],
    });
  });

  it('renews a short-lived secret a third of its life before the end unless told otherwise', () => {
    const { text } = changed([['lifetimeDays: 365, renewBeforeDays: 30', 'lifetimeDays: 30']]);
    const parsed = parseDesired(text, '');
    expect(parsed.ok && parsed.desired.registrations[0]?.renewBeforeDays).toBe(10);
  });

  it('writes GUIDs in lower case, as vendors answer them', () => {
    const guid = 'ABCDEF01-2222-3333-4444-555555555555';
    const { text } = changed([
      ['applicationId: nylas-app-us', `applicationId: ${guid}`],
      ['applicationId: nylas-app-eu', 'applicationId: Nylas-App-EU'],
      ['records: [record-1]', `records: [Record-1, ${guid}]`],
      ['appId: 11111111-2222-3333-4444-555555555555', `appId: ${guid}`],
      ['tenant: contoso.example', `tenant: ${guid}`],
    ]);
    const parsed = parseDesired(text, '');
    const [calendar, internal] = parsed.ok ? parsed.desired.registrations : [];
    const lower = guid.toLowerCase();
    expect(calendar?.connectors).toMatchObject([
      { id: `us/${lower}`, applicationId: lower },
      { id: 'eu/Nylas-App-EU', applicationId: 'Nylas-App-EU', records: ['Record-1', lower] },
    ]);
    expect(internal).toMatchObject({ appId: lower, connectors: [{ tenant: lower }] });
  });

  it('takes a record for doubled whatever case its GUID is written in', () => {
    const guid = 'abcdef01-2222-3333-4444-555555555555';
    const { text } = changed([
      ['records: [record-1]', `records: [${guid}, ${guid.toUpperCase()}]`],
    ]);
    expect(errorsOf(text)).toMatchObject([
      { path: 'registrations.calendar.connectors[1].records[1]' },
    ]);
  });

  it('writes vault names in lower case, as host names are', () => {
    const { text } = changed([['      vault: contoso-kv', '      vault: Contoso-KV']]);
    const parsed = parseDesired(text, '');
    expect(parsed.ok && parsed.desired.registrations[1]?.secret.vault).toBe('contoso-kv');
  });

  it('tells all errors of a file at once, from top to bottom', () => {
    const { text } = changed([
      ['  calendar:', '  Calendar:'],
      ['audience: organizations-and-personal', 'audience: all'],
      ['permissions: [Mail.ReadWrite]', 'permissions: [Mail.ReadWite]'],
      ['tenant: contoso.example', 'tenant: common\n        tenant: common\n        colour: 1'],
      ['applicationId: nylas-app-internal', 'applicationId: nylas-app-us'],
    ]);
    expect(describeErrors('keeper.yaml', errorsOf(text)).split('\n')).toEqual([
      expect.stringMatching(/^keeper\.yaml:2:3 registrations\.Calendar: 'Calendar' is no id; /),
      expect.stringMatching(/^keeper\.yaml:4:15 registrations\.Calendar\.audience: 'all' is no/),
      expect.stringMatching(/^keeper\.yaml:27:19 registrations\.internal\.permissions\[0\]: /),
      expect.stringMatching(/^keeper\.yaml:36:9 .*\.tenant: stands here a second time; /),
      expect.stringMatching(/^keeper\.yaml:36:17 .*\.tenant: audience this-organization admits/),
      expect.stringMatching(/^keeper\.yaml:37:9 .*\.colour: there is no key 'colour' here; /),
    ]);
  });

  it('accepts the example at the top level', () => {
    const example = readFileSync(join(import.meta.dirname, '../../../keeper.yaml'), 'utf8');
    expect(parseDesired(example, '')).toMatchObject({ ok: true, notes: [] });
  });
});

describe('parseDesired() on notes', () => {
  it.each<[string, Change, string, string]>([
    [
      'a permission that personal accounts cannot grant',
      ['[Calendars.ReadWrite, Mail.Read]', '[Calendars.ReadWrite, Mail.Read, ▸Mail.Read.Shared]'],
      'registrations.calendar.permissions[2]',
      "'Mail.Read.Shared' cannot be granted by personal accounts",
    ],
    [
      'a permission that needs an administrator',
      ['permissions: [Mail.ReadWrite]', 'permissions: [Mail.ReadWrite, ▸Place.Read.All]'],
      'registrations.internal.permissions[1]',
      "'Place.Read.All' needs the consent of an administrator in each organization",
    ],
    [
      'a tenant that keeps personal accounts out',
      ['tenant: common', 'tenant: ▸contoso.example'],
      'registrations.calendar.connectors[1].tenant',
      "through tenant 'contoso.example' no personal account can sign in",
    ],
    [
      'a renewal earlier than a third of the lifetime',
      ['renewBeforeDays: 30', 'renewBeforeDays: ▸122'],
      'registrations.calendar.secret.renewBeforeDays',
      'Keeper renews at most a third of the lifetime (121 days) before the end',
    ],
  ])('notes %s, and accepts it', (_label, change, path, message) => {
    const { text, line, column } = changed([change]);
    const parsed = parseDesired(text, '');
    expect(parsed.ok && parsed.notes).toEqual([
      { line, column, path, message, instead: expect.any(String) as string },
    ]);
  });
});

describe('parseDesired() on YAML', () => {
  const none = { path: '', message: 'there is no registration', instead: registrationsInstead };
  it.each([
    ['an empty file', '', { line: 1, column: 1, ...none }],
    ['comments alone', '# later\n', { line: 1, column: 1, ...none }],
    ['a list', '- calendar\n', { line: 1, column: 1, ...none }],
    [
      'no registrations',
      '# later\nregistrations: {}\n',
      { line: 2, column: 16, ...none, path: 'registrations' },
    ],
    [
      'registrations left empty',
      'registrations:\n',
      {
        line: 1,
        column: 1,
        path: 'registrations',
        message: 'is empty',
        instead: registrationsInstead,
      },
    ],
    [
      'a tab as indentation',
      'registrations:\n\tcalendar:\n',
      { line: 2, column: 1, path: '', message: 'a tab is no indentation', instead: 'write spaces' },
    ],
    [
      'a second document',
      `${validFile}---\n`,
      {
        line: 36,
        column: 1,
        path: '',
        message: 'a second document begins here',
        instead: 'write one document, without further `---` lines',
      },
    ],
    [
      'an alias',
      'a: &x 1\nb: *x\n',
      {
        line: 2,
        column: 4,
        path: 'b',
        message: 'the file uses an alias (`*x`)',
        instead: 'write the value out',
      },
    ],
    [
      'a tag',
      'registrations: !include other.yaml\n',
      {
        line: 1,
        column: 16,
        path: '',
        message: 'the file uses a tag (`!name`)',
        instead: 'write the plain value, in quotes where it begins with `!`',
      },
    ],
    [
      'a key that is a number',
      'registrations:\n  42: {}\n',
      {
        line: 2,
        column: 3,
        path: 'registrations',
        message: 'the key is no text',
        instead: 'put it in quotes',
      },
    ],
    [
      'a file of more than 1 MiB',
      '#'.repeat(fileBytes + 1),
      {
        line: 1,
        column: 1,
        path: '',
        message: 'the file is larger than 1 MiB',
        instead: 'write what is wanted and nothing else',
      },
    ],
  ])('refuses %s', (_label, text, error) => {
    expect(errorsOf(text)).toEqual([error]);
  });

  it('refuses what is no YAML where it stops being that', () => {
    expect(errorsOf('registrations:\n  a: [1, 2\n')).toMatchObject([
      { line: 3, column: 1, message: expect.stringMatching(/^not readable as YAML: /) as string },
    ]);
  });

  it('refuses deep nesting with one error', () => {
    expect(errorsOf('['.repeat(20_000))).toMatchObject([
      { line: 1, message: 'the file is nested too deeply' },
    ]);
  });

  it('refuses deep nesting at the same place, however much of the stack is left', () => {
    const text = `registrations:\n  a: ${'['.repeat(3_000)}`;
    const atDepth = (depth: number): unknown => (depth === 0 ? errorsOf(text) : atDepth(depth - 1));
    expect(atDepth(3_000)).toEqual(errorsOf(text));
    expect(errorsOf(text)).toMatchObject([{ line: 2 }]);
  });

  it('refuses a bomb of aliases at once', () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      return `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(10)}]`;
    });
    expect(errorsOf(['l0: &l0 x', ...levels].join('\n'))).toHaveLength(300);
  });

  it('takes __proto__ for the unknown key that it is', () => {
    const { text } = changed([['  internal:', '  __proto__: { displayName: 1 }\n  internal:']]);
    expect(errorsOf(text)).toMatchObject([
      { path: 'registrations.__proto__', message: "'__proto__' is no id" },
    ]);
  });

  it('counts lines that end in CR LF', () => {
    const { text, line, column } = changed([['tenant: common', 'tenant: ▸consumers']]);
    expect(errorsOf(text.replaceAll('\n', '\r\n'))).toMatchObject([{ line, column }]);
  });
});

describe('describeErrors()', () => {
  it('writes one line for each error', () => {
    const { text } = changed([['audience: this-organization', 'audience: everyone']]);
    expect(describeErrors('keeper.yaml', errorsOf(`${text}\n`))).toBe(
      "keeper.yaml:22:15 registrations.internal.audience: 'everyone' is no audience; write one of organizations-and-personal, organizations, this-organization",
    );
  });

  it('leaves out the path of the file itself', () => {
    expect(describeErrors('k.yaml', errorsOf(''))).toMatch(
      /^k\.yaml:1:1 there is no registration; /,
    );
  });

  it('lets no text of the file move the cursor of a terminal, and cuts it', () => {
    const { text } = changed([
      ['audience: this-organization', String.raw`audience: "\e[2J${'x'.repeat(99)}"`],
    ]);
    const [error] = errorsOf(text);
    expect(error?.message).toBe(`'?[2J${'x'.repeat(55)}…' is no audience`);
  });
});
