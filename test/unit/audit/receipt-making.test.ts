/** Making receipts: which lines they show, and under which statement. */
import { beforeEach, describe, expect, it } from 'vitest';
import { keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt, type Made } from '../../../src/audit/receipt-making.ts';
import { checkReceipt, type Receipt } from '../../../src/audit/receipt.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import {
  chainPen,
  dayMs,
  deed,
  logStartAt,
  memoryLog,
  rotation,
  testSigner,
  type ChainPen,
} from '../../support/audit-log.ts';
import { something } from '../../vectors/workshop.ts';
import { make, valueOf, type Desk } from './desk.ts';

const endAt = logStartAt + 180 * dayMs;
const takeOver = { hint: 'abc', endAt };
const held = { secret: 'current', version: 'v' } as const;

let desk: Pick<Desk, 'log' | 'signer'>;
let calendar: ChainPen;

beforeEach(() => {
  const log = memoryLog();
  desk = { log, signer: testSigner() };
  calendar = chainPen(log, 'calendar');
});

async function made(keyId: string): Promise<Made> {
  return valueOf(await makeReceipt(desk.log, keysAmong(desk.log), keyId));
}

async function receiptOf(keyId: string): Promise<Receipt> {
  const value = await made(keyId);
  if (value.kind !== 'receipt') throw new Error(value.kind);
  return value.receipt;
}

/** The numbers of the lines that the receipt of a credential shows, once it is found to hold. */
async function seqsOf(keyId: string): Promise<readonly number[]> {
  const receipt = await receiptOf(keyId);
  expect(checkReceipt(JSON.stringify(receipt), [])).toMatchObject({ ok: true });
  return receipt.lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
}

