/** Role: promises about Nylas that need a hand in it: keys, throttling, losses, many grants, deletion. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { bodyOf, ensureConnector, recordIds } from '../../support/contract-nylas.ts';
import { textAt } from '../../support/contract-raw.ts';
import type { SimulatedApplication } from '../../support/contract-simulated.ts';
import { valueOf } from '../../support/contract-run.ts';
import { canary, expectSilent } from '../../unit/clients/canary.ts';

/** The block for simulators; each test has an application of its own. */
export function describeNylasHands(newApplication: () => SimulatedApplication): void {
  describe('Nylas, with a hand in it', () => {
    let made: SimulatedApplication;

    beforeEach(() => {
      made = newApplication();
      made.cloud.decide();
      made.cloud.pace.requestMs = 30;
      made.cloud.clock.advance(2_000);
    });

    it('has no connector before one is made', async () => {
      const { connectors, connector, good } = made;
      expect(valueOf(await connectors.readConnector(connector, []))).toBeUndefined();
      valueOf(await connectors.readApplication(connector));
      valueOf(await connectors.createConnector(connector, bodyOf(good)));
      expect(valueOf(await connectors.readConnector(connector, []))?.tenant).toBe('common');
    });

    it('denies a key that was revoked, and takes one that was added', async () => {
      const { connectors, connectorsWith, connector, cloud } = made;
      const { hand } = cloud.nylas;
      for (const key of hand.application(connector.applicationId).keys.keys()) hand.revokeKey(key);
      expect(await connectors.readApplication(connector)).toMatchObject({
        ok: false,
        fault: { kind: 'denied' },
      });
      const fresh = new Secret(hand.addKey(connector.applicationId));
      valueOf(await connectorsWith(fresh).readApplication(connector));
    });

    it('throttles more than fifty requests in a second, and is not asked again', async () => {
      const { nylas, connectors, connector, cloud } = made;
      cloud.pace.requestMs = 1;
      for (let request = 0; request < 50; request += 1) {
        expect((await nylas({ method: 'GET', path: '/v3/applications' })).status).toBe(200);
      }
      const before = cloud.seen.length;
      expect(await connectors.readApplication(connector)).toMatchObject({
        ok: false,
        fault: { kind: 'throttled', status: 429 },
      });
      expect(cloud.seen.slice(before)).toHaveLength(1);
      cloud.clock.advance(1_000);
      valueOf(await connectors.readApplication(connector));
    });

    it('says at times how long to wait', async () => {
      const { connectors, connector, cloud } = made;
      cloud.decide(() => ({ status: 429, retryAfterSeconds: 2 }));
      expect(await connectors.readApplication(connector)).toMatchObject({
        ok: false,
        fault: { kind: 'throttled', retryAfterMs: 2_000 },
      });
    });

    it('may have carried out an update whose answer was lost, once', async () => {
      const { connectors, connector, good, cloud } = made;
      await ensureConnector(made);
      cloud.decide(({ method }) => (method === 'PATCH' ? 'lose-answer' : undefined));
      const before = cloud.seen.length;
      const lost = await connectors.updateConnector(
        connector,
        bodyOf({ ...good, secret: new Secret(canary) }),
      );
      expect(lost).toMatchObject({ ok: false, fault: { kind: 'unavailable', vendor: 'nylas' } });
      expectSilent(lost);
      expect(cloud.seen.slice(before)).toHaveLength(1);
      expect(heldBy(made)).toContain(canary);
    });

    it('may carry out two minutes later what it answered with 504', async () => {
      const { connectors, connector, good, cloud } = made;
      await ensureConnector(made);
      cloud.decide(({ method }) => (method === 'PATCH' ? 'land-later' : undefined));
      const update = { ...bodyOf(good), scopes: ['User.Read'] };
      expect(await connectors.updateConnector(connector, update)).toMatchObject({
        ok: false,
        fault: { kind: 'unavailable', status: 504 },
      });
      const scopes = async () => valueOf(await connectors.readConnector(connector, []))?.scopes;
      expect(await scopes()).not.toEqual(['User.Read']);
      cloud.clock.advance(121_000);
      expect(await scopes()).toEqual(['User.Read']);
    });

    it('refuses to delete the active record', async () => {
      const { nylas } = made;
      await ensureConnector(made);
      const [id = ''] = await recordIds(nylas);
      const path = `/v3/connectors/microsoft/creds/${id}`;
      expect((await nylas({ method: 'DELETE', path })).status).toBe(400);
      expect(await recordIds(nylas)).toContain(id);
    });

    it('refuses data of a grant within an hour of its secret, though the status may say valid', async () => {
      const { nylas, cloud, connector, appId, goodKeyId } = made;
      await ensureConnector(made);
      const { id } = cloud.nylas.hand.addGrant(connector.applicationId, 'test@example.com');
      const read = (path: string) => nylas({ method: 'GET', path: `/v3/grants/${id}${path}` });
      expect((await read('/calendars?limit=1')).status).toBe(200);
      cloud.nylas.settle(cloud.clock.now());
      cloud.directory.removePasswordByHand(appId, goodKeyId);
      cloud.clock.advance(3_660_000);
      expect((await read('/calendars?limit=1')).status).toBe(401);
      expect(textAt((await read('')).json, 'data', 'grant_status')).toBe('valid');
    });

    it('gives two hundred on a page at the most, and all of more over several', async () => {
      const { nylas, connectors, connector, cloud } = made;
      await ensureConnector(made);
      for (let user = 0; user < 205; user += 1) {
        cloud.nylas.hand.addGrant(connector.applicationId, `user-${user}@example.com`);
      }
      const tooMany = await nylas({ method: 'GET', path: '/v3/grants?limit=201' });
      expect(tooMany.status).toBe(400);
      expect(valueOf(await connectors.readGrants(connector))).toMatchObject({
        total: 205,
        invalid: 0,
      });
    });
  });
}

/** All secrets that the application's records hold. */
function heldBy({ cloud, connector }: SimulatedApplication): readonly string[] {
  const { connector: held } = cloud.nylas.hand.application(connector.applicationId);
  return [...(held?.records.values() ?? [])].map(({ data }) => data.clientSecret);
}
