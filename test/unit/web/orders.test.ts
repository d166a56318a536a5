/** `POST /api/orders`: what is taken, what is refused, and that refusal changes nothing. */
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../src/clients/order-shape.ts';
import { parseDesired } from '../../../src/config/desired-file.ts';
import { failure } from '../../../src/core/fault.ts';
import { orderAnswer, orderBodyBytes, placeOrder } from '../../../src/web/orders.ts';
import { memoryOrders, memoryQueue } from '../../support/memory-stores.ts';

const now = Date.parse('2026-11-25T08:00:00.000Z');
const text = `registrations:
  mail:
    displayName: Contoso mail
    audience: organizations
    redirectUris: [hosted-us]
    permissions: [Mail.Read]
    secret: { vault: contoso-kv, name: nylas-mail }
    connectors:
      - { region: us, applicationId: 3f2c7e0a-6a55-4f2e-9a51-0a4ce0d3ce11, apiKeySecret: key-mail }
`;

function world() {
  const clock = { now: () => now, monotonic: () => 0, sleep: async () => undefined };
  return { orders: memoryOrders(), queue: memoryQueue(), clock, newId: () => 'id-1' };
}

async function place(body: unknown, made = world()) {
  const parsed = parseDesired(text, 'hash');
  if (!parsed.ok) throw new Error('the file is wrong');
  const reply = await placeOrder({
    world: made,
    desired: parsed.desired,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    by: 'an-operator',
  });
  return { reply, told: JSON.parse(reply.body) as Record<string, string>, made };
}

const orders: readonly (readonly [name: string, order: object, body: object])[] = [
  ['a plan', { kind: 'resync', mode: 'plan' }, { kind: 'resync', mode: 'plan' }],
  ['a rotation', { kind: 'rotate', reason: ' why not ' }, { kind: 'rotate', reason: 'why not' }],
  [
    'a leak, with four hours unless it says otherwise',
    { kind: 'compromised', endGrants: 'accept' },
    { kind: 'compromised', keyIds: [], removeAt: now + 4 * 3_600_000, endGrants: 'accept' },
  ],
  [
    'a leak of named credentials, by a time',
    { kind: 'compromised', keyIds: ['k-1'], removeAt: '2026-11-25T09:00:00Z', endGrants: 'accept' },
    { kind: 'compromised', keyIds: ['k-1'], removeAt: now + 3_600_000, endGrants: 'accept' },
  ],
  ['a retirement', { kind: 'retire', keyId: 'k-1' }, { kind: 'retire', keyId: 'k-1' }],
  [
    'a freeze',
    { kind: 'freeze', until: '2026-11-26T08:00:00Z' },
    { kind: 'freeze', untilAt: now + 86_400_000 },
  ],
  ['its end', { kind: 'thaw' }, { kind: 'thaw' }],
];

describe('placeOrder()', () => {
  it.each(orders)('takes %s, as the loop reads it', async (_name, order, body) => {
    const { reply, told, made } = await place({ registration: 'mail', order });
    expect(reply.status).toBe(202);
    expect(reply.headers['location']).toBe('/api/orders/2026-11-25T08%3A00%3A00.000Z-id-1');
    expect(told['look']).toBe(reply.headers['location']);
    const [written] = [...made.orders.waiting.values()];
    expect(written).toMatchObject({ registration: 'mail', by: 'an-operator', at: now, body });
    expect(orderOf(JSON.stringify(written))).toEqual(written);
    expect(made.queue.messages).toHaveLength(1);
  });

  it.each([
    ['what is no JSON', '{', /not JSON/],
    ['no object', '[]', /The body/],
    ['an unknown member', { registration: 'mail', order: { kind: 'thaw' }, more: 1 }, /not known/],
    ['an unknown kind', { registration: 'mail', order: { kind: 'delete' } }, /none of resync/],
    [
      'a leak whose consequence is not accepted',
      { registration: 'mail', order: { kind: 'compromised' } },
      /endGrants/,
    ],
    [
      'a rotation without a reason',
      { registration: 'mail', order: { kind: 'rotate', reason: ' ' } },
      /reason/,
    ],
    [
      'a reason with control characters',
      { registration: 'mail', order: { kind: 'rotate', reason: 'a\u202eb' } },
      /reason/,
    ],
    [
      'a key id that every object has',
      { registration: 'mail', order: { kind: 'retire', keyId: 'constructor' } },
      /keyId/,
    ],
    [
      'a leak that is over',
      {
        registration: 'mail',
        order: { kind: 'compromised', endGrants: 'accept', removeAt: '2026-11-25T07:00:00Z' },
      },
      /in the past/,
    ],
    [
      'a leak that lives on',
      {
        registration: 'mail',
        order: { kind: 'compromised', endGrants: 'accept', removeAt: '2026-12-25T07:00:00Z' },
      },
      /seven days/,
    ],
    [
      'a freeze without end',
      { registration: 'mail', order: { kind: 'freeze', until: '2036-11-25T07:00:00Z' } },
      /90 days/,
    ],
    [
      'a freeze that is over',
      { registration: 'mail', order: { kind: 'freeze', until: '2026-11-25T07:00:00Z' } },
      /in the past/,
    ],
  ])('refuses %s with a reason, and changes nothing', async (_name, body, detail) => {
    const { reply, told, made } = await place(body);
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toMatch(/problem\+json/);
    expect(told['detail']).toMatch(detail);
    expect(made.orders.waiting.size).toBe(0);
    expect(made.queue.messages).toEqual([]);
  });

  it('refuses too much, a stranger’s registration, and says when storage does not answer', async () => {
    expect((await place('x'.repeat(orderBodyBytes + 1))).reply.status).toBe(413);
    expect((await place({ registration: 'nobody', order: { kind: 'thaw' } })).reply.status).toBe(
      404,
    );
    const made = world();
    const down = {
      ...made,
      orders: {
        ...made.orders,
        write: async () => failure({ kind: 'timeout', vendor: 'storage' }),
      },
    };
    expect(
      (await place({ registration: 'mail', order: { kind: 'thaw' } }, down)).reply.status,
    ).toBe(503);
    expect(made.queue.messages).toEqual([]);
  });
});

describe('orderAnswer()', () => {
  it('gives the answer once there is one', async () => {
    const made = world();
    made.orders.results.set('order-1', '{"result":"done"}');
    expect(JSON.parse((await orderAnswer(made, 'order-1')).body)).toEqual({ result: 'done' });
    expect((await orderAnswer(made, 'order-2')).status).toBe(404);
    expect((await orderAnswer(made, '../order-1')).status).toBe(404);
  });

  it('takes an answer that is none for none', async () => {
    const made = world();
    made.orders.results.set('order-1', '"'.repeat(3));
    expect((await orderAnswer(made, 'order-1')).status).toBe(404);
  });
});
