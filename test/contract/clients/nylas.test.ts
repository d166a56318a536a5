import { describe, expect, it } from 'vitest';
import { nylasConnectors } from '../../../src/clients/nylas.ts';
import { fetchTransport, type TransportRequest } from '../../../src/clients/transport.ts';
import type { DesiredConnector } from '../../../src/core/desired.ts';
import { Secret } from '../../../src/core/secret.ts';
import { coveringNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
import { simulatedNylas } from '../../../src/local/simulators/nylas-simulator.ts';
import { seededRandom } from '../../../src/local/simulators/random.ts';
import type { ConnectorBody } from '../../../src/reconcile/world.ts';
import { manualClock } from '../../unit/clients/scripted.ts';
import { valueOf } from './outcome.ts';

function body(secret: string): ConnectorBody {
  return {
    clientId: 'client-1',
    secret: new Secret(secret),
    tenant: 'common',
    scopes: ['Mail.Read', 'offline_access'],
    name: 'mail',
  };
}

describe.each(coveringNylasModes().map((mode, index) => [index, mode] as const))(
  'nylasConnectors() before simulated Nylas, mode %i',
  (_, mode) => {
    function bench() {
      const clock = manualClock();
      const simulator = simulatedNylas(
        { now: () => clock.now(), random: seededRandom('clients') },
        { region: 'eu' },
      );
      const { id, apiKey } = simulator.hand.addApplication({ mode });
      const requests: TransportRequest[] = [];
      const send = fetchTransport((request) => simulator.fetch(request));
      const nylas = nylasConnectors({
        baseUrls: { us: 'https://api.us.nylas.com', eu: 'https://api.eu.nylas.com' },
        transport: (request) => {
          requests.push(request);
          return send(request);
        },
        clock,
        vault: {
          readNewest: async () => ({ ok: true, value: new Secret(apiKey) }),
        },
      });
      const connector: DesiredConnector = {
        id: `eu/${id}`,
        region: 'eu',
        applicationId: id,
        apiKey: { vault: 'demo', name: 'nylas' },
        tenant: 'common',
        scopes: ['Mail.Read', 'offline_access'],
        records: [],
        takeOver: false,
      };
      return { clock, simulator, nylas, connector, id };
    }

    it('creates, reads and updates the connector, its record and its grants', async () => {
      const { clock, simulator, nylas, connector, id } = bench();
      expect(valueOf(await nylas.readApplication(connector))).toEqual({
        applicationId: id,
        region: 'eu',
      });
      expect(valueOf(await nylas.readConnector(connector, []))).toBeUndefined();
      valueOf(await nylas.createConnector(connector, body('first')));
      const created = valueOf(await nylas.readConnector(connector, ['no-such-record']));
      expect(created).toMatchObject({ tenant: 'common', scopes: ['Mail.Read', 'offline_access'] });
      expect(created?.records.map((one) => one.id)).toEqual([created?.activeRecordId]);

      await clock.sleep(10_000);
      valueOf(await nylas.updateConnector(connector, body('second')));
      valueOf(await nylas.updateRecord(connector, created?.activeRecordId ?? '', body('third')));
      const record = valueOf(await nylas.readRecord(connector, created?.activeRecordId ?? ''));
      expect(record?.updatedAt).toBeGreaterThanOrEqual(clock.now() - 1_000);
      expect(valueOf(await nylas.readRecord(connector, 'none'))).toBeUndefined();

      simulator.hand.addGrant(id, 'a@example.com');
      simulator.hand.addGrant(id, 'b@example.com');
      expect(valueOf(await nylas.readGrants(connector))).toMatchObject({ total: 2, invalid: 0 });
    });

    it('refuses a second create, and hears of a bad key', async () => {
      const { nylas, connector, simulator, id } = bench();
      valueOf(await nylas.createConnector(connector, body('first')));
      const again = await nylas.createConnector(connector, body('first'));
      expect(again.ok ? 'done' : again.fault.kind).toMatch(/^(?:rejected|conflict)$/);
      for (const key of simulator.hand.application(id).keys.keys()) simulator.hand.revokeKey(key);
      expect(await nylas.readApplication(connector)).toMatchObject({
        ok: false,
        fault: { kind: 'denied' },
      });
    });
  },
);
