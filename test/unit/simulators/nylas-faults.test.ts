import { describe, expect, it } from 'vitest';
import { refreshAtOrAfter } from '../../../src/local/simulators/nylas-grant-life.ts';
import { allNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
import {
  bench,
  connectorSeconds,
  dayMs,
  following,
  hourMs,
  keeping,
  start,
  unavoidable,
} from './nylas-grants-bench.ts';

describe("Keeper's faults, in every mode", () => {
  it.each(allNylasModes())('removing the serving secret is charged: %o', async (mode) => {
    const world = await bench({ mode });
    const { change, secrets, waitUntil, account } = world;
    waitUntil(start + dayMs);
    change(() => secrets.set('one', { gone: 'removed-by-keeper' }));
    waitUntil(start + dayMs + 2 * hourMs);
    expect(connectorSeconds(world)).toBe(7200);
    expect(account.outageSeconds).toBeGreaterThan(7200 + 3600);
    expect(unavoidable(world)).toEqual({});
  });

  it.each(allNylasModes())(
    'removing a secret that grants still hold is charged: %o',
    async (mode) => {
      const world = await bench({ mode });
      const { change, secrets, waitUntil, push, grant, account } = world;
      secrets.set('two', {});
      await push('two');
      waitUntil(start + hourMs);
      change(() => secrets.set('one', { gone: 'removed-by-keeper' }));
      waitUntil(start + 4 * hourMs);
      // Only where the update reached the record that the grant is tied to has it moved on.
      const hasMoved = mode.grantsFollow && mode.updateReaches !== 'new-record';
      expect(account.outageSeconds > 0).toBe(!hasMoved);
      expect(account.incidents.some(({ subject }) => subject.id === grant)).toBe(!hasMoved);
      expect(unavoidable(world)).toEqual({});
    },
  );

  it('removing a serving secret leaves an incident even when nobody was down for a second', async () => {
    const { change, secrets, push, account, grant, waitUntil } = await bench();
    change(() => secrets.set('one', { gone: 'removed-by-keeper' }).set('two', {}));
    await push('two');
    waitUntil(start + 30 * dayMs);
    expect(account.outageSeconds).toBe(0);
    expect(account.incidents.map(({ subject, verdict }) => [subject.kind, verdict])).toEqual([
      ['connector', 'keeper'],
      ['grant', 'keeper'],
    ]);
    expect(account.incidents[1]?.subject.id).toBe(grant);
  });

  it('removing a secret after its end is no fault', async () => {
    const world = await bench({ mode: keeping });
    const { change, secrets, waitUntil, push } = world;
    change(() => secrets.set('one', { endsAt: start + dayMs }).set('two', {}));
    await push('two');
    waitUntil(start + dayMs + 1);
    change(() => secrets.set('one', { gone: 'removed-by-keeper' }));
    waitUntil(start + 10 * dayMs);
    expect(world.account.outageSeconds).toBe(0);
    expect(Object.keys(unavoidable(world))).toEqual(['not-following']);
  });

  it('pushing a dead secret over a working one is charged at once', async () => {
    const world = await bench();
    await world.push('nonsense');
    world.waitUntil(start + hourMs);
    expect(connectorSeconds(world)).toBe(3600);
    expect(unavoidable(world)).toEqual({});
  });

  it('pushing another dead one over it does not make it better', async () => {
    const world = await bench();
    await world.push('nonsense');
    await world.push('more nonsense');
    world.waitUntil(start + hourMs);
    expect(connectorSeconds(world)).toBe(3600);
    expect(unavoidable(world)).toEqual({});
  });

  it('making a dead record the active one is charged at once', async () => {
    const world = await bench();
    const apiKey = world.nylas.hand.addKey(world.id);
    async function send(method: string, path: string, body: object): Promise<{ id: string }> {
      const response = await world.nylas.fetch(
        new Request(`https://api.us.nylas.localhost/v3/connectors/microsoft${path}`, {
          method,
          headers: { authorization: `Bearer ${apiKey}` },
          body: JSON.stringify(body),
        }),
      );
      return ((await response.json()) as { data: { id: string } }).data;
    }
    const record = await send('POST', '/creds', {
      name: 'dead',
      credential_type: 'connector',
      credential_data: { client_id: 'app', client_secret: 'nonsense' },
    });
    await send('PATCH', '', { active_credential_id: record.id });
    world.waitUntil(start + hourMs);
    expect(world.account.outageSeconds).toBe(3600);
    expect(unavoidable(world)).toEqual({});
  });

  it('letting time pass is charged, though a vendor is away when the secret ends', async () => {
    const world = await bench();
    world.world.provenSince = start;
    world.change(() => world.secrets.set('one', { endsAt: start + 3 * dayMs }));
    world.waitUntil(start + dayMs);
    world.change(() => {
      delete world.world.reachableSince;
    });
    world.waitUntil(start + 3 * dayMs + hourMs);
    expect(connectorSeconds(world)).toBe(3600);
    expect(unavoidable(world)).toEqual({});
  });

  it('what it let happen before a late write landed stays charged', async () => {
    const world = await bench({ mode: keeping });
    const { nylas, secrets, change, waitUntil, clock, grant, id } = world;
    world.world.provenSince = start - dayMs;
    change(() => secrets.set('one', { endsAt: start + 1000 }).set('two', {}));
    clock.at = start + 2000;
    const apiKey = nylas.hand.addKey(id);
    await nylas.landLater(
      new Request('https://api.us.nylas.localhost/v3/connectors/microsoft', {
        method: 'PATCH',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ settings: { client_id: 'app', client_secret: 'two' } }),
      }),
      90 * 60_000,
    );
    waitUntil(start + 10 * dayMs);
    const downAt = refreshAtOrAfter(grant, start + 1000);
    const charged = (start + 2000 + 90 * 60_000 - downAt) / 1000;
    expect(world.secondsOf(grant)['keeper']).toBe(charged);
    expect(world.secondsOf(grant)['not-following']).toBeGreaterThan(0);
  });

  it('wiping the secret by a partial write is charged at once', async () => {
    const world = await bench({ mode: { ...following, settings: 'replace' } });
    const apiKey = world.nylas.hand.addKey(world.id);
    await world.nylas.fetch(
      new Request('https://api.us.nylas.localhost/v3/connectors/microsoft', {
        method: 'PATCH',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ settings: { client_id: 'app', tenant: 'common' } }),
      }),
    );
    world.waitUntil(start + hourMs);
    expect(connectorSeconds(world)).toBe(3600);
    expect(unavoidable(world)).toEqual({});
  });

  it.each(['/v3/connectors/microsoft'])(
    'deleting by DELETE %s is charged, grants included',
    async (path) => {
      const world = await bench();
      const apiKey = world.nylas.hand.addKey(world.id);
      await world.nylas.fetch(
        new Request(`https://api.us.nylas.localhost${path}`, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${apiKey}` },
        }),
      );
      world.waitUntil(start + hourMs);
      expect(world.account.outageSeconds).toBe(7200);
      expect(unavoidable(world)).toEqual({});
    },
  );

  it('a late write that brings back a removed secret is charged', async () => {
    const world = await bench();
    const { nylas, secrets, change, push, waitUntil, account, clock } = world;
    secrets.set('two', {});
    const apiKey = nylas.hand.addKey(world.id);
    await nylas.landLater(
      new Request('https://api.us.nylas.localhost/v3/connectors/microsoft', {
        method: 'PATCH',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({
          settings: { client_id: 'app', client_secret: 'one', tenant: 'common' },
        }),
      }),
    );
    await push('two');
    clock.at += 60_000;
    change(() => secrets.set('one', { gone: 'removed-by-keeper' }));
    waitUntil(start + 60_000);
    expect(account.incidents).toEqual([]);
    waitUntil(start + 180_000);
    expect(connectorSeconds(world)).toBe(60);
    expect(unavoidable(world)).toEqual({});
  });
});

describe('what is no fault of Keeper', () => {
  it('a connector from before its first push', async () => {
    const world = await bench({ isPushed: false });
    world.change(() => world.secrets.set('one', { endsAt: start + hourMs }));
    world.waitUntil(start + 2 * hourMs);
    expect(connectorSeconds(world)).toBe(3600);
    expect(Object.keys(unavoidable(world))).toEqual(['before-keeper']);
  });

  it('a connector that a person deleted', async () => {
    const world = await bench();
    world.world.provenSince = start - dayMs;
    world.nylas.hand.deleteConnectorByHand(world.id);
    world.waitUntil(start + dayMs);
    expect(Object.keys(unavoidable(world))).toEqual(['removed-by-hand']);
    expect(connectorSeconds(world)).toBe(86_400);
  });

  it('a connector that a person broke, but only for as long as the repair may take', async () => {
    const world = await bench();
    world.world.provenSince = start - dayMs;
    world.nylas.hand.connectorByHand(world.id, { settings: { clientSecret: 'nonsense' } });
    world.waitUntil(start + 2 * hourMs);
    expect(world.account.outageSeconds).toBe(0);
    expect(Object.keys(unavoidable(world))).toEqual(['removed-by-hand']);
    world.waitUntil(start + 3 * hourMs);
    expect(
      world.account.incidents
        .filter(({ verdict }) => verdict === 'keeper')
        .map(({ seconds }) => seconds),
    ).toEqual([3600, 3600]);
  });

  it('a record that Keeper is not to update; one that it is to update is another matter', async () => {
    for (const isDeclared of [true, false]) {
      // oxlint-disable-next-line no-await-in-loop
      const world = await bench({
        mode: { ...following, updateReaches: 'new-record' },
        isDeclared: () => isDeclared,
      });
      world.change(() => world.secrets.set('one', { endsAt: start + dayMs }).set('two', {}));
      world.world.provenSince = start;
      // oxlint-disable-next-line no-await-in-loop
      await world.push('two');
      world.waitUntil(start + 2 * dayMs);
      expect(Object.keys(world.secondsOf(world.grant))).toEqual([
        isDeclared ? 'keeper' : 'not-following',
      ]);
    }
  });
});
