/** Role: the first command that a newcomer types, and what it does to the simulated world. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Report } from '../../src/local/report.ts';
import { isWrite, requestsIn, storedIn, vendorState, worldIn } from '../support/data-folder.ts';
import { endKeepers, newFolder, runKeeper } from '../support/keeper-process.ts';
import {
  expectDemonstrationReport,
  expectDemonstrationWorld,
  registrationIn,
  reportIn,
} from './demonstration.ts';

afterEach(endKeepers);

describe('npm start -- --once --json', () => {
  it('settles the demonstration and tells so in one document', async () => {
    const { code, stdout, stderr, durationMs } = await runKeeper('--once', '--json');
    expect(code, stderr).toBe(0);
    expect(durationMs).toBeLessThan(90_000);
    const report = reportIn(stdout);
    expectDemonstrationReport(report);
    expectMembers(report);
    // Progress is for people, and only on stderr.
    expect(stderr).toMatch(/calendar +Created the registration/);
    expect(stderr).not.toContain('"outageSeconds"');
    expect(stderr).not.toMatch(/undefined|NaN|\[object|\n {4}at /);
  });
});

describe('npm start -- --once --json --data DIR', () => {
  it('leaves the world as the report says, does nothing when started again, and takes another file', async () => {
    const folder = newFolder();
    const first = await runKeeper('--once', '--json', '--faults', 'none', '--data', folder);
    expect(first.code, first.stderr).toBe(0);
    const report = reportIn(first.stdout);
    expectDemonstrationReport(report);
    expectDeeds(report);
    const world = await worldIn(folder);
    expectDemonstrationWorld(report, world);
    // The same seed makes the same orphan: it was there, and is gone.
    const removed = removedKeyIds(world.asked.filter(isWrite).map((one) => one.body));
    const { appId } = registrationIn(report, 'archive');
    const listed = world.cloud.directory.application(appId ?? '')?.passwords ?? [];
    expect(removed).toHaveLength(1);
    expect(listed.map((one) => one.keyId)).not.toContain(removed[0]);
    expect((await storedIn(folder)).isVerified).toBe(true);

    const asked = requestsIn(folder).length;
    const second = await runKeeper('--once', '--json', '--data', folder);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toMatch(/Going on from an earlier run \(\d+ requests\)/);
    const again = reportIn(second.stdout);
    expect(again.registrations).toEqual(report.registrations);
    expect(again.audit).toEqual(report.audit);
    expect(vendorState(await worldIn(folder))).toEqual(vendorState(world));
    const later = requestsIn(folder).slice(asked);
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(isWrite)).toEqual([]);

    await expectAnotherFile(folder, again);
  });
});

describe('npm start -- --once', () => {
  it('shows a table that a person can read', async () => {
    const { code, stdout, stderr } = await runKeeper('--once', '--faults', 'none', '--seed', '2');
    expect(code, stderr).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(/^registration +state +secret ends +connectors +client id$/);
    for (const id of ['calendar', 'mail']) {
      expect(stdout).toMatch(
        new RegExp(`^${id} +healthy +\\d{4}-\\d\\d-\\d\\d +2/2 +[0-9a-f-]{36}$`, 'm'),
      );
    }
    expect(stdout).toMatch(/^reports +needs-person +– +0\/1 +[0-9a-f-]{36}$/m);
    expect(stdout).toMatch(/reports needs you: A policy .*\n +Ask the tenant administrator/);
    expect(stdout).toMatch(/^audit log: \d+ entries, verified$/m);
    expect(stdout).toMatch(/^outage charged to Keeper: 0 s; unavoidable: 0 s$/m);
    expect(stdout).not.toMatch(/[{}]|undefined|null|NaN|\[object/);
    expect(lines.filter((line) => line.length > 200)).toEqual([]);
  });
});

if (process.env['KEEPER_LONG'] !== undefined) {
  it('npm start -- --fast-forward goes through two years with heavy faults without an outage', async () => {
    const args = ['--once', '--json', '--fast-forward', '2y', '--faults', 'heavy', '--seed', '7'];
    const { code, stdout, stderr, durationMs } = await runKeeper(...args);
    expect(code, stderr).toBe(0);
    expect(durationMs).toBeLessThan(300_000);
    const report = reportIn(stdout);
    expect(report).toMatchObject({ ok: true, outageSeconds: 0, audit: { verified: true } });
    expect(report.simulatedMs).toBeGreaterThanOrEqual(730 * 86_400_000);
  }, 600_000);
}

/** With another file the folder goes on, and nothing of it is lost. */
async function expectAnotherFile(folder: string, before: Report): Promise<void> {
  const path = join(folder, 'changed.yaml');
  const { file } = JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')) as {
    file: string;
  };
  writeFileSync(path, file.replace('Contoso Calendar', 'Contoso Planner'));
  const args = ['--once', '--json', '--data', folder, '--config', path];
  const { code, stdout, stderr } = await runKeeper(...args);
  expect(code, stderr).toBe(0);
  const [calendar, ...others] = reportIn(stdout).registrations;
  const [calendarBefore, ...othersBefore] = before.registrations;
  expect(others).toEqual(othersBefore);
  const did = [...(calendarBefore?.did ?? []), 'update-registration'];
  expect(calendar).toEqual({ ...calendarBefore, did });
  const { directory } = (await worldIn(folder)).cloud;
  expect(directory.application(calendar?.appId ?? '')?.displayName).toBe('Contoso Planner');
}

