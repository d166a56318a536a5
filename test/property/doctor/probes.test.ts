/** Whatever vendors tell doctor: it changes nothing, sends its token nowhere else, and is precise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { azureProbes } from '../../../src/clients/doctor-azure.ts';
import { entraProbes } from '../../../src/clients/doctor-entra.ts';
import { nylasProbes } from '../../../src/clients/doctor-nylas.ts';
import type { Transport } from '../../../src/clients/transport.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Probes } from '../../../src/doctor/ports.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
  type ClientCall,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted } from '../../support/hostile-values.ts';
import { canary } from '../../unit/clients/canary.ts';
import { json, manualClock, scripted, type Scripted } from '../../unit/clients/scripted.ts';

type Asked = Pick<Probes, 'azure' | 'entra' | 'nylas'>;
type Call = ClientCall<Asked> & {
  /** What comes of the good reply, to all that is asked. */
  readonly value: unknown;
};

const azureUrl = 'https://management.azure.com';
const graphUrl = 'https://graph.microsoft.com';
const nylasUrls = { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' } as const;

const tokens = { getToken: async () => success(new Secret(canary)) };

function probesOver(transport: Transport): Asked {
  const parts = { clock: manualClock(), transport, tokens };
  return {
    azure: azureProbes({ ...parts, baseUrl: azureUrl }),
    entra: entraProbes({ ...parts, baseUrl: graphUrl }),
    nylas: nylasProbes({
      ...parts,
      vault: { readNewest: async () => success(new Secret(canary)) },
      baseUrls: nylasUrls,
    }),
  };
}

const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv';
const role = '/providers/Microsoft.Authorization/roleDefinitions/r';
const policy = {
  properties: {
    state: 'Locked',
    immutabilityPeriodSinceCreationInDays: 730,
    allowProtectedAppendWrites: true,
  },
};
const inside = {
  enablePurgeProtection: true,
  enableRbacAuthorization: true,
  source: id,
  provisioningState: 'Succeeded',
  destination: { endpointType: 'AzureFunction', properties: { resourceId: `${id}/f` } },
  filter: { includedEventTypes: ['Microsoft.KeyVault.SecretNearExpiry'] },
  roleDefinitionId: role,
  scope: '/',
  roleName: 'Reader',
  permissions: [{ actions: ['*/read'], notActions: [], dataActions: null }],
  immutabilityPolicy: policy,
};
/** One body for all that is asked on the way to an answer. */
const azure = {
  value: [
    {
      id,
      subscriptionId: '00000000-0000-4000-8000-000000000001',
      name: 'keeper',
      properties: inside,
    },
  ],
  id,
  properties: inside,
};
const metrics = {
  value: [
    { name: { value: 'MatchedEventCount' }, timeseries: [{ data: [{ total: 3 }, { total: 2 }] }] },
  ],
};
const entra = {
  id: 'object-1',
  appId: 'app-1',
  displayName: 'Keeper',
  appRoles: [{ id: 'role-1', value: 'Keeper.Read', isEnabled: true }],
  appRoleAssignmentRequired: true,
  value: [{ id: 'object-2', appRoleId: 'role-1', resourceId: 'object-1' }],
};
const nylas = {
  data: {
    application_id: 'application-1',
    region: 'eu',
    callback_uris: [{ url: 'https://example.com/back' }],
  },
};

/** Three tries of a page, twenty or a hundred pages of a listing, and a listing before. */
const read = { writes: false, most: 3 };
const azureList = { writes: false, most: 180 };
const graphList = { writes: false, most: 620 };

const calls: readonly Call[] = [
  {
    ...azureList,
    name: 'azure.findVault',
    good: azure,
    value: { id, hasPurgeProtection: true, usesRoles: true },
    run: (probes) => probes.azure.findVault('kv'),
  },
  {
    ...azureList,
    name: 'azure.findStorage',
    good: azure,
    value: { id },
    run: (probes) => probes.azure.findStorage('st'),
  },
  {
    ...azureList,
    name: 'azure.readEventPath',
    good: azure,
    value: {
      topicId: id,
      subscriptions: [
        {
          name: 'keeper',
          state: 'Succeeded',
          destination: `${id}/f`,
          eventTypes: inside.filter.includedEventTypes,
        },
      ],
    },
    run: (probes) => probes.azure.readEventPath(id),
  },
  {
    ...read,
    name: 'azure.countEvents',
    good: metrics,
    value: { matched: 5, delivered: 0, lost: 0 },
    run: (probes) => probes.azure.countEvents('/topic', { fromAt: 0, toAt: 3_600_000 }),
  },
  {
    ...azureList,
    name: 'azure.readAssignments',
    good: azure,
    value: [
      {
        scope: '/',
        role: 'Reader',
        actions: ['*/read'],
        notActions: [],
        dataActions: [],
        notDataActions: [],
      },
    ],
    run: (probes) => probes.azure.readAssignments('principal-1'),
  },
  {
    ...read,
    name: 'azure.readRetention',
    good: azure,
    value: { isLocked: true, days: 730, allowsAppends: true },
    run: (probes) => probes.azure.readRetention(id, 'audit'),
  },
  {
    ...read,
    name: 'entra.readPrincipal',
    good: entra,
    value: { objectId: 'object-1', displayName: 'Keeper' },
    run: (probes) => probes.entra.readPrincipal("k'/e"),
  },
  {
    ...graphList,
    name: 'entra.readRoles',
    good: entra,
    value: [{ roleId: 'role-1', name: 'Keeper.Read', resource: 'app-1' }],
    run: (probes) => probes.entra.readRoles('principal-1'),
  },
  {
    ...graphList,
    name: 'entra.readOwners',
    good: entra,
    value: ['object-2'],
    run: (probes) => probes.entra.readOwners('object-1'),
  },
  {
    ...graphList,
    name: 'entra.readSignIn',
    good: entra,
    value: { roles: ['Keeper.Read'], isAssignmentRequired: true, assigned: 1 },
    run: (probes) => probes.entra.readSignIn('client-1'),
  },
  {
    ...read,
    name: 'nylas.readApplication',
    good: nylas,
    value: {
      applicationId: 'application-1',
      region: 'eu',
      callbackUris: ['https://example.com/back'],
    },
    run: (probes) =>
      probes.nylas.readApplication({ region: 'eu', apiKey: { vault: 'kv', name: 'key' } }),
  },
];

const origins = [azureUrl, graphUrl, ...Object.values(nylasUrls)];

async function told(call: Call, script: readonly Scripted[]) {
  const { transport, requests } = scripted(...script);
  return { result: await call.run(probesOver(transport)), requests };
}

describe('the probes of doctor', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async (call) => {
      const clean = await told(call, [json(call.good)]);
      expect(clean.result).toEqual(success(call.value));
      const own = [...new Set(clean.requests.map(({ url }) => new URL(url).origin))];
      expect(own.filter((one) => !origins.includes(one))).toEqual([]);
      const replies = fc.array(hostileReply(call.good), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(replies, async (script) => {
          const { result, requests } = await told(call, script);
          expectUnpolluted();
          expectPrecise(result);
          if (script[0] && script.length === 1) expectStatusKept(script[0], result);
          expectOnlyTo(own, requests);
          expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
          expect(requests.length).toBeLessThanOrEqual(call.most);
          expect((await told(call, script)).result).toEqual(result);
        }),
        cases(25),
      );
    },
    patience(),
  );

  it(
    'send the token nowhere else, for any next link and any id of a resource',
    async () => {
      const part = fc.constantFrom(
        'https://',
        'http://',
        '//',
        '/',
        'evil.example',
        'management.azure.com',
        '.evil.example',
        '@',
        ':443',
        ':8443',
        '/subscriptions',
        '..',
        '\\',
        '?',
        '#',
        ' ',
        '\n',
      );
      const address = fc
        .tuple(fc.constantFrom('', azureUrl, `${azureUrl}/`, '/'), fc.array(part, { maxLength: 6 }))
        .map(([start, parts]) => start + parts.join(''));
      await fc.assert(
        fc.asyncProperty(address, address, async (nextLink, resourceId) => {
          const [one] = azure.value;
          const properties = { ...inside, roleDefinitionId: resourceId };
          const { transport, requests } = scripted(
            json({ ...azure, nextLink }),
            json({ ...azure, value: [{ ...one, id: resourceId, properties }] }),
          );
          const { azure: probes } = probesOver(transport);
          expectPrecise(await probes.findVault('kv'));
          expectPrecise(await probes.readEventPath(id));
          expectPrecise(await probes.readAssignments('principal-1'));
          expectOnlyTo([azureUrl], requests);
        }),
        { ...cases(100), examples: [[`${azureUrl}.evil.example/`, '@evil.example/']] },
      );
    },
    patience(),
  );
});
