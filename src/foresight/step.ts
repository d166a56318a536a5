/** What a plan is made of: the writes to come, in their order, and what only a person can do. Plain data. */
import type { Cause, EffectKind } from '../core/entry.ts';
import type { Reason } from '../core/reason.ts';

/** `+` comes to be, `~` changes, `-` goes. */
export type Sign = '+' | '~' | '-';

/** One property: what it is, what it becomes. A list tells what is added and what is removed. */
export interface Change {
  readonly what: string;
  readonly from?: string;
  readonly to?: string;
}

/** One write to one vendor that Keeper would make. */
export interface Step {
  readonly sign: Sign;
  readonly kind: EffectKind;
  /** What it is about: a registration, a secret, a connector, a credential. */
  readonly subject: string;
  /** A credential that does not exist yet is called `new-credential-1` and so on. */
  readonly keyId?: string;
  readonly changes: readonly Change[];
  /** Of a change of the registration: a hash of all that it writes. */
  readonly patch?: string;
  readonly because: Cause;
  /** When what comes to be ends, epoch milliseconds. */
  readonly endAt?: number;
  /** Not before this instant, epoch milliseconds: that of the plan, or after what is awaited. */
  readonly earliestAt: number;
}

/** Something that stands and only a person can end. */
export interface Ask {
  readonly reason: Reason;
  /** A connector, key id or vendor code. */
  readonly subject?: string;
}

/** The plan for one registration. */
export interface RegistrationPlan {
  /** The name in the file. */
  readonly registration: string;
  readonly key: string;
  /** SHA-256 of its wishes. */
  readonly configuration: string;
  /** Key ids that Entra lists, of whomever. */
  readonly credentials: readonly string[];
  readonly steps: readonly Step[];
  readonly asks: readonly Ask[];
  /** What could not be seen, so that nothing is planned for it: a vendor and the kind of its fault. */
  readonly unseen: readonly string[];
  /** See `planHash`: what `apply` holds a plan to. */
  readonly hash: string;
}

/** A registration of which no plan can be made, and why. */
export interface Unforeseen {
  readonly registration: string;
  readonly why: 'chain-unreadable' | 'chain-broken';
  /** The fault of storage, or the number of the entry. */
  readonly detail: string;
}

/** The plan for all registrations of a file, or for those asked for. */
export interface FleetPlan {
  readonly v: 1;
  /** Epoch milliseconds. */
  readonly madeAt: number;
  /** SHA-256 of the file. */
  readonly file: string;
  /** In the order of the file. */
  readonly registrations: readonly RegistrationPlan[];
  readonly unforeseen: readonly Unforeseen[];
  /** SHA-256 over file and hashes of the registrations. */
  readonly hash: string;
}
