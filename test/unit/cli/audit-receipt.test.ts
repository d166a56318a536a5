import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { encodeKey, thumbprintOf } from '../../../src/audit/key-file.ts';
import type { Receipt } from '../../../src/audit/receipt.ts';
import {
  chainPen,
  dayMs,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';
import { bench, brokenFiles, type Bench } from './command-bench.ts';

let log: MemoryLog;
let signer: TestSigner;
let desk: Bench;

beforeEach(async () => {
  log = memoryLog();
  signer = testSigner();
  const calendar = chainPen(log, 'calendar');
  calendar.write(...rotation('k1'), ...rotation('k2', 'k1'));
  await makeCheckpoint(partsOf(log, signer), { now: logStartAt + dayMs, everyMs: 1 });
  calendar.write(...rotation('k3', 'k2'));
  desk = bench({ files: log });
});

afterEach(() => desk.remove());

/** Makes the receipt, changes it, and gives the path of its file. */
async function receiptFile(change: Partial<Receipt> = {}): Promise<string> {
  const { out } = await desk.run('audit', 'receipt', 'k2');
  const path = join(desk.folder, 'receipt.json');
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(out) as Receipt), ...change }));
  return path;
}

describe('keeper audit receipt', () => {
  it('writes a receipt that holds', async () => {
    const { code, out, err } = await desk.run('audit', 'receipt', 'k2');
    expect(JSON.parse(out)).toMatchObject({ v: 1, kind: 'keeper-receipt', keyId: 'k2' });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await desk.run('audit', 'check-receipt', await receiptFile())).toMatchObject({
      code: 0,
    });
  });

  it('cannot be made to steer the terminal by the name of a chain', async () => {
    const hostile = memoryLog();
    chainPen(hostile, 'a\u001b[2Jb').write(...rotation('k1'));
    await makeCheckpoint(partsOf(hostile, signer), { now: logStartAt + dayMs, everyMs: 1 });
    const other = bench({ files: hostile });
    const path = join(other.folder, 'hostile.json');
    const { err } = await other.run('audit', 'receipt', 'k1', '--out', path);
    other.remove();
    expect(err).toBe(`${path}: 10 lines of a\\u{1b}[2Jb\n`);
  });

  it('writes it to a file, and never over one', async () => {
    const path = join(desk.folder, 'new.json');
    const first = await desk.run('audit', 'receipt', 'k2', '--out', path);
    expect(first).toEqual({ code: 0, out: '', err: `${path}: 12 lines of calendar\n` });
    const text = readFileSync(path, 'utf8');
    const second = await desk.run('audit', 'receipt', 'k1', '--out', path);
    expect(second).toMatchObject({ code: 2, err: expect.stringContaining('is there already') });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('tells a credential that no chain names from one that no statement covers', async () => {
    expect(await desk.run('audit', 'receipt', 'k7')).toMatchObject({
      code: 2,
      err: 'keeper: no chain names the credential k7\n',
    });
    expect(await desk.run('audit', 'receipt', 'k3')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no signed statement covers'),
    });
  });

  it('trusts only the given keys, when some are given', async () => {
    const path = join(desk.folder, 'stranger.json');
    writeFileSync(path, encodeKey(testSigner('stranger').key));
    expect(await desk.run('audit', 'receipt', 'k2', '--key', path)).toMatchObject({ code: 1 });
  });

  it('ends with 3 when the log cannot be read', async () => {
    const broken = bench({ files: brokenFiles({ kind: 'timeout', vendor: 'storage' }) });
    const ran = await broken.run('audit', 'receipt', 'k2');
    expect(ran).toEqual({ code: 3, out: '', err: 'keeper: storage timeout\n' });
    expect(broken.closed()).toBe(1);
    broken.remove();
  });
});

