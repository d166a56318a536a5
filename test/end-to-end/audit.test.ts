/** Role: what an auditor does with the log of two months: check it, take it home, check it there, find a forgery. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogVerdict } from '../../src/audit/verdict.ts';
import type { Report } from '../../src/local/report.ts';
import { endKeepers, newFolder, runKeeper } from '../support/keeper-process.ts';
import { expectDemonstrationReport, registrationIn, reportIn } from './demonstration.ts';

const repository = join(import.meta.dirname, '../..');
const verifier = join(repository, 'test/independent/verify.py');
const hasPython = ['python3', 'openssl'].every(
  (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined,
);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
async function run(program: string, ...args: readonly string[]): Promise<Ran> {
  const child = spawn(program, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** The command line as an operator has it in the repository. */
const keeper = (...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, 'src/local/keeper.ts', ...args);

type Verdict = LogVerdict & { readonly pinned: boolean; readonly thumbprints: readonly string[] };

interface ToldEntry {
  readonly seq: number;
  readonly tells: string;
}

/** What both verifiers say of a chain. */
function headOf({ registration, headHash, proved }: LogVerdict['chains'][number]): object {
  return { registration, headHash, proved };
}

describe('the log of sixty days', () => {
  let data: string;
  let copy: string;
  let key: string;
  /** Of the serving credential of the calendar. */
  let keyId: string;
  let verdict: Verdict;
  let report: Report;

  beforeAll(async () => {
    data = newFolder();
    copy = join(newFolder(), 'log');
    const args = ['--once', '--json', '--fast-forward', '60d', '--seed', '3', '--data', data];
    const ran = await runKeeper(...args);
    if (ran.code !== 0) throw new Error(ran.stderr);
    report = reportIn(ran.stdout);
    keyId = registrationIn(report, 'calendar').credential?.keyId ?? '';
  }, 300_000);

  afterAll(endKeepers);

  it('is that of a demonstration without an outage, whatever vendors did wrong', () => {
    expectDemonstrationReport(report);
    expect(report.simulatedMs).toBeGreaterThanOrEqual(60 * 86_400_000);
  });

  it('holds, and every chain is proved', async () => {
    const { code, out, err } = await keeper('audit', 'verify', '--data', data, '--json');
    expect(code, err).toBe(0);
    verdict = JSON.parse(out) as Verdict;
    expect(verdict).toMatchObject({ ok: true, log: 'development', pinned: false });
    expect(verdict.statements.good).toBeGreaterThan(50);
    expect(verdict.statements.faults).toEqual([]);
    expect(verdict.chains.map((one) => one.registration)).toEqual(
      expect.arrayContaining(['archive', 'calendar', 'mail', 'reports']),
    );
    for (const chain of verdict.chains) {
      expect(chain.proved, chain.registration).not.toBeNull();
      expect(chain.onlyChained, chain.registration).toBeLessThan(chain.entries);
      expect(chain.openIntents, chain.registration).toEqual([]);
    }
  });

  it('is exported, and holds there under its key', async () => {
    const exported = await keeper('audit', 'export', '--data', data, '--out', copy, '--json');
    expect(exported.code, exported.err).toBe(0);
    const [name = ''] = spawnSync('ls', [join(copy, 'keys')], { encoding: 'utf8' }).stdout.split(
      '\n',
    );
    key = join(copy, 'keys', name);
    const there = await keeper('audit', 'verify', '--folder', copy, '--key', key, '--json');
    expect(there.code, there.err).toBe(0);
    expect(JSON.parse(there.out)).toEqual({ ...verdict, pinned: true });
  });

  it('is shown as a story without colours in a pipe', async () => {
    const { code, out } = await keeper('audit', 'show', 'calendar', '--folder', copy);
    expect(code).toBe(0);
    expect(out).toMatch(/done: add a credential/);
    expect(out).not.toMatch(/undefined|NaN|\[object/);
    expect(out).not.toContain('\u001b');
  });

  it.skipIf(!hasPython)('holds for a verifier that shares nothing with Keeper', async () => {
    const { code, out, err } = await run('python3', verifier, copy, '--key', key, '--json');
    expect(code, err).toBe(0);
    const { statements, chains } = JSON.parse(out) as LogVerdict;
    expect(statements).toMatchObject({ good: verdict.statements.good, faults: [] });
    expect(chains.map(headOf)).toEqual(verdict.chains.map(headOf));
  });

  it('gives a receipt that holds by itself', async () => {
    const path = join(copy, '../receipt.json');
    const made = await keeper('audit', 'receipt', keyId, '--folder', copy, '--out', path);
    expect(made.code, made.err).toBe(0);
    const checked = await keeper('audit', 'check-receipt', path, '--key', key, '--json');
    expect(checked.code, checked.out).toBe(0);
    const told = JSON.parse(checked.out) as { told: readonly ToldEntry[] };
    expect(told).toMatchObject({ ok: true, registration: 'calendar', keyId });
    expect(told.told.map((one) => one.tells).join('\n')).toMatch(/^done: add a credential/);
    for (const other of ['archive', 'mail', 'reports']) {
      expect(readFileSync(path, 'utf8')).not.toContain(`"${other}"`);
    }
    if (!hasPython) return;
    const python = await run('python3', verifier, '--receipt', path, '--key', key, '--json');
    expect(python.code, python.out).toBe(0);
  });

  it('does not hold after one bit of it was changed, and the line is named', async () => {
    const path = join(copy, 'audit/calendar/1.jsonl');
    const bytes = readFileSync(path);
    const place = bytes.indexOf('"done"') + 1;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const seq = bytes.subarray(0, place).toString('utf8').split('\n').length;
    const { code, out } = await keeper('audit', 'verify', '--folder', copy);
    expect(code).toBe(1);
    expect(out).toMatch(/^The log does not hold\.$/m);
    expect(out).toMatch(new RegExp(`^calendar: BROKEN, ${seq - 1} good lines`, 'm'));
    expect(out).toContain(`  line ${seq}: does not have the hash that it claims: it was changed\n`);
    expect(out).toMatch(/^mail: holds/m);
    if (!hasPython) return;
    const python = await run('python3', verifier, copy, '--json');
    const told = JSON.parse(python.out) as LogVerdict;
    const broken = told.chains.find((one) => one.registration === 'calendar');
    expect(broken?.defect).toEqual({ seq, defect: 'wrong-hash' });
    expect(python.code).toBe(1);
  });
});
