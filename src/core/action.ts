/** What a plan asks for, one step each. Plain data: a plan can be shown, compared and stored. */
import type { Cause, EntryBody, Held, RemovalWhy } from './entry.ts';
import type { Permission } from './desired.ts';
import type { Reason, State } from './reason.ts';

/** The properties of a registration that Keeper writes. Each list is the whole list. */
export interface Patch {
  readonly displayName?: string;
  readonly signInAudience?: string;
  readonly tokenVersion?: 2;
  readonly redirectUris?: readonly string[];
  readonly access?: readonly Permission[];
  readonly tags?: readonly string[];
}

export type Action =
  /** Entries that need no vendor: findings, recoveries, orders done. */
  | { readonly kind: 'note'; readonly entries: readonly EntryBody[] }
  | {
      readonly kind: 'create-registration';
      readonly uniqueName: string;
      readonly body: Patch & { readonly displayName: string };
    }
  | {
      readonly kind: 'update-registration';
      readonly objectId: string;
      readonly patch: Patch;
      readonly changes: readonly string[];
      readonly fingerprint: string;
    }
  | { readonly kind: 'create-service-principal'; readonly appId: string }
  /** Adds a credential and stores its text: one step, since the text is shown once. */
  | {
      readonly kind: 'issue';
      readonly objectId: string;
      readonly appId: string;
      readonly endAt: number;
      readonly because: Cause;
    }
  | {
      readonly kind: 'prove';
      readonly keyId: string;
      readonly appId: string;
      readonly hint: string;
      readonly held: Held;
      readonly takeOver?: { readonly hint: string; readonly endAt: number };
    }
  | {
      readonly kind: 'promote';
      readonly keyId: string;
      readonly appId: string;
      readonly hint: string;
      readonly endAt: number;
      readonly held: Held;
      readonly because: Cause;
    }
  | {
      readonly kind: 'push';
      readonly connector: string;
      readonly record?: string;
      readonly keyId: string;
      readonly appId: string;
      readonly hint: string;
      readonly held: Held;
      readonly creates: boolean;
      /** Takes one of the fleet's switches of the hour, unless exempt. */
      readonly counted: boolean;
      /** Records to read back after a push to the settings. */
      readonly records: readonly string[];
      readonly because: Cause;
    }
  | {
      readonly kind: 'remove';
      readonly objectId: string;
      readonly keyId: string;
      readonly why: RemovalWhy;
      readonly because: Cause;
    }
  /** Tries a removed secret: a refusal is the evidence. */
  | {
      readonly kind: 'disprove';
      readonly keyId: string;
      readonly appId: string;
      readonly hint: string;
      readonly held: Held;
    }
  | { readonly kind: 'disable-version'; readonly keyId: string; readonly held: Held };

/** A reason that stands, with the thing it is about. */
export interface Standing {
  readonly reason: Reason;
  /** A connector, key id or vendor code; never free text. */
  readonly subject?: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly state: State;
  /** The first of `standing`, or `settled`. */
  readonly reason: Reason;
  readonly standing: readonly Standing[];
  /** When to look again at the latest, epoch milliseconds. */
  readonly nextLookAt: number;
}
