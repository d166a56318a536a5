/** Files that nobody should write: an answer with a place, and the same each time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDesired } from '../../../src/config/desired-file.ts';
import { fileBytes } from '../../../src/config/document.ts';
import { anyBytes, expectSound, trickyFile } from '../../support/hostile-file.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { expectUnpolluted, hostileText } from '../../support/hostile-values.ts';
import { validFile } from '../../unit/config/valid-file.ts';

/** What no member of the file can hold, or only one that is there for it. */
const wrongValue = fc.oneof(
  fc.constantFrom('', 'null', '[]', '{}', '7', '-1', '1.5', '.inf', 'true', '[[]]', '[null]'),
  fc.constantFrom('{a: 1}', '[a, a]', '2026-01-01', '0x10', '"\\0"', '" a"', '"a "'),
  hostileText.map((text) => JSON.stringify(text)),
);

/** Lines of the valid file with one member that has its value on the same line. */
const members = validFile.split('\n').flatMap((line, index) => {
  const found = /^(\s*(?:- )?\w+:) \S/.exec(line);
  return found?.[1] === undefined ? [] : [{ index, start: found[1] }];
});

/** Long enough that what grows with the square of the length would not come to an end. */
const longBytes = 16_384;

describe('parseDesired()', () => {
  it(
    'places every error inside of the text, for any bytes',
    () => {
      fc.assert(fc.property(anyBytes, expectSound), cases(60));
    },
    patience(),
  );

  it(
    'places every error inside of the text, for any trick of YAML',
    () => {
      fc.assert(
        fc.property(trickyFile, (text) => {
          expectSound(text);
          expectUnpolluted();
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'answers alike for the same text, for any text',
    () => {
      fc.assert(
        fc.property(fc.oneof(anyBytes, trickyFile), (text) => {
          expect(parseDesired(text, 'h')).toEqual(parseDesired(text, 'h'));
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'names the line of any one value that is wrong',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...members), wrongValue, ({ index, start }, value) => {
          const text = validFile.split('\n').with(index, `${start} ${value}`).join('\n');
          expectSound(text);
          const parsed = parseDesired(text, 'h');
          if (parsed.ok) return;
          expect(parsed.errors.map(({ line }) => line)).toContain(index + 1);
        }),
        cases(60),
      );
    },
    patience(),
  );

  it.each([
    ['brackets', '['],
    ['braces', '{a: '],
    ['dashes', '- '],
    ['members', 'a: 1\n'],
    ['members without a value', 'abc:\n'],
    ['lines of a list', '- a\n'],
    ['anchors', '&a '],
    ['aliases', '- *a\n'],
    ['tags', '- !x y\n'],
    ['tabs', '\t'],
    ['quotes', '"'],
    ['documents', '---\n'],
    ['questions', '? '],
    ['NUL', '\u0000'],
    ['comments', '#\n'],
    ['replaced bytes', '\ufffd'],
  ])(
    'answers for a long file of nothing but %s',
    (_, piece) => {
      expectSound(piece.repeat(Math.floor(longBytes / Buffer.byteLength(piece))));
    },
    patience(),
  );

  it('refuses a file that is longer than a megabyte at its first character', () => {
    const parsed = parseDesired('#'.repeat(fileBytes + 1), 'h');
    expect(parsed).toMatchObject({ ok: false, errors: [{ line: 1, column: 1 }] });
  });
});
