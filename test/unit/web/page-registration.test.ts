import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import { reasons, type Reason } from '../../../src/core/reason.ts';
import type { RegistrationStatus } from '../../../src/core/status.ts';
import type { RegistrationModel } from '../../../src/web/page/model.ts';
import { registrationPage } from '../../../src/web/page/registration.ts';
import {
  foreignKey,
  foreignSample,
  glanceSample,
  needingSample,
  now,
  oldKey,
  registrationSample,
  servingKey,
  statusSample,
  waitingSample,
} from './page-samples.ts';
import { headingOf, wordsOf } from './page-words.ts';

const show = (changes: Partial<RegistrationModel> = {}) =>
  registrationPage(registrationSample(changes));
const showStatus = (
  status: Partial<RegistrationStatus>,
  changes: Partial<RegistrationModel> = {},
) => show({ registration: glanceSample({}, status), ...changes });
const unseen = { sinceAt: null, renewalAt: null };

describe('registrationPage()', () => {
  it.each(Object.keys(reasons) as Reason[])('tells what %s means, and what to do', (reason) => {
    const { state, means, remedy } = { remedy: undefined, ...reasons[reason] };
    const words = wordsOf(showStatus({ reason, state, standing: [{ reason }] }));
    expect(words).toContain(means);
    expect(words.includes('What to do')).toBe(remedy !== undefined);
    if (remedy !== undefined) expect(words).toContain(remedy);
  });

  it('tells what the first reason is about, and what else stands', () => {
    const page = showStatus({
      reason: 'slots-full',
      state: 'needs-person',
      standing: [
        { reason: 'slots-full', subject: 'k-1' },
        { reason: 'time-short', subject: 'k-2' },
      ],
    });
    expect(wordsOf(page)).toContain('It is about k-1.');
    expect(wordsOf(page)).toContain(
      `Also ${reasons['time-short'].means} k-2 To do: ${reasons['time-short'].remedy}`,
    );
  });

  it('has a heading that says how it is', () => {
    expect(headingOf(show())).toBe('calendar: well');
    expect(headingOf(show({ registration: needingSample() }))).toBe('mail-archive: needs you');
  });

  it('is readable before the first look', () => {
    const registration = glanceSample({ status: 'not-looked-yet', ...unseen });
    const page = show({ registration, lives: new Map(), plan: null, entries: [] });
    expect(headingOf(page)).toBe('calendar: waiting');
    const words = wordsOf(page);
    expect(words).toContain(reasons['not-looked-yet'].means);
    expect(words).toContain('Nobody knows yet: Keeper makes its plan when it looks.');
    expect(words).toContain('Nothing has been written yet.');
  });

  it('says when storage or the log does not answer', () => {
    const registration = glanceSample({ status: 'unreadable', ...unseen });
    const words = wordsOf(show({ registration, plan: null, entries: null }));
    expect(words).toContain('Storage does not answer, so nobody can tell how it is.');
    expect(words).toContain('The audit log cannot be read just now.');
  });

  it('says that it may be outdated when a look is overdue', () => {
    const page = showStatus({ nextLookAt: now - 3 * hourMs });
    expect(headingOf(page)).toBe('calendar: silent');
    expect(wordsOf(page)).toContain(
      'Keeper should have looked 3 hours ago (25 Nov 2026, 19:12 UTC), and has not.',
    );
  });

  it('tells what each connector holds, since when, and how its users fare', () => {
    const connector = statusSample().connectors[0];
    if (!connector) throw new Error('no sample');
    const words = wordsOf(
      showStatus({
        connectors: [
          connector,
          { ...connector, id: 'us/behind', keyId: oldKey, clientId: 'another-client' },
          { ...connector, id: 'us/gone', keyId: 'not-listed', grants: { total: 4, invalid: 0 } },
          { ...connector, id: 'us/unknown', keyId: null, switchedAt: null, grants: null },
        ],
      }),
    );
    expect(words).toMatch(
      /us\/8f1b2c3d-calendar-production the one in use 3f2a91c0… 14 Nov 2026\s+11 days ago 1,284 3 must sign in again/,
    );
    expect(words).toMatch(
      /us\/behind the replaced one b81e44d7…\s*another client id: another-client/,
    );
    expect(words).toMatch(/us\/gone one that Entra no longer lists not-listed .* 4 all signed in/);
    expect(words).toMatch(/us\/unknown not known for certain not known not counted yet/);
  });

  it('says when there are no connectors and no credentials', () => {
    const words = wordsOf(showStatus({ connectors: [], credentials: [], credential: null }));
    expect(words).toContain('keeper.yaml names none for this registration.');
    expect(words).toContain('Entra lists none yet. Keeper issues the first one by itself.');
  });

  it('tells the plan in words, with when at the earliest, and the next wake', () => {
    const words = wordsOf(show());
    expect(words).toContain('Remove: remove credential b81e44d7 from Entra');
    expect(words).toContain('Not before 14 Dec 2026, 22:12 UTC, in 19 days.');
    expect(words).toContain('Keeper wakes in 3 hours (26 Nov 2026, 01:12 UTC) at the latest');
    expect(wordsOf(show({ plan: [] }))).toContain('Nothing. It only keeps watching.');
  });

  it('tells the last audit entries with their instants', () => {
    expect(wordsOf(show())).toContain(
      '13 Nov 2026, 22:12 UTC 12 days ago credential 3f2a91c0… works',
    );
  });

  it('tells of one that waits when Keeper goes on', () => {
    const words = wordsOf(show({ registration: waitingSample() }));
    expect(words).toContain(
      'There is nothing for you to do: Keeper goes on in 3 hours (26 Nov 2026, 01:12 UTC) at the latest.',
    );
  });

  it('tells what has just happened', () => {
    expect(show({ notice: 'Taken.' })).toMatch(/role="status">\s*<p>Taken\.<\/p>/);
  });

  it('stays under 40 kB', () => {
    expect(Buffer.byteLength(show({ registration: needingSample() }))).toBeLessThan(40_000);
  });
});