/** What it did, in order; without faults there are no detours. */
function expectDeeds(report: Report): void {
  expect(uniqueRuns(registrationIn(report, 'calendar').did)).toEqual([
    'create-registration',
    'create-service-principal',
    'add-credential',
    'store-credential',
    'prove-credential',
    'promote-credential',
    'push-credential',
  ]);
  expect(registrationIn(report, 'reports').did).not.toContain('add-credential');
  // Of two years ago; the orphan goes before a new one is added.
  const { did } = registrationIn(report, 'archive');
  const removal = did.lastIndexOf('remove-credential');
  expect(removal).toBeGreaterThan(0);
  expect(did.indexOf('add-credential', removal)).toBeGreaterThan(removal);
}

/** Every member that the document promises, with its type. */
function expectMembers(report: Report): void {
  const count = expect.toSatisfy((value) => Number.isSafeInteger(value) && Number(value) > 0);
  expect(report.requests).toEqual({
    graph: count,
    entra: count,
    vault: count,
    nylas: count,
    blobs: count,
    queues: count,
  });
  expect(report.durationMs).toSatisfy(Number.isSafeInteger);
  expect(report.simulatedMs).toSatisfy(Number.isSafeInteger);
  expect(Object.keys(report.unavoidableSeconds).length).toBeGreaterThan(0);
  for (const seconds of Object.values(report.unavoidableSeconds)) {
    expect(seconds).toSatisfy((value) => Number.isSafeInteger(value) && Number(value) >= 0);
  }
  for (const one of report.registrations) {
    expect(Object.keys(one).toSorted()).toEqual([
      'appId',
      'connectors',
      'credential',
      'did',
      'id',
      'reason',
      'state',
    ]);
    expect(one.did.length, one.id).toBeGreaterThan(0);
    expect(
      one.did.every((kind) => /^[a-z]+(?:-[a-z]+)+$/.test(kind)),
      one.id,
    ).toBe(true);
  }
}

/** The same deed several times in a row counts once. */
function uniqueRuns(did: readonly string[]): readonly string[] {
  return did.filter((kind, index) => kind !== did[index - 1]);
}

/** Key ids in the bodies of removals. */
function removedKeyIds(bodies: readonly string[]): readonly string[] {
  return bodies.flatMap((body) => /^\{"keyId":\s*"([^"]+)"\}$/.exec(body)?.[1] ?? []);
}
