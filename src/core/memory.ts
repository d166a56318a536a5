/**
 * What a chain remembers: all that the vendors cannot tell. Plain data, so that it can be cached as
 * JSON; `remember` in `core/fold.ts` is the only writer.
 */
import type { Effect, Cause, Held, RemovalWhy } from './entry.ts';
import type { OrderBody } from './order.ts';
import type { Reason } from './reason.ts';

/** A credential that the chain proves to be Keeper's, or that Keeper has taken over. */
export interface CredentialMemory {
  keyId: string;
  hint: string;
  endAt: number;
  /** When its life at Entra began, as far as the chain knows. */
  addedAt: number;
  origin: 'issued' | 'taken-over';
  /** The intent that made it; its display name and its version's tag carry it. */
  intent?: string;
  /** Vault versions known to hold its text, oldest first. */
  held: Held[];
  /** A store whose end is not known, since then. */
  storeDoubtAt?: number;
  provedAt?: number;
  refusedAt?: number;
  refusals: number;
  promotedAt?: number;
  /** True from the first push intent on: a connector may hold it. */
  pushed: boolean;
  removedAt?: number;
  removedWhy?: RemovalWhy | 'by-hand';
  disprovedAt?: number;
  /** The order that declared it leaked. */
  compromisedBy?: string;
}

/** The last push that certainly took effect, over the connector's settings. */
export interface CleanPush {
  keyId: string;
  appId: string;
  intentAt: number;
  doneAt: number;
  /** It was sent because what Nylas showed was not as the file says, and for nothing else. */
  drift?: true;
}

export interface DoubtfulPush {
  keyId: string;
  record?: string;
  /** From then on it can land for `pushDoubtMs` at the most. */
  at: number;
}

export interface RecordMemory {
  /** The credential that the last certain write put there; unknown before that. */
  keyId?: string;
  updatedAt: number;
}

export interface ConnectorMemory {
  /** It was seen at Nylas. */
  known?: boolean;
  clean?: CleanPush;
  doubtful: DoubtfulPush[];
  /** Records that have been active under Keeper's pushes: Keeper keeps them current. */
  records: Record<string, RecordMemory>;
  activeRecordId?: string;
  /** Grants when the last switch was made. */
  grants?: { total: number; invalid: number };
}

/** An intent whose outcome is not in the chain. */
export interface OpenIntent {
  id: string;
  effect: Effect;
  at: number;
  deadlineAt: number;
  because: Cause;
}

/** An `addPassword` that may or may not have made a credential. Bars further adds, nothing else. */
export interface ParkedAdd {
  id: string;
  at: number;
  /** The credential, if any, was made before this. */
  doubtAt: number;
  ambiguous: boolean;
}

/** A stored back-off. */
export interface Wait {
  untilAt: number;
  /** When the latest try failed; missing where an older Keeper folded it. */
  sinceAt?: number;
  attempts: number;
  reason: Reason;
}

export interface OrderMemory {
  id: string;
  by: string;
  /** When the chain took it in; orders count from then. */
  at: number;
  body: OrderBody;
  keyIds: string[];
}

/** How an order ended. For leaked credentials: how long each stayed valid after the order. */
export interface OrderEnd {
  result: 'done' | 'refused';
  /** Why it was refused. */
  reason?: Reason;
  removed?: { keyId: string; validForMs: number }[];
}

export interface Memory {
  v: 1;
  /** The last entry folded in, and its instant; 0 for an empty chain. */
  seq: number;
  at: number;
  registration?: { objectId: string; appId: string; created: boolean };
  /** An intent to create exists, so a registration under our unique name is our own. */
  createIntended: boolean;
  /** The last write to the registration that may have taken effect. */
  registrationWriteAt?: number;
  lastPatch?: { patch: string; at: number };
  servicePrincipalAt?: number;
  /** The vault secret has existed. */
  secretKnown: boolean;
  promoted?: { keyId: string; version: string; at: number };
  /** When somebody's version was overruled, the latest few. */
  overruledAt: number[];
  /** A promotion that may land yet. */
  promoteDoubt?: { keyId: string; intent: string; at: number };
  credentials: Record<string, CredentialMemory>;
  connectors: Record<string, ConnectorMemory>;
  open: OpenIntent[];
  parked: ParkedAdd[];
  waits: Record<string, Wait>;
  orders: OrderMemory[];
  /** How the latest orders ended, until they are answered for certain; bounded. */
  orderEnds: Record<string, OrderEnd>;
  freezeUntilAt?: number;
  /** Observations made before, so that each is told once. */
  reported: Record<string, number>;
  /** What the tenant's policy allows, as learned from a refusal. */
  lifetimeCap?: { days: number; at: number };
  /** Credentials abandoned since the last proof; when the latest was. */
  abandonments: number;
  abandonedAt?: number;
  build?: string;
  identity?: string;
  configuration?: string;
}

/** The memory of an empty chain. */
export function blankMemory(): Memory {
  return {
    v: 1,
    seq: 0,
    at: 0,
    createIntended: false,
    secretKnown: false,
    overruledAt: [],
    credentials: {},
    connectors: {},
    open: [],
    parked: [],
    waits: {},
    orders: [],
    orderEnds: {},
    reported: {},
    abandonments: 0,
  };
}

/** What the chain remembers of a connector; blank when nothing. */
export function connectorMemoryOf(memory: Memory, connector: string): ConnectorMemory {
  return memory.connectors[connector] ?? { doubtful: [], records: {} };
}

/** The key under which an observation is remembered as told. */
export function reportKey(what: string, subject: string): string {
  return `${what}:${subject}`;
}
