import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { makeCheckpoint, type Checkpointed } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { decodeHeads, type ChainHead } from '../../../src/audit/heads.ts';
import { decodeKey, keyFileName } from '../../../src/audit/key-file.ts';
import { decodeJws } from '../../../src/audit/statement.ts';
import type { Result } from '../../../src/core/fault.ts';
import {
  chainPen,
  dayMs,
  hourMs,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type ChainPen,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';
import { around, isDurable, mishapAt, payloadOf, rivalAt } from '../../support/audit-mishaps.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';

const everyMs = 23 * hourMs;
const day = (number: number): { now: number; everyMs: number } => ({
  now: logStartAt + number * dayMs,
  everyMs,
});

let log: MemoryLog;
let signer: TestSigner;
let calendar: ChainPen;
let mail: ChainPen;

beforeEach(() => {
  log = memoryLog();
  signer = testSigner();
  calendar = chainPen(log, 'calendar');
  mail = chainPen(log, 'mail');
  calendar.write(...rotation('k1'));
  mail.write(...rotation('k1').slice(0, 2));
});

/** Makes one, and gives what came of it. */
async function make(at: number, parts = partsOf(log, signer)): Promise<Checkpointed> {
  return valueOf(await makeCheckpoint(parts, day(at)));
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.vendor} ${result.fault.kind}`);
  return result.value;
}

function headsOf(number: number): readonly ChainHead[] {
  return decodeHeads(log.text(checkpointFiles(number).heads))?.chains ?? [];
}

function headOf(number: number, chain: string): ChainHead | undefined {
  return headsOf(number).find((one) => one.chain === chain);
}

describe('makeCheckpoint()', () => {
  it('publishes where every chain stands, signed, with the key beside it', async () => {
    const made = await make(1);
    expect(made).toMatchObject({ kind: 'made', number: 1, broken: [] });
    const bytes = Buffer.byteLength(log.text('audit/calendar/1.jsonl'));
    expect(headsOf(1)).toEqual([
      { chain: 'calendar', entries: 10, hash: calendar.link.hash, blob: 1, bytes },
      { chain: 'mail', entries: 2, hash: mail.link.hash, blob: 1, bytes: expect.any(Number) },
    ]);
    const jws = log.text(checkpointFiles(1).jws);
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
    expect(decodeKey(log.text(keyFileName(signer.key.kid)))).toEqual(signer.key);
    expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 1 } });
  });

  it('makes the first one over an empty log as well', async () => {
    log.bytes.clear();
    expect(await make(1)).toMatchObject({ kind: 'made', number: 1 });
    expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 1 }, chains: [] });
  });

  it('names the statement before, by the hash of its payload', async () => {
    await make(1);
    await make(2);
    const [, payload = ''] = log.text(checkpointFiles(1).jws).split('.');
    const statement = decodeJws(log.text(checkpointFiles(2).jws))?.statement;
    expect(statement?.prev).toBe(sha256(Buffer.from(payload, 'base64url')));
  });

  it('reads only what is new since the last one', async () => {
    await make(1);
    const from = headOf(1, 'calendar')?.bytes;
    calendar.write(...rotation('k2'));
    log.asked.length = 0;
    await make(2);
    const reads = log.asked.filter((one) => one.startsWith('read audit/'));
    expect(reads).toEqual([`read audit/calendar/1.jsonl ${from}`]);
    expect(headOf(2, 'calendar')).toMatchObject({ entries: 20, hash: calendar.link.hash });
    expect(headOf(2, 'mail')).toEqual(headOf(1, 'mail'));
  });

  it('goes on into the next part of a chain', async () => {
    await make(1);
    calendar.nextPart();
    calendar.write(...rotation('k2'));
    await make(2);
    const bytes = log.bytes.get('audit/calendar/2.jsonl')?.length;
    expect(headOf(2, 'calendar')).toMatchObject({ entries: 20, blob: 2, bytes });
    calendar.write(...rotation('k3'));
    await make(3);
    expect(headOf(3, 'calendar')).toMatchObject({ entries: 30, blob: 2 });
    expect(await verdictOn(log)).toMatchObject({ ok: true });
  });

  it.each([1, 7, 100, 1_000])('finds the same in pieces of %d bytes', async (pieceBytes) => {
    await make(1);
    const wanted = headsOf(1);
    const pieces = memoryLog(pieceBytes);
    for (const [name, bytes] of log.bytes) {
      if (name.startsWith('audit/')) pieces.bytes.set(name, bytes);
    }
    log = pieces;
    await make(1);
    expect(headsOf(1)).toEqual(wanted);
  });

  it('is not due before its time, and then costs a list, two small files and a key', async () => {
    await make(1);
    log.asked.length = 0;
    signer.signed.length = 0;
    const parts = around(partsOf(log, signer), async () => {
      throw new Error('Nothing is written');
    });
    const early = await makeCheckpoint(parts, { now: logStartAt + dayMs + everyMs - 1, everyMs });
    expect(early).toEqual({
      ok: true,
      value: { kind: 'not-due', number: 1, at: logStartAt + dayMs },
    });
    expect(log.asked.toSorted()).toEqual([
      'list checkpoints',
      'read checkpoints/00000001.heads.jsonl 0',
      'read checkpoints/00000001.jws 0',
    ]);
    const due = await makeCheckpoint(partsOf(log, signer), {
      now: logStartAt + dayMs + everyMs,
      everyMs,
    });
    expect(due).toMatchObject({ value: { kind: 'made', number: 2 } });
  });

  it('signs with the newest version of the key, and keeps the old one beside the log', async () => {
    const old = signer.key;
    await make(1);
    const key = signer.rotate();
    await make(2);
    expect(decodeJws(log.text(checkpointFiles(2).jws))?.kid).toBe(key.kid);
    expect(decodeKey(log.text(keyFileName(old.kid)))).toEqual(old);
    const verdict = await verdictOn(log);
    expect(verdict).toMatchObject({ ok: true, statements: { good: 2, keys: [old.kid, key.kid] } });
  });
});

describe('a checkpoint that something befalls', () => {
  const calls = ['create heads', 'currentKey', 'sign', 'create key', 'create jws'];
  const mishaps = calls.flatMap((call, index) =>
    (['before', 'after'] as const).map((when) => [call, when, index + 1] as const),
  );

  it('makes its calls in the order that lets the next try finish', async () => {
    const steps: string[] = [];
    await make(
      1,
      around(partsOf(log, signer), (step, call) => {
        steps.push(step.call);
        return call();
      }),
    );
    expect(steps).toEqual([
      'create checkpoints/00000001.heads.jsonl',
      'currentKey',
      'sign',
      `create ${keyFileName(signer.key.kid)}`,
      'create checkpoints/00000001.jws',
    ]);
  });

  it.each(mishaps)('is finished by the next try when %s fails %s it is done', async (...mishap) => {
    const [, when, nth] = mishap;
    await make(1);
    signer.signed.length = 0;
    calendar.write(...rotation('k2'));
    const parts = around(partsOf(log, signer), mishapAt(nth, when));
    expect(await makeCheckpoint(parts, day(2))).toMatchObject({
      ok: false,
      fault: { kind: 'timeout' },
    });
    const before = log.text(checkpointFiles(2).heads);
    const published = log.text(checkpointFiles(2).jws);
    // The chain goes on meanwhile: what was begun stays as it was begun.
    calendar.write(...rotation('k3'));
    const again = await make(2.5);
    expect(again.number).toBe(2);
    expect(log.bytes.has(checkpointFiles(3).heads)).toBe(false);
    if (before !== '') expect(log.text(checkpointFiles(2).heads)).toBe(before);
    if (published !== '') expect(log.text(checkpointFiles(2).jws)).toBe(published);
    expect(new Set(signer.signed.map((one) => payloadOf(one).number))).toEqual(new Set([2]));
    expect(new Set(signer.signed).size).toBe(1);
    expect(await make(4)).toMatchObject({ kind: 'made', number: 3 });
    expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 3, faults: [] } });
  });

  it('never signs what is not durable', async () => {
    const seen: boolean[] = [];
    const parts = around(partsOf(log, signer), async ({ call }, done) => {
      const result = await done();
      if (call === 'sign') seen.push(isDurable(signer.signed.at(-1) ?? '', log.bytes));
      return result;
    });
    await make(1, parts);
    calendar.write(...rotation('k2'));
    await make(2, parts);
    expect(seen).toEqual([true, true]);
  });

  it.each([1, 2, 3, 4, 5])('is one and the same when a rival comes before call %d', async (nth) => {
    await make(1);
    signer.signed.length = 0;
    calendar.write(...rotation('k2'));
    const rival = async (): Promise<void> => {
      calendar.write(...rotation('k3'));
      expect(await make(2.001)).toMatchObject({ kind: 'made', number: 2 });
    };
    const late = await make(2, around(partsOf(log, signer), rivalAt(nth, rival)));
    // The rival has told it; who comes second does not tell it again.
    expect(late).toMatchObject({ kind: 'not-due', number: 2 });
    expect(new Set(signer.signed.map((one) => payloadOf(one).heads)).size).toBe(1);
    expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 2, faults: [] } });
  });

  it('is made once by many at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, (_, index) => make(1 + index / 100)));
    expect(all.filter((one) => one.kind === 'made')).toHaveLength(1);
    expect(new Set(signer.signed).size).toBe(1);
    expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 1, faults: [] } });
  });

  it('is not published with a signature that does not verify', async () => {
    const parts = partsOf(log, {
      ...signer,
      currentKey: async () => ({ ok: true, value: signer.key }),
      sign: async () => ({ ok: true, value: new Uint8Array(64) }),
    });
    expect(await makeCheckpoint(parts, day(1))).toEqual({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault', code: 'signature' },
    });
    expect([...log.bytes.keys()].filter((name) => name.endsWith('.jws'))).toEqual([]);
    expect(await make(1)).toMatchObject({ kind: 'made', number: 1 });
  });

  it.each(['list', 'read'] as const)(
    'tells the fault when files cannot be asked: %s',
    async (call) => {
      await make(1);
      const fault = { kind: 'unavailable', vendor: 'storage' } as const;
      const files = {
        ...log,
        ...(call === 'list'
          ? { list: async () => ({ ok: false as const, fault }) }
          : {
              async *read() {
                yield { ok: false as const, fault };
              },
            }),
      };
      const parts = partsOf(log, signer, { files });
      expect(await makeCheckpoint(parts, day(2))).toEqual({ ok: false, fault });
    },
  );
});

describe('a log that contradicts its checkpoints', () => {
  const heads = checkpointFiles(2).heads;
  const jws = checkpointFiles(2).jws;

  it.each<[string, () => void]>([
    ['heads-unreadable', () => log.bytes.delete(heads)],
    ['heads-unreadable', () => log.put(heads, log.text(heads).slice(0, -1))],
    ['heads-unreadable', () => log.put(heads, log.text(checkpointFiles(1).heads))],
    ['statement-unreadable', () => log.put(jws, 'a.b.c\n')],
    ['statement-of-other-heads', () => log.put(jws, log.text(checkpointFiles(1).jws))],
    [
      'bad-signature',
      () => log.put(jws, log.text(jws).replace(/\.[^.]*$/, `.${'A'.repeat(86)}\n`)),
    ],
    [
      'gap',
      () => {
        log.bytes.delete(checkpointFiles(1).heads);
        log.bytes.delete(checkpointFiles(1).jws);
      },
    ],
  ])('gets none, and the contradiction is told: %s', async (what, tamper) => {
    await make(1);
    calendar.write(...rotation('k2'));
    await make(2);
    tamper();
    const before = [...log.bytes.keys()];
    signer.signed.length = 0;
    expect(await make(3)).toEqual({ kind: 'contradiction', number: 2, what });
    expect([...log.bytes.keys()]).toEqual(before);
    expect(signer.signed).toEqual([]);
  });

  it('gets none over heads that were begun and are not readable', async () => {
    log.put(checkpointFiles(1).heads, 'rubbish\n');
    const told = { kind: 'contradiction', number: 1, what: 'heads-unreadable' };
    expect(await make(1)).toEqual(told);
    expect(signer.signed).toEqual([]);
  });

  it('whose key the vault does not know any more gets none', async () => {
    await make(1);
    const other = testSigner('another');
    expect(await make(2, partsOf(log, other))).toMatchObject({ what: 'bad-signature' });
  });
});

describe('chains that are not what was written', () => {
  it('are noted where they were last good, and told', async () => {
    await make(1);
    const before = headsOf(1);
    log.put('audit/calendar/1.jsonl', `${log.text('audit/calendar/1.jsonl')}rubbish\n`);
    log.bytes.delete('audit/mail/1.jsonl');
    const made = await make(2);
    const noted = [
      { ...before[0], defect: 'not-json' },
      { ...before[1], defect: 'missing' },
    ];
    expect(headsOf(2)).toEqual(noted);
    expect(made).toMatchObject({ kind: 'made', broken: noted });
    expect(decodeJws(log.text(checkpointFiles(2).jws))?.statement.broken).toBe(2);
    // Gone once, gone in all later ones.
    await make(3);
    expect(headsOf(3)).toEqual(noted);
  });

  it('are noted when a part has become shorter than it was', async () => {
    await make(1);
    const text = log.text('audit/calendar/1.jsonl');
    log.put('audit/calendar/1.jsonl', text.slice(0, -1));
    await make(2);
    expect(headOf(2, 'calendar')).toEqual({ ...headOf(1, 'calendar'), defect: 'shorter' });
    // Put back, it is good again.
    log.put('audit/calendar/1.jsonl', text);
    calendar.write(...rotation('k2'));
    await make(3);
    expect(headOf(3, 'calendar')).toMatchObject({ entries: 20 });
    expect(headOf(3, 'calendar')).not.toHaveProperty('defect');
  });

  it('are noted when a part in between is gone', async () => {
    calendar.nextPart();
    calendar.write(...rotation('k2'));
    calendar.nextPart();
    calendar.write(...rotation('k3'));
    await make(1);
    log.bytes.delete('audit/calendar/3.jsonl');
    await make(2);
    expect(headOf(2, 'calendar')).toEqual({ ...headOf(1, 'calendar'), defect: 'missing' });
    expect(findingsOf(await verdictOn(log))).toContain('calendar behind 2 30');
  });

  it('are noted when they begin in the middle', async () => {
    calendar.nextPart();
    calendar.write(...rotation('k2'));
    log.bytes.delete('audit/calendar/1.jsonl');
    await make(1);
    expect(headOf(1, 'calendar')).toEqual({
      chain: 'calendar',
      entries: 0,
      hash: '0'.repeat(64),
      blob: 1,
      bytes: 0,
      defect: 'missing',
    });
  });
});

describe('the file with the heads', () => {
  it('is canonical JSON, a line for each chain behind the heading', async () => {
    await make(1);
    const lines = log.text(checkpointFiles(1).heads).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toBe(canonicalJson(JSON.parse(line)));
  });
});
