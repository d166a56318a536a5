import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../src/core/fault.ts';
import {
  chainPen,
  memoryLog,
  rotation,
  testSigner,
  type MemoryLog,
} from '../../support/audit-log.ts';
import { checkpoint, largeLog, something } from '../../vectors/workshop.ts';
import { bench, brokenFiles, type Bench } from './command-bench.ts';

let log: MemoryLog;
let desk: Bench;
let out: string;

beforeEach(async () => {
  log = memoryLog(500);
  await largeLog({ log, signer: testSigner() });
  // Parts as long as in a folder, where nothing says otherwise.
  desk = bench({ files: { ...log, partLines: 40_000 } });
  out = join(desk.folder, 'log');
});

afterEach(() => desk.remove());

/** True for what is part of the log: all but what others put beside it. */
function expectCopy(): void {
  for (const [name, bytes] of log.bytes) {
    expect(readFileSync(join(out, name)).equals(bytes), name).toBe(true);
  }
}

describe('keeper audit export', () => {
  it('copies all that is needed to check the log, byte for byte', async () => {
    const { code, out: told, err } = await desk.run('audit', 'export', '--out', out);
    expectCopy();
    expect(told).toMatch(/^12 files in .*\/log \([\d,]+ bytes copied, 1 file already there\)\n/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(desk.closed()).toBe(1);
    const verified = await desk.run('audit', 'verify', '--folder', out, '--json');
    const original = await desk.run('audit', 'verify', '--json');
    expect(verified).toEqual(original);
  });

  it('takes the folder as an argument as well', async () => {
    expect(await desk.run('audit', 'export', out)).toMatchObject({ code: 0 });
    expectCopy();
  });

  it('counts for machines', async () => {
    const { out: told } = await desk.run('audit', 'export', '--out', out, '--json');
    const bytes = [...log.bytes.values()].reduce((sum, one) => sum + one.length, 0);
    expect(JSON.parse(told)).toEqual({
      out,
      files: log.bytes.size,
      bytes,
      kept: 1,
      leftOut: 0,
    });
  });

  it('copies statements before keys before chains', async () => {
    log.asked.length = 0;
    await desk.run('audit', 'export', '--out', out);
    const folders = log.asked.filter((one) => one.startsWith('list '));
    expect(folders).toEqual(['list checkpoints', 'list keys', 'list audit']);
  });

  it('copies nothing twice', async () => {
    await desk.run('audit', 'export', '--out', out);
    log.asked.length = 0;
    const { out: told } = await desk.run('audit', 'export', '--out', out, '--json');
    expect(JSON.parse(told)).toMatchObject({ bytes: 0, kept: log.bytes.size });
    expect(log.asked.filter((one) => one.startsWith('read ') && !one.includes('/new/'))).toEqual(
      [],
    );
  });

  it('fetches what has come since, and only that', async () => {
    await desk.run('audit', 'export', '--out', out);
    const name = 'audit/mail/1.jsonl';
    const before = log.bytes.get(name)?.length ?? 0;
    const more = chainPen(memoryLog(), 'mail');
    more.write(something);
    log.put(name, `${log.text(name)}{"new":"line"}\n`);
    log.asked.length = 0;
    const { out: told } = await desk.run('audit', 'export', '--out', out, '--json');
    expect(JSON.parse(told)).toMatchObject({ bytes: 15 });
    expect(log.asked).toContain(`read ${name} ${before}`);
    expectCopy();
  });

  it.each([1, 2, 3, 5, 8, 13, 21, 34])('goes on after a cut at read %d', async (nth) => {
    let reads = 0;
    const files = {
      ...log,
      async *read(name: string, offset: number) {
        for await (const piece of log.read(name, offset)) {
          reads += 1;
          if (reads === nth) {
            yield failure({ kind: 'unavailable', vendor: 'storage' } as const);
            return;
          }
          yield piece;
        }
      },
    };
    const cut = bench({ files });
    const ran = await cut.run('audit', 'export', '--out', out);
    cut.remove();
    expect(ran).toEqual({
      code: 3,
      out: '',
      err: 'keeper: storage unavailable; run it again, it goes on from where it stopped\n',
    });
    expect((await desk.run('audit', 'export', '--out', out)).code).toBe(0);
    expectCopy();
  });

  it('goes on where a copy was cut in the middle of a line', async () => {
    await desk.run('audit', 'export', '--out', out);
    truncateSync(join(out, 'audit/calendar/1.jsonl'), 1_234);
    truncateSync(join(out, 'checkpoints/00000002.jws'), 0);
    await desk.run('audit', 'export', '--out', out);
    expectCopy();
  });

  it('copies no more than was listed, so that statement and chain fit', async () => {
    const name = 'audit/mail/1.jsonl';
    const listed = log.bytes.get(name)?.length ?? 0;
    const files = {
      ...log,
      read(asked: string, offset: number) {
        if (asked === name) log.put(name, `${log.text(name)}more\n`);
        return log.read(asked, offset);
      },
    };
    const growing = bench({ files });
    expect(await growing.run('audit', 'export', '--out', out)).toMatchObject({ code: 0 });
    growing.remove();
    expect(readFileSync(join(out, name))).toHaveLength(listed);
  });

  it('does not take a file that became shorter while it was copied for whole', async () => {
    const files = {
      ...log,
      async *read(name: string, offset: number) {
        for await (const piece of log.read(name, offset)) {
          yield name.startsWith('audit/archive')
            ? { ok: true as const, value: Buffer.alloc(0) }
            : piece;
        }
      },
    };
    const shrinking = bench({ files });
    const ran = await shrinking.run('audit', 'export', '--out', out);
    shrinking.remove();
    expect(ran).toMatchObject({
      code: 3,
      err: expect.stringMatching(/^keeper: storage malformed/),
    });
  });

  it('refuses a copy that is longer than its original', async () => {
    await desk.run('audit', 'export', '--out', out);
    appendFileSync(join(out, 'audit/mail/1.jsonl'), 'x');
    const { code, err } = await desk.run('audit', 'export', '--out', out);
    expect(err).toMatch(/^keeper: .*audit\/mail\/1\.jsonl is longer than the original[^\n]*\n$/);
    expect(code).toBe(2);
  });

  it('leaves out what is no checkpoint', async () => {
    log.put('checkpoints/keys/somewhere.json', '{}');
    await desk.run('audit', 'export', '--out', out);
    expect(existsSync(join(out, 'checkpoints/keys'))).toBe(false);
  });

  it.each([
    'audit/../../planted',
    'audit/../1.jsonl',
    'audit/./1.jsonl',
    'audit/.../1.jsonl',
    'audit/a\\..\\b/1.jsonl',
    'audit/a\u0000b/1.jsonl',
    'audit/deep/er/1.jsonl',
    'audit/mail/01.jsonl',
    'audit/mail/1.jsonl.bak',
    'checkpoints/notes.txt',
    'checkpoints/1.jws',
    'keys/../../planted',
    'keys/short.json',
  ])('leaves out %j, which is no name of a log, and says so', async (name) => {
    log.put(name, 'planted\n');
    const { code, err } = await desk.run('audit', 'export', '--out', out);
    expect({ code, err }).toEqual({
      code: 0,
      err: '1 file left out: no file of a log has such a name\n',
    });
    const made = readdirSync(desk.folder, { recursive: true, withFileTypes: true });
    const files = made.filter((one) => one.isFile());
    expect(files).toHaveLength(log.bytes.size - 1);
    expect(files.every((one) => one.parentPath.startsWith(`${out}/`))).toBe(true);
  });

  it('ends with 3 when the log cannot be listed', async () => {
    const broken = bench({ files: brokenFiles({ kind: 'denied', vendor: 'storage' }) });
    expect(await broken.run('audit', 'export', '--out', out)).toMatchObject({ code: 3, out: '' });
    broken.remove();
  });

  it('copies the log of a folder, too', async () => {
    await desk.run('audit', 'export', '--out', out);
    const second = join(desk.folder, 'second');
    const ran = await desk.run('audit', 'export', '--folder', out, '--out', second);
    expect(ran.code).toBe(0);
    out = second;
    expectCopy();
  });

  it('is followed by a later checkpoint that fits', async () => {
    const signer = testSigner();
    const growing = memoryLog();
    chainPen(growing, 'calendar').write(...rotation('k1'));
    await checkpoint({ log: growing, signer }, 1);
    const other = bench({ files: growing });
    const folder = join(other.folder, 'log');
    await other.run('audit', 'export', '--out', folder);
    await checkpoint({ log: growing, signer }, 2);
    await other.run('audit', 'export', '--out', folder);
    const { out: told } = await other.run('audit', 'verify', '--folder', folder, '--json');
    other.remove();
    expect(JSON.parse(told)).toMatchObject({ ok: true, statements: { good: 2, faults: [] } });
  });
});
