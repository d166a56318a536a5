/** Role: what Keeper relies on of Nylas. The connector is left with the good pair; no grant is touched. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import {
  bodyOf,
  contractScopes,
  ensureConnector,
  ownRecord,
  recordIds,
  type NylasSurroundings,
} from '../../support/contract-nylas.ts';
import { memberOf, textAt } from '../../support/contract-raw.ts';
import { contractHookMs, eventually, valueOf } from '../../support/contract-run.ts';

/** The suite. */
export function describeNylasContract(surroundings: () => NylasSurroundings): void {
  describe('Nylas', () => {
    beforeAll(() => ensureConnector(surroundings()), contractHookMs);

    afterAll(async () => {
      await ensureConnector(surroundings());
      await surroundings().run.cleanUp();
    }, contractHookMs);

    describeApplication(surroundings);
    describeConnector(surroundings);
    describeRecords(surroundings);
    describeGrants(surroundings);
  });
}

function describeApplication(surroundings: () => NylasSurroundings): void {
  it('names the application and the region that a key opens', async () => {
    const { connectors, connector } = surroundings();
    expect(valueOf(await connectors.readApplication(connector))).toEqual({
      applicationId: connector.applicationId,
      region: connector.region,
    });
  });

  it('denies a key that it does not know', async () => {
    const { connectorsWith, connector } = surroundings();
    const stranger = connectorsWith(new Secret(`nyk_v0_${randomUUID()}`));
    expect(await stranger.readApplication(connector)).toMatchObject({
      ok: false,
      fault: { kind: 'denied', vendor: 'nylas' },
    });
  });
}

function describeConnector(surroundings: () => NylasSurroundings): void {
  it('shows tenant, scopes and the active record of a connector', async () => {
    const { connectors, connector, good } = surroundings();
    const seen = valueOf(await connectors.readConnector(connector, []));
    expect(seen).toMatchObject({ tenant: good.tenant, scopes: contractScopes });
    expect(seen?.records.map(({ id }) => id)).toEqual([seen?.activeRecordId]);
  });

  it('shows the client id that a connector holds, or none, but never another', async () => {
    const { connectors, connector, good } = surroundings();
    const seen = valueOf(await connectors.readConnector(connector, []));
    expect([good.clientId, undefined]).toContain(seen?.clientId);
  });

  it('replaces the scopes of a connector that an update names', async () => {
    const { connectors, connector, good } = surroundings();
    const scopes = ['User.Read', 'offline_access'];
    valueOf(await connectors.updateConnector(connector, { ...bodyOf(good), scopes }));
    expect(valueOf(await connectors.readConnector(connector, []))?.scopes).toEqual(scopes);
    valueOf(await connectors.updateConnector(connector, bodyOf(good)));
    expect(valueOf(await connectors.readConnector(connector, []))?.scopes).toEqual(contractScopes);
  });

  it('refuses to make a second connector of a provider', async () => {
    const { connectors, connector, good } = surroundings();
    const again = await connectors.createConnector(connector, bodyOf(good));
    expect(again.ok ? 'done' : again.fault.kind).toMatch(/^(?:rejected|conflict)$/);
  });

  it('never gives a secret back', async () => {
    const { nylas, good } = surroundings();
    const [first = 'none'] = await recordIds(nylas);
    const root = '/v3/connectors';
    for (const path of ['', '/microsoft', '/microsoft/creds', `/microsoft/creds/${first}`]) {
      const { status, text } = await nylas({ method: 'GET', path: `${root}${path}` });
      expect(status).toBe(200);
      // Compared here, not by the test's own words: those would print the secret.
      const isShown = text.includes(good.secret.reveal()) || text.includes('client_secret');
      expect(isShown).toBe(false);
    }
  });

  it('says not found of the connector of a provider that has none', async () => {
    const { nylas } = surroundings();
    const { json: listed } = await nylas({ method: 'GET', path: '/v3/connectors?limit=50' });
    const all = memberOf(listed, 'data');
    const made = Array.isArray(all) ? all.map((one) => textAt(one, 'provider')) : [];
    expect(made).toContain('microsoft');
    const none = ['icloud', 'yahoo', 'imap', 'google'].find((one) => !made.includes(one));
    const { status, json } = await nylas({ method: 'GET', path: `/v3/connectors/${none}` });
    expect(status).toBe(404);
    expect(textAt(json, 'error', 'type')).toMatch(/not_found/);
  });
}

