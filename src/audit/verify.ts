/** Is a chain what Keeper wrote? Every link, every number, an outcome for each intent. */
import { failure, success, type Result } from '../core/fault.ts';
import type { ChainDefect } from './chain.ts';
import type { ChainStore } from './chain-store.ts';
import { blankHead, readLog } from './log.ts';

export interface Verification {
  readonly registration: string;
  readonly entries: number;
  readonly verified: boolean;
  readonly defect?: ChainDefect;
  /** Intents whose outcome or recovery is not in the chain: begun and cut off, or under way. */
  readonly openIntents: number;
  /** Outcomes of intents that the chain does not have, or has closed before. */
  readonly strayOutcomes: number;
  readonly headHash: string;
}

/** Verifies one chain from its first byte. */
export async function verifyChain(
  store: ChainStore,
  registration: string,
): Promise<Result<Verification>> {
  const read = await readLog(store, registration, blankHead);
  if (!read.ok) return failure(read.fault);
  const { entries, head, defect } = read.value;
  const open = new Set<string>();
  let strayOutcomes = 0;
  for (const entry of entries) {
    if (entry.kind === 'intent') open.add(entry.id);
    if (entry.kind === 'outcome' && !open.delete(entry.intent)) strayOutcomes += 1;
    if (entry.kind === 'recovery') open.delete(entry.intent);
  }
  return success({
    registration,
    entries: entries.length,
    verified: defect === undefined && strayOutcomes === 0,
    ...(defect ? { defect } : {}),
    openIntents: open.size,
    strayOutcomes,
    headHash: head.hash,
  });
}

/** Verifies every chain in the store. */
export async function verifyAll(store: ChainStore): Promise<Result<readonly Verification[]>> {
  const keys = await store.list();
  if (!keys.ok) return keys;
  const verified: Verification[] = [];
  for (const key of keys.value) {
    const one = await verifyChain(store, key);
    if (!one.ok) return one;
    verified.push(one.value);
  }
  return success(verified);
}
