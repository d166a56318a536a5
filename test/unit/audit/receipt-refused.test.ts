/** Making receipts: when there is none, and what is told then. */
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpointFiles, type AuditFiles } from '../../../src/audit/files.ts';
import { keyFileName, keysAmong } from '../../../src/audit/key-file.ts';
import { makeReceipt, type Made } from '../../../src/audit/receipt-making.ts';
import {
  chainPen,
  logStartAt,
  memoryLog,
  rotation,
  testSigner,
  type ChainPen,
} from '../../support/audit-log.ts';
import { make, valueOf, type Desk } from './desk.ts';
import { fault, filesBehind, withEachFault, withEndless } from './faults.ts';

let desk: Pick<Desk, 'log' | 'signer'>;
let calendar: ChainPen;

beforeEach(() => {
  const log = memoryLog();
  desk = { log, signer: testSigner() };
  calendar = chainPen(log, 'calendar');
});

async function made(keyId: string, files: AuditFiles = desk.log): Promise<Made> {
  return valueOf(await makeReceipt(files, keysAmong(files), keyId));
}

describe('there is no receipt', () => {
  it('for a credential that no chain names', async () => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    expect(await made('k7')).toEqual({ kind: 'unknown-credential' });
  });

  it.each<[string, () => void]>([
    ['there is no statement', () => desk.log.bytes.delete(checkpointFiles(1).jws)],
    ['its key is not there', () => desk.log.bytes.delete(keyFileName(desk.signer.key.kid))],
    [
      'its signature is bad',
      () => {
        const text = desk.log.text(checkpointFiles(1).jws);
        desk.log.put(checkpointFiles(1).jws, text.replace(/\.[^.]*$/, `.${'A'.repeat(86)}\n`));
      },
    ],
    [
      'the chain was rewritten',
      () => {
        desk.log.bytes.delete('audit/calendar/1.jsonl');
        chainPen(desk.log, 'calendar', logStartAt + 1).write(...rotation('k1'));
      },
    ],
  ])('where %s', async (_, tamper) => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    tamper();
    expect(await made('k1')).toEqual({ kind: 'not-proved' });
  });

  it('while no statement covers it', async () => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    calendar.write(...rotation('k2', 'k1'));
    expect(await made('k2')).toEqual({ kind: 'not-proved' });
  });

  it.each([
    ['heads', checkpointFiles(1).heads],
    ['statement', checkpointFiles(1).jws],
  ])('when the %s cannot be read any more after they were found good', async (_, name) => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    for (const later of [memoryLog(), withEndless(memoryLog(), name)]) {
      let reads = 0;
      const files: AuditFiles = {
        list: (folder, within) => desk.log.list(folder, within),
        async *read(read, offset) {
          reads += read === name ? 1 : 0;
          yield* (read === name && reads > 1 ? later : desk.log).read(read, offset);
        },
      };
      expect(await made('k1', files)).toEqual({ kind: 'not-proved' });
    }
  });

  it('when the heads were replaced meanwhile, or the key is gone', async () => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    const keyOf = keysAmong(desk.log);
    const answer = (asked: number): ReturnType<typeof keyOf> =>
      asked === 1 ? keyOf(desk.signer.key.kid) : Promise.resolve({ ok: true, value: undefined });
    let asked = 0;
    const gone = await makeReceipt(desk.log, () => answer((asked += 1)), 'k1');
    expect(gone).toEqual({ ok: true, value: { kind: 'not-proved' } });
    // Heads of no chain, put there after the good ones were read.
    const empty = { log: memoryLog(), signer: testSigner() };
    await make(empty, 1);
    const replaced = await makeReceipt(
      desk.log,
      (kid) => {
        const heads = checkpointFiles(1).heads;
        desk.log.put(heads, empty.log.text(heads));
        return keyOf(kid);
      },
      'k1',
    );
    expect(replaced).toEqual({ ok: true, value: { kind: 'not-proved' } });
  });
});

describe('a question that is not answered', () => {
  it('is told as it is, whichever it is', async () => {
    calendar.write(...rotation('k1'));
    await make(desk, 1);
    const told = await withEachFault((gate) => {
      const files = filesBehind(desk.log, gate);
      return makeReceipt(files, keysAmong(files), 'k1');
    });
    expect(told.length).toBeGreaterThan(7);
    for (const one of told) expect(one).toEqual({ ok: false, fault });
    // Keys may come from elsewhere, such as from a vault.
    const keyOf = keysAmong(desk.log);
    for (const nth of [1, 2]) {
      let asked = 0;
      const ask: typeof keyOf = async (kid) =>
        (asked += 1) === nth ? { ok: false, fault } : keyOf(kid);
      expect(await makeReceipt(desk.log, ask, 'k1')).toEqual({ ok: false, fault });
    }
  });
});