describe('the orders of registrationPage()', () => {
  it('are a form for a re-sync, and pages for what has a consequence', () => {
    const page = show();
    expect(page).toContain('action="/registrations/calendar/orders"');
    for (const kind of ['rotate', 'freeze', 'compromised', `retire&amp;keyId=${oldKey}`]) {
      expect(page).toContain(`href="/registrations/calendar/confirm?kind=${kind}"`);
    }
  });

  it('offer to retire a foreign credential of the application, and none of the service principal', () => {
    const link = `/registrations/calendar/confirm?kind=retire&amp;keyId=${foreignKey}`;
    const on = show({ registration: foreignSample('application') });
    expect(on).toContain(`href="${link}"`);
    expect(wordsOf(on)).toContain('Keeper leaves it alone, unless you order otherwise.');
    const beside = show({ registration: foreignSample('service-principal') });
    expect(beside).not.toContain(link);
    expect(wordsOf(beside)).toContain('Keeper leaves it alone.');
  });

  it('never offer to retire the credential in use', () => {
    expect(show()).not.toContain(`keyId=${servingKey}`);
  });

  it('end a freeze that holds, and begin none', () => {
    const page = show({ frozenUntilAt: now + dayMs });
    expect(page).toContain('value="thaw"');
    expect(page).not.toContain('kind=freeze');
    expect(wordsOf(page)).toContain(
      'An operator asked Keeper to change nothing until 26 Nov 2026, 22:12 UTC.',
    );
    expect(show({ frozenUntilAt: now - dayMs })).not.toContain('value="thaw"');
  });

  it('are not there for those who may only read', () => {
    expect(show({ mayOperate: false })).not.toMatch(/<form|<button|\/confirm/);
  });
});
