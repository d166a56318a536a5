/** Role: what the log queries of the alerts find, tried on planted lines, and that each kind of line counts. */
import { describe, expect, it } from 'vitest';
import { expectedLines } from '../support/bicep-expected.ts';
import { foundBy, type Logged } from '../support/bicep-queries.ts';
import { readTemplate } from '../support/bicep-template.ts';
import { readNeeds } from './infra-needs.ts';

const { queries } = readTemplate();
const { urgentReasons } = readNeeds();
const now = Date.parse('2026-11-26T12:00:00Z');
const hourMs = 3_600_000;

function found(name: string, lines: readonly Logged[]): number {
  return foundBy(queries[name] ?? '', lines, now);
}

function logged(hoursAgo: number, message: string, fields: object = {}): Logged {
  return { at: now - hoursAgo * hourMs, line: { level: 'info', message, ...fields } };
}

function endIn(days: number): string {
  return new Date(now + days * 24 * hourMs).toISOString();
}

/** A pass over the registration `mail` whose credential ends in 20 days. */
function pass(hoursAgo: number, state: string, reason: string, more: object = {}): Logged {
  return logged(hoursAgo, 'pass', {
    registration: 'mail',
    state,
    reason,
    standing: reason,
    ends: endIn(20),
    ...more,
  });
}

function leftFile(hoursAgo: number, days: number): Logged {
  const fields = { registration: 'mail', endsAt: endIn(days) };
  return logged(hoursAgo, 'credential of an unmanaged registration ends', fields);
}

describe('each query', () => {
  it.for(Object.keys(queries))('%s gives a number also when nothing was logged', (name) => {
    expect(found(name, [])).toBe(0);
  });

  it.for(
    ['silence', 'poison', 'audit', 'no-checkpoint', 'faulty-file'].flatMap((name) =>
      (expectedLines[name] ?? []).map((message) => ({ name, message })),
    ),
  )('$name counts $message', ({ name, message }) => {
    expect(found(name, [logged(0.5, message), logged(0.2, 'another')])).toBe(1);
  });
});

describe('needs-person-now', () => {
  it.for(urgentReasons)('tells of %s with the first pass that finds it', (reason) => {
    expect(found('needs-person-now', [pass(0.1, 'needs-person', reason)])).toBe(1);
  });

  it('goes on while the newest pass is a day old', () => {
    const lines = [pass(30, 'healthy', 'settled'), pass(24.2, 'needs-person', 'connector-lost')];
    expect(found('needs-person-now', lines)).toBe(1);
  });

  it('ends with the pass that finds all well', () => {
    const lines = [pass(2, 'needs-person', 'connector-down'), pass(1, 'healthy', 'settled')];
    expect(found('needs-person-now', lines)).toBe(0);
  });

  it('tells of what stands behind another reason, and counts a registration once', () => {
    const standing = 'nylas-denied connector-down time-short';
    const lines = [pass(1, 'needs-person', 'nylas-denied', { standing })];
    expect(found('needs-person-now', lines)).toBe(1);
  });

  it('leaves what can wait to the other alert', () => {
    expect(found('needs-person-now', [pass(0.1, 'needs-person', 'legacy-permissions')])).toBe(0);
  });
});

describe('needs-person', () => {
  it('tells of what has stood for more than a day, and of nothing else', () => {
    const stood = [pass(30, 'needs-person', 'slots-full'), pass(6, 'needs-person', 'slots-full')];
    expect(found('needs-person', stood)).toBe(1);
    expect(found('needs-person', [...stood, pass(7, 'healthy', 'settled')])).toBe(0);
    expect(found('needs-person', stood.slice(1))).toBe(0);
  });
});

describe('expiring', () => {
  it('tells of a registration that left the file, from 30 days before its credential ends', () => {
    expect(found('expiring', [leftFile(0.2, 29)])).toBe(1);
    expect(found('expiring', [leftFile(0.2, 31)])).toBe(0);
  });

  it('tells of one that left the file while it waited', () => {
    expect(found('expiring', [pass(3, 'waiting', 'settling'), leftFile(1, 20)])).toBe(1);
  });

  it('is silent once it is in the file again and renewed', () => {
    const renewed = pass(1, 'healthy', 'settled', { ends: endIn(180) });
    expect(found('expiring', [leftFile(3, 20), renewed])).toBe(0);
  });

  it.for([
    ['healthy', 'settled'],
    ['needs-person', 'slots-full'],
  ] as const)('tells of one that is %s, %s', ([state, reason]) => {
    expect(found('expiring', [pass(1, state, reason)])).toBe(1);
  });

  it.for(['unreachable', 'backing-off', 'throttled', 'switch-limit', 'push-in-doubt', 'working'])(
    'tells of one that has been waiting for more than a day: %s',
    (reason) => {
      const lines = [pass(26, 'waiting', reason), pass(2, 'waiting', reason)];
      expect(found('expiring', lines)).toBe(1);
      expect(found('expiring', lines.slice(1))).toBe(0);
    },
  );

  it('counts one wait after another as one', () => {
    const lines = [pass(26, 'waiting', 'unreachable'), pass(2, 'waiting', 'backing-off')];
    expect(found('expiring', lines)).toBe(1);
  });

  it.for(['settling', 'frozen'])('takes a plan for what it is: %s', (reason) => {
    expect(found('expiring', [pass(30, 'waiting', reason), pass(1, 'waiting', reason)])).toBe(0);
  });

  it('is silent about one without a credential, and about one that has time', () => {
    const lines = [
      pass(1, 'waiting', 'not-looked-yet', { ends: '' }),
      pass(1, 'healthy', 'settled', { registration: 'calendar', ends: endIn(90) }),
    ];
    expect(found('expiring', lines)).toBe(0);
  });

  it('counts each registration once', () => {
    const other = pass(1, 'healthy', 'settled', { registration: 'calendar' });
    expect(found('expiring', [leftFile(2, 20), leftFile(1, 20), other])).toBe(2);
  });
});

describe('the reader of queries', () => {
  it.for([
    'AppTraces\n| top 3 by TimeGenerated',
    "AppTraces\n| where Message has 'x'\n| summarize found = count()",
    'AppTraces\n| where isempty(Message)\n| summarize found = count()',
    'AppTraces\n| where nothing == 1\n| summarize found = count()',
    'AppTraces\n| where TimeGenerated * 2 < 1\n| summarize found = count()',
    'AppTraces\n| extend a = 1',
    'Other\n| summarize found = count()',
  ])('takes nothing for granted: %s', (query) => {
    expect(() => foundBy(query, [logged(1, 'pass')], now)).toThrow(RangeError);
  });
});
