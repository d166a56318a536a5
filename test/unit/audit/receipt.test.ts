/** Checking receipts. */
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt } from '../../../src/audit/receipt-making.ts';
import { checkReceipt, namesCredential, type Receipt } from '../../../src/audit/receipt.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import {
  chainPen,
  deed,
  forgedLine,
  logStartAt,
  memoryLog,
  rotation,
  testSigner,
  type ChainPen,
} from '../../support/audit-log.ts';
import { something } from '../../vectors/workshop.ts';
import { make, valueOf, type Desk } from './desk.ts';

let desk: Pick<Desk, 'log' | 'signer'>;
let calendar: ChainPen;
let receipt: Receipt;

beforeEach(async () => {
  const log = memoryLog();
  desk = { log, signer: testSigner() };
  calendar = chainPen(log, 'calendar');
  calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
  for (const name of ['archive', 'mail', 'payroll', 'reports'])
    chainPen(log, name).write(something);
  await make(desk, 1);
  receipt = await receiptOf('k2');
});

async function receiptOf(keyId: string, { log } = desk): Promise<Receipt> {
  const value = valueOf(await makeReceipt(log, keysAmong(log), keyId));
  if (value.kind !== 'receipt') throw new Error(value.kind);
  return value.receipt;
}

/** A line with a right hash that says something else. */
function forged(line: string, changes: Record<string, unknown>): string {
  const { hash: _hash, ...members } = JSON.parse(line) as Record<string, unknown>;
  return forgedLine({ ...members, ...changes }).trimEnd();
}

/** What is found of the receipt with something changed in it. */
function changed(change: Partial<Record<keyof Receipt, unknown>>): unknown {
  return checkReceipt(JSON.stringify({ ...receipt, ...change }), []);
}

describe('checkReceipt()', () => {
  it('reads nothing but a receipt', () => {
    const none = { ok: false, fault: 'not-a-receipt' };
    for (const text of [
      '',
      'null',
      '[]',
      '7',
      '"receipt"',
      '{}',
      '{"v":1,"kind":"keeper-receipt"}',
    ]) {
      expect(checkReceipt(text, [])).toEqual(none);
    }
    for (const name of Object.keys(receipt) as (keyof Receipt)[]) {
      expect(changed({ [name]: undefined }), name).toEqual(none);
      expect(changed({ [name]: true }), name).toEqual(none);
    }
    expect(changed({ v: 2 })).toEqual(none);
    expect(changed({ lines: [7] })).toEqual(none);
    expect(changed({ path: [7] })).toEqual(none);
    expect(changed({ index: 0.5 })).toEqual(none);
    expect(changed({ count: '5' })).toEqual(none);
    expect(changed({ key: { ...receipt.key, crv: 'P-384' } })).toEqual(none);
    expect(changed({ statement: 'a.b.c' })).toEqual(none);
    expect(changed({ statement: `${receipt.statement}\n` })).toEqual(none);
  });

  it.each<[string, (lines: readonly string[]) => readonly string[], number | undefined]>([
    ['none', () => [], undefined],
    ['one left out', (lines) => lines.toSpliced(4, 1), 15],
    ['one twice', (lines) => lines.toSpliced(4, 0, lines[4] ?? ''), 16],
    ['one changed', (lines) => lines.with(4, (lines[4] ?? '').replace('proved', 'refused')), 15],
    ['one forged', (lines) => lines.with(4, forged(lines[4] ?? '', { result: 'refused' })), 16],
    [
      'a first without a number',
      (lines) => lines.with(0, forged(lines[0] ?? '', { seq: 'x' })),
      undefined,
    ],
    [
      'a first without a link',
      (lines) => lines.with(0, forged(lines[0] ?? '', { prev: 7 })),
      undefined,
    ],
    ['a first that is no JSON', (lines) => lines.with(0, '{'), undefined],
    ['a first that is nothing', (lines) => lines.with(0, 'null'), undefined],
  ])('finds lines that do not follow each other: %s', (_, change, seq) => {
    const fault = { ok: false, fault: 'lines-broken', ...(seq === undefined ? {} : { seq }) };
    expect(changed({ lines: change(receipt.lines) })).toEqual(fault);
  });

  it.each<[string, () => Partial<Record<keyof Receipt, unknown>>]>([
    ['a last line left out', () => ({ lines: receipt.lines.slice(0, -1) })],
    [
      'a last line forged',
      () => ({
        lines: [
          ...receipt.lines.slice(0, -1),
          forged(receipt.lines.at(-1) ?? '', { result: 'refused' }),
        ],
      }),
    ],
    ['another registration', () => ({ registration: 'mail' })],
    ['a head that is no JSON', () => ({ head: '{' })],
    ['a head that is nothing', () => ({ head: 'null' })],
    [
      'a head of another number',
      () => ({ head: receipt.head.replace('"entries":22', '"entries":21') }),
    ],
  ])('finds lines that do not end at the head: %s', (_, change) => {
    expect(changed(change())).toEqual({ ok: false, fault: 'head-not-met' });
  });

  it.each<[string, () => Partial<Record<keyof Receipt, unknown>>]>([
    ['a head written otherwise', () => ({ head: receipt.head.replace('{', '{ ') })],
    ['another place', () => ({ index: receipt.index + 1 })],
    ['a negative place', () => ({ index: -1 })],
    ['another count', () => ({ count: receipt.count + 1 })],
    ['no path', () => ({ path: [] })],
    ['a path in another order', () => ({ path: receipt.path.toReversed() })],
    ['a path with more', () => ({ path: [...receipt.path, 'f'.repeat(64)] })],
  ])('finds a head that the statement does not cover: %s', (_, change) => {
    expect(changed(change())).toEqual({ ok: false, fault: 'not-under-root' });
  });

  it('finds another statement', async () => {
    calendar.write(something);
    await make(desk, 2);
    const statement = desk.log.text(checkpointFiles(2).jws).trim();
    expect(changed({ statement })).toEqual({ ok: false, fault: 'not-under-root' });
  });

  it('finds a bad signature, and a key that did not sign', () => {
    const statement = receipt.statement.replace(/\.[^.]*$/, `.${'A'.repeat(86)}`);
    expect(changed({ statement })).toEqual({ ok: false, fault: 'bad-signature' });
    const { x, y } = testSigner('stranger').key;
    expect(changed({ key: { ...receipt.key, x, y } })).toEqual({
      ok: false,
      fault: 'bad-signature',
    });
    // The numbers are right, the name is another one than the statement says (sections 5 and 7).
    expect(changed({ key: { ...receipt.key, kid: 'another' } })).toEqual({
      ok: false,
      fault: 'bad-signature',
    });
    // No point of the curve: no key at all.
    expect(changed({ key: { ...receipt.key, x: y, y: x } })).toEqual({
      ok: false,
      fault: 'not-a-receipt',
    });
  });

  it('takes only the given keys, when some are given', () => {
    const text = JSON.stringify(receipt);
    const stranger = testSigner('stranger').key;
    expect(checkReceipt(text, [stranger])).toEqual({ ok: false, fault: 'key-not-trusted' });
    expect(checkReceipt(text, [stranger, desk.signer.key])).toMatchObject({ ok: true });
    // Half of a key is another key.
    for (const half of ['x', 'y'] as const) {
      const other = { ...desk.signer.key, [half]: stranger[half] };
      expect(checkReceipt(text, [other])).toEqual({ ok: false, fault: 'key-not-trusted' });
    }
  });

  it('cannot be made by one who has another key', async () => {
    // A whole log of lies, well signed by a stranger.
    const lies = { log: memoryLog(), signer: testSigner() };
    chainPen(lies.log, 'calendar').write(...rotation('k9'));
    await make(lies, 1);
    const lie = await receiptOf('k9', lies);
    const text = JSON.stringify(lie);
    expect(checkReceipt(text, [])).toMatchObject({ ok: true });
    expect(checkReceipt(text, [desk.signer.key])).toEqual({ ok: false, fault: 'key-not-trusted' });
    // The stranger's key under the good one's numbers does not help.
    const disguised = JSON.stringify({ ...lie, key: receipt.key });
    expect(checkReceipt(disguised, [desk.signer.key])).toEqual({
      ok: false,
      fault: 'bad-signature',
    });
  });

  it('finds lines that do not name the credential', () => {
    expect(changed({ keyId: 'k7' })).toEqual({ ok: false, fault: 'credential-not-named' });
  });

  it('does not take the heads of one checkpoint under the statement of another', async () => {
    calendar.write(...rotation('k3', 'k2'));
    await make(desk, 2);
    const { head, lines, path } = await receiptOf('k3');
    expect(changed({ head, lines, path })).toEqual({ ok: false, fault: 'not-under-root' });
  });
});

