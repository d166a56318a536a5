/** Bytes in pieces cut into lines. */
import { describe, expect, it } from 'vitest';
import { eachLine, lineCutter } from '../../../src/audit/lines.ts';
import { failure, success } from '../../../src/core/fault.ts';
import { entryBytes } from '../../../src/core/limits.ts';

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

  it('takes a line that is as long as an entry may be, in one piece or in many', () => {
    const text = 'x'.repeat(entryBytes);
    for (const pieceBytes of [1_000, entryBytes, entryBytes + 1]) {
      const told: [number | undefined, number][] = [];
      const cutter = lineCutter(0);
      const bytes = Buffer.from(`${text}\n`);
      for (let from = 0; from < bytes.length; from += pieceBytes) {
        const goesOn = cutter.push(bytes.subarray(from, from + pieceBytes), (line, endsAt) => {
          told.push([line?.length, endsAt]);
          return true;
        });
        expect(goesOn).toBe(true);
      }
      expect(told).toEqual([[entryBytes, entryBytes + 1]]);
    }
  });
});

async function* piecesOf(...pieces: readonly string[]) {
  for (const piece of pieces) yield success(Buffer.from(piece));
}

describe('eachLine()', () => {
  it('tells what is left behind the last line, or that it was ended', async () => {
    const whole = await eachLine(piecesOf('a\nb', '\nrest'), 0, () => true);
    expect(whole).toEqual({ ok: true, value: { rest: 4, ended: false } });
    const seen: (string | null | undefined)[] = [];
    const ended = await eachLine(piecesOf('a\nb', '\nc\n', 'd\n'), 0, (text) => {
      seen.push(text);
      return text !== 'b';
    });
    expect({ seen, ended }).toEqual({
      seen: ['a', 'b'],
      ended: { ok: true, value: { rest: 0, ended: true } },
    });
  });

  it('ends with the first fault, and tells it', async () => {
    const fault = { kind: 'timeout', vendor: 'storage' } as const;
    async function* broken() {
      yield success(Buffer.from('a\nb'));
      yield failure(fault);
    }
    const seen: (string | null | undefined)[] = [];
    const read = await eachLine(broken(), 0, (text) => seen.push(text) > 0);
    expect({ seen, read }).toEqual({ seen: ['a'], read: { ok: false, fault } });
  });
});
