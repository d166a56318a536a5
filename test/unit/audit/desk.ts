/** Role: the desk at which checkpoints are made in tests: a log with two chains, and a key. */
import { makeCheckpoint, type Checkpointed } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { decodeHeads, type ChainHead } from '../../../src/audit/heads.ts';
import type { Result } from '../../../src/core/fault.ts';
import {
  chainPen,
  dayMs,
  hourMs,
  logStartAt,
  memoryLog,
  partsOf,
  rotation,
  testSigner,
  type ChainPen,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';

export const everyMs = 23 * hourMs;

export interface Desk {
  readonly log: MemoryLog;
  readonly signer: TestSigner;
  /** Ten entries of `calendar`, two of `mail`. */
  readonly calendar: ChainPen;
  readonly mail: ChainPen;
}

export function newDesk(): Desk {
  const log = memoryLog();
  const calendar = chainPen(log, 'calendar');
  const mail = chainPen(log, 'mail');
  calendar.write(...rotation('k1'));
  mail.write(...rotation('k1').slice(0, 2));
  return { log, signer: testSigner(), calendar, mail };
}

/** So many days after the log began. */
export function day(number: number): { readonly now: number; readonly everyMs: number } {
  return { now: logStartAt + number * dayMs, everyMs };
}

/** Makes one that many days after the log began, and gives what came of it. */
export async function make(
  { log, signer }: Pick<Desk, 'log' | 'signer'>,
  at: number,
  parts = partsOf(log, signer),
): Promise<Checkpointed> {
  return valueOf(await makeCheckpoint(parts, day(at)));
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.vendor} ${result.fault.kind}`);
  return result.value;
}

/** Where a checkpoint says that chains stood. */
export function headsOf(log: MemoryLog, number: number): readonly ChainHead[] {
  return decodeHeads(log.text(checkpointFiles(number).heads))?.chains ?? [];
}

/** Where it says that one chain stood. */
export function headOf(log: MemoryLog, number: number, chain: string): ChainHead | undefined {
  return headsOf(log, number).find((one) => one.chain === chain);
}
