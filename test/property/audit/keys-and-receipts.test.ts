/** Key files and receipts come from anywhere: what is read is whole, and means what it meant. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeKey, encodeKey, keyObject, keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt } from '../../../src/audit/receipt-making.ts';
import { checkReceipt, type CheckedReceipt, type Receipt } from '../../../src/audit/receipt.ts';
import { chainPen, memoryLog, rotation, testSigner } from '../../support/audit-log.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import {
  expectUnpolluted,
  hostileJson,
  hostileValue,
  jsonText,
} from '../../support/hostile-values.ts';
import { make, valueOf } from '../../unit/audit/desk.ts';
import { canary, expectSilent } from '../../unit/clients/canary.ts';

const signer = testSigner();
const { key } = signer;

describe('decodeKey()', () => {
  it(
    'gives a key whose file is the same again or none, for any text like one',
    () => {
      let read = 0;
      const near = hostileJson(JSON.parse(encodeKey(key)), canary);
      const coordinate = fc
        .tuple(fc.nat(42), fc.constantFrom('A', 'B', '_', '-', '=', '+', '/', ' ', '', 'é'))
        .map(([at, put]) => {
          const x = key.x.slice(0, at) + put + key.x.slice(at + 1);
          return encodeKey({ ...key, x });
        });
      fc.assert(
        fc.property(fc.oneof({ weight: 2, arbitrary: near }, coordinate), (text) => {
          const found = decodeKey(text);
          expectUnpolluted();
          expect(decodeKey(text)).toEqual(found);
          if (found === undefined) return;
          read += 1;
          expect(Object.keys(found).toSorted()).toEqual(['kid', 'x', 'y']);
          expect(JSON.parse(text)).toMatchObject({ kty: 'EC', crv: 'P-256', ...found });
          expect(decodeKey(encodeKey(found))).toEqual(found);
          // Its numbers are a point of the curve, written in the only way.
          expect(keyObject(found)?.export({ format: 'jwk' })).toMatchObject({
            x: found.x,
            y: found.y,
          });
        }),
        cases(150),
      );
      expect(read).toBeGreaterThan(10);
      expect(decodeKey(encodeKey(key))).toEqual(key);
    },
    patience(),
  );
});

const faults = [
  'not-a-receipt',
  'lines-broken',
  'head-not-met',
  'not-under-root',
  'bad-signature',
  'key-not-trusted',
  'credential-not-named',
];

describe('checkReceipt()', () => {
  let receipt: Receipt;
  let whole: CheckedReceipt;

  beforeAll(async () => {
    const log = memoryLog();
    chainPen(log, 'calendar').write(...rotation('k1'), ...rotation('k2', 'k1'));
    for (const name of ['mail', 'payroll', 'reports']) {
      chainPen(log, name).write(...rotation('k1').slice(0, 2));
    }
    await make({ log, signer }, 1);
    const made = valueOf(await makeReceipt(log, keysAmong(log), 'k2'));
    if (made.kind !== 'receipt') throw new Error(made.kind);
    ({ receipt } = made);
    whole = checkReceipt(JSON.stringify(receipt), [key]);
  });

  /** Holds when a verdict names one of the faults, or proves what the receipt was made for. */
  function expectVerdict(text: string): boolean {
    const verdict = checkReceipt(text, [key]);
    expectUnpolluted();
    expect(checkReceipt(text, [key])).toEqual(verdict);
    if (!verdict.ok) {
      expect(faults).toContain(verdict.fault);
      expectSilent(verdict);
      return false;
    }
    // Of the same lines it may prove another credential, and nothing else.
    const { keyId } = JSON.parse(text) as Receipt;
    expect(verdict).toEqual({ ...whole, keyId });
    return true;
  }

  it(
    'proves what was signed or names a fault, for any text like a receipt',
    () => {
      expect(whole.ok).toBe(true);
      let proven = 0;
      const text = fc.constant(null).chain(() => hostileJson(receipt, canary));
      fc.assert(
        fc.property(text, (given) => {
          if (expectVerdict(given)) proven += 1;
        }),
        cases(100),
      );
      expect(proven).toBeGreaterThan(5);
    },
    patience(),
  );

  it(
    'is not exhausted by depth, for any place of a receipt',
    () => {
      const names = ['key', 'lines', 'path', 'head', 'index', 'registration', 'more'] as const;
      const pit = fc.constantFrom('@@list-pit@@', '@@map-pit@@');
      fc.assert(
        fc.property(fc.constantFrom(...names), pit, (name, value) => {
          const text = jsonText({ ...receipt, [name]: value });
          if (name === 'more') expect(expectVerdict(text)).toBe(true);
          else expect(checkReceipt(text, [])).toEqual({ ok: false, fault: 'not-a-receipt' });
        }),
        cases(30),
      );
    },
    patience(),
  );

  it(
    'takes no key for another, for any value in the place of the key',
    () => {
      fc.assert(
        fc.property(hostileValue, (value) => {
          const text = jsonText({ ...receipt, key: value });
          expect(checkReceipt(text, [key])).toEqual({ ok: false, fault: 'not-a-receipt' });
        }),
        cases(60),
      );
    },
    patience(),
  );
});
