import { describe, expect, it } from 'vitest';
import { status } from '../../../src/web/status.ts';
import { goodStatus, webDesired, webWorld } from '../../support/hostile-web.ts';

async function told(saved: string, result = '{}') {
  const world = webWorld();
  world.states.bodies.set('calendar', saved);
  world.orders.results.set('an-order', result);
  const query = { registration: 'calendar', order: 'an-order' };
  const reply = await status({ world, desired: webDesired(), fileErrors: 0, ...query });
  return JSON.parse(reply.body) as { registrations: object[]; order: unknown };
}

const blob = (changes: object): string => JSON.stringify({ status: { ...goodStatus, ...changes } });

describe('status()', () => {
  it('tells what the last pass saw', async () => {
    const { registrations } = await told(blob({}));
    expect(registrations).toMatchObject([
      {
        id: 'calendar',
        reason: 'slots-full',
        credential: { expiresAt: '2027-01-15T08:00:00.000Z' },
      },
    ]);
  });

  it.each([
    ['an instant that no date can hold', blob({ lookedAt: 1e300 })],
    ['a connector that is nothing', blob({ connectors: [null] })],
    ['a credential without its end', blob({ credential: { keyId: 'k1' } })],
    ['a reason that every object has', blob({ reason: 'constructor' })],
    ['no status', '{}'],
  ])('is as before the first look with %s in the state', async (_, saved) => {
    const { registrations } = await told(saved);
    expect(registrations).toMatchObject([{ id: 'calendar', reason: 'not-looked-yet' }]);
  });

  it.each([
    ['no JSON', 'gone'],
    ['a pit', `${'['.repeat(9_000)}${']'.repeat(9_000)}`],
  ])('has no answer to an order whose result is %s', async (_, result) => {
    expect(await told(blob({}), result)).toMatchObject({ order: null });
  });
});
