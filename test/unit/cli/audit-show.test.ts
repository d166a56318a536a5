import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Folder } from '../../../src/audit/files.ts';
import {
  chainPen,
  deed,
  logStartAt,
  memoryLog,
  rotation,
  type MemoryLog,
} from '../../support/audit-log.ts';
import { bench, brokenFiles, type Bench } from './command-bench.ts';

interface Told {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly tells: string;
  readonly hash: string;
}

let log: MemoryLog;
let desk: Bench;

beforeAll(() => {
  log = memoryLog();
  const calendar = chainPen(log, 'calendar');
  calendar.write({ kind: 'configuration', configuration: 'c0ffee' });
  calendar.write(...rotation('k1'));
  const ordered = { kind: 'order', orderId: 'o1', orderedAt: logStartAt } as const;
  calendar.write({ ...ordered, by: 'ada', body: { kind: 'freeze', untilAt: logStartAt } });
  calendar.write({ ...ordered, by: 'bob', body: { kind: 'retire', keyId: 'k1' } });
  const reason = 'credential-serves';
  calendar.write({ kind: 'order-end', orderId: 'o1', result: 'refused', reason });
  calendar.write(
    ...deed(
      { id: 'p', effect: { kind: 'store-credential', keyId: 'k2' }, because: 'doubt' },
      { result: 'refused', reason: 'throttled' },
    ),
  );
  chainPen(log, 'mail').write(...rotation('k9'));
  desk = bench({ files: log });
});

afterAll(() => desk.remove());

/** What is shown, for machines. */
async function shown(...args: readonly string[]): Promise<readonly Told[]> {
  const { code, out, err } = await desk.run('audit', 'show', 'calendar', '--json', ...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Told);
}

const seqs = async (...args: readonly string[]): Promise<readonly number[]> =>
  (await shown(...args)).map(({ seq }) => seq);

describe('keeper audit show', () => {
  it('tells the story day by day', async () => {
    const { code, out, err } = await desk.run('audit', 'show', 'calendar');
    const lines = out.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '2026-11-01',
      '  08:00:00  works by the wishes c0ffee',
      '  08:01:00  is about to add a credential that ends 2027-04-30 (renewal is due)',
      '  08:02:00  done: add a credential that ends 2027-04-30 (credential k1)',
    ]);
    expect(lines).toHaveLength(18);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('begins a new day with its date', async () => {
    const long = memoryLog();
    chainPen(long, 'calendar', Date.parse('2026-11-01T23:58:00Z')).write(...rotation('k1'));
    const other = bench({ files: long });
    const { out } = await other.run('audit', 'show', 'calendar');
    other.remove();
    expect(out.match(/^\d{4}-\d\d-\d\d$/gm)).toEqual(['2026-11-01', '2026-11-02']);
  });

  it('gives machines a line for each entry, with its hash', async () => {
    const all = await shown();
    expect(all).toHaveLength(16);
    expect(all[0]).toEqual({
      seq: 1,
      at: '2026-11-01T08:00:00.000Z',
      kind: 'configuration',
      tells: 'works by the wishes c0ffee',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each<[readonly string[], readonly number[]]>([
    [
      ['--kind', 'order'],
      [12, 13],
    ],
    [['--by', 'ada'], [12]],
    [
      ['--by', 'worker-1'],
      [2, 4, 7, 9, 15],
    ],
    [['--by', 'nobody'], []],
    [['--because', 'due'], [2]],
    [['--because', 'throttled'], [16]],
    [['--because', 'credential-serves'], [14]],
    [['--because', 'doubt', '--kind', 'outcome'], []],
    [
      ['--since', '2026-11-01T08:14:00Z'],
      [15, 16],
    ],
    [
      ['--until', '2026-11-01T08:02:00Z'],
      [1, 2],
    ],
    [['--since', '2026-11-01T08:02:00Z', '--until', '2026-11-01T08:03:00Z'], [3]],
    [['--since', '2026-11-02'], []],
    [
      ['--until', '2026-11-02', '--kind', 'proof'],
      [6, 11],
    ],
  ])('shows only what is asked for: %j', async (args, wanted) => {
    expect(await seqs(...args)).toEqual(wanted);
  });

  it('tells an outcome in words also when its intent is not shown', async () => {
    const [outcome] = await shown('--because', 'throttled');
    expect(outcome?.tells).toBe('refused: store credential k2 in the vault');
  });

  it('gives machines what a vendor asks for: the fault and the id of the request', async () => {
    const other = memoryLog();
    const fault = { kind: 'denied', vendor: 'vault', requestId: 'r-1' } as const;
    const held = { secret: 'pending', version: 'p' } as const;
    chainPen(other, 'calendar').write(
      ...deed(
        { id: 'p', effect: { kind: 'store-credential', keyId: 'k2' }, because: 'doubt' },
        { result: 'refused', fault },
      ),
      { kind: 'proof', keyId: 'k2', held, result: 'still-accepted', requestId: 'r-2' },
    );
    const one = bench({ files: other });
    const { out } = await one.run('audit', 'show', 'calendar', '--json');
    one.remove();
    const [intent = '', outcome = '', proof = ''] = out.split('\n');
    expect(JSON.parse(intent)).not.toHaveProperty('requestId');
    expect(JSON.parse(outcome)).toMatchObject({ fault, requestId: 'r-1' });
    expect(JSON.parse(proof)).toMatchObject({ requestId: 'r-2' });
    expect(JSON.parse(proof)).not.toHaveProperty('fault');
  });

  it('cannot be made to steer the terminal by the name of a chain', async () => {
    const hostile = memoryLog();
    chainPen(hostile, 'a\u001b[2Jb').write(...rotation('k1'));
    const one = bench({ files: hostile });
    const { err } = await one.run('audit', 'show', 'nobody');
    one.remove();
    expect(err).toBe('keeper: the log has no chain of nobody; it has: a\\u{1b}[2Jb\n');
  });

  it('names the chains that there are when one is not', async () => {
    expect(await desk.run('audit', 'show', 'nobody')).toEqual({
      code: 2,
      out: '',
      err: 'keeper: the log has no chain of nobody; it has: calendar, mail\n',
    });
  });

  it('stops at what Keeper did not write, with 1', async () => {
    const broken = memoryLog();
    for (const [name, bytes] of log.bytes) broken.bytes.set(name, bytes);
    broken.put(
      'audit/calendar/1.jsonl',
      log.text('audit/calendar/1.jsonl').replace('"ada"', '"eve"'),
    );
    const other = bench({ files: broken });
    const { code, out, err } = await other.run('audit', 'show', 'calendar', '--json');
    other.remove();
    expect(out.split('\n')).toHaveLength(12);
    expect(err).toBe(
      'keeper: line 12 is not what Keeper wrote (wrong-hash); what follows is not told. Run keeper audit verify.\n',
    );
    expect(code).toBe(1);
  });

  it('ends with 3 when the log cannot be read', async () => {
    const fault = { kind: 'unavailable', vendor: 'storage' } as const;
    for (const files of [
      brokenFiles(fault),
      { ...brokenFiles(fault), list: (folder: Folder) => log.list(folder) },
    ]) {
      const other = bench({ files });
      const ran = await other.run('audit', 'show', 'calendar');
      expect(ran).toEqual({ code: 3, out: '', err: 'keeper: storage unavailable\n' });
      expect(other.closed()).toBe(1);
      other.remove();
    }
  });
});
