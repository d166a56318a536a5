/** Whatever Nylas answers: no exception, no API key elsewhere, no write twice, nothing deleted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nylasConnectors } from '../../../src/clients/nylas.ts';
import type { DesiredConnector } from '../../../src/core/desired.ts';
import { success } from '../../../src/core/fault.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Connectors, Vault } from '../../../src/reconcile/world.ts';
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

const baseUrls = { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' };

const connector: DesiredConnector = {
  id: 'eu/app',
  region: 'eu',
  applicationId: 'app',
  apiKey: { vault: 'v', name: 'nylas-key' },
  tenant: 'common',
  scopes: ['Mail.Read'],
  records: [],
  takeOver: false,
};

const body = {
  clientId: 'client',
  secret: new Secret(canary),
  tenant: 'common',
  scopes: ['Mail.Read'],
};

const request = 'b31c83fd-944c-4663-aa50-5d9ceb367e19';
const record = { request_id: request, data: { id: 'r', updated_at: 1_700_000_000 } };
const seen = {
  request_id: request,
  data: {
    name: 'mail',
    provider: 'microsoft',
    settings: { tenant: 'common', client_id: 'client' },
    scope: ['https://graph.microsoft.com/Mail.Read', 'offline_access'],
    active_credential_id: 'active',
    // The same body serves as the answer about a record.
    id: 'r',
    updated_at: 1_700_000_000,
  },
};
const grants = {
  request_id: request,
  data: Array.from({ length: 200 }, (_, index) => ({
    id: `g${index}`,
    grant_status: 'valid',
    updated_at: 1_700_000_000,
  })),
};

/** Two keys for each of three tries. */
const read = { writes: false, most: 6 };
const write = { writes: true, most: 1 };

const calls: readonly ClientCall<Connectors>[] = [
  {
    ...read,
    name: 'readApplication',
    good: { request_id: request, data: { application_id: 'app', region: 'eu' } },
    run: (nylas) => nylas.readApplication(connector),
  },
  {
    ...read,
    most: 24,
    name: 'readConnector',
    good: seen,
    run: (nylas) => nylas.readConnector(connector, ['r/1', '../x']),
  },
  { ...read, name: 'readRecord', good: record, run: (nylas) => nylas.readRecord(connector, 'r') },
  {
    ...read,
    most: 300,
    name: 'readGrants',
    good: grants,
    run: (nylas) => nylas.readGrants(connector),
  },
  {
    ...write,
    name: 'createConnector',
    good: seen,
    run: (nylas) => nylas.createConnector(connector, body),
  },
  {
    ...write,
    name: 'updateConnector',
    good: seen,
    run: (nylas) => nylas.updateConnector(connector, body),
  },
  {
    ...write,
    name: 'updateRecord',
    good: record,
    run: (nylas) => nylas.updateRecord(connector, 'r', body),
  },
];

function bench(replies: readonly Scripted[]) {
  const { transport, requests } = scripted(...replies);
  const vault: Pick<Vault, 'readNewest'> = { readNewest: async () => success(new Secret(canary)) };
  const nylas = nylasConnectors({ baseUrls, transport, clock: manualClock(), vault });
  return { nylas, requests };
}

describe('nylasConnectors()', () => {
  it.each(calls)(
    '$name() is precise for any replies',
    async ({ run, good, writes, most }) => {
      const replies = fc.array(hostileReply(good), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(replies, fc.boolean(), async (script, isKeyHeld) => {
          // Nothing is written with a key that has not opened the application.
          const isAsked = isKeyHeld || writes;
          const held = isAsked ? [json({ data: { application_id: 'app' } })] : [];
          const { nylas, requests } = bench([...held, ...script]);
          if (isAsked) await nylas.readApplication(connector);
          const before = requests.length;
          const result = await run(nylas);
          expectPrecise(result);
          if (script[0] && script.length === 1) expectStatusKept(script[0], result);
          expectOnlyTo([baseUrls.eu], requests);
          expect(requests.length - before).toBeLessThanOrEqual(most);
          const methods = requests.slice(before).map(({ method }) => method);
          expect(methods.filter((method) => method !== 'GET')).toHaveLength(
            writes ? methods.length : 0,
          );
          expect(methods.filter((method) => method === 'DELETE' || method === 'PUT')).toEqual([]);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'ends after a bound of pages, for any pages without end',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 200, max: 1_000 }), async (length) => {
          const data = Array.from({ length }, (_, index) => ({ id: `g${index}` }));
          const { nylas, requests } = bench([json({ data })]);
          expect(await nylas.readGrants(connector)).toMatchObject({ ok: true });
          expect(requests).toHaveLength(50);
        }),
        cases(2),
      );
    },
    patience(),
  );
});
