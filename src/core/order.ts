/** What a person may ask for. An order decides when and why Keeper acts; never past the laws. */

export type OrderBody =
  /** Look in full now; with `plan`, only tell what would be done. */
  | { readonly kind: 'resync'; readonly mode: 'plan' | 'apply' }
  /** Issue a new credential although the serving one is not due. */
  | { readonly kind: 'rotate'; readonly reason: string }
  /** Credentials have leaked: go to good ones, then remove these, at `removeAt` at the latest. */
  | {
      readonly kind: 'compromised';
      /** None: all of Keeper's that exist when the order is taken in. Foreign ones only by name. */
      readonly keyIds: readonly string[];
      readonly removeAt: number;
      /** The consequence, accepted in so many words. */
      readonly endGrants: 'accept';
    }
  /** Remove an old credential before it ends. */
  | { readonly kind: 'retire'; readonly keyId: string }
  /** Change nothing until then. */
  | { readonly kind: 'freeze'; readonly untilAt: number }
  /** End a freeze. */
  | { readonly kind: 'thaw' };

export interface Order {
  /** Sorts by time: `<ISO instant>-<uuid>`, safe as a blob name. */
  readonly id: string;
  readonly registration: string;
  readonly body: OrderBody;
  /** Who asked: an object id of the directory. */
  readonly by: string;
  readonly at: number;
}
