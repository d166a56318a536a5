import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import type { OverviewModel, RegistrationGlance } from '../../../src/web/page/model.ts';
import { overviewPage, registrationsPerPage } from '../../../src/web/page/overview.ts';
import {
  glanceSample,
  needingSample,
  now,
  overviewSample,
  servingKey,
  settledSample,
  waitingSample,
} from './page-samples.ts';
import { headingOf, wordsOf } from './page-words.ts';

const overview = (changes: Partial<OverviewModel> = {}) => overviewPage(overviewSample(changes));
const unseen = { sinceAt: null, renewalAt: null };
const fresh = (id: string) => glanceSample({ id, status: 'not-looked-yet', ...unseen });
const unreadable = (id: string) => glanceSample({ id, status: 'unreadable', ...unseen });
const silent = (id: string) => glanceSample({ id }, { nextLookAt: now - 2 * hourMs });

describe('overviewPage()', () => {
  const alarm = { registration: 'portal', endsAt: now + 20 * dayMs, isAlarm: true };

  it.each<[string, Partial<OverviewModel>, string]>([
    ['all is well', {}, 'All is well.'],
    [
      'one waits',
      { registrations: [waitingSample(), settledSample('a')] },
      'All is well; 1 is under way.',
    ],
    [
      'one of two needs a person',
      { registrations: [settledSample('a'), needingSample()] },
      '1 of 2 registrations needs you.',
    ],
    [
      'two need a person',
      { registrations: [needingSample(), needingSample({ id: 'b' })] },
      '2 of 2 registrations need you.',
    ],
    [
      'nobody has looked yet',
      { registrations: [fresh('a'), fresh('b')] },
      'Keeper has never run yet.',
    ],
    ['the file names nothing', { registrations: [] }, 'There is nothing to keep yet.'],
    ['storage does not answer', { registrations: [unreadable('a')] }, 'Storage does not answer.'],
    [
      'one cannot be read',
      { registrations: [unreadable('a'), settledSample('b')] },
      '1 of 2 registrations cannot be read.',
    ],
    [
      'a look is overdue',
      { registrations: [silent('a'), settledSample('b')] },
      'Keeper has gone silent.',
    ],
    [
      'the file has errors',
      { fileErrors: ['line 3: no such audience'] },
      'All is well, but keeper.yaml has errors.',
    ],
    [
      'a credential that nobody renews ends soon',
      { unmanaged: [alarm] },
      'A credential that nobody renews is about to end.',
    ],
  ])('says first how it is when %s', (_, changes, headline) => {
    expect(headingOf(overview(changes))).toBe(headline);
  });

  it('tells what is next and how old it is when all is well', () => {
    const words = wordsOf(overview());
    expect(words).toContain('5 registrations with 6 connectors are as keeper.yaml says.');
    expect(words).toContain(
      'The next credential to end is that of calendar, in 168 days (12 May 2027, 22:12 UTC).',
    );
    expect(words).toContain('Keeper renews it in 138 days (12 Apr 2027, 22:12 UTC).');
    expect(words).toContain(
      'Keeper last looked 4 minutes ago, and looks again in 3 hours at the latest.',
    );
  });

  it('tells of one in need what is wrong, since when, and what to do', () => {
    const words = wordsOf(overview({ registrations: [settledSample('a'), needingSample()] }));
    expect(words).toContain('Key Vault does not let Keeper read or write the secret.');
    expect(words).toContain('Since 25 Nov 2026, 19:12 UTC (for 3 hours).');
    expect(words).toContain('The credential in use ends in 2 days (28 Nov 2026, 10:12 UTC).');
    expect(words).toContain(
      "What to do Give Keeper's identity the role Key Vault Secrets Officer on the vault.",
    );
  });

  it('tells of one that waits for what, since when, and when it goes on', () => {
    const words = wordsOf(overview({ registrations: [waitingSample()] }));
    expect(words).toContain(
      'The new credential is proven, and gets a day to reach every Microsoft server. Since 25 Nov 2026, 17:12 UTC (for 5 hours).',
    );
    expect(words).toMatch(/contacts.*Waiting.*in 3 hours/s);
  });

  it('tells of silence what was seen last, and where to look', () => {
    const words = wordsOf(overview({ registrations: [silent('a')] }));
    expect(words).toContain(
      'Keeper should have looked 2 hours ago (25 Nov 2026, 20:12 UTC), and has not.',
    );
    expect(words).toContain('See in Azure whether Keeper’s worker runs');
  });

  it('keeps one in need in need when Keeper falls silent', () => {
    const late = { ...needingSample() };
    const status = {
      ...(late.status as object),
      nextLookAt: now - dayMs,
    } as RegistrationGlance['status'];
    expect(headingOf(overview({ registrations: [{ ...late, status }] }))).toBe(
      '1 of 1 registration needs you.',
    );
  });

  it('lists the errors of the file, and counts those beyond ten', () => {
    const fileErrors = Array.from({ length: 12 }, (_, index) => `keeper.yaml:${index + 1}:1 wrong`);
    const words = wordsOf(overview({ fileErrors }));
    expect(words).toContain('keeper.yaml has 12 errors. Keeper works by the last good file');
    expect(words).toContain('keeper.yaml:10:1 wrong');
    expect(words).not.toContain('keeper.yaml:11:1 wrong');
    expect(words).toContain('and 2 more');
  });

  it('tells of credentials that nobody renews', () => {
    const quiet = { registration: 'old', endsAt: null, isAlarm: false };
    const words = wordsOf(overview({ unmanaged: [quiet, alarm] }));
    expect(words).toMatch(
      /portal: its credential ends in 20 days .* That is soon\. .*old: no credential of it is known\./s,
    );
  });

  it('says to those who may not operate that they may read', () => {
    expect(wordsOf(overview({ mayOperate: false }))).toContain(
      'Orders need the role Keeper.Operate.',
    );
  });

  it('stays under 40 kB with five registrations, all of them in need', () => {
    const registrations = Array.from({ length: 5 }, (_, index) =>
      needingSample({ id: `r${index}` }),
    );
    expect(Buffer.byteLength(overview({ registrations }))).toBeLessThan(40_000);
  });
});

