/** Role: how the oracle says that a law was broken. */

/** The laws of the design, as the oracle judges them. */
export type Law =
  /** A connector holds what Entra refuses, and it is Keeper's fault. */
  | 'connector-works'
  /** A connector was switched to what ends earlier than what it held. */
  | 'never-shorter'
  /** A credential was removed that served, or that Keeper did not make. */
  | 'removal'
  /** Something was made a second time, or what was lost was made anew. */
  | 'nothing-twice'
  /** A person was told that something is lost that is there. */
  | 'absent-is-not-unknown'
  /** A working credential of a connector gave way to one that was never proven. */
  | 'proven-first'
  /** The chain calls proven what Entra was not asked about often enough. */
  | 'proof'
  /** What was told leaked outlived its time. */
  | 'leaked'
  /** The vault's current version was written with what was never proven. */
  | 'current-is-proven'
  /** More than one unproven credential that serves nobody. */
  | 'one-unproven'
  /** A credential whose text nobody has outlived the bound. */
  | 'orphan'
  /** A write without its open intent. */
  | 'intent-first'
  /** A write that arrived long after its intent's deadline. */
  | 'deadline'
  /** A write that was repeated under one intent. */
  | 'blind-repeat'
  /** The chain does not verify, or an intent or outcome does not fit. */
  | 'chain'
  /** A secret where none may be. */
  | 'secret-leaked'
  /** More switches or actions than the bound. */
  | 'blast-radius'
  /** Nylas: something was deleted, or a secret went to a stranger's application. */
  | 'nylas'
  /** Something was done during a freeze, or for what is not in the file. */
  | 'restraint'
  /** Keeper kept waking itself up. */
  | 'rest'
  /** When all was quiet, it did not become healthy, or the next plan was not empty. */
  | 'convergence'
  /** The program itself failed. */
  | 'defect';

export interface Violation {
  readonly law: Law;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The registration, where it is about one. */
  readonly key?: string;
  readonly detail: string;
}

/** Ends a run. */
export class LawBroken extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(`${violation.law}: ${violation.detail}`);
    this.name = 'LawBroken';
    this.violation = violation;
  }
}
