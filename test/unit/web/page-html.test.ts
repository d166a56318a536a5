import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../../src/core/limits.ts';
import { cut, foreign, html, Markup } from '../../../src/web/page/html.ts';
import { overviewPage } from '../../../src/web/page/overview.ts';
import { registrationPage } from '../../../src/web/page/registration.ts';
import { contentSecurityPolicy } from '../../../src/web/page/style.ts';
import { countText, instantTime, listText, relativeText } from '../../../src/web/page/words.ts';
import { registrationAddress } from '../../../src/web/page/addresses.ts';
import {
  glanceSample,
  now,
  overviewSample,
  registrationSample,
  servingKey,
} from './page-samples.ts';

describe('html', () => {
  it.each([
    ['a tag', '<b>', '&lt;b&gt;'],
    ['quotes', `"'\``, '&quot;&#39;&#96;'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['a mark that turns the direction', 'a\u202eb', 'a[U+202E]b'],
    ['a control character', '\u0000\u001b\u0085', '[U+0000][U+001B][U+0085]'],
    ['half a character', '\ud83d', '[U+D83D]'],
    ['a separator of lines', '\u2028', '[U+2028]'],
    ['a character beyond the first plane', '\u{e0041}', '[U+E0041]'],
    ['joiners of scripts', '\u200c\u200d', '\u200c\u200d'],
    ['letters of other scripts', 'Grüße שלום 日本', 'Grüße שלום 日本'],
  ])('writes %s as text', (_, text, written) => {
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(
      `<p title="${written}">${written}</p>`,
    );
  });

  it('takes markup of its own as it is, and lists in order', () => {
    expect(html`${[html`<i>1</i>`, '<']}${html`<b>${'>'}</b>`}`.toString()).toBe(
      '<i>1</i>&lt;<b>&gt;</b>',
    );
  });

  it('writes nothing for what is not there, and zero as zero', () => {
    expect(html`${null}${undefined}${false}${0}`.toString()).toBe('0');
  });
});

describe('foreign()', () => {
  it('keeps foreign text to itself, and to a bound', () => {
    expect(foreign('x'.repeat(200), 10).toString()).toBe(`<bdi>${'x'.repeat(9)}…</bdi>`);
  });
});

describe('cut()', () => {
  it('halves no character', () => {
    expect(cut('abc😀def', 5)).toBe('abc…');
    expect(cut('abcde', 5)).toBe('abcde');
  });
});

describe('Markup.style()', () => {
  it('takes no style that could end its element', () => {
    expect(() => Markup.style('</style>')).toThrow();
  });
});

describe('contentSecurityPolicy', () => {
  it.each([
    ['overview', overviewPage(overviewSample())],
    ['registration', registrationPage(registrationSample())],
  ])('lets in exactly the style of the page: %s', (_, page) => {
    const styles = [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = '']) => text);
    const hashes = styles.map((text) => createHash('sha256').update(text).digest('base64'));
    expect(contentSecurityPolicy).toBe(
      `default-src 'none'; style-src 'sha256-${hashes.join()}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    );
  });
});

describe('words', () => {
  it.each([
    [now + 30_000, 'in a moment'],
    [now - 30_000, 'just now'],
    [now + minuteMs, 'in 1 minute'],
    [now - 119 * minuteMs, '119 minutes ago'],
    [now + 2 * hourMs, 'in 2 hours'],
    [now + 47 * hourMs, 'in 47 hours'],
    [now + 2 * dayMs, 'in 2 days'],
    [now - 729 * dayMs, '729 days ago'],
    [now + 800 * dayMs, 'in 2 years'],
  ])('tell %s as %s', (at, words) => {
    expect(relativeText(at, now)).toBe(words);
  });

  it('count, and list', () => {
    expect([countText(1, 'step'), countText(1_234_567, 'step')]).toEqual([
      '1 step',
      '1,234,567 steps',
    ]);
    expect(listText(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
    expect([listText([]), listText(['a']), listText(['a', 'b'])]).toEqual(['', 'a', 'a and b']);
  });

  it.each([Number.NaN, Infinity, 9e15])('have no date for %s', (at) => {
    expect(instantTime(at).toString()).toBe('an unknown time');
  });
});

describe('registrationAddress()', () => {
  it.each([
    ['a/b?c#d', '/registrations/a%2Fb%3Fc%23d'],
    ['..', '/registrations/%2E%2E'],
    ['\ud800', '/registrations/%EF%BF%BD'],
  ])('keeps %j in one segment', (id, address) => {
    expect(registrationAddress(id)).toBe(address);
  });
});

describe('the time line', () => {
  const extremes = [-8.64e15, -1, 0, now - 1, now, now + 1, now + 5_000 * dayMs, 8.64e15];

  it.each(extremes)('draws no bar outside itself when a credential ends at %s', (expiresAt) => {
    for (const role of ['serving', 'next', 'old', 'foreign'] as const) {
      for (const issuedAt of extremes) {
        const registration = glanceSample(
          { renewalAt: issuedAt },
          { credentials: [{ keyId: servingKey, expiresAt, role, place: 'application' }] },
        );
        const lives = new Map([[servingKey, { issuedAt, promotedAt: issuedAt }]]);
        const page = registrationPage(registrationSample({ registration, lives }));
        const numbers = [...page.matchAll(/\b(?:x|x1|x2|width)="(-?[\w.]+)%"/g)].map(([, text]) =>
          Number(text),
        );
        expect(numbers.every((one) => one >= 0 && one <= 100)).toBe(true);
        expect(page).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  it('draws a bar for a credential whose beginning nobody knows', () => {
    const credentials = [
      { keyId: 'k', expiresAt: now + 9e9, role: 'foreign', place: 'application' } as const,
    ];
    const registration = glanceSample({}, { credentials });
    const page = registrationPage(registrationSample({ registration, lives: new Map() }));
    expect(page).toMatch(/<rect\s+class="foreign"\s+x="0\.00%"\s+width="[1-9]/);
  });

  it('tells the life of each credential in words', () => {
    const page = registrationPage(registrationSample());
    const text = page.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'Issued 13 Nov 2026, proved 13 Nov 2026, serving since 14 Nov 2026. Keeper renews it from 12 Apr 2027 on, in 138 days.',
    );
    expect(text).toContain('It stays valid until its end, so that nothing breaks.');
  });
});
