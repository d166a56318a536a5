/** Role: the verifier that was written from the document alone agrees with Keeper's own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/audit/receipt.ts';
import { vectorPartLines } from '../../vectors/audit-logs.ts';
import { vectorsFolder, type ExpectedVerdict } from '../../vectors/make-audit.ts';

const verifier = join(import.meta.dirname, '../../independent/verify.py');
const isAbsent = ['python3', 'openssl'].some(
  (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error !== undefined,
);

function verified(...args: readonly string[]): { readonly code: number | null; told: unknown } {
  const { status, stdout, stderr } = spawnSync('python3', [verifier, ...args, '--json'], {
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return { code: status, told: JSON.parse(stdout) };
}

describe.skipIf(isAbsent)('the independent verifier', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keeper-independent-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds its tools in order', () => {
    expect(spawnSync('python3', [verifier, '--self-test'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.each(readdirSync(vectorsFolder))('gives the vector %s the same verdict', (name) => {
    const text = readFileSync(join(vectorsFolder, name, 'expected.json'), 'utf8');
    const expected = JSON.parse(text) as ExpectedVerdict;
    const { code, told } = verified(
      join(vectorsFolder, name),
      '--part-lines',
      String(vectorPartLines),
    );
    expect(told).toEqual(expected);
    expect(code).toBe(expected.ok ? 0 : 1);
  });

  it('takes no second part before line 40,001, where it is told nothing else', () => {
    const { code, told } = verified(join(vectorsFolder, 'good'));
    const archive = { registration: 'archive', defect: { seq: 4, defect: 'early-part' } };
    expect(told).toMatchObject({
      ok: false,
      chains: expect.arrayContaining([expect.objectContaining(archive)]),
    });
    expect(code).toBe(1);
  });

  it('does not hold a log without statements for proved, where it is told a key', () => {
    const [keyFile = ''] = readdirSync(join(vectorsFolder, 'good/keys'));
    const key = join(vectorsFolder, 'good/keys', keyFile);
    const { code, told } = verified(join(vectorsFolder, 'no-checkpoints'), '--key', key);
    expect(told).toMatchObject({ ok: false, statements: { good: 0 } });
    expect(code).toBe(1);
  });

  it('has no verdict on a folder that is no log', () => {
    mkdirSync(join(folder, 'nothing/audit'), { recursive: true });
    const { status, stderr } = spawnSync('python3', [verifier, join(folder, 'nothing')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/is no log: it has neither a chain nor a checkpoint\n$/),
    });
  });

  it('takes the receipt', () => {
    const { code, told } = verified('--receipt', join(vectorsFolder, 'good/receipt.json'));
    expect(told).toMatchObject({ ok: true, registration: 'calendar', keyId: 'k2' });
    expect(code).toBe(0);
  });

  it.each<[string, (receipt: Receipt) => Partial<Receipt>]>([
    ['a line left out', ({ lines }) => ({ lines: lines.toSpliced(3, 1) })],
    ['a line changed', ({ lines }) => ({ lines: lines.with(1, `${lines[1]} `) })],
    ['another registration', () => ({ registration: 'mail' })],
    ['another place', ({ index }) => ({ index: index - 1 })],
    ['no path', () => ({ path: [] })],
    ['another credential', () => ({ keyId: 'k7' })],
    ['a longer signature', ({ statement }) => ({ statement: `${statement}AA` })],
  ])('refuses a receipt with %s', (what, change) => {
    const text = readFileSync(join(vectorsFolder, 'good/receipt.json'), 'utf8');
    const receipt = JSON.parse(text) as Receipt;
    const path = join(folder, `${what}.json`);
    writeFileSync(path, JSON.stringify({ ...receipt, ...change(receipt) }));
    expect(verified('--receipt', path)).toMatchObject({ code: 1, told: { ok: false } });
  });
});
