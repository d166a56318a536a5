/** Role: `keeper doctor` in an embedded world: each misconfiguration that can be planted is found, and nothing else. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import type { Severity } from '../../src/doctor/check.ts';
import { startAzurite, type Azurite } from '../../src/local/azurite.ts';
import { openLocalVisit } from '../../src/local/local-doctor.ts';
import { plants } from '../../src/local/plants.ts';
import { storageFolder } from '../../src/local/storage-folder.ts';
import { requestsIn, worldIn } from '../support/data-folder.ts';
import { leaksIn } from '../support/haystack.ts';
import { endKeepers, newFolder, runKeeper } from '../support/keeper-process.ts';

interface Told {
  readonly check: string;
  readonly severity: Severity;
  readonly subject?: string;
  readonly seen: string;
  readonly mend: readonly string[];
}

interface Report {
  readonly ok: boolean;
  readonly vendorWrites: number;
  readonly checks: readonly {
    readonly id: string;
    readonly outcomes: readonly Omit<Told, 'check'>[];
  }[];
}

const folder = newFolder();
/** All that was printed, to be searched for secrets. */
const printed: string[] = [];
let azurite: Azurite;
let healthy: readonly Told[];

beforeAll(async () => {
  const { code, stderr } = await runKeeper(
    '--once',
    '--json',
    '--faults',
    'none',
    '--data',
    folder,
  );
  expect(code, stderr).toBe(0);
  // As if the run were up: each visit finds its storage.
  azurite = await startAzurite({ location: storageFolder(folder) });
  healthy = findingsIn((await doctor()).report);
});

afterAll(async () => {
  await azurite?.stop();
  await endKeepers();
});

async function nowhere(): Promise<never> {
  throw new Error('the settings name no Keeper here');
}

async function command(...args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const write = (text: string): void => {
    out += text;
  };
  const line = {
    terminal: { out: write, err: write, hasColour: false },
    openers: { live: nowhere },
    worlds: { live: nowhere },
    visits: { live: nowhere, local: openLocalVisit, plants: async () => plants },
    build: async () => 'test',
    now: () => Date.now(),
    pause: async () => undefined,
  };
  const code = await runCommand(line, ['doctor', ...args]);
  printed.push(out);
  return { code, out };
}

async function doctor(...args: readonly string[]): Promise<{ code: number; report: Report }> {
  const { code, out } = await command('--data', folder, '--json', ...args);
  return { code, report: JSON.parse(out) as Report };
}

function findingsIn({ checks }: Report): readonly Told[] {
  return checks
    .flatMap(({ id, outcomes }) => outcomes.map((one) => ({ check: id, ...one })))
    .filter(({ severity }) => severity !== 'fine' && severity !== 'blocked');
}

/** What was not found in the demonstration as it is. */
function newIn(report: Report): readonly Told[] {
  const known = new Set(healthy.map((one) => JSON.stringify([one.check, one.subject, one.seen])));
  return findingsIn(report).filter(
    (one) => !known.has(JSON.stringify([one.check, one.subject, one.seen])),
  );
}

describe('keeper doctor --data', () => {
  it('finds what is unwell in the demonstration, and nothing else', () => {
    expect(healthy.map(({ check, subject }) => [check, subject])).toEqual([
      ['secrets-allowed', 'reports'],
      ['foreign-secrets', 'mail'],
      ['needs-person', 'reports'],
    ]);
  });

  it.each(plants)('finds $name: $what', async ({ name, finds }) => {
    const { code, report } = await doctor('--plant', name);
    const found = newIn(report);
    expect([...new Set(found.map(({ check }) => check))]).toEqual([finds]);
    for (const { mend, seen, severity } of found) {
      expect(['wrong', 'risky']).toContain(severity);
      expect(seen).not.toMatch(/undefined|NaN|\[object/);
      expect(mend.length, seen).toBeGreaterThan(0);
      expect(mend.join('\n')).not.toMatch(/undefined|NaN|\[object/);
    }
    expect(code).toBe(1);
    expect(report).toMatchObject({ ok: false, vendorWrites: 0 });
  });

  it('has at least fifteen kinds of misconfiguration to find, each under one name', () => {
    expect(new Set(plants.map(({ finds }) => finds)).size).toBeGreaterThanOrEqual(15);
    expect(new Set(plants.map(({ name }) => name)).size).toBe(plants.length);
  });

  it('writes to no vendor, and leaves the world as it was', async () => {
    const asked = requestsIn(folder).length;
    const { report } = await doctor('--plant', 'nylas-key-revoked');
    expect(report.vendorWrites).toBe(0);
    expect(requestsIn(folder)).toHaveLength(asked);
    expect(newIn((await doctor()).report)).toEqual([]);
  });

  it('ends with 0 where a group is well, with 1 where it is not', async () => {
    expect((await doctor('--only', 'nylas')).code).toBe(0);
    expect((await doctor('--only', 'entra', '--registration', 'calendar')).code).toBe(0);
    expect((await doctor('--only', 'entra')).code).toBe(1);
    // What stands in the way of a group is told with it.
    const { code, report } = await doctor('--only', 'nylas', '--plant', 'api-key-not-stored');
    expect(code).toBe(1);
    expect(findingsIn(report).map(({ check }) => check)).toEqual(['api-key']);
  });

  it('tells people one line a check, by vendor, with a last line that says it all', async () => {
    const { out } = await command('--data', folder, '--plant', 'vault-role-missing');
    expect(out).toMatch(/^Looking at the world in /);
    for (const heading of ['Microsoft Entra', 'Key Vault', 'Nylas', 'Event Grid']) {
      expect(out).toContain(`\n${heading}\n`);
    }
    expect(out).toMatch(/ {2}✗ Keeper may read and store secrets in each vault \(vault-rights\)\n/);
    expect(out).toMatch(
      /→ az role assignment create --role "Key Vault Secrets Officer" --assignee-object-id [0-9a-f-]{36} /,
    );
    expect(out.trimEnd().split('\n').at(-1)).toMatch(
      /^\d+ checks: 3 things are wrong, 1 is risky\. Nothing was changed\.$/,
    );
  });

  it('refuses what it cannot use in one line', async () => {
    for (const args of [
      ['--data', folder, '--plant', 'weeds'],
      ['--data', join(folder, 'nothing')],
      ['--data', folder, '--only', 'everything'],
      ['--data', folder, '--registration', 'nobody'],
      ['--plant', 'nylas-key-revoked'],
      ['--data', folder, 'calendar'],
    ]) {
      const { code, out } = await command(...args);
      expect(code, args.join(' ')).toBe(2);
      expect(out).toMatch(/^keeper: [^\n]+\n$/);
    }
  });

  it('lists what can be planted', async () => {
    const { code, out } = await command('--plant', 'list');
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(plants.length);
  });

  it('prints no secret text', async () => {
    const { secrets } = await worldIn(folder);
    expect(secrets.size).toBeGreaterThan(8);
    const all = [...secrets, 'somebody-else-knows-this-one'];
    expect(printed.length).toBeGreaterThan(plants.length);
    const texts = printed.map((text, index) => [`output ${index}`, text] as const);
    expect(leaksIn(texts, all)).toEqual([]);
  });
});

describe('npm run keeper -- doctor --data', () => {
  it('works as a process on a run that is not up', () => {
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['src/local/keeper.ts', 'doctor', '--data', copy, '--only', 'events', '--json'],
      { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, vendorWrites: 0 });
  });
});