function from(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A removal and how it came out. */
function removal(keyId: string): readonly EntryBody[] {
  const effect = { kind: 'remove-credential', objectId: 'o', keyId, why: 'superseded' } as const;
  return deed({ id: `removal-of-${keyId}`, effect, because: 'cleanup' });
}

describe('a receipt', () => {
  it('shows the lines from the intent that added the credential to the first statement over all of it', async () => {
    calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
    await make(desk, 1);
    calendar.write(something);
    await make(desk, 2);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
    const receipt = await receiptOf('k2');
    expect(checkReceipt(JSON.stringify(receipt), [])).toMatchObject({
      ok: true,
      registration: 'calendar',
      keyId: 'k2',
      statement: { number: 1 },
      key: desk.signer.key,
      entries: { length: 12 },
    });
  });

  it('is about one chain among others, and names no other', async () => {
    const names = ['archive', 'mail', 'payroll', 'reports'];
    calendar.write(...rotation('k1'));
    for (const name of names) chainPen(desk.log, name).write(...rotation(`of-${name}`).slice(0, 3));
    await make(desk, 1);
    for (const [name, others] of [
      ['calendar', names],
      ...names.map(
        (one) => [one, ['calendar', ...names.filter((other) => other !== one)]] as const,
      ),
    ] as const) {
      const receipt = await receiptOf(name === 'calendar' ? 'k1' : `of-${name}`);
      expect(receipt.registration).toBe(name);
      expect(checkReceipt(JSON.stringify(receipt), [desk.signer.key])).toMatchObject({ ok: true });
      const parts = receipt.statement.split('.');
      const said = parts.map((part) => Buffer.from(part, 'base64url').toString('latin1')).join('');
      for (const other of others) expect(JSON.stringify(receipt) + said).not.toContain(other);
    }
  });

  it('grows with the statements until one covers all of the rotation, and then no more', async () => {
    calendar.write(...rotation('k1'));
    const written = rotation('k2', 'k1');
    calendar.write(...written.slice(0, 4));
    await make(desk, 1);
    expect(await seqsOf('k2')).toEqual(from(11, 14));
    calendar.write(...written.slice(4, 10));
    // Nothing is signed of what was written since.
    expect(await seqsOf('k2')).toEqual(from(11, 14));
    await make(desk, 2);
    expect(await seqsOf('k2')).toEqual(from(11, 20));
    // The removal of what it replaced is the end of it.
    calendar.write(...written.slice(10));
    await make(desk, 3);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
    calendar.write(something, ...rotation('k3').slice(0, 2));
    await make(desk, 4);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
  });

  it('shows the removal of a credential that was taken over, too', async () => {
    calendar.write({ kind: 'proof', keyId: 'old', held, result: 'proved', takeOver });
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    calendar.write(...removal('old'));
    await make(desk, 2);
    expect(await seqsOf('k1')).toEqual(from(2, 13));
  });

  it('shows the removal of a credential whose answer was lost, and which was found out later', async () => {
    const [intent, , ...rest] = rotation('k1');
    if (!intent) throw new Error('A rotation begins with an intent');
    const found = { kind: 'recovery', intent: 'add-k1', finding: 'done', keyId: 'k1' } as const;
    calendar.write(intent, { ...found, hint: 'abc', endAt }, ...rest);
    const after = calendar.link.seq;
    calendar.write(...rotation('k2'));
    await make(desk, 1);
    calendar.write(...removal('k1'));
    await make(desk, 2);
    expect((await seqsOf('k2')).at(-1)).toBe(after + rotation('k2').length + 2);
  });

  it.each<[string, readonly EntryBody[]]>([
    ['the removal of one that came from elsewhere', removal('foreign')],
    [
      'what else is done with one that it replaced',
      deed({
        id: 'i',
        effect: { kind: 'disable-version', keyId: 'k1', held },
        because: 'cleanup',
      }),
    ],
    [
      'a removal of which nobody knows what became of it',
      [
        ...removal('k1').slice(0, 1),
        { kind: 'recovery', intent: 'removal-of-k1', finding: 'in-doubt' },
      ],
    ],
    ['the next rotation', rotation('k3')],
  ])('does not wait for %s', async (_, later) => {
    calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
    await make(desk, 1);
    calendar.write(...later);
    await make(desk, 2);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
  });

  it('shows its own removal, and not what became of its successors', async () => {
    calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
    await make(desk, 1);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
    // A removal is not over before its outcome.
    const next = rotation('k3', 'k2');
    calendar.write(...next.slice(0, 11));
    await make(desk, 2);
    expect(await seqsOf('k2')).toEqual(from(11, 33));
    calendar.write(...next.slice(11));
    await make(desk, 3);
    calendar.write(...rotation('k4', 'k3'));
    await make(desk, 4);
    expect(await seqsOf('k2')).toEqual(from(11, 34));
  });

  it('is under the earliest of the statements that say the same', async () => {
    calendar.write(...rotation('k1'));
    for (const number of [1, 2, 3]) await make(desk, number);
    expect(checkReceipt(JSON.stringify(await receiptOf('k1')), [])).toMatchObject({
      statement: { number: 1 },
    });
  });

  it('shows lines of several parts', async () => {
    calendar.write(...rotation('k1'));
    calendar.nextPart();
    calendar.write(...rotation('k2', 'k1').slice(0, 5));
    calendar.nextPart();
    calendar.write(...rotation('k2', 'k1').slice(5));
    await make(desk, 1);
    expect(await seqsOf('k2')).toEqual(from(11, 22));
  });
});

describe('a receipt begins', () => {
  it('at the intent, also where the credential was only found out later', async () => {
    const [intent] = rotation('k1');
    if (!intent) throw new Error('Cannot begin');
    calendar.write(something, intent, something);
    await make(desk, 1);
    calendar.write({ kind: 'recovery', intent: 'add-k1', finding: 'done', keyId: 'k1' });
    // No statement covers the line that names it: there is no proof of it yet.
    expect(await made('k1')).toEqual({ kind: 'not-proved' });
    await make(desk, 2);
    expect(await seqsOf('k1')).toEqual(from(2, 4));
  });

  it.each<[string, EntryBody]>([
    ['was taken over', { kind: 'proof', keyId: 'k1', held, result: 'proved', takeOver }],
    [
      "was seen as somebody else's",
      { kind: 'observation', seen: { what: 'foreign-credential', keyId: 'k1', endAt } },
    ],
    ['was only ever removed', removal('k1')[0] ?? something],
  ])('where one is named first that %s', async (_, first) => {
    // What happens to others before and after has no part in it.
    const other: EntryBody = {
      kind: 'observation',
      seen: { what: 'foreign-credential', keyId: 'other', endAt },
    };
    calendar.write(something, other, ...removal('other'), first, other);
    await make(desk, 1);
    expect(await seqsOf('k1')).toEqual(from(5, 6));
  });

  it('in the chain that names it, not in one before', async () => {
    chainPen(desk.log, 'archive').write(...rotation('k0'), {
      kind: 'configuration',
      configuration: 'k1',
    });
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    expect((await receiptOf('k1')).registration).toBe('calendar');
  });
});
