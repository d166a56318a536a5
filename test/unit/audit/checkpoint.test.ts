/** Making checkpoints: what is published, and when. */
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { decodeKey, keyFileName } from '../../../src/audit/key-file.ts';
import { decodeJws } from '../../../src/audit/statement.ts';
import { dayMs, logStartAt, partsOf, rotation } from '../../support/audit-log.ts';
import { around } from '../../support/audit-mishaps.ts';
import { verdictOn } from '../../vectors/make-audit.ts';
import { everyMs, headOf, headsOf, make, newDesk, type Desk } from './desk.ts';
import { copyOf } from './faults.ts';

let desk: Desk;

beforeEach(() => {
  desk = newDesk();
});

describe('makeCheckpoint()', () => {
  it('publishes where every chain stands, signed, with the key beside it', async () => {
    const made = await make(desk, 1);
    expect(made).toMatchObject({ kind: 'made', number: 1, broken: [] });
    const bytes = Buffer.byteLength(desk.log.text('audit/calendar/1.jsonl'));
    expect(headsOf(desk.log, 1)).toEqual([
      { chain: 'calendar', entries: 10, hash: desk.calendar.link.hash, blob: 1, bytes },
      { chain: 'mail', entries: 2, hash: desk.mail.link.hash, blob: 1, bytes: expect.any(Number) },
    ]);
    const jws = desk.log.text(checkpointFiles(1).jws);
    expect(made).toHaveProperty('jws', jws.trim());
    expect(decodeJws(jws)?.statement).toMatchObject({
      number: 1,
      at: '2026-11-02T08:00:00.000Z',
      log: 'keeperlog.example',
      build: '0.1.0+4f1c2a9',
      prev: '0'.repeat(64),
      chains: 2,
      entries: 12,
      broken: 0,
    });
    expect(decodeKey(desk.log.text(keyFileName(desk.signer.key.kid)))).toEqual(desk.signer.key);
    expect(await verdictOn(desk.log)).toMatchObject({ ok: true, statements: { good: 1 } });
  });

  it('makes the first one over an empty log as well', async () => {
    desk.log.bytes.clear();
    expect(await make(desk, 1)).toMatchObject({ kind: 'made', number: 1 });
    expect(await verdictOn(desk.log)).toMatchObject({
      ok: true,
      statements: { good: 1 },
      chains: [],
    });
  });

  it('names the statement before, by the hash of its payload', async () => {
    await make(desk, 1);
    await make(desk, 2);
    const [, payload = ''] = desk.log.text(checkpointFiles(1).jws).split('.');
    const statement = decodeJws(desk.log.text(checkpointFiles(2).jws))?.statement;
    expect(statement?.prev).toBe(sha256(Buffer.from(payload, 'base64url')));
  });

  it('reads only what is new since the last one', async () => {
    await make(desk, 1);
    const from = headOf(desk.log, 1, 'calendar')?.bytes;
    desk.calendar.write(...rotation('k2'));
    desk.log.asked.length = 0;
    await make(desk, 2);
    const reads = desk.log.asked.filter((one) => one.startsWith('read audit/'));
    expect(reads).toEqual([`read audit/calendar/1.jsonl ${from}`]);
    expect(headOf(desk.log, 2, 'calendar')).toMatchObject({
      entries: 20,
      hash: desk.calendar.link.hash,
    });
    expect(headOf(desk.log, 2, 'mail')).toEqual(headOf(desk.log, 1, 'mail'));
  });

  it('goes on into the next part of a chain', async () => {
    await make(desk, 1);
    desk.calendar.nextPart();
    desk.calendar.write(...rotation('k2'));
    await make(desk, 2);
    const bytes = desk.log.bytes.get('audit/calendar/2.jsonl')?.length;
    expect(headOf(desk.log, 2, 'calendar')).toMatchObject({ entries: 20, blob: 2, bytes });
    desk.calendar.write(...rotation('k3'));
    await make(desk, 3);
    expect(headOf(desk.log, 3, 'calendar')).toMatchObject({ entries: 30, blob: 2 });
    expect(await verdictOn(desk.log)).toMatchObject({ ok: true });
  });

  it.each([1, 7, 100, 1_000])('finds the same in pieces of %d bytes', async (pieceBytes) => {
    const pieces = { ...desk, log: copyOf(desk.log, pieceBytes) };
    await make(desk, 1);
    await make(pieces, 1);
    expect(headsOf(pieces.log, 1)).toEqual(headsOf(desk.log, 1));
  });

  it('is not due before its time, and then costs a list, two small files and a key', async () => {
    await make(desk, 1);
    desk.log.asked.length = 0;
    desk.signer.signed.length = 0;
    const parts = around(partsOf(desk.log, desk.signer), async () => {
      throw new Error('Nothing is written');
    });
    const early = await makeCheckpoint(parts, { now: logStartAt + dayMs + everyMs - 1, everyMs });
    expect(early).toEqual({
      ok: true,
      value: { kind: 'not-due', number: 1, at: logStartAt + dayMs },
    });
    expect(desk.log.asked.toSorted()).toEqual([
      'list checkpoints',
      'read checkpoints/00000001.heads.jsonl 0',
      'read checkpoints/00000001.jws 0',
    ]);
    const due = await makeCheckpoint(partsOf(desk.log, desk.signer), {
      now: logStartAt + dayMs + everyMs,
      everyMs,
    });
    expect(due).toMatchObject({ value: { kind: 'made', number: 2 } });
  });

  it('signs with the newest version of the key, and keeps the old one beside the log', async () => {
    const old = desk.signer.key;
    await make(desk, 1);
    const key = desk.signer.rotate();
    await make(desk, 2);
    expect(decodeJws(desk.log.text(checkpointFiles(2).jws))?.kid).toBe(key.kid);
    expect(decodeKey(desk.log.text(keyFileName(old.kid)))).toEqual(old);
    const verdict = await verdictOn(desk.log);
    expect(verdict).toMatchObject({ ok: true, statements: { good: 2, keys: [old.kid, key.kid] } });
  });
});

describe('the file with the heads', () => {
  it('is canonical JSON, a line for each chain behind the heading', async () => {
    await make(desk, 1);
    const lines = desk.log.text(checkpointFiles(1).heads).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toBe(canonicalJson(JSON.parse(line)));
  });
});
