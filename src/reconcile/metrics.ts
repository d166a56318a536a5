/**
 * The port of metrics: what happened, in the loop's own terms. Nobody waits for it, nothing depends on
 * it, and no call of it throws. No key id, no person and no secret text goes in.
 */
import type { Fault } from '../core/fault.ts';
import type { Reason, State } from '../core/reason.ts';
import type { StateHead } from './world.ts';

/** Whom a request went to; `other` is an address that no setting names. */
export type Addressee = 'graph' | 'entra' | 'vault' | 'nylas-us' | 'nylas-eu' | 'storage' | 'other';

/** How a request ended. */
export type RequestOutcome =
  | 'ok'
  /** Understood and not done, or nothing there: a status of 4xx. */
  | 'refused'
  | 'throttled'
  /** A status of 5xx. */
  | 'failed'
  | 'timeout'
  /** The connection could not be made, or broke. */
  | 'broken'
  /** An answer that is no answer: too large, of the wrong shape, elsewhere. */
  | 'unusable';

/** How a pass ended. */
export type PassOutcome =
  | 'done'
  /** Another worker was first, or the log could not be written. */
  | 'stopped'
  /** The log could not be read: the message comes again. */
  | 'unreadable'
  /** The log is not what was written. */
  | 'broken'
  /** A defect of Keeper. */
  | 'failed';

/** A pass that is over. */
export interface PassFacts {
  readonly registration: string;
  readonly outcome: PassOutcome;
  readonly tookMs: number;
  /** Effects and proofs that were certainly carried out. */
  readonly did: readonly string[];
  /** What the registration's state is after it. */
  readonly state?: State;
  readonly reason?: Reason;
}

/** A request that is over. */
export interface RequestFacts {
  readonly addressee: Addressee;
  readonly outcome: RequestOutcome;
  readonly tookMs: number;
}

/** What is told of Keeper's work. */
export interface Metrics {
  /** A tick is through. */
  ticked(): void;
  /** The states of all registrations, as listed: what is not among them is gone. */
  listed(heads: readonly StateHead[]): void;
  /** One registration's new state. */
  saved(head: StateHead): void;
  passed(pass: PassFacts): void;
  requested(request: RequestFacts): void;
  /** A port of the loop answered with a fault. */
  faulted(fault: Pick<Fault, 'vendor' | 'kind'>): void;
  /** Hands on what is held, before the process ends. Bounded in time; never rejects. */
  flush(): Promise<void>;
}
