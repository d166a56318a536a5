import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorAfter, positionIn } from '../../../src/web/cursor.ts';

describe('positionIn()', () => {
  it('is the position that the cursor was made of, for any position', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (position) => {
        expect(positionIn('status', cursorAfter('status', position))).toBe(position);
      }),
    );
  });

  it('is none for a cursor of another listing', () => {
    expect(positionIn('audit a', cursorAfter('audit b', '7'))).toBeUndefined();
  });

  it('is none for any text that nobody was given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(positionIn('status', text)).toBeUndefined();
      }),
    );
  });

  it('is none for a cursor with any one character changed', () => {
    const cursor = cursorAfter('status', 'calendar');
    for (let at = 0; at < cursor.length; at += 1) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      const changed = `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`;
      expect(positionIn('status', changed)).toBeUndefined();
    }
  });

  it.each([
    ['nothing', ''],
    ['a cut one', cursorAfter('status', 'calendar').slice(0, -2)],
    ['a long one', cursorAfter('status', 'x'.repeat(2_000))],
  ])('is none for %s', (_, text) => {
    expect(positionIn('status', text)).toBeUndefined();
  });
});
