import { beforeEach, describe, expect, it } from 'vitest';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { encodeHeads, decodeHeads } from '../../../src/audit/heads.ts';
import { keyFileName, keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt, type Made } from '../../../src/audit/receipt-making.ts';
import { checkReceipt, type Receipt } from '../../../src/audit/receipt.ts';
import {
  chainPen,
  dayMs,
  deed,
  forgedLine,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type ChainPen,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';

let log: MemoryLog;
let signer: TestSigner;
let calendar: ChainPen;

beforeEach(() => {
  log = memoryLog();
  signer = testSigner();
  calendar = chainPen(log, 'calendar');
  calendar.write(...rotation('k1'));
  for (const name of ['archive', 'mail', 'payroll', 'reports']) {
    chainPen(log, name).write(...rotation(`of-${name}`));
  }
});

async function checkpoint(number: number): Promise<void> {
  const now = logStartAt + number * dayMs;
  const result = await makeCheckpoint(partsOf(log, signer), { now, everyMs: 1 });
  if (!result.ok || result.value.kind !== 'made') throw new Error('Cannot make a checkpoint');
}

async function made(keyId: string): Promise<Made> {
  const result = await makeReceipt(log, keysAmong(log), keyId);
  if (!result.ok) throw new Error(result.fault.kind);
  return result.value;
}

async function receiptOf(keyId: string): Promise<Receipt> {
  const value = await made(keyId);
  if (value.kind !== 'receipt') throw new Error(value.kind);
  return value.receipt;
}

/** A line with a right hash that says something else. */
function forged(line: string, changes: Record<string, unknown>): string {
  const { hash: _hash, ...members } = JSON.parse(line) as Record<string, unknown>;
  return forgedLine({ ...members, ...changes }).trimEnd();
}

/** The numbers of the lines that a receipt shows. */
function seqs({ lines }: Receipt): readonly number[] {
  return lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
}

describe('makeReceipt()', () => {
  it('shows the lines from the intent that added it to the first statement over all of it', async () => {
    calendar.write(...rotation('k2', 'k1'));
    await checkpoint(1);
    calendar.write({ kind: 'observation', seen: { what: 'secret-known' } });
    await checkpoint(2);
    const receipt = await receiptOf('k2');
    expect(seqs(receipt)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
    expect(checkReceipt(JSON.stringify(receipt), [])).toMatchObject({
      ok: true,
      registration: 'calendar',
      keyId: 'k2',
      statement: { number: 1 },
      key: signer.key,
      entries: { length: 12 },
    });
  });

  it.each(['archive', 'mail', 'payroll', 'reports'])('proves one of %s, too', async (name) => {
    await checkpoint(1);
    const receipt = await receiptOf(`of-${name}`);
    expect(receipt.registration).toBe(name);
    expect(checkReceipt(JSON.stringify(receipt), [signer.key])).toMatchObject({ ok: true });
  });

  it('shows no name of another registration', async () => {
    await checkpoint(1);
    const receipt = await receiptOf('k1');
    const statement = receipt.statement
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    const all = JSON.stringify(receipt) + statement.join('');
    for (const name of ['archive', 'mail', 'payroll', 'reports']) expect(all).not.toContain(name);
  });

  it('takes a later statement when the first does not cover all of it', async () => {
    calendar.write(...rotation('k2', 'k1').slice(0, 4));
    await checkpoint(1);
    calendar.write(...rotation('k2', 'k1').slice(4));
    expect(seqs(await receiptOf('k2')).at(-1)).toBe(14);
    await checkpoint(2);
    expect(seqs(await receiptOf('k2')).at(-1)).toBe(22);
  });

  it('shows lines of two parts', async () => {
    calendar.nextPart();
    calendar.write(...rotation('k2', 'k1').slice(0, 5));
    calendar.nextPart();
    calendar.write(...rotation('k2', 'k1').slice(5));
    await checkpoint(1);
    const receipt = await receiptOf('k2');
    expect(seqs(receipt)).toHaveLength(12);
    expect(checkReceipt(JSON.stringify(receipt), [])).toMatchObject({ ok: true });
  });

  it('proves a removal, as long as it is signed', async () => {
    const effect = {
      kind: 'remove-credential',
      objectId: 'object-1',
      keyId: 'k1',
      why: 'ended',
    } as const;
    calendar.write(...deed({ id: 'last', effect, because: 'cleanup' }));
    await checkpoint(1);
    const receipt = await receiptOf('k1');
    expect(seqs(receipt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('gives none for a credential that no chain names', async () => {
    await checkpoint(1);
    expect(await made('k7')).toEqual({ kind: 'unknown-credential' });
  });

  it.each<[string, () => void]>([
    ['there is no statement', () => log.bytes.delete(checkpointFiles(1).jws)],
    ['its key is not there', () => log.bytes.delete(keyFileName(signer.key.kid))],
    [
      'its signature is bad',
      () =>
        log.put(
          checkpointFiles(1).jws,
          log.text(checkpointFiles(1).jws).replace(/\.[^.]*$/, `.${'A'.repeat(86)}\n`),
        ),
    ],
    [
      'the chain was rewritten',
      () => {
        log.bytes.delete('audit/calendar/1.jsonl');
        chainPen(log, 'calendar', logStartAt + 1).write(...rotation('k1'));
      },
    ],
  ])('gives none where %s', async (_, tamper) => {
    await checkpoint(1);
    tamper();
    expect(await made('k1')).toEqual({ kind: 'not-proved' });
  });

  it('gives none while no statement covers it', async () => {
    await checkpoint(1);
    calendar.write(...rotation('k2', 'k1'));
    expect(await made('k2')).toEqual({ kind: 'not-proved' });
  });

  it.each(['list', 'read'] as const)(
    'tells the fault when files cannot be asked: %s',
    async (call) => {
      await checkpoint(1);
      const fault = { kind: 'timeout', vendor: 'storage' } as const;
      const files =
        call === 'list'
          ? { ...log, list: async () => ({ ok: false as const, fault }) }
          : {
              ...log,
              async *read() {
                yield { ok: false as const, fault };
              },
            };
      expect(await makeReceipt(files, keysAmong(log), 'k1')).toEqual({ ok: false, fault });
    },
  );
});

describe('checkReceipt()', () => {
  let receipt: Receipt;
  beforeEach(async () => {
    calendar.write(...rotation('k2', 'k1'));
    await checkpoint(1);
    receipt = await receiptOf('k2');
  });

  const changed = (change: Partial<Record<keyof Receipt, unknown>>): unknown =>
    checkReceipt(JSON.stringify({ ...receipt, ...change }), []);
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
    chainPen(log, 'zebra').write(...rotation('z'));
    await checkpoint(2);
    const statement = log.text(checkpointFiles(2).jws).trim();
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
    expect(checkReceipt(text, [stranger, signer.key])).toMatchObject({ ok: true });
  });

  it('cannot be made by one who has another key', async () => {
    // A whole log of lies, well signed by a stranger.
    const lies = memoryLog();
    const stranger = testSigner();
    chainPen(lies, 'calendar').write(...rotation('k9'));
    await makeCheckpoint(partsOf(lies, stranger), { now: logStartAt + dayMs, everyMs: 1 });
    const lie = await makeReceipt(lies, keysAmong(lies), 'k9');
    if (!lie.ok || lie.value.kind !== 'receipt') throw new Error('Cannot make it');
    const text = JSON.stringify(lie.value.receipt);
    expect(checkReceipt(text, [])).toMatchObject({ ok: true });
    expect(checkReceipt(text, [signer.key])).toEqual({ ok: false, fault: 'key-not-trusted' });
    // The stranger's key under the good one's numbers does not help.
    const disguised = JSON.stringify({ ...lie.value.receipt, key: receipt.key });
    expect(checkReceipt(disguised, [signer.key])).toEqual({ ok: false, fault: 'bad-signature' });
  });

  it('finds lines that do not name the credential', () => {
    expect(changed({ keyId: 'k7' })).toEqual({ ok: false, fault: 'credential-not-named' });
  });

  it('does not take the heads of one checkpoint under the statement of another', async () => {
    calendar.write(...rotation('k3', 'k2'));
    await checkpoint(2);
    const heads = decodeHeads(log.text(checkpointFiles(2).heads));
    if (!heads) throw new Error('Cannot read the heads');
    expect(encodeHeads(heads.heading, heads.chains)).toBe(log.text(checkpointFiles(2).heads));
    const later = await receiptOf('k3');
    expect(changed({ head: later.head, lines: later.lines, path: later.path })).toEqual({
      ok: false,
      fault: 'not-under-root',
    });
  });
});