describe('overviewPage() of a thousand', () => {
  const registrations = [
    ...Array.from({ length: 990 }, (_, index) => settledSample(`calm-${index}`)),
    ...Array.from({ length: 10 }, (_, index) => needingSample({ id: `need-${index}` })),
  ];
  const linksOf = (page: number) =>
    [...overview({ registrations, page }).matchAll(/href="\/registrations\/([\w-]+)"/g)].map(
      ([, id]) => id,
    );

  it('shows two hundred on a page, those in need first', () => {
    const links = linksOf(1);
    expect(links).toHaveLength(registrationsPerPage);
    expect(links.slice(0, 10).every((id) => id?.startsWith('need-'))).toBe(true);
  });

  it('shows each on exactly one page', () => {
    const all = [1, 2, 3, 4, 5].flatMap(linksOf);
    expect(new Set(all)).toEqual(new Set(registrations.map(({ id }) => id)));
    expect(all).toHaveLength(1_000);
  });

  it.each([
    [0, 1],
    [-3, 1],
    [Number.NaN, 1],
    [2.9, 2],
    [77, 5],
  ])('takes page %s for page %s', (page, nearest) => {
    expect(linksOf(page)).toEqual(linksOf(nearest));
  });

  it('links to the other pages, and says which one this is', () => {
    const page = overview({ registrations, page: 3 });
    expect(wordsOf(page)).toContain('Page 3 of 5');
    expect([...page.matchAll(/href="(\/(?:\?page=\d)?)"/g)].map(([, to]) => to)).toEqual(
      expect.arrayContaining(['/', '/?page=2', '/?page=5']),
    );
    expect(page).toMatch(/aria-current="page"\s+href="\/\?page=3"/);
  });

  it('folds those that are well, and neither those in need nor those under way', () => {
    const page = overview({ registrations: [waitingSample(), ...registrations] });
    const fold = page.indexOf('<details>');
    expect(wordsOf(page)).toContain('189 of this page are well');
    for (const id of ['need-0', 'need-9', 'contacts']) {
      const at = page.indexOf(`/registrations/${id}"`);
      expect(at).toBeGreaterThan(0);
      expect(at).toBeLessThan(fold);
    }
    expect(page.indexOf('/registrations/calm-')).toBeGreaterThan(fold);
  });

  it('folds nothing where there are few', () => {
    expect(overview({ registrations: registrations.slice(0, 25) })).not.toContain('<details>');
  });

  it('stays under 300 kB a page, all of them in need', () => {
    const needy = Array.from({ length: 1_000 }, (_, index) => needingSample({ id: `n${index}` }));
    expect(Buffer.byteLength(overview({ registrations: needy }))).toBeLessThan(300_000);
  });

  it('has no page links when one page is enough', () => {
    expect(overview()).not.toContain('aria-label="Pages"');
  });

  it('puts the credential that ends first before its equals', () => {
    const soon = glanceSample(
      { id: 'soon' },
      { credential: { keyId: servingKey, expiresAt: now + dayMs } },
    );
    const page = overview({ registrations: [settledSample('later'), soon] });
    expect(page.indexOf('/registrations/soon')).toBeLessThan(page.indexOf('/registrations/later'));
  });
});
