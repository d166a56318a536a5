import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../src/clients/order-shape.ts';

const order = {
  id: '2026-01-05T08:00:00.123Z-0f8fad5b',
  registration: 'mail',
  body: { kind: 'retire', keyId: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  by: 'function-key',
  at: 1_767_600_000_123,
};

describe('orderOf()', () => {
  it('reads an order', () => {
    expect(orderOf(JSON.stringify(order))).toEqual(order);
  });

  it('reads ids of credentials in the letter case of the listing', () => {
    const keyId = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const upper = keyId.toUpperCase();
    const retire = orderOf(JSON.stringify({ ...order, body: { kind: 'retire', keyId: upper } }));
    expect(retire?.body).toEqual({ kind: 'retire', keyId });
    const body = { kind: 'compromised', keyIds: [upper, 'K1'], removeAt: 1, endGrants: 'accept' };
    const leak = orderOf(JSON.stringify({ ...order, body }));
    expect(leak?.body).toEqual({ ...body, keyIds: [keyId, 'K1'] });
  });

  it.each([
    ['an id that leads to another blob', { ...order, id: '../results/x' }],
    ['a registration that leads to another blob', { ...order, registration: 'mail/x' }],
    ['an id that every object has', { ...order, id: '__proto__' }],
    ['a key id that every object has', { ...order, body: { kind: 'retire', keyId: 'valueOf' } }],
    ['a name with a direction mark', { ...order, by: '\u202eyek' }],
    ['a member that is not known', { ...order, force: true }],
    ['an unknown wish', { ...order, body: { kind: 'delete' } }],
  ])('takes %s for none', (_, blob) => {
    expect(orderOf(JSON.stringify(blob))).toBeUndefined();
  });

  it('takes what is no JSON for none', () => {
    expect(orderOf('{')).toBeUndefined();
  });
});
