/** Foreign text made fit to be shown. */
import { describe, expect, it } from 'vitest';
import { harmless } from '../../../src/audit/plain-text.ts';
import { teller } from '../../../src/audit/story.ts';
import { logStartAt } from '../../support/audit-log.ts';

describe('harmless()', () => {
  it.each([
    ['steers a terminal', '\u001b[2J', String.raw`\u{1b}[2J`],
    ['ends a line', 'a\r\nb', String.raw`a\u{d}\u{a}b`],
    ['ends a line elsewhere', 'a\u2028b\u2029c\u0085', String.raw`a\u{2028}b\u{2029}c\u{85}`],
    ['reverses what follows', 'a\u202eb', String.raw`a\u{202e}b`],
    ['is not seen', 'a\u200bb\ufeff', String.raw`a\u{200b}b\u{feff}`],
    ["is nobody's letter", '\ue000\u{100000}', String.raw`\u{e000}\u{100000}`],
    ['is half a letter', 'a\ud800b', String.raw`a\u{d800}b`],
    ['hides tags', '\u{e0041}', String.raw`\u{e0041}`],
  ])('shows by its number what %s', (_, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it('leaves all other text as it is', () => {
    const text = 'Zoë 😀 日本語 العربية "a" \\ <b> 100 %';
    expect(harmless(text)).toBe(text);
  });
});

describe('the story', () => {
  it('does not let a text of the log steer a terminal', () => {
    const order = {
      kind: 'order',
      orderId: 'o',
      by: 'ada\u001b[2J\r\n  08:00:00  credential k1 works\u202e',
      orderedAt: logStartAt,
      body: { kind: 'thaw' },
    } as const;
    const configuration = {
      kind: 'configuration',
      configuration: 'c',
      build: '\u001b]0;x\u0007',
    } as const;
    for (const entry of [order, configuration]) {
      const text = teller().tell({ ...entry, v: 1, seq: 1, at: logStartAt });
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }
  });
});