function describeRecords(surroundings: () => NylasSurroundings): void {
  /** Like the good pair, and yet another: a record of the same content would be reused. */
  function other(secret = 'contract-suite-1') {
    return { ...surroundings().good, secret: new Secret(`${secret}-${randomUUID()}`) };
  }

  it('shows of a record its id, its name and two times, and nothing else', async () => {
    const { nylas } = surroundings();
    const { id } = await ownRecord(surroundings(), 'shape', other());
    const path = `/v3/connectors/microsoft/creds/${id}`;
    const { json } = await nylas({ method: 'GET', path });
    expect(Object.keys(memberOf(json, 'data') ?? {}).toSorted()).toEqual([
      'created_at',
      'id',
      'name',
      'updated_at',
    ]);
  });

  it('tells by its time that a record was written', async () => {
    const { connectors, connector, run } = surroundings();
    const { id } = await ownRecord(surroundings(), 'time', other());
    const before = valueOf(await connectors.readRecord(connector, id));
    await run.clock.sleep(3_000);
    valueOf(await connectors.updateRecord(connector, id, other('contract-suite-2')));
    const read = () => connectors.readRecord(connector, id);
    const isLater = (one: typeof before) => (one?.updatedAt ?? 0) > (before?.updatedAt ?? 0);
    const after = await eventually(run, read, isLater, { inARow: 1, withinMs: 60_000 });
    expect(after?.id).toBe(id);
  });

  it('gives back the record that has the same content already', async () => {
    const pair = other();
    const made = await ownRecord(surroundings(), 'twin-1', pair);
    const again = await ownRecord(surroundings(), 'twin-2', pair);
    expect([made.isOwn, again.isOwn]).toEqual([true, false]);
    expect(again.id).toBe(made.id);
  });

  it('has no record under an unknown id, and leaves it out beside a connector', async () => {
    const { connectors, connector } = surroundings();
    const id = randomUUID();
    expect(valueOf(await connectors.readRecord(connector, id))).toBeUndefined();
    const seen = valueOf(await connectors.readConnector(connector, [id]));
    expect(seen?.records.map((one) => one.id)).toEqual([seen?.activeRecordId]);
  });

  it('shows the records asked for beside a connector', async () => {
    const { connectors, connector } = surroundings();
    const { id } = await ownRecord(surroundings(), 'beside', other());
    const seen = valueOf(await connectors.readConnector(connector, [id]));
    expect(seen?.records.map((one) => one.id)).toContain(id);
  });
}

function describeGrants(surroundings: () => NylasSurroundings): void {
  it('counts the grants of the provider', async () => {
    const { connectors, connector, nylas } = surroundings();
    const path = '/v3/grants?provider=microsoft&limit=200';
    const data = memberOf((await nylas({ method: 'GET', path })).json, 'data');
    const { total, invalid } = valueOf(await connectors.readGrants(connector));
    expect(total).toBe(Array.isArray(data) ? data.length : -1);
    expect(invalid).toBeLessThanOrEqual(total);
  });

  it('lists grants by offset, with no more on a page than asked for', async () => {
    const { nylas } = surroundings();
    const path = '/v3/grants?provider=microsoft&limit=1&offset=1000';
    const { status, json } = await nylas({ method: 'GET', path });
    expect(status).toBe(200);
    expect(memberOf(json, 'data')).toEqual([]);
    const first = await nylas({ method: 'GET', path: '/v3/grants?provider=microsoft&limit=1' });
    const data = memberOf(first.json, 'data');
    expect(Array.isArray(data) && data.length <= 1).toBe(true);
  });
}
