/** Where chains are kept: the port of the audit log. */
import type { Result } from '../core/fault.ts';

/** A place in one chain: which blob, how many bytes of it. */
export interface ChainPosition {
  readonly blob: number;
  readonly offset: number;
  /** Blocks in this blob; a new blob is begun after a bound. */
  readonly blocks: number;
}

export interface ChainTail {
  /** Lines from the asked position on, as stored, newline at each end. */
  readonly text: string;
  readonly end: ChainPosition;
  /** The storage service's clock at the answer, epoch milliseconds. */
  readonly storageAt: number;
}

/** The audit chains. An append takes effect exactly at the position given, or not at all (law 4). */
export interface ChainStore {
  readTail(registration: string, from: ChainPosition): Promise<Result<ChainTail>>;
  /** `moved`: somebody else appended first. Recognises its own line when an answer was lost. */
  append(
    registration: string,
    at: ChainPosition,
    line: string,
  ): Promise<
    Result<{ readonly kind: 'appended'; readonly end: ChainPosition } | { readonly kind: 'moved' }>
  >;
  /** Keys of all chains, for verification. */
  list(): Promise<Result<readonly string[]>>;
}
