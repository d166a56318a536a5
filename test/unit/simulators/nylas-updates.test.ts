import { describe, expect, it } from 'vitest';
import type { NylasMode } from '../../../src/local/simulators/nylas-modes.ts';
import { activeIdOf, created, settings, start } from './nylas-bench.ts';

async function withSecondRecord(updateReaches: NylasMode['updateReaches']) {
  const world = await created({ updateReaches });
  const primaryId = activeIdOf(world.nylas, world.id);
  const body = {
    name: 'second',
    credential_type: 'connector',
    credential_data: { client_id: 'app', client_secret: 'second' },
  };
  const { data } = (await world.call('POST', '/v3/connectors/microsoft/creds', body)).body;
  const secondId = (data as unknown as { id: string }).id;
  await world.call('PATCH', '/v3/connectors/microsoft', { active_credential_id: secondId });
  world.clock.at += 5000;
  await world.call('PATCH', '/v3/connectors/microsoft', {
    settings: { ...settings, client_secret: 'fresh' },
  });
  const { records } = world.nylas.hand.application(world.id).connector!;
  const secrets = [...records.values()].map(({ data: held }) => held.clientSecret);
  return { ...world, primaryId, secondId, secrets };
}

describe('an update of a connector', () => {
  it('reaches the active record', async () => {
    const { secrets, secondId, nylas, id } = await withSecondRecord('active');
    expect(secrets).toEqual(['hush-1', 'fresh']);
    expect(activeIdOf(nylas, id)).toBe(secondId);
  });

  it('or the primary one, though another is active', async () => {
    const { secrets, secondId, nylas, id, held } = await withSecondRecord('primary');
    expect(secrets).toEqual(['fresh', 'second']);
    expect([activeIdOf(nylas, id), held()]).toEqual([secondId, 'second']);
  });

  it('or makes a new record that becomes active, and does not make it twice', async () => {
    const { secrets, secondId, nylas, id, held, call } = await withSecondRecord('new-record');
    expect(secrets).toEqual(['hush-1', 'second', 'fresh']);
    expect([activeIdOf(nylas, id) === secondId, held()]).toEqual([false, 'fresh']);
    await call('PATCH', '/v3/connectors/microsoft', {
      settings: { ...settings, client_secret: 'fresh' },
    });
    expect(nylas.hand.application(id).connector?.records.size).toBe(3);
  });

  it('leaves a raised updated_at as its only trace, also when the value was the same', async () => {
    const { call, clock, nylas, id } = await created();
    const path = `/v3/connectors/microsoft/creds/${activeIdOf(nylas, id)}`;
    const before = (await call('GET', path)).body.data as unknown as { updated_at: number };
    clock.at += 3000;
    await call('PATCH', '/v3/connectors/microsoft', { name: 'only a label' });
    expect((await call('GET', path)).body.data).toMatchObject({ updated_at: before.updated_at });
    await call('PATCH', '/v3/connectors/microsoft', { settings });
    expect((await call('GET', path)).body.data).toMatchObject({
      updated_at: before.updated_at + 3,
      created_at: before.updated_at,
    });
  });
});

