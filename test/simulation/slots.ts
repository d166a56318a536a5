/**
 * Role: every state that the two slots of a registration can be in, with what may lie beside them.
 * Only contradictions are left out, each by a rule that says why.
 */

/** What one slot holds. */
export const slotKinds = [
  'empty',
  /** Made in the portal, ends in 300 days. */
  'foreign-live',
  /** Made in the portal, ends in 10 days. */
  'foreign-ending',
  'foreign-ended',
  /** Keeper's, proven, current in the vault, pushed; far from its end. */
  'held',
  /** The same, with 20 days to live: its successor is due. */
  'held-due',
  /** Keeper's, proven, in the pending secret, in no connector. */
  'stored',
  'unproven',
  /** Keeper's; the stored text has the right first letters and is refused. */
  'unprovable',
  /** Keeper's; nobody has its text. */
  'orphan',
  /** Keeper's, once pushed, ended yesterday. */
  'ended',
  /** Keeper's, once pushed, declared leaked by an open order. */
  'leaked',
  /** Keeper's and current in the vault; its first push got no clear answer. */
  'doubtful',
] as const;
export type SlotKind = (typeof slotKinds)[number];

/** What the one connector of the file holds. */
export const connectorKinds = [
  /** There never was one. */
  'never',
  /** It was there, and somebody deleted it. */
  'lost',
  'first',
  'second',
  /** The secret on the service principal. */
  'principal',
  /** A text that belongs to nothing. */
  'unlisted',
  /** Keeper's former credential, which somebody removed in the portal. */
  'removed',
] as const;
export type ConnectorKind = (typeof connectorKinds)[number];

/** What has happened to the vault secret and its pending twin. */
export const vaultKinds = [
  'plain',
  'purged',
  'both-purged',
  'deleted',
  'both-deleted',
  'twin-purged',
  'twin-deleted',
  /** The current version is disabled. */
  'disabled',
  /** Somebody put a working foreign secret on top. */
  'by-hand',
  /** Somebody put a text on top that is no secret of this registration. */
  'by-hand-false',
] as const;
export type VaultKind = (typeof vaultKinds)[number];

/** What a worker left that died two minutes ago, or a doubt that the chain holds. */
export const besideKinds = [
  'nothing',
  /** An open add that made nothing. */
  'add',
  'add-made',
  /** An add whose answer was lost, and that made nothing. */
  'parked-add',
  'parked-add-made',
  'store',
  'store-landed',
  'promote',
  'promote-landed',
  'push',
  'remove',
  'remove-landed',
] as const;
export type BesideKind = (typeof besideKinds)[number];

/** One state. */
export interface SlotState {
  readonly slots: readonly [SlotKind, SlotKind];
  readonly connector: ConnectorKind;
  readonly vault: VaultKind;
  readonly beside: BesideKind;
  /** A working foreign secret on the service principal. */
  readonly principal: boolean;
}

const pushedKinds: ReadonlySet<SlotKind> = new Set<SlotKind>([
  'held',
  'held-due',
  'ended',
  'leaked',
]);
const pendingKinds: ReadonlySet<SlotKind> = new Set<SlotKind>(['stored', 'unproven', 'unprovable']);
const textlessKinds: ReadonlySet<SlotKind> = new Set<SlotKind>(['empty', 'orphan']);
const foreignLiveKinds: ReadonlySet<SlotKind> = new Set<SlotKind>([
  'foreign-live',
  'foreign-ending',
]);

/** Keeper pushed it, and got a clear answer. */
export function isPushed(kind: SlotKind): boolean {
  return pushedKinds.has(kind);
}

/** Keeper made it the vault's current version once. */
export function isPromoted(kind: SlotKind): boolean {
  return isPushed(kind) || kind === 'doubtful';
}

/** Its text is in the pending secret alone. */
function isPending(kind: SlotKind): boolean {
  return pendingKinds.has(kind);
}

/** People made it. */
export function isForeign(kind: SlotKind): boolean {
  return kind.startsWith('foreign');
}

/** The kind in the slot whose secret the connector holds. */
function connectorSlot({ slots, connector }: SlotState): SlotKind | undefined {
  if (connector === 'first') return slots[0];
  return connector === 'second' ? slots[1] : undefined;
}

/** Somebody who set the registration up by hand has stored a foreign secret in the vault. */
export function isSetUpByHand(state: SlotState): boolean {
  const kind = connectorSlot(state);
  const isHandHeld = state.connector === 'principal' || (kind !== undefined && isForeign(kind));
  return isHandHeld && !state.slots.some(isPromoted);
}

function has(state: SlotState, ...kinds: readonly SlotKind[]): boolean {
  return state.slots.some((kind) => kinds.includes(kind));
}

