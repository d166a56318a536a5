/** One registration's log: read from a place on, append exactly there or not at all (law 4). */
import type { Entry, EntryBody } from '../core/entry.ts';
import { failure, success, type Result } from '../core/fault.ts';
import { decodeLines, encodeEntry, genesis, type ChainDefect, type Link } from './chain.ts';
import type { ChainPosition, ChainStore } from './chain-store.ts';

/** Where a reader stands: the place in storage and the link of the last entry read. */
export interface Head extends Link {
  readonly position: ChainPosition;
}

/** The head of a chain that nobody has written to. */
export const blankHead: Head = { ...genesis, position: { blob: 1, offset: 0, blocks: 0 } };

export interface ReadLog {
  readonly entries: readonly Entry[];
  readonly head: Head;
  /** The storage service's clock, epoch milliseconds. */
  readonly storageAt: number;
  /** The chain is not what Keeper wrote, from this entry on. */
  readonly defect?: ChainDefect;
}

/** Reads what follows `from`. */
export async function readLog(
  store: ChainStore,
  registration: string,
  from: Head,
): Promise<Result<ReadLog>> {
  const tail = await store.readTail(registration, from.position);
  if (!tail.ok) return tail;
  const { entries, link, defect } = decodeLines(tail.value.text, from);
  return success({
    entries,
    head: { ...link, position: tail.value.end },
    storageAt: tail.value.storageAt,
    ...(defect ? { defect } : {}),
  });
}

/** Appends one entry right after `head`. `undefined`: somebody else was first; the pass must stop. */
export async function appendEntry(
  store: ChainStore,
  registration: string,
  head: Head,
  body: EntryBody,
  at: number,
): Promise<Result<{ readonly entry: Entry; readonly head: Head } | undefined>> {
  const { line, entry, link } = encodeEntry(body, at, head);
  const appended = await store.append(registration, head.position, line);
  if (!appended.ok) return failure(appended.fault);
  if (appended.value.kind === 'moved') return success(undefined);
  return success({ entry, head: { ...link, position: appended.value.end } });
}