describe('keeper audit check-receipt', () => {
  it('tells in words when the credential came, and what went', async () => {
    const { code, out, err } = await desk.run('audit', 'check-receipt', await receiptFile());
    expect(out.split('\n').slice(0, 4)).toEqual([
      'The receipt holds.',
      'Credential k2 of calendar, covered by checkpoint 1 of 2026-11-02T08:00:00.000Z',
      `signed with the key ${thumbprintOf(signer.key)} (the one that it brings: compare it with the one in the vault)`,
      '',
    ]);
    expect(out).toMatch(
      / {2}2026-11-01T08:11:00\.000Z {2}done: add a credential .*\(credential k2\)$/m,
    );
    expect(out).toMatch(
      / {2}done: give connector us\/one credential k2 \(12 grants, 0 invalid\)$/m,
    );
    expect(out).toMatch(/ {2}done: remove credential k1 \(superseded\)$/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('gives machines the same', async () => {
    const { out } = await desk.run('audit', 'check-receipt', await receiptFile(), '--json');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      registration: 'calendar',
      keyId: 'k2',
      statement: { number: 1 },
      thumbprint: thumbprintOf(signer.key),
      told: { length: 7 },
    });
  });

  it('needs no log at all', async () => {
    const path = await receiptFile();
    const bare = bench();
    expect(await bare.run('audit', 'check-receipt', path)).toMatchObject({ code: 0 });
    bare.remove();
  });

  it('says without reserve what a given key signed', async () => {
    const path = join(desk.folder, 'key.json');
    writeFileSync(path, encodeKey(signer.key));
    const { out } = await desk.run('audit', 'check-receipt', await receiptFile(), '--key', path);
    expect(out).toContain(`signed with the key ${thumbprintOf(signer.key)}\n`);
  });

  it.each<[string, Partial<Receipt>, RegExp]>([
    ['not-a-receipt', { kind: 'gossip' as 'keeper-receipt' }, /it is no receipt/],
    ['lines-broken', { lines: [] }, /its lines do not continue each other/],
    ['head-not-met', { registration: 'mail' }, /do not end where the checkpoint saw the chain/],
    ['not-under-root', { index: 1 }, /does not cover this chain/],
    ['credential-not-named', { keyId: 'k7' }, /do not name the credential/],
  ])('ends with 1 where it does not hold: %s', async (fault, change, words) => {
    const path = await receiptFile(change);
    const { code, out } = await desk.run('audit', 'check-receipt', path);
    expect(out).toMatch(/^The receipt does not hold: [^\n]+\.\n$/);
    expect(out).toMatch(words);
    expect(code).toBe(1);
    const machine = await desk.run('audit', 'check-receipt', path, '--json');
    expect(JSON.parse(machine.out)).toEqual({ ok: false, fault });
  });

  it('ends with 1 under keys that did not sign', async () => {
    const path = join(desk.folder, 'stranger.json');
    writeFileSync(path, encodeKey(testSigner('stranger').key));
    const ran = await desk.run(
      'audit',
      'check-receipt',
      await receiptFile(),
      '--key',
      path,
      '--json',
    );
    expect(JSON.parse(ran.out)).toEqual({ ok: false, fault: 'key-not-trusted' });
    expect(ran.code).toBe(1);
  });
});

describe('keeper audit checkpoint', () => {
  it('makes one now, whenever the last was made', async () => {
    const able = bench({ files: log, checkpoints: partsOf(log, signer) });
    expect(await able.run('audit', 'checkpoint')).toEqual({
      code: 0,
      out: 'checkpoint 2\n',
      err: '',
    });
    expect(await able.run('audit', 'checkpoint')).toMatchObject({ out: 'checkpoint 3\n' });
    expect(able.closed()).toBe(2);
    able.remove();
  });

  it('ends with 1 over a log that contradicts its last one', async () => {
    log.put('checkpoints/00000001.jws', 'rubbish\n');
    const able = bench({ files: log, checkpoints: partsOf(log, signer) });
    expect(await able.run('audit', 'checkpoint')).toEqual({
      code: 1,
      out: '',
      err: 'keeper: checkpoint 1: statement-unreadable. Run keeper audit verify.\n',
    });
    able.remove();
  });

  it('ends with 3 when the vault does not answer', async () => {
    const fault = { kind: 'timeout', vendor: 'vault' } as const;
    const silent = { ...signer, currentKey: async () => ({ ok: false as const, fault }) };
    const parts = partsOf(log, { ...silent, readKey: (kid: string) => signer.readKey(kid) });
    const unable = bench({ files: log, checkpoints: parts });
    expect(await unable.run('audit', 'checkpoint')).toEqual({
      code: 3,
      out: '',
      err: 'keeper: vault timeout\n',
    });
    unable.remove();
  });
});
