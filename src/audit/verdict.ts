/** What verification says: of each statement, of each chain, and of the whole log. */
import type { ChainDefect } from './chain.ts';
import type { PartDefect } from './chain-walk.ts';

/** Everything that can be wrong with a checkpoint. */
export type StatementFault =
  | 'missing'
  | 'not-published'
  | 'heads-unreadable'
  | 'statement-unreadable'
  /** It is not over the file beside it. */
  | 'other-heads'
  /** It does not name the one before. */
  | 'broken-link'
  | 'other-log'
  /** A chain that an earlier one names is not in its heads. */
  | 'chain-left-out'
  | 'earlier-than-before'
  | 'unknown-key'
  | 'bad-signature';

export interface StatementFinding {
  readonly number: number;
  readonly fault: StatementFault;
}

/** A signed statement that covers a chain up to an entry. */
export interface Mark {
  /** The last of the statements in a row that say this. */
  readonly number: number;
  /** The first of them: the earliest proof. */
  readonly firstNumber: number;
  /** Of the last. ISO 8601. */
  readonly at: string;
  readonly seq: number;
  readonly hash: string;
}

/** A mark that a chain does not meet. */
export interface Unmet {
  readonly checkpoint: number;
  readonly seq: number;
  /** `behind`: the chain ends before it; `other`: another entry stands there. */
  readonly what: 'behind' | 'other';
}

/** What became of a thing that was begun, by its intent. */
export interface OpenIntent {
  readonly id: string;
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  readonly effect: string;
}

export interface ChainVerdict {
  readonly registration: string;
  readonly ok: boolean;
  /** Good entries, from the first on without a gap, and the hash of the last of them. */
  readonly entries: number;
  readonly headHash: string;
  /** The last signed statement that covers entries of this chain; up to that entry it is proved. */
  readonly proved: Omit<Mark, 'firstNumber'> | null;
  /** Good entries behind that one: chained, not signed. */
  readonly onlyChained: number;
  readonly defect?: ChainDefect | PartDefect;
  readonly unmet: readonly Unmet[];
  /** Begun and cut off, or under way: no fault, but worth a look where it is old. */
  readonly openIntents: readonly OpenIntent[];
  /** Outcomes of intents that the chain does not have, or has closed before. */
  readonly strayOutcomes: readonly number[];
}

export interface LogVerdict {
  readonly ok: boolean;
  readonly log: string | null;
  readonly statements: {
    readonly good: number;
    readonly first: string | null;
    readonly last: string | null;
    readonly faults: readonly StatementFinding[];
    /** Keys that signed, by kid. */
    readonly keys: readonly string[];
  };
  readonly chains: readonly ChainVerdict[];
}
