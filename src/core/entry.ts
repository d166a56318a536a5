/**
 * What the audit chain can say: a closed, versioned union. Instants are epoch milliseconds here and
 * ISO 8601 in the file. Never a secret; of free text only the
 * printable reason of an order.
 */
import type { Fault } from './fault.ts';
import type { OrderBody } from './order.ts';
import type { Reason } from './reason.ts';

/** A version of one of the two vault secrets of a registration. */
export interface Held {
  readonly secret: 'current' | 'pending';
  readonly version: string;
}

/** Why a credential goes. */
export type RemovalWhy =
  | 'orphan'
  | 'abandoned'
  | 'ended'
  | 'superseded'
  | 'ordered'
  | 'compromised';

/** What an intent announces: one write to one vendor. */
export type Effect =
  | { readonly kind: 'create-registration'; readonly uniqueName: string }
  | {
      readonly kind: 'update-registration';
      readonly objectId: string;
      readonly changes: readonly string[];
      readonly patch: string;
    }
  | { readonly kind: 'create-service-principal'; readonly appId: string }
  | { readonly kind: 'add-credential'; readonly objectId: string; readonly endAt: number }
  | { readonly kind: 'store-credential'; readonly keyId: string }
  | { readonly kind: 'promote-credential'; readonly keyId: string }
  | {
      readonly kind: 'push-credential';
      readonly connector: string;
      /** Absent: the connector's settings. Present: one credential record. */
      readonly record?: string;
      readonly keyId: string;
      readonly appId: string;
      readonly creates: boolean;
    }
  | {
      readonly kind: 'remove-credential';
      readonly objectId: string;
      readonly keyId: string;
      readonly why: RemovalWhy;
    }
  | { readonly kind: 'disable-version'; readonly keyId: string; readonly held: Held };

export type EffectKind = Effect['kind'];

/** What an outcome learned. Only the fields that its effect has. */
export interface Facts {
  readonly objectId?: string;
  readonly appId?: string;
  readonly keyId?: string;
  readonly hint?: string;
  readonly endAt?: number;
  readonly version?: string;
  readonly found?: boolean;
  /** What the tenant's policy allows, after a refusal for the lifetime. */
  readonly lifetimeCapDays?: number;
  /** After a push: the connector's records as read back, and whether the write reached each. */
  readonly records?: readonly {
    readonly id: string;
    readonly updatedAt: number;
    readonly reached: boolean;
  }[];
  readonly activeRecordId?: string;
  /** After a push: grants at the time. */
  readonly grants?: { readonly total: number; readonly invalid: number };
}

/** What is seen and worth keeping. `subject` is an id; no free text. */
export type Observation =
  /** The registration that this chain is about. */
  | {
      readonly what: 'registration-known';
      readonly objectId: string;
      readonly appId: string;
      readonly created: boolean;
    }
  | { readonly what: 'connector-known'; readonly connector: string }
  | { readonly what: 'secret-known' }
  | { readonly what: 'foreign-credential'; readonly keyId: string; readonly endAt: number }
  | { readonly what: 'foreign-permission'; readonly subject: string }
  | { readonly what: 'foreign-redirect-uri'; readonly subject: string }
  | { readonly what: 'foreign-version'; readonly version: string }
  /** A promotion whose answer was lost is there. */
  | { readonly what: 'version-found'; readonly keyId: string; readonly held: Held }
  | { readonly what: 'credential-gone'; readonly keyId: string }
  /** It was held to be gone, and is listed. */
  | { readonly what: 'credential-back'; readonly keyId: string }
  | { readonly what: 'record-gone'; readonly connector: string; readonly record: string }
  /** Somebody else wrote to it, or it is active and was never met: what it holds is not known. */
  | {
      readonly what: 'record-changed';
      readonly connector: string;
      readonly record: string;
      readonly updatedAt: number;
    };

export type EntryBody =
  | {
      readonly kind: 'intent';
      readonly id: string;
      readonly effect: Effect;
      readonly deadlineAt: number;
      readonly worker: string;
      readonly because: Cause;
      /** What had the pass look: the timer that found it due, new or changed; a vendor's event; an order. */
      readonly wokenBy?: WokenBy;
    }
  | {
      readonly kind: 'outcome';
      readonly intent: string;
      /** `done`, certainly not done, or not known. `unsent`: the deadline passed before sending. */
      readonly result: 'done' | 'refused' | 'doubtful' | 'unsent';
      readonly facts?: Facts;
      readonly fault?: Fault;
      readonly requestId?: string;
      /** Back-off: not again before this instant, and why. */
      readonly retryAt?: number;
      readonly reason?: Reason;
    }
  | {
      readonly kind: 'proof';
      readonly keyId: string;
      readonly held: Held;
      readonly result: 'proved' | 'refused' | 'unclear' | 'disproved' | 'still-accepted';
      readonly code?: number;
      readonly fault?: Fault;
      /** Of the last trial, to be matched with the sign-in log of the service principal. */
      readonly requestId?: string;
      readonly retryAt?: number;
      /** Present when the proof takes over a credential that Keeper did not issue. */
      readonly takeOver?: { readonly hint: string; readonly endAt: number };
    }
  /** An intent without outcome, taken over after its time: what became of it. */
  | {
      readonly kind: 'recovery';
      readonly intent: string;
      readonly finding: 'in-doubt' | 'not-done' | 'done' | 'ambiguous';
      readonly keyId?: string;
      readonly hint?: string;
      readonly endAt?: number;
    }
  | { readonly kind: 'observation'; readonly seen: Observation }
  | {
      readonly kind: 'order';
      readonly orderId: string;
      readonly by: string;
      readonly orderedAt: number;
      readonly body: OrderBody;
      readonly keyIds?: readonly string[];
    }
  /** An order is done, or cannot be. */
  | {
      readonly kind: 'order-end';
      readonly orderId: string;
      readonly result: 'done' | 'refused';
      readonly reason?: Reason;
    }
  /**
   * The wishes, the build and the identity under which all entries from here on are written: of two that alternate,
   * each begins with one of these, since an append only succeeds right behind what its writer has read.
   */
  | {
      readonly kind: 'configuration';
      readonly configuration: string;
      readonly build?: string;
      /** Whose rights: the client id of the app's identity, or `system-assigned`. */
      readonly identity?: string;
    };

/** What wakes a pass. */
export type WokenBy = 'due' | 'new' | 'changed' | 'event' | 'order';

/** Why an effect is wanted. */
export type Cause =
  | 'missing'
  | 'drift'
  | 'due'
  | 'first'
  | 'dead'
  | 'ordered'
  | 'compromised'
  | 'slot-needed'
  | 'cleanup'
  | 'doubt'
  | 'rotation';

/** One entry of a chain: its number from 1, its instant, what it says. */
export type Entry = EntryBody & { readonly v: 1; readonly seq: number; readonly at: number };

/** The step whose back-off an effect shares. */
export function stepOf(effect: Effect): string {
  switch (effect.kind) {
    case 'create-registration':
    case 'update-registration':
      return 'registration';
    case 'create-service-principal':
      return 'service-principal';
    case 'add-credential':
      return 'issue';
    case 'store-credential':
      return 'store';
    case 'promote-credential':
      return 'promote';
    case 'push-credential':
      return pushStep(effect.connector, effect.record);
    case 'remove-credential':
      return `remove:${effect.keyId}`;
    case 'disable-version':
      return `disable:${effect.held.version}`;
  }
}

/** The back-off step of a push. */
export function pushStep(connector: string, record?: string): string {
  return record === undefined ? `push:${connector}` : `push:${connector}#${record}`;
}
