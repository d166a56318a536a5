import { describe, expect, it } from 'vitest';
import { lastLine, reportOf, writeReport } from '../../../src/cli/doctor-report.ts';
import { duration, instant } from '../../../src/doctor/check.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { principalOf, workerApp } from '../../../src/doctor/names.ts';
import { absent, known, unknown } from '../../../src/core/observed.ts';
import { examination, unseen, type Changes } from './healthy.ts';

function lineFor(changes: Changes): string {
  return lastLine(diagnose(examination(changes)));
}

function printed(changes: Changes): string {
  let out = '';
  const write = (text: string): void => {
    out += text;
  };
  writeReport({ out: write, err: write, hasColour: false }, 'here', diagnose(examination(changes)));
  return out;
}

describe('the last line', () => {
  it('says that all is well only when all was looked at', () => {
    expect(lineFor({})).toBe('All is well: 36 checks, nothing found.');
    expect(lineFor({ evidence: { heads: unseen } })).toBe(
      '36 checks, nothing found. 1 thing could not be checked.',
    );
  });

  it('counts what is wrong and what is risky', () => {
    const changes = {
      evidence: { heads: known([]) },
      vault: { azure: known({ id: '/v', hasPurgeProtection: false, usesRoles: true }) },
    };
    expect(lineFor(changes)).toMatch(
      /^36 checks: \d+ things? (?:is|are) wrong, 1 is risky\. Nothing was changed\.$/,
    );
  });
});

describe('the report for people', () => {
  it('shows foreign text without what moves a terminal', () => {
    const application = known({
      applicationId: '\u001B[2J\u202Eevil',
      region: 'us' as const,
      callbackUris: [],
    });
    const text = printed({ connector: { application, connector: absent } });
    expect(text).toContain(String.raw`it opens \u{1b}[2J\u{202e}evil`);
    expect(text).not.toContain('\u001B');
    expect(text).not.toContain('\u202E');
  });

  it('tells what stands in the way in one line a cause', () => {
    const text = printed({ evidence: { identity: unknown({ kind: 'timeout', vendor: 'graph' }) } });
    expect(text).toMatch(/\? Keeper's identity is in the directory \(keeper-identity\)\n/);
    expect(text).toMatch(
      / {2}– Keeper is an owner of each registration \(owner\)\n {4}– not looked at: see keeper-identity\n/,
    );
  });
});

describe('the report for machines', () => {
  it('has what was found and what was fine, by check', () => {
    const report = reportOf('here', diagnose(examination()), 0);
    expect(report).toMatchObject({
      v: 1,
      ok: true,
      vendorWrites: 0,
      counts: { wrong: 0, risky: 0, unknown: 0, blocked: 0 },
    });
  });

  it('is not ok when something is risky', () => {
    const changes = {
      vault: { azure: known({ id: '/v', hasPurgeProtection: false, usesRoles: true }) },
    };
    expect(reportOf('here', diagnose(examination(changes)), undefined)).toMatchObject({
      ok: false,
    });
  });
});

describe('names in commands', () => {
  it('are those that were seen', () => {
    expect(workerApp(examination())).toBe('--resource-group apps --name func-worker');
    expect(principalOf(examination())).toBe('33333333-0000-4000-8000-000000000003');
  });

  it('are else asked of azd, where a deployment keeps them', () => {
    const bare = examination({ vault: { events: absent }, evidence: { identity: absent } });
    expect(workerApp(bare)).toBe(
      '--resource-group $(azd env get-value AZURE_RESOURCE_GROUP) --name $(azd env get-value KEEPER_WORKER_APP)',
    );
    expect(principalOf(bare)).toBe('$(azd env get-value KEEPER_WORKER_PRINCIPAL_ID)');
  });
});

describe('duration()', () => {
  it('takes the largest unit of which there are two', () => {
    expect([1_000, 119_000, 120_000, 7_200_000, 172_800_000].map(duration)).toEqual([
      '1 second',
      '119 seconds',
      '2 minutes',
      '2 hours',
      '2 days',
    ]);
  });
});

describe('instant()', () => {
  it('is to the minute, in UTC', () => {
    expect(instant(Date.UTC(2026, 10, 26, 8, 5, 59))).toBe('2026-11-26 08:05 UTC');
  });
});
