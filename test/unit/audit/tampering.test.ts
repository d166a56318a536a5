/** Every edit of a small log, one after the other: each is found, and its place is named. */
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { keysAmong } from '../../../src/audit/key-file.ts';
import { reviewLog } from '../../../src/audit/review.ts';
import {
  chainPen,
  dayMs,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type MemoryLog,
} from '../../support/audit-log.ts';

const log = memoryLog();
const signer = testSigner();
let pristine: ReadonlyMap<string, Buffer>;
/** Short: all of its bits are tried. */
const story = rotation('k1').slice(0, 5);
const chain = 'audit/calendar/1.jsonl';
const other = 'audit/mail/1.jsonl';

async function checkpointOn(day: number): Promise<void> {
  const now = logStartAt + day * dayMs;
  expect(await makeCheckpoint(partsOf(log, signer), { now, everyMs: 0 })).toMatchObject({
    ok: true,
  });
}

beforeAll(async () => {
  chainPen(log, 'calendar').write(...story);
  // Read with each of them.
  chainPen(log, 'mail').write(...rotation('k9').slice(0, 2));
  await checkpointOn(1);
  await checkpointOn(2);
  pristine = new Map(log.bytes);
});

/** The log with one file replaced, or gone. */
function edited(name: string, bytes: Buffer | undefined): MemoryLog {
  const copy = memoryLog();
  for (const [each, held] of pristine) copy.bytes.set(each, held);
  if (bytes === undefined) copy.bytes.delete(name);
  else copy.bytes.set(name, bytes);
  return copy;
}

/** Places that the verdict names: chains with what is wrong in them, and checkpoints. */
async function placesIn(files: MemoryLog): Promise<readonly string[]> {
  // The reader trusts the key that the vault names, whatever lies beside the log.
  const verdict = await reviewLog({ files, keyOf: (kid) => signer.readKey(kid) });
  if (!verdict.ok) return ['unreadable'];
  const { chains, statements, ok } = verdict.value;
  const places = [
    ...chains.flatMap((one) => (one.ok ? [] : [one.registration])),
    ...statements.faults.map((one) => `checkpoint ${one.number}`),
  ];
  expect(ok).toBe(places.length === 0);
  return places;
}

function linesOf(name: string): string[] {
  return (pristine.get(name) ?? Buffer.alloc(0)).toString('utf8').trimEnd().split('\n');
}

function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((one) => `${one}\n`).join(''));
}

describe('an untouched log', () => {
  it('holds', async () => {
    expect(await placesIn(edited(chain, pristine.get(chain)))).toEqual([]);
    expect(await placesIn(log)).toEqual([]);
  });

  it('brings the keys by which it can be read', async () => {
    const verdict = await reviewLog({ files: log, keyOf: keysAmong(log) });
    expect(verdict).toMatchObject({ ok: true, value: { ok: true } });
  });
});

describe('any single bit', () => {
  it('of a chain, when flipped, is found there', { timeout: 600_000 }, async () => {
    const bytes = pristine.get(chain) ?? Buffer.alloc(0);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await placesIn(edited(chain, flipped)), `bit ${bit}`).toEqual(['calendar']);
    }
  });

  it.each([1, 2])('of checkpoint %d is found there', { timeout: 600_000 }, async (number) => {
    for (const kind of ['heads.jsonl', 'jws']) {
      const name = `checkpoints/0000000${number}.${kind}`;
      const bytes = pristine.get(name) ?? Buffer.alloc(0);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const places = await placesIn(edited(name, flipped));
        expect(places, `${name}, bit ${bit}`).toContain(`checkpoint ${number}`);
      }
    }
  });
});

describe('any line', () => {
  const count = story.length;
  const each = Array.from({ length: count }, (_, index) => index);

  it.each(each)('number %d, dropped, repeated, swapped or moved, is found', async (index) => {
    const lines = linesOf(chain);
    const line = lines[index] ?? '';
    expect(lines).toHaveLength(count);
    const dropped = lines.toSpliced(index, 1);
    const repeated = lines.toSpliced(index, 0, line);
    expect(await placesIn(edited(chain, fileOf(dropped)))).toEqual(['calendar']);
    expect(await placesIn(edited(chain, fileOf(repeated)))).toEqual(['calendar']);
    expect(await placesIn(edited(chain, fileOf([...lines, line])))).toEqual(['calendar']);
    const next = lines[index + 1];
    if (next !== undefined) {
      const swapped = lines.with(index, next).with(index + 1, line);
      expect(await placesIn(edited(chain, fileOf(swapped)))).toEqual(['calendar']);
    }
    const moved = edited(chain, fileOf(dropped));
    moved.put(other, fileOf([...linesOf(other), line]));
    expect(await placesIn(moved)).toEqual(['calendar', 'mail']);
  });

  it.each(each)('may be where it is cut off: after %d lines it is found', async (kept) => {
    expect(await placesIn(edited(chain, fileOf(linesOf(chain).slice(0, kept))))).toEqual([
      'calendar',
    ]);
  });
});

describe('a forger with good hashes', () => {
  it('is found by the statements: the chain rewritten whole', async () => {
    const forged = memoryLog();
    chainPen(forged, 'calendar').write(...rotation('k2'));
    expect(await placesIn(edited(chain, forged.bytes.get(chain)))).toEqual(['calendar']);
  });

  it('is found by the numbers and links: a checkpoint removed or replaced', async () => {
    const first = 'checkpoints/00000001';
    expect(await placesIn(edited(`${first}.jws`, undefined))).toEqual(['checkpoint 1']);
    expect(await placesIn(edited(`${first}.heads.jsonl`, undefined))).toEqual(['checkpoint 1']);
    const replaced = edited(`${first}.jws`, pristine.get('checkpoints/00000002.jws'));
    expect(await placesIn(replaced)).toEqual(['checkpoint 1']);
  });

  it('is found by the key: a checkpoint signed by another', async () => {
    const foreign = memoryLog();
    for (const [name, held] of pristine)
      if (!name.includes('00000002')) foreign.bytes.set(name, held);
    const stranger = {
      ...testSigner('stranger'),
      readKey: (kid: string) => signer.readKey(kid),
    };
    const now = logStartAt + 2 * dayMs;
    const made = await makeCheckpoint(partsOf(foreign, stranger), { now, everyMs: 0 });
    expect(made).toMatchObject({ ok: true, value: { kind: 'made', number: 2 } });
    expect(await placesIn(foreign)).toEqual(['checkpoint 2']);
  });
});
