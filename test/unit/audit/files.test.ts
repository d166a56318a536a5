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
import {
  decodeKey,
  encodeKey,
  keyFileName,
  keysAmong,
  thumbprintOf,
} from '../../../src/audit/key-file.ts';
import { lineCutter } from '../../../src/audit/lines.ts';
import { folderFiles } from '../../../src/cli/log-folder.ts';
import { entryBytes } from '../../../src/core/limits.ts';
import { memoryLog, testSigner } from '../../support/audit-log.ts';

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

describe('key files', () => {
  const { key } = testSigner();

  it('are read back, also with more in them', () => {
    expect(decodeKey(encodeKey(key))).toEqual(key);
    const more = { ...(JSON.parse(encodeKey(key)) as object), use: 'sig', alg: 'ES256' };
    expect(decodeKey(JSON.stringify(more, undefined, 2))).toEqual(key);
  });

  it.each<[string, object]>([
    ['another type', { kty: 'RSA' }],
    ['another curve', { crv: 'P-256K' }],
    ['no name', { kid: undefined }],
    ['a name that is no text', { kid: 7 }],
    ['a short coordinate', { x: 'AAAA' }],
    ['a coordinate with padding', { y: `${key.y.slice(0, -1)}=` }],
    ['no coordinate', { y: undefined }],
  ])('with %s are none', (_, change) => {
    const text = JSON.stringify({ ...(JSON.parse(encodeKey(key)) as object), ...change });
    expect(decodeKey(text)).toBeUndefined();
  });

  it.each(['', 'null', '7', '"x"', '[]', '{'])('that say %j are none', (text) => {
    expect(decodeKey(text)).toBeUndefined();
  });

  it('have the thumbprint of the RFC for the key in its example form', () => {
    // RFC 7638 orders the members crv, kty, x, y; kid and others have no part in it.
    const { x, y } = key;
    expect(thumbprintOf(key)).toBe(thumbprintOf({ kid: 'another', x, y }));
    expect(thumbprintOf(key)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(thumbprintOf(key)).not.toBe(thumbprintOf(testSigner().key));
  });

  it('are found by name, once read, and only where the name is theirs', async () => {
    const log = memoryLog();
    log.put(keyFileName(key.kid), encodeKey(key));
    log.put(keyFileName('other'), encodeKey(key));
    const find = keysAmong(log);
    expect(await find(key.kid)).toEqual({ ok: true, value: key });
    expect(await find(key.kid)).toEqual({ ok: true, value: key });
    expect(log.asked).toHaveLength(1);
    expect(await find('other')).toEqual({ ok: true, value: undefined });
    expect(await find('nobody')).toEqual({ ok: true, value: undefined });
    log.put(keyFileName('long'), `${' '.repeat(5_000)}${encodeKey({ ...key, kid: 'long' })}`);
    expect(await find('long')).toEqual({ ok: true, value: undefined });
  });
});

describe('lineCutter()', () => {
  it('tells where each line ends in the file, and what is left', () => {
    const told: [string | null | undefined, number][] = [];
    const cutter = lineCutter(100);
    const take = (text: string | null | undefined, endsAt: number): boolean => {
      told.push([text, endsAt]);
      return true;
    };
    for (const piece of ['é', '\n\nab', 'c\nrest']) cutter.push(Buffer.from(piece), take);
    expect(told).toEqual([
      ['é', 103],
      ['', 104],
      ['abc', 108],
    ]);
    expect(cutter.rest).toBe(4);
  });

  it('ends when it is told so', () => {
    const told: (string | null | undefined)[] = [];
    const cutter = lineCutter(0);
    const goesOn = cutter.push(Buffer.from('a\nb\nc\n'), (text) => {
      told.push(text);
      return text !== 'b';
    });
    expect({ told, goesOn }).toEqual({ told: ['a', 'b'], goesOn: false });
  });

  it('puts a character together that was cut between pieces', () => {
    const told: (string | null | undefined)[] = [];
    const cutter = lineCutter(0);
    for (const byte of Buffer.from('☃😀\n')) {
      cutter.push(Buffer.of(byte), (text) => told.push(text) > 0);
    }
    expect(told).toEqual(['☃😀']);
  });

  it('holds no more than an entry may be long', () => {
    const told: [string | null | undefined, number][] = [];
    const cutter = lineCutter(0);
    cutter.push(Buffer.alloc(entryBytes, 'x'), (...line) => told.push(line) < 0);
    expect(told).toEqual([]);
    cutter.push(Buffer.from('x'), (...line) => told.push(line) < 0);
    expect(told).toEqual([[null, entryBytes + 1]]);
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