/** `<name>` has a version before anything happens to it. */
function hasCurrent(state: SlotState): boolean {
  return (
    state.slots.some(isPromoted) ||
    isSetUpByHand(state) ||
    state.connector === 'removed' ||
    state.beside === 'promote-landed' ||
    state.beside === 'remove-landed'
  );
}

interface Rule {
  /** Why no such state can be. */
  readonly why: string;
  readonly isBroken: (state: SlotState) => boolean;
}

/** The contradictions. */
export const rules: readonly Rule[] = [
  {
    why: 'two slots of one kind are told apart by the connector alone, which holds the first of them',
    isBroken: ({ slots, connector }) => slots[0] === slots[1] && connector === 'second',
  },
  {
    why: 'a connector holds only what has a text and has been pushed, or what people put there',
    isBroken: (state) => {
      const kind = connectorSlot(state);
      return kind !== undefined && (textlessKinds.has(kind) || isPending(kind));
    },
  },
  {
    why: 'what is held is what the connector holds, unless it was deleted or changed since',
    isBroken: (state) => {
      if (!has(state, 'held', 'held-due') || ['lost', 'unlisted'].includes(state.connector)) {
        return false;
      }
      const kind = connectorSlot(state);
      return kind !== 'held' && kind !== 'held-due' && kind !== 'doubtful';
    },
  },
  {
    why: 'no clean push went to a connector that never was',
    isBroken: (state) =>
      state.connector === 'never' &&
      (state.slots.some(isPushed) || state.beside === 'remove-landed'),
  },
  {
    why: 'a connector holds the secret of the service principal only where there is one',
    isBroken: ({ connector, principal }) => connector === 'principal' && !principal,
  },
  {
    why: 'only what is there can be disabled, deleted or purged',
    isBroken: (state) =>
      ['purged', 'both-purged', 'deleted', 'both-deleted', 'disabled'].includes(state.vault) &&
      !hasCurrent(state),
  },
  {
    why: 'the pending twin matters only while it alone holds a text',
    isBroken: (state) => state.vault.startsWith('twin') && !state.slots.some(isPending),
  },
  {
    why: 'only a working foreign secret can be put on top by hand, and not where it is already',
    isBroken: (state) =>
      state.vault === 'by-hand' &&
      ((!state.principal && !state.slots.some((kind) => foreignLiveKinds.has(kind))) ||
        isSetUpByHand(state)),
  },
  {
    why: 'an add that made nothing began while a slot was free; people may have filled it since',
    isBroken: (state) =>
      ['add', 'parked-add'].includes(state.beside) &&
      !has(state, 'empty', 'foreign-live', 'foreign-ending', 'foreign-ended'),
  },
  {
    why: 'an add that made something made the orphan',
    isBroken: (state) =>
      ['add-made', 'parked-add-made'].includes(state.beside) && !has(state, 'orphan'),
  },
  {
    why: 'a store is of what has no stored text yet, or has had it for a minute',
    isBroken: (state) =>
      (state.beside === 'store' && !has(state, 'orphan')) ||
      (state.beside === 'store-landed' && !has(state, 'unproven')),
  },
  {
    why: 'only what is proven and stored is promoted',
    isBroken: (state) => state.beside.startsWith('promote') && !has(state, 'stored'),
  },
  {
    why: 'the push that a dead worker left is the first push of its credential',
    isBroken: (state) => state.beside === 'push' && !has(state, 'doubtful'),
  },
  {
    why: 'a removal is of what has a ground, and leaves an empty slot when it was done',
    isBroken: (state) =>
      (state.beside === 'remove' && !has(state, 'ended', 'orphan', 'leaked')) ||
      (state.beside === 'remove-landed' && !has(state, 'empty')),
  },
];

/** Every combination without a contradiction, in a fixed order. */
export function everySlotState(): readonly SlotState[] {
  return slotPairs()
    .flatMap((slots) => connectorKinds.map((connector) => ({ slots, connector })))
    .flatMap((one) => vaultKinds.map((vault) => ({ ...one, vault })))
    .flatMap((one) => besideKinds.map((beside) => ({ ...one, beside })))
    .flatMap((one) => [false, true].map((principal) => ({ ...one, principal })))
    .filter((state) => rules.every((rule) => !rule.isBroken(state)));
}

/** Pairs without regard to order: slots have no names. */
function slotPairs(): readonly (readonly [SlotKind, SlotKind])[] {
  return slotKinds.flatMap((first, index) =>
    slotKinds.slice(index).map((second) => [first, second] as const),
  );
}

/** A state in one line. */
export function nameOf({ slots, connector, vault, beside, principal }: SlotState): string {
  return [...slots, connector, vault, beside, principal ? 'principal' : '-'].join(' ');
}
