/** A chain read in pieces, from parts: what is found does not depend on where the cuts are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLines, genesis } from '../../../src/audit/chain.ts';
import { beginning, walkChain, type Place, type Walk } from '../../../src/audit/chain-walk.ts';
import { chainFile, chainsAmong } from '../../../src/audit/files.ts';
import type { Entry } from '../../../src/core/entry.ts';
import { arbitraryChain, type MadeChain } from '../../support/arbitrary-entries.ts';
import { memoryLog, type MemoryLog } from '../../support/audit-log.ts';
import { cases, patience } from '../../support/hostile-runs.ts';

const pieceBytes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 3_000 }));

/** A chain in parts, cut between lines. */
function inParts(made: MadeChain, cuts: readonly number[], size: number): MemoryLog {
  const log = memoryLog(size);
  const ends = [...new Set(cuts.map((cut) => cut % (made.lines.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  for (const [index, end] of [...ends, made.lines.length].entries()) {
    const from = ends[index - 1] ?? 0;
    log.put(chainFile('calendar', index + 1), made.lines.slice(from, end).join(''));
  }
  return log;
}

async function walk(
  log: MemoryLog,
  from: Place = beginning,
): Promise<Walk & { readonly entries: readonly Entry[] }> {
  const listed = await log.list('audit');
  const chain = listed.ok ? chainsAmong(listed.value)[0] : undefined;
  const entries: Entry[] = [];
  const none = { registration: 'calendar', parts: [], hasGap: false };
  const walked = await walkChain(log, chain ?? none, from, (entry) => {
    entries.push(entry);
  });
  if (!walked.ok) throw new Error(walked.fault.kind);
  return { ...walked.value, entries };
}

describe('walkChain()', () => {
  it(
    'finds every entry, for any parts and any pieces',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryChain(),
          fc.array(fc.nat(), { maxLength: 3 }),
          pieceBytes,
          async (made, cuts, size) => {
            const { entries, place, defect } = await walk(inParts(made, cuts, size));
            expect(defect).toBeUndefined();
            expect(entries).toEqual(made.entries);
            expect({ seq: place.seq, hash: place.hash }).toEqual(made.links.at(-1));
          },
        ),
        cases(100),
      );
    },
    patience(),
  );

  it(
    'goes on from any place that it came to, as if it had never stopped',
    async () => {
      const few = fc.array(fc.nat(), { maxLength: 2 });
      await fc.assert(
        fc.asyncProperty(
          arbitraryChain(2),
          few,
          pieceBytes,
          fc.nat(),
          async (made, cuts, size, random) => {
            const first = 1 + (random % (made.lines.length - 1));
            const short = { ...made, lines: made.lines.slice(0, first) };
            const stopped = await walk(inParts(short, [], size));
            expect(stopped.place.seq).toBe(first);
            // The first part as it was, with more lines in it and perhaps further parts.
            const whole = inParts(
              made,
              cuts.map((cut) => first + (cut % (made.lines.length - first + 1))),
              size,
            );
            const { entries, place, defect } = await walk(whole, stopped.place);
            expect(defect).toBeUndefined();
            expect(entries).toEqual(made.entries.slice(first));
            expect(place).toEqual((await walk(whole)).place);
          },
        ),
        cases(80),
      );
    },
    patience(),
  );

  it(
    'finds the same defect as a reader of the whole text, for any changed byte and any pieces',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryChain(),
          pieceBytes,
          fc.nat(),
          fc.integer({ min: 0, max: 127 }),
          async (made, size, random, byte) => {
            const bytes = Buffer.from(made.text);
            bytes[random % bytes.length] = byte;
            const log = memoryLog(size);
            log.put(chainFile('calendar', 1), bytes);
            const { defect, place, entries } = await walk(log);
            const isText = Buffer.from(bytes.toString('utf8')).equals(bytes);
            // Where a byte in the middle of a character was changed, the line is no text at all.
            const wanted = decodeLines(bytes.toString('utf8'), genesis);
            expect(entries).toEqual(wanted.entries);
            expect(place.seq).toBe(wanted.link.seq);
            if (isText) expect(defect).toEqual(wanted.defect);
            else expect(defect?.seq).toBe(wanted.defect?.seq);
          },
        ),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'finds that a part became shorter than it was, for any place',
    async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryChain(2), fc.nat(), async (made, random) => {
          const log = inParts(made, [], 1_000);
          const { place } = await walk(log);
          const name = chainFile('calendar', 1);
          log.put(name, (log.bytes.get(name) ?? Buffer.alloc(0)).subarray(0, random % place.bytes));
          const again = await walk(log, place);
          expect(again).toEqual({
            place,
            entries: [],
            defect: { seq: place.seq + 1, defect: 'shorter' },
          });
          log.bytes.delete(name);
          const gone = await walk(log, place);
          expect(gone).toEqual({
            place,
            entries: [],
            defect: { seq: place.seq + 1, defect: 'missing' },
          });
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'ends where its visitor has seen enough, for any chain',
    async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryChain(), pieceBytes, fc.nat(), async (made, size, random) => {
          const last = 1 + (random % made.lines.length);
          const [chain] = chainsAmong([
            { name: chainFile('calendar', 1), bytes: made.text.length },
          ]);
          if (!chain) throw new Error('There is no chain');
          const seen: number[] = [];
          const walked = await walkChain(inParts(made, [], size), chain, beginning, ({ seq }) => {
            seen.push(seq);
            return seq < last;
          });
          expect(seen).toEqual(made.entries.slice(0, last).map(({ seq }) => seq));
          const { seq, hash } = made.links[last - 1] ?? {};
          expect(walked).toMatchObject({ ok: true, value: { place: { seq, hash } } });
        }),
        cases(60),
      );
    },
    patience(),
  );
});