function names(body: EntryBody, keyId: string): boolean {
  return namesCredential({ ...body, v: 1, seq: 1, at: logStartAt }, keyId);
}

describe('namesCredential()', () => {
  const held = { secret: 'current', version: 'k1' } as const;
  const named: readonly EntryBody[] = [
    { kind: 'outcome', intent: 'i', result: 'done', facts: { keyId: 'k1' } },
    { kind: 'proof', keyId: 'k1', held, result: 'proved' },
    { kind: 'recovery', intent: 'i', finding: 'done', keyId: 'k1' },
    { kind: 'observation', seen: { what: 'credential-gone', keyId: 'k1' } },
    ...deed({ id: 'i', effect: { kind: 'store-credential', keyId: 'k1' }, because: 'due' }).slice(
      0,
      1,
    ),
  ];
  const others: readonly EntryBody[] = [
    ...named,
    { kind: 'order', orderId: 'k2', by: 'k2', orderedAt: 0, body: { kind: 'retire', keyId: 'k2' } },
    { kind: 'order-end', orderId: 'k2', result: 'done' },
    { kind: 'configuration', configuration: 'k2' },
    { kind: 'outcome', intent: 'k2', result: 'done' },
    { kind: 'recovery', intent: 'k2', finding: 'not-done' },
    { kind: 'observation', seen: { what: 'foreign-version', version: 'k2' } },
    ...deed({
      id: 'k2',
      effect: { kind: 'create-service-principal', appId: 'k2' },
      because: 'due',
    }).slice(0, 1),
  ];
  it.each(named)('holds of $kind with its key id', (body) => {
    expect(names(body, 'k1')).toBe(true);
  });

  it.each(others)('does not hold of $kind without it, whatever else has the same text', (body) => {
    expect(names(body, 'k2')).toBe(false);
  });
});
