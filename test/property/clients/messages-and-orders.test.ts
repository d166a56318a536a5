/** Queue messages and blobs with orders: whoever may write storage may write anything there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../../src/clients/order-shape.ts';
import { isBlobPart } from '../../../src/clients/storage.ts';
import { readWorkMessage } from '../../../src/clients/work-message.ts';
import type { Order, OrderBody } from '../../../src/core/order.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileText,
  hostileValue,
  jsonText,
  mutated,
  pitOf,
} from '../../support/hostile-values.ts';

const message = { v: 1, registration: 'mail', cause: 'event' } as const;

const bodies: readonly OrderBody[] = [
  { kind: 'resync', mode: 'apply' },
  { kind: 'rotate', reason: 'a person left' },
  { kind: 'compromised', keyIds: ['k1'], removeAt: 1_800_000_000_000, endGrants: 'accept' },
  { kind: 'retire', keyId: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  { kind: 'freeze', untilAt: 1_800_000_000_000 },
  { kind: 'thaw' },
];

function orderWith(body: OrderBody): Order {
  return {
    id: '2026-01-05T08:00:00.123Z-0f8fad5b-d9cb-469f-a165-70867728950e',
    registration: 'mail',
    body,
    by: 'function-key',
    at: 1_767_600_000_123,
  };
}

/** Holds when an order can neither lead to another blob nor put more into a chain than it may. */
function expectHarmless(order: Order): void {
  expect(isBlobPart(order.id) && isBlobPart(order.registration)).toBe(true);
  const texts = [order.by, 'reason' in order.body ? order.body.reason : ''];
  for (const text of texts) expect(text).toMatch(/^[^\p{C}]{0,200}$/u);
  const keyIds = 'keyIds' in order.body ? order.body.keyIds : [];
  const named = 'keyId' in order.body ? [...keyIds, order.body.keyId] : keyIds;
  expect(named.length).toBeLessThanOrEqual(100);
  expect([order.id, ...named].filter((id) => id in {})).toEqual([]);
  expect(Number.isFinite(new Date(order.at).getTime())).toBe(true);
}

describe('readWorkMessage()', () => {
  it(
    'gives one of our messages or nothing, for any value',
    () => {
      const raw = fc.oneof(
        fc.anything({ withNullPrototype: true }),
        hostileValue,
        mutated(message).map((value): unknown => JSON.parse(jsonText(value))),
      );
      fc.assert(
        fc.property(raw, (value) => {
          const read = readWorkMessage(value);
          expectUnpolluted();
          if (read === undefined) return;
          expect(Object.keys(read).toSorted()).toEqual(['cause', 'registration', 'v']);
          expect(read.registration).toMatch(/^[a-z0-9-]{1,40}$/);
          expect(['due', 'new', 'changed', 'event', 'order']).toContain(read.cause);
        }),
        cases(250),
      );
    },
    patience(),
  );

  it('is not exhausted by depth', () => {
    const pit = pitOf(10_000);
    expect(readWorkMessage(pit)).toBeUndefined();
    expect(readWorkMessage({ ...message, cause: pit })).toBeUndefined();
  });
});

describe('orderOf()', () => {
  it.each(bodies)(
    'gives a harmless order or none, for any text like a $kind order',
    (body) => {
      const text = fc.oneof(
        { weight: 4, arbitrary: mutated(orderWith(body)).map(jsonText) },
        { weight: 1, arbitrary: hostileValue.map(jsonText) },
        { weight: 1, arbitrary: hostileText },
      );
      fc.assert(
        fc.property(text, (blob) => {
          const order = orderOf(blob);
          expectUnpolluted();
          if (order !== undefined) expectHarmless(order);
        }),
        {
          ...cases(80),
          examples: [
            // An order that names another blob would end the listing of all the others.
            [jsonText({ ...orderWith(body), id: '../x' })],
            [jsonText({ ...orderWith(body), registration: 'a/b' })],
          ],
        },
      );
    },
    patience(),
  );

  it(
    'reads back what was written, for any order',
    () => {
      const at = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
      const keyId = fc.uuid();
      const printable = fc.stringMatching(/^[ -~äöüß漢]{0,100}$/);
      const body: fc.Arbitrary<OrderBody> = fc.oneof(
        fc.record({ kind: fc.constant('resync' as const), mode: fc.constantFrom('plan', 'apply') }),
        fc.record({ kind: fc.constant('rotate' as const), reason: printable }),
        fc.record({
          kind: fc.constant('compromised' as const),
          keyIds: fc.array(keyId, { maxLength: 100 }),
          removeAt: at,
          endGrants: fc.constant('accept' as const),
        }),
        fc.record({ kind: fc.constant('retire' as const), keyId }),
        fc.record({ kind: fc.constant('freeze' as const), untilAt: at }),
        fc.constant({ kind: 'thaw' as const }),
      );
      fc.assert(
        fc.property(body, printable, at, (told, by, orderedAt) => {
          const order: Order = { ...orderWith(told), by, at: orderedAt };
          expect(orderOf(JSON.stringify(order))).toEqual(order);
        }),
        cases(300),
      );
    },
    patience(),
  );
});
