/** A chain that somebody touched is found out, at the first entry that is not as it was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { decodeLines, genesis } from '../../../src/audit/chain.ts';
import { arbitraryChain, type MadeChain } from '../../support/arbitrary-entries.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { hostileText, hostileValue, jsonText } from '../../support/hostile-values.ts';

/** Where the first defect of a text is, if it has one. */
function defectSeq(text: string): number | undefined {
  return decodeLines(text, genesis).defect?.seq;
}

/** The entry whose line, newline included, holds this place of the text. */
function seqAt({ lines }: MadeChain, place: number): number {
  let end = 0;
  return lines.findIndex((line) => (end += line.length) > place) + 1;
}

const chain = arbitraryChain();
const chainOfTwo = arbitraryChain(2);

describe('decodeLines()', () => {
  it(
    'reads back what encodeEntry() wrote, for any chain and any start',
    () => {
      fc.assert(
        fc.property(chain, fc.nat(), (made, start) => {
          const from = start % (made.lines.length + 1);
          const read = decodeLines(
            made.lines.slice(from).join(''),
            made.links[from - 1] ?? genesis,
          );
          expect(read).toEqual({ entries: made.entries.slice(from), link: made.links.at(-1) });
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'finds any changed character, in its line',
    () => {
      const put = fc.oneof(
        fc.constantFrom('0', '1', '"', '{', '}', ' ', '\n', '\r', '\u0000', ',', 'é'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      );
      fc.assert(
        fc.property(chain, fc.nat(), put, (made, random, character) => {
          const place = random % made.text.length;
          fc.pre(made.text[place] !== character);
          const text = made.text.slice(0, place) + character + made.text.slice(place + 1);
          expect(defectSeq(text)).toBe(seqAt(made, place));
        }),
        cases(200),
      );
    },
    patience(),
  );

  it(
    'finds any line that was left out, unless it is the last',
    () => {
      fc.assert(
        fc.property(chainOfTwo, fc.nat(), ({ lines }, random) => {
          const index = random % (lines.length - 1);
          expect(defectSeq(lines.toSpliced(index, 1).join(''))).toBe(index + 1);
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'finds any line that stands twice, and any two that changed places',
    () => {
      fc.assert(
        fc.property(chainOfTwo, fc.nat(), fc.nat(), ({ lines }, one, other) => {
          const from = one % lines.length;
          const line = lines[from] ?? '';
          expect(defectSeq(lines.toSpliced(from, 0, line).join(''))).toBe(from + 2);
          const to = other % lines.length;
          fc.pre(from !== to);
          const swapped = lines.with(from, lines[to] ?? '').with(to, line);
          expect(defectSeq(swapped.join(''))).toBe(Math.min(from, to) + 1);
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'finds the line in which any text was cut off',
    () => {
      fc.assert(
        fc.property(chain, fc.nat(), (made, random) => {
          const place = random % made.text.length;
          const isWhole = place === 0 || made.text[place - 1] === '\n';
          const seq = isWhole ? undefined : seqAt(made, place);
          expect(defectSeq(made.text.slice(0, place))).toBe(seq);
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'finds any entry that was written anew, with its own hash or with a right one',
    () => {
      fc.assert(
        fc.property(chainOfTwo, fc.nat(), fc.integer(), ({ lines, entries }, random, number) => {
          const index = random % (lines.length - 1);
          const raw = JSON.parse(lines[index] ?? '') as Record<string, unknown>;
          const { hash: _hash, ...unsigned } = { ...raw, [`code${number}`]: number };
          const kept = `${canonicalJson({ ...unsigned, hash: raw['hash'] })}\n`;
          expect(defectSeq(lines.with(index, kept).join(''))).toBe(index + 1);
          const hash = sha256(canonicalJson(unsigned));
          const forged = `${canonicalJson({ ...unsigned, hash })}\n`;
          const read = decodeLines(lines.with(index, forged).join(''), genesis);
          expect(read.defect).toEqual({ seq: index + 2, defect: 'broken-link' });
          expect(read.entries.slice(0, index)).toEqual(entries.slice(0, index));
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'gives whole entries up to a defect, for any text',
    () => {
      const line = fc.oneof(
        hostileText,
        hostileValue.map(jsonText),
        chain.map(({ text }) => text),
      );
      fc.assert(
        fc.property(fc.array(line, { maxLength: 4 }), fc.boolean(), (lines, isEnded) => {
          const text = lines.join('\n') + (isEnded ? '\n' : '');
          const { entries, link, defect } = decodeLines(text, genesis);
          expect(link.seq).toBe(entries.length);
          if (defect) expect(defect.seq).toBe(entries.length + 1);
        }),
        cases(150),
      );
    },
    patience(),
  );
});
