/** Role: the credentials of a state, made in the directory as people or a former Keeper made them. */
import { displayNameOf } from '../../src/core/checks/interrupted.ts';
import { dayMs, hourMs, minuteMs, type Tenant } from '../support/tenant.ts';
import { isForeign, type SlotKind, type SlotState } from './slots.ts';

/** A credential of the state, listed or not. */
export interface MadeCredential {
  readonly kind: SlotKind | 'former' | 'gone';
  readonly keyId: string;
  readonly text: string;
  readonly hint: string;
  readonly addedAt: number;
  readonly endAt: number;
  /** When it was made current, if it was. */
  readonly promotedAt: number;
  /** The intent of its add; absent: made by people. */
  readonly intent?: string;
}

/** The credentials in the slots, the first slot first. */
export type MadeSlots = readonly (MadeCredential | undefined)[];

type MadeKind = Exclude<MadeCredential['kind'], 'empty'>;

/** Age and rest of life of each kind, in days. */
const lives: Readonly<Record<MadeKind, readonly [number, number]>> = {
  'foreign-live': [430, 300],
  'foreign-ending': [720, 10],
  'foreign-ended': [731, -1],
  held: [300, 430],
  'held-due': [710, 20],
  stored: [2 / 24, 730],
  unproven: [0.5 / 24, 730],
  unprovable: [0.5 / 24, 730],
  orphan: [2 / 24, 730],
  ended: [731, -1],
  leaked: [200, 530],
  doubtful: [2, 728],
  former: [600, 130],
  gone: [790, -60],
};

/** Makes the credentials of one state. */
export class CredentialMaker {
  readonly #customer: Tenant;
  readonly #state: SlotState;
  readonly #appId: string;
  readonly #now: number;

  constructor(
    customer: Tenant,
    state: SlotState,
    { appId, now }: { readonly appId: string; readonly now: number },
  ) {
    this.#customer = customer;
    this.#state = state;
    this.#appId = appId;
    this.#now = now;
  }

  /** One that fills the slot of this index. */
  make(kind: MadeKind, index: number): MadeCredential {
    const { directory } = this.#customer.cloud;
    const [ageDays, restDays] = lives[kind];
    // The second of two likes is the older one, and ends first.
    const addedAt = this.#now - ageDays * dayMs - index * 5 * minuteMs;
    const endAt = wholeSeconds(this.#now + restDays * dayMs - index * 5 * minuteMs);
    const intent = isForeign(kind as SlotKind) ? undefined : this.#customer.world.newId();
    const made = directory.addPasswordByHand(this.#appId, {
      displayName: intent === undefined ? 'made in the portal' : displayNameOf(intent),
      startAt: addedAt + 1_000,
      endAt: Math.max(endAt, this.#now + hourMs),
    });
    if (endAt <= this.#now) directory.endPasswordEarly(this.#appId, made.keyId, endAt);
    const { keyId, text } = made;
    const promotedAt = this.#promotedAt(kind, { addedAt, index });
    return {
      kind,
      keyId,
      text,
      hint: text.slice(0, 3),
      addedAt,
      endAt,
      promotedAt,
      ...(intent === undefined ? {} : { intent }),
    };
  }

  /** A credential of Keeper's that the directory lists no more. */
  unlisted(kind: 'former' | 'gone'): MadeCredential {
    const made = this.make(kind, 0);
    this.#customer.cloud.directory.removePasswordByHand(this.#appId, made.keyId);
    return made;
  }

  /** People's, on the service principal. */
  onPrincipal(): MadeCredential {
    const [addedAt, endAt] = [this.#now - 50 * dayMs, wholeSeconds(this.#now + 300 * dayMs)];
    const made = this.#customer.cloud.directory.addPasswordByHand(this.#appId, {
      on: 'service-principal',
      startAt: addedAt,
      endAt,
    });
    return {
      kind: 'foreign-live',
      ...made,
      hint: made.text.slice(0, 3),
      addedAt,
      endAt,
      promotedAt: 0,
    };
  }

  /** What the connector holds was pushed last; all else after its day of rest. */
  #promotedAt(
    kind: MadeKind,
    { addedAt, index }: { readonly addedAt: number; readonly index: number },
  ): number {
    if (kind === 'doubtful') return this.#now - (30 + 5 * index) * minuteMs;
    const isHeld = this.#state.connector === (index === 0 ? 'first' : 'second');
    const isLast = isHeld && (kind === 'held' || kind === 'held-due');
    return isLast ? this.#now - 3 * dayMs : addedAt + dayMs;
  }
}

/** The one that was made current earlier comes first. */
export function byPromotion(one: MadeCredential, other: MadeCredential): number {
  return one.promotedAt - other.promotedAt;
}

/** Keeper's and once pushed, not in a slot any more. */
export function isUnlisted(kind: MadeCredential['kind']): boolean {
  return kind === 'former' || kind === 'gone';
}

/** The directory and Nylas tell instants by their second. */
export function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
