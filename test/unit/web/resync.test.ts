import { describe, expect, it } from 'vitest';
import type { Desired } from '../../../src/core/desired.ts';
import { failure } from '../../../src/core/fault.ts';
import { parseDesired } from '../../../src/config/desired-file.ts';
import { resync, resyncBodyBytes } from '../../../src/web/resync.ts';
import { memoryOrders, memoryQueue } from '../../support/memory-stores.ts';

const block = (id: string, application: string): string => `  ${id}:
    displayName: Contoso ${id}
    audience: organizations
    redirectUris: [hosted-us]
    permissions: [Mail.Read]
    secret: { vault: contoso-kv, name: nylas-${id} }
    connectors:
      - { region: us, applicationId: ${application}, apiKeySecret: key-${id} }
`;

function desired(): Desired {
  const text = `registrations:\n${block('mail', '3f2c7e0a-6a55-4f2e-9a51-0a4ce0d3ce11')}${block('calendar', '3f2c7e0a-6a55-4f2e-9a51-0a4ce0d3ce12')}`;
  const parsed = parseDesired(text, 'hash');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.desired;
}

function call(body: string) {
  const orders = memoryOrders();
  const queue = memoryQueue();
  let id = 0;
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  const world = { orders, queue, clock, newId: () => `id-${(id += 1)}` };
  const answer = resync({ world, desired: desired(), body, by: 'function-key' });
  return { orders, queue, world, answer };
}

describe('resync()', () => {
  it('writes an order for one registration and says where to look', async () => {
    const { orders, queue, answer } = call('{"registration":"mail"}');
    const reply = await answer;
    expect(reply.status).toBe(202);
    expect(reply.headers['location']).toBe('/api/orders/1970-01-01T00%3A00%3A00.000Z-id-1');
    expect([...orders.waiting.values()]).toEqual([
      {
        id: '1970-01-01T00:00:00.000Z-id-1',
        registration: 'mail',
        body: { kind: 'resync', mode: 'apply' },
        by: 'function-key',
        at: 0,
      },
    ]);
    expect(queue.messages).toEqual([{ v: 1, registration: 'mail', cause: 'order' }]);
  });

  it.each(['', '{}', '{"mode":"plan"}'])('takes %j for all registrations', async (body) => {
    const { orders, answer } = call(body);
    const reply = await answer;
    expect(reply.status).toBe(202);
    expect(orders.waiting.size).toBe(2);
    expect(reply.headers['location']).toBe('/api/status');
  });

  it.each([
    ['no JSON', 'resync!', 400, 'not JSON'],
    ['a list', '[]', 400, 'not a JSON object'],
    ['another mode', '{"mode":"force"}', 400, 'neither'],
    ['an unknown member', '{"all":true}', 400, 'not known'],
    ['a registration that is no text', '{"registration":7}', 400, 'no text'],
    ['an unknown registration', '{"registration":"maill"}', 404, 'mail, calendar'],
    ['a huge body', `"${'x'.repeat(resyncBodyBytes)}"`, 413, 'at most 4096 bytes'],
  ])('refuses %s, and nothing changes', async (_label, body, status, reason) => {
    const { orders, queue, answer } = call(body);
    const reply = await answer;
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body).detail).toContain(reason);
    expect(reply.headers['content-type']).toContain('problem+json');
    expect(orders.waiting.size + queue.messages.length).toBe(0);
  });

  it('answers 503 when storage does not take the order', async () => {
    const { world } = call('');
    const orders = {
      ...memoryOrders(),
      write: async () => failure({ kind: 'unavailable', vendor: 'storage' }),
    };
    const reply = await resync({
      world: { ...world, orders },
      desired: desired(),
      body: '',
      by: 'function-key',
    });
    expect(reply.status).toBe(503);
  });
});
