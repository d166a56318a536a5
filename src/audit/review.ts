/**
 * Verifies a whole log against nothing but public keys: every line of every chain, every statement,
 * and each against the other. Memory grows with the statements that say something new, not with the log.
 */
import type { Entry } from '../core/entry.ts';
import { success, type Result } from '../core/fault.ts';
import { genesis, type Link } from './chain.ts';
import { beginning, walkChain } from './chain-walk.ts';
import { chainsAmong, type AuditFiles, type ListedChain } from './files.ts';
import { reviewStatements, type KeyOf } from './review-statements.ts';
import type { ChainVerdict, LogVerdict, Mark, OpenIntent, Unmet } from './verdict.ts';

export interface ReviewOptions {
  readonly files: AuditFiles;
  readonly keyOf: KeyOf;
  /** Only this registration's chain. */
  readonly registration?: string;
  /** Sees every good entry, for readers that want more than a verdict. */
  readonly visit?: (registration: string, entry: Entry) => void;
  /** Told after each chain. */
  readonly progress?: (done: number, total: number) => void;
}

/** The verdict, or the fault because of which there is none. */
export async function reviewLog(options: ReviewOptions): Promise<Result<LogVerdict>> {
  const { files, keyOf, registration, progress } = options;
  const statements = await reviewStatements(files, keyOf);
  if (!statements.ok) return statements;
  const { good, first, last, faults, keys, marks } = statements.value;
  const listed = await files.list('audit');
  if (!listed.ok) return listed;
  const all = withSigned(chainsAmong(listed.value), marks).filter(
    (one) => registration === undefined || one.registration === registration,
  );
  const chains: ChainVerdict[] = [];
  for (const chain of all) {
    const verdict = await reviewChain(options, chain, marks.get(chain.registration) ?? []);
    if (!verdict.ok) return verdict;
    chains.push(verdict.value);
    progress?.(chains.length, all.length);
  }
  return success({
    ok: faults.every((one) => one.fault === 'not-published') && chains.every((one) => one.ok),
    log: last?.statement.log ?? null,
    statements: {
      good,
      first: first?.statement.at ?? null,
      last: last?.statement.at ?? null,
      faults,
      keys,
    },
    chains,
  });
}

/** Chains that statements name and that are not there are gone, not forgotten. */
function withSigned(
  listed: readonly ListedChain[],
  marks: ReadonlyMap<string, readonly Mark[]>,
): readonly ListedChain[] {
  const names = new Set(listed.map((one) => one.registration));
  const gone = [...marks.keys()]
    .filter((one) => !names.has(one))
    .map((registration): ListedChain => ({ registration, parts: [], hasGap: false }));
  return [...listed, ...gone].toSorted((one, other) =>
    one.registration < other.registration ? -1 : 1,
  );
}

/** Verifies one chain from its first byte. */
async function reviewChain(
  { files, visit }: ReviewOptions,
  chain: ListedChain,
  marks: readonly Mark[],
): Promise<Result<ChainVerdict>> {
  const { registration } = chain;
  const book = intentBook();
  const wanted = new Set(marks.map((one) => one.seq));
  const met = new Map<number, string>([[0, genesis.hash]]);
  const walked = await walkChain(files, chain, beginning, (entry: Entry, link: Link) => {
    if (wanted.has(link.seq)) met.set(link.seq, link.hash);
    book.take(entry);
    visit?.(registration, entry);
  });
  if (!walked.ok) return walked;
  const { place, defect } = walked.value;
  const unmet = marks.flatMap((one): readonly Unmet[] => {
    const found = met.get(one.seq);
    if (found === one.hash) return [];
    return [
      { checkpoint: one.number, seq: one.seq, what: found === undefined ? 'behind' : 'other' },
    ];
  });
  // The one that covers most; of several, the latest.
  const proved = marks
    .filter((one) => one.seq > 0 && met.get(one.seq) === one.hash)
    .reduce<Mark | null>((best, one) => (one.seq >= (best?.seq ?? 0) ? one : best), null);
  return success({
    registration,
    ok: defect === undefined && unmet.length === 0 && book.stray.length === 0,
    entries: place.seq,
    headHash: place.hash,
    proved: proved && { number: proved.number, at: proved.at, seq: proved.seq, hash: proved.hash },
    onlyChained: place.seq - (proved?.seq ?? 0),
    ...(defect ? { defect } : {}),
    unmet,
    openIntents: [...book.open.values()],
    strayOutcomes: book.stray,
  });
}

interface IntentBook {
  take(entry: Entry): void;
  readonly open: ReadonlyMap<string, OpenIntent>;
  readonly stray: readonly number[];
}

/** Which intents are open, entry by entry. */
function intentBook(): IntentBook {
  const open = new Map<string, OpenIntent>();
  const stray: number[] = [];
  return {
    open,
    stray,
    take(entry) {
      if (entry.kind === 'intent') {
        const at = new Date(entry.at).toISOString();
        open.set(entry.id, { id: entry.id, seq: entry.seq, at, effect: entry.effect.kind });
      }
      if (entry.kind === 'recovery') open.delete(entry.intent);
      if (entry.kind === 'outcome' && !open.delete(entry.intent)) stray.push(entry.seq);
    },
  };
}
