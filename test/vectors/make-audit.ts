/**
 * Role: writes test/vectors/audit: `node test/vectors/make-audit.ts`. To be run by hand when the format
 * changes; afterwards test/independent must agree.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keysAmong } from '../../src/audit/key-file.ts';
import { makeReceipt } from '../../src/audit/receipt-making.ts';
import { reviewLog } from '../../src/audit/review.ts';
import type { ChainVerdict, LogVerdict } from '../../src/audit/verdict.ts';
import type { MemoryLog } from '../support/audit-log.ts';
import { filesOf, vectors } from './audit-logs.ts';

/** Where the vectors lie. */
export const vectorsFolder = join(import.meta.dirname, 'audit');

/** A verdict in which open intents are only named. */
export type ExpectedVerdict = Omit<LogVerdict, 'chains'> & {
  readonly chains: readonly (Omit<ChainVerdict, 'openIntents'> & {
    readonly openIntents: readonly string[];
  })[];
};

/** The form of `expected.json`. */
export function expectedOf(verdict: LogVerdict): ExpectedVerdict {
  const chains = verdict.chains.map((one) => ({
    ...one,
    openIntents: one.openIntents.map(({ id }) => id),
  }));
  return { ...verdict, chains };
}

/** All that a verdict finds wrong, in a few words each. */
export function findingsOf({ statements, chains }: LogVerdict): readonly string[] {
  return [
    ...statements.faults.map(({ number, fault }) => `checkpoint ${number} ${fault}`),
    ...chains.flatMap(({ registration, defect, unmet, strayOutcomes }) => [
      ...(defect ? [`${registration}:${defect.seq} ${defect.defect}`] : []),
      ...unmet.map(({ what, checkpoint, seq }) => `${registration} ${what} ${checkpoint} ${seq}`),
      ...strayOutcomes.map((seq) => `${registration}:${seq} stray`),
    ]),
  ];
}

/** The verdict on a log in memory. */
export async function verdictOn(files: MemoryLog): Promise<LogVerdict> {
  const verdict = await reviewLog({ files, keyOf: keysAmong(files) });
  if (!verdict.ok) throw new Error(`Cannot review: ${verdict.fault.kind}`);
  return verdict.value;
}

/** The receipt of the second credential of the good log. */
async function receiptIn(files: MemoryLog): Promise<string> {
  const made = await makeReceipt(files, keysAmong(files), 'k2');
  if (!made.ok || made.value.kind !== 'receipt') throw new Error('Cannot make the receipt');
  return `${JSON.stringify(made.value.receipt, undefined, 2)}\n`;
}

async function main(): Promise<void> {
  rmSync(vectorsFolder, { recursive: true, force: true });
  for (const [name, vector] of Object.entries(vectors)) {
    const files = await filesOf(vector);
    const verdict = await verdictOn(files);
    const findings = findingsOf(verdict).toSorted();
    const wanted = vector.finds.toSorted();
    if (JSON.stringify(findings) !== JSON.stringify(wanted)) {
      console.error(`${name}: finds ${findings.join(', ')}\n  instead of ${wanted.join(', ')}`);
      process.exitCode = 1;
    }
    write(
      join(vectorsFolder, name, 'expected.json'),
      `${JSON.stringify(expectedOf(verdict), undefined, 2)}\n`,
    );
    if (name === 'good') write(join(vectorsFolder, name, 'receipt.json'), await receiptIn(files));
    for (const [file, bytes] of files.bytes) write(join(vectorsFolder, name, file), bytes);
  }
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

if (import.meta.main) await main();