describe('credential records', () => {
  const body = {
    name: 'second',
    credential_type: 'connector',
    credential_data: { client_id: 'app', client_secret: 'second' },
  };

  it('are made once for the same parameters, and have unique names', async () => {
    const { call } = await created();
    const first = await call('POST', '/v3/connectors/microsoft/creds', body);
    const twin = await call('POST', '/v3/connectors/microsoft/creds', { ...body, name: 'third' });
    expect(twin.body.data).toEqual(first.body.data);
    const other = { ...body, credential_data: { ...body.credential_data, client_secret: 'x' } };
    expect((await call('POST', '/v3/connectors/microsoft/creds', other)).status).toBe(400);
    expect((await call('GET', '/v3/connectors/microsoft/creds')).body.data).toHaveLength(2);
  });

  it('need their parameters; admin consent takes client id and secret from the connector', async () => {
    const { call } = await created();
    const path = '/v3/connectors/microsoft/creds';
    expect(
      (await call('POST', path, { ...body, credential_data: { client_id: 'x' } })).status,
    ).toBe(400);
    expect((await call('POST', path, { ...body, credential_type: 'serviceaccount' })).status).toBe(
      400,
    );
    const consent = {
      name: 'c',
      credential_type: 'adminconsent',
      credential_data: { tenant: 't' },
    };
    expect((await call('POST', path, consent)).status).toBe(201);
    expect((await call('POST', path, { ...consent, credential_data: {} })).status).toBe(400);
  });

  it('are listed by page and order', async () => {
    const { call, clock } = await created();
    clock.at += 1000;
    await call('POST', '/v3/connectors/microsoft/creds', body);
    const newest = await call(
      'GET',
      '/v3/connectors/microsoft/creds?sort_by=created_at&order_by=desc&limit=1',
    );
    expect(newest.body.data).toMatchObject([{ name: 'second' }]);
    expect((await call('GET', '/v3/connectors/microsoft/creds?limit=201')).status).toBe(400);
  });

  it('are changed in place, and deleted unless active', async () => {
    const { call, nylas, id, clock } = await created();
    const { data } = (await call('POST', '/v3/connectors/microsoft/creds', body)).body;
    const path = `/v3/connectors/microsoft/creds/${(data as unknown as { id: string }).id}`;
    clock.at += 2000;
    const change = { credential_data: { client_id: 'app', client_secret: 'changed' } };
    expect((await call('PATCH', path, change)).body.data).toMatchObject({
      updated_at: start / 1000 + 2,
    });
    const active = `/v3/connectors/microsoft/creds/${activeIdOf(nylas, id)}`;
    expect((await call('DELETE', active)).status).toBe(400);
    expect((await call('DELETE', path)).status).toBe(200);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('PATCH', path, change)).status).toBe(404);
  });

  it('can be made active only if they exist', async () => {
    const { call, nylas, id } = await created();
    const before = activeIdOf(nylas, id);
    const reply = await call('PATCH', '/v3/connectors/microsoft', { active_credential_id: 'none' });
    expect([reply.status, activeIdOf(nylas, id)]).toEqual([400, before]);
  });
});

describe('a write that lands late', () => {
  const fresh = { settings: { ...settings, client_secret: 'late' } };

  it('is answered 504 at once and takes effect two minutes later, over what came between', async () => {
    const { nylas, request, call, clock, held, id } = await created();
    const reply = await nylas.landLater(request('PATCH', '/v3/connectors/microsoft', fresh));
    expect([reply.status, nylas.nextAt()]).toEqual([504, start + 120_000]);
    clock.at += 60_000;
    await call('PATCH', '/v3/connectors/microsoft', {
      settings: { ...settings, client_secret: 'between' },
    });
    clock.at = start + 119_999;
    expect(held()).toBe('between');
    clock.at = start + 120_000;
    expect(held()).toBe('late');
    expect(nylas.nextAt()).toBeUndefined();
    expect(nylas.hand.activeRecord(id)?.updatedAt).toBe(start + 120_000);
  });

  it('takes effect at its own time, however late somebody looks', async () => {
    const { nylas, request, clock, id } = await created();
    await nylas.landLater(request('PATCH', '/v3/connectors/microsoft', fresh), 5000);
    clock.at += 86_400_000;
    expect(nylas.hand.activeRecord(id)?.updatedAt).toBe(start + 5000);
  });

  it('is refused at once when the key or the body is wrong, and lost when the connector is gone', async () => {
    const { nylas, request, clock, id } = await created();
    const bad = await nylas.landLater(request('PATCH', '/v3/connectors/microsoft', fresh, 'wrong'));
    expect([400, 401]).toContain(bad.status);
    expect((await nylas.landLater(request('PATCH', '/v3/connectors/microsoft', {}))).status).toBe(
      400,
    );
    expect((await nylas.landLater(request('GET', '/v3/connectors'))).status).toBe(504);
    expect(nylas.nextAt()).toBeUndefined();
    await nylas.landLater(request('PATCH', '/v3/connectors/microsoft', fresh));
    nylas.hand.deleteConnectorByHand(id);
    clock.at += 200_000;
    expect(nylas.hand.activeRecord(id)).toBeUndefined();
  });
});
