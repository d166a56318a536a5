import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chainsAmong,
  checkpointFiles,
  checkpointsAmong,
  readWhole,
} from '../../../src/audit/files.ts';
import { folderFiles } from '../../../src/cli/log-folder.ts';
import { memoryLog } from '../../support/audit-log.ts';

const named = (...names: readonly string[]): { name: string; bytes: number }[] =>
  names.map((name) => ({ name, bytes: 1 }));

describe('chainsAmong()', () => {
  it('puts parts in the order of their numbers, and chains in that of their names', () => {
    const files = named(
      'audit/mail/1.jsonl',
      ...[10, 2, 1, 9, 3, 8, 4, 7, 5, 6].map((part) => `audit/calendar/${part}.jsonl`),
    );
    const chains = chainsAmong(files);
    expect(chains.map((one) => one.registration)).toEqual(['calendar', 'mail']);
    expect(chains[0]?.parts.map(({ name }) => name)).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((part) => `audit/calendar/${part}.jsonl`),
    );
    expect(chains.every((one) => !one.hasGap)).toBe(true);
    for (const order of [
      ['a', 'b', 'c'],
      ['b', 'a', 'c'],
      ['c', 'a', 'b'],
    ]) {
      const listed = chainsAmong(named(...order.map((one) => `audit/${one}/1.jsonl`)));
      expect(listed.map((one) => one.registration)).toEqual(['a', 'b', 'c']);
    }
  });

  it('knows a gap', () => {
    const [chain] = chainsAmong(named('audit/a/1.jsonl', 'audit/a/3.jsonl'));
    expect(chain).toMatchObject({ hasGap: true, parts: [{ name: 'audit/a/1.jsonl' }] });
    expect(chainsAmong(named('audit/a/2.jsonl'))).toEqual([
      { registration: 'a', parts: [], hasGap: true },
    ]);
  });

  it('leaves out what has another name', () => {
    const others = [
      'audit/a/01.jsonl',
      'audit/a/0.jsonl',
      'audit/a/1.json',
      'audit/a/b/1.jsonl',
      'audit/1.jsonl',
      'audit//1.jsonl',
      'x/audit/a/1.jsonl',
      'audit/a/1234567890.jsonl',
      'audit/a/1.jsonl\n',
    ];
    expect(chainsAmong(named(...others))).toEqual([]);
  });
});

describe('checkpointsAmong()', () => {
  it('tells which files each has, by number', () => {
    const files = named(
      checkpointFiles(12).jws,
      checkpointFiles(2).heads,
      checkpointFiles(2).jws,
      checkpointFiles(1).heads,
      'checkpoints/1.jws',
      'checkpoints/00000000.jws',
      'checkpoints/00000003.jws.bak',
      'checkpoints/keys/00000003.jws',
      'x/checkpoints/00000003.jws',
      'checkpoints/000000003.jws',
      'checkpoints/00000003.jsonl',
    );
    expect([...checkpointsAmong(files)]).toEqual([
      [1, { heads: true, jws: false }],
      [2, { heads: true, jws: true }],
      [12, { heads: false, jws: true }],
    ]);
  });

  it('has names of eight digits', () => {
    expect(checkpointFiles(42)).toEqual({
      heads: 'checkpoints/00000042.heads.jsonl',
      jws: 'checkpoints/00000042.jws',
    });
  });
});

describe('readWhole()', () => {
  it('reads what is not longer than the bound, in pieces of any size', async () => {
    for (const pieceBytes of [1, 2, 3, 100]) {
      const log = memoryLog(pieceBytes);
      log.put('keys/a.json', 'abc');
      expect(await readWhole(log, 'keys/a.json', 3)).toEqual({
        ok: true,
        value: Buffer.from('abc'),
      });
      expect(await readWhole(log, 'keys/a.json', 2)).toEqual({ ok: true, value: undefined });
      expect(await readWhole(log, 'keys/none.json', 0)).toEqual({
        ok: true,
        value: Buffer.alloc(0),
      });
    }
  });
});

describe('folderFiles()', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keeper-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lists what is there by name, and nothing of a folder that is not', async () => {
    mkdirSync(join(folder, 'audit/b'), { recursive: true });
    mkdirSync(join(folder, 'audit/a'));
    writeFileSync(join(folder, 'audit/b/1.jsonl'), 'é');
    writeFileSync(join(folder, 'audit/a/1.jsonl'), '');
    const files = folderFiles(folder);
    expect(await files.list('audit')).toEqual({
      ok: true,
      value: [
        { name: 'audit/a/1.jsonl', bytes: 0 },
        { name: 'audit/b/1.jsonl', bytes: 2 },
      ],
    });
    expect(await files.list('keys')).toEqual({ ok: true, value: [] });
  });

  it('takes a file in the place of a folder for a fault, not for nothing', async () => {
    writeFileSync(join(folder, 'audit'), '');
    const fault = { kind: 'unavailable', vendor: 'storage', code: 'folder' };
    expect(await folderFiles(folder).list('audit')).toEqual({ ok: false, fault });
  });

  it('reads from a byte on, nothing of what is not there, and tells what cannot be read', async () => {
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'keys/a.json'), 'é☃\n');
    const files = folderFiles(folder);
    expect(await readWhole(files, 'keys/a.json', 100)).toEqual({
      ok: true,
      value: Buffer.from('é☃\n'),
    });
    const rest: Uint8Array[] = [];
    for await (const piece of files.read('keys/a.json', 2)) if (piece.ok) rest.push(piece.value);
    expect(Buffer.concat(rest).toString()).toBe('☃\n');
    expect(await readWhole(files, 'keys/none.json', 100)).toEqual({
      ok: true,
      value: Buffer.alloc(0),
    });
    expect(await readWhole(files, 'keys', 100)).toMatchObject({ ok: false });
  });

  it('does not follow a link out of the folder', async () => {
    mkdirSync(join(folder, 'audit/a'), { recursive: true });
    symlinkSync('/etc/hostname', join(folder, 'audit/a/1.jsonl'));
    expect(await folderFiles(folder).list('audit')).toEqual({ ok: true, value: [] });
  });
});
