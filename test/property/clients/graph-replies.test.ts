/** Whatever Graph answers: no exception, no token elsewhere, no write twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphDirectory } from '../../../src/clients/graph.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Directory } from '../../../src/reconcile/world.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
  type ClientCall,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { canary } from '../../unit/clients/canary.ts';
import { json, manualClock, scripted, type Scripted } from '../../unit/clients/scripted.ts';

const origin = 'https://graph.microsoft.com';

const password = {
  keyId: 'key-1',
  displayName: 'keeper:1',
  hint: 'abc',
  startDateTime: '2026-11-24T00:00:00Z',
  endDateTime: '2027-11-24T00:00:00.1234567Z',
};

const application = {
  id: 'object-1',
  appId: 'app-1',
  uniqueName: 'keeper-mail',
  displayName: 'Mail',
  signInAudience: 'AzureADandPersonalMicrosoftAccount',
  api: { requestedAccessTokenVersion: 2 },
  web: { redirectUris: ['https://api.us.nylas.com/v3/connect/callback'] },
  requiredResourceAccess: [
    { resourceAppId: 'graph', resourceAccess: [{ id: 'scope-1', type: 'Scope' }] },
  ],
  tags: ['keeper', 'keeper:mail'],
  passwordCredentials: [password],
};

const principal = { id: 'sp-1', accountEnabled: true, passwordCredentials: [password] };
const page = {
  value: [application],
  '@odata.nextLink': `${origin}/v1.0/applications?$skiptoken=x`,
};
const restriction = {
  restrictionType: 'passwordLifetime',
  state: 'enabled',
  maxLifetime: 'P90D',
  restrictForAppsCreatedAfterDateTime: '2026-01-01T00:00:00Z',
};
const policies = {
  value: [{ isEnabled: true, restrictions: { passwordCredentials: [restriction] } }],
  isEnabled: true,
  applicationRestrictions: { passwordCredentials: [restriction] },
  createdDateTime: '2026-06-01T00:00:00Z',
};

const patch = { displayName: 'A', tags: ['keeper'] };
const read = { writes: false, most: 3 };
const pages = { writes: false, most: 300 };
const write = { writes: true, most: 1 };

const calls: readonly ClientCall<Directory>[] = [
  ...[{ uniqueName: "k'/e" }, { appId: 'a' }, { objectId: 'o' }].flatMap((ref) => [
    {
      ...read,
      name: 'readRegistration',
      good: application,
      run: (graph: Directory) => graph.readRegistration(ref),
    },
    {
      ...pages,
      name: 'findDeletedRegistration',
      good: page,
      run: (graph: Directory) => graph.findDeletedRegistration(ref),
    },
  ]),
  { ...pages, name: 'listRegistrations', good: page, run: (graph) => graph.listRegistrations() },
  {
    ...write,
    name: 'createRegistration',
    good: application,
    run: (graph) => graph.createRegistration('keeper-a', patch),
  },
  {
    ...write,
    name: 'updateRegistration',
    good: {},
    run: (graph) => graph.updateRegistration('o', patch),
  },
  {
    ...read,
    name: 'readServicePrincipal',
    good: principal,
    run: (graph) => graph.readServicePrincipal('a'),
  },
  {
    ...write,
    name: 'createServicePrincipal',
    good: principal,
    run: (graph) => graph.createServicePrincipal('a'),
  },
  {
    ...write,
    name: 'addCredential',
    good: { ...password, secretText: canary },
    run: (graph) => graph.addCredential('o', { displayName: 'keeper:1', endAt: 0 }),
  },
  {
    ...write,
    name: 'removeCredential',
    good: {},
    run: (graph) => graph.removeCredential('o', 'key-1'),
  },
  {
    ...read,
    most: 9,
    name: 'readSecretPolicy',
    good: policies,
    run: (graph) => graph.readSecretPolicy('o'),
  },
];

function bench(replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const tokens = { getToken: async () => success(new Secret(canary)) };
  const clock = manualClock();
  return { graph: graphDirectory({ baseUrl: origin, tokens, transport, clock }), requests };
}

describe('graphDirectory()', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async ({ run, good, writes, most }) => {
      const replies = fc.array(hostileReply(good), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(replies, async (script) => {
          const { graph, requests } = bench(script);
          const result = await run(graph);
          expectPrecise(result);
          if (script[0] && script.length === 1) expectStatusKept(script[0], result);
          expectOnlyTo([origin], requests);
          expect(requests.length).toBeLessThanOrEqual(most);
          if (!writes) expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
        }),
        cases(30),
      );
    },
    patience(),
  );

  it(
    'sends its token nowhere else, for any next link',
    async () => {
      const part = fc.constantFrom(
        'https://',
        'HTTPS://',
        'http://',
        '//',
        '/',
        'evil.example',
        'graph.microsoft.com',
        'graph.microsoft.com.evil.example',
        '@',
        ':443',
        ':8443',
        '/v1.0',
        '/v1.0/',
        '/beta/',
        'applications',
        '..',
        '%2f',
        '\\',
        '?',
        '#',
        '$skiptoken=',
        'a=b',
        '&',
        ' ',
        '\n',
      );
      const link = fc
        .tuple(
          fc.constantFrom('', `${origin}/v1.0/`, `${origin}/v1.0`, origin),
          fc.array(part, { maxLength: 8 }),
        )
        .map(([start, parts]) => start + parts.join(''));
      await fc.assert(
        fc.asyncProperty(link, async (next) => {
          const { graph, requests } = bench([
            json({ value: [], '@odata.nextLink': next }),
            json({ value: [] }),
          ]);
          expectPrecise(await graph.listRegistrations());
          expectOnlyTo([origin], requests);
          expect(requests.every(({ url }) => url.startsWith(`${origin}/v1.0/`))).toBe(true);
        }),
        {
          ...cases(200),
          examples: [[`${origin}/v1.0/evil.example?a=https://b/c`]],
        },
      );
    },
    patience(),
  );

  it(
    'ends after a bound of pages, for any pages without end',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.string(), { maxLength: 3 }), async (tokens) => {
          const script = [...tokens, 'x'].map((token) => {
            const link = `${origin}/v1.0/applications?$skiptoken=${encodeURIComponent(token)}`;
            return json({ value: [application], '@odata.nextLink': link });
          });
          const { graph, requests } = bench(script);
          const listed = await graph.listRegistrations();
          expect(listed).toMatchObject({ ok: false, fault: { code: 'too-many-pages' } });
          expect(requests).toHaveLength(100);
        }),
        cases(1),
      );
    },
    patience(),
  );
});
