/**
 * Role: the laws about what is removed: it serves nobody, it is Keeper's own, and a foreign one that
 * has ended goes only where its slot is needed.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { ChainReader, Intent } from './chain-reader.ts';
import {
  areSlotsFull,
  truthAbout,
  type HeldSecret,
  type ListedSecret,
  type MemberTruth,
} from './truth.ts';
import { LawBroken } from './verdict.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What is forgiven, in one place. */
const bounds = {
  /** A leaked one may go so long before its time: clocks differ. */
  earlyMs: 5 * minuteMs,
  /** Both slots may have been seen taken so long ago: replicas, and a worker that slept. */
  slotsMs: 2 * hourMs,
  /** One that ends within this longer than the file's margin may be due: it is spread a little. */
  dueMs: 10 * 24 * hourMs,
} as const;

/** A credential that a request of Keeper's made, under this intent. */
export interface Issued {
  readonly key: string;
  readonly at: number;
  readonly intent: string;
}

export interface RemovalLawsOptions {
  readonly kernel: Kernel;
  readonly cloud: Cloud;
  readonly members: readonly Member[];
  readonly chains: ChainReader;
  /** By key id. */
  readonly issued: ReadonlyMap<string, Issued>;
  /** A record serves that is active, or has been under Keeper. */
  readonly isServing: (one: HeldSecret) => boolean;
}

/** A credential that is gone, what there was before, and the intent it went under. */
export interface Removal {
  readonly gone: ListedSecret;
  readonly before: MemberTruth;
  readonly intent: Intent | undefined;
}

export interface RemovalLaws {
  /** Throws LawBroken. */
  judge(member: Member, removal: Removal): void;
  /** What there is now. */
  remember(member: Member, truth: MemberTruth): void;
  /** No slot was free lately, by the truth. */
  wereSlotsFull(member: Member): boolean;
}

export function removalLaws(options: RemovalLawsOptions): RemovalLaws {
  const { kernel, cloud, members, chains, issued, isServing } = options;
  const slotsFullAt = new Map<string, number>();

  function broken({ key }: Member, detail: string): LawBroken {
    return new LawBroken({ law: 'removal', at: kernel.now(), key, detail });
  }

  function isOwn({ key }: Member, keyId: string): boolean {
    return issued.has(keyId) || chains.chain(key).takenOver.has(keyId);
  }

  function judge(member: Member, { gone, before, intent }: Removal): void {
    const now = kernel.now();
    const chain = chains.chain(member.key);
    const isForeign = !isOwn(member, gone.keyId) && !chain.ordered.has(gone.keyId);
    if (gone.endAt <= now) {
      if (isForeign) judgeSlot(member, gone, before);
      return;
    }
    if (isForeign) throw broken(member, `${gone.keyId} was not Keeper's`);
    const removeAt = chain.ordered.get(gone.keyId) ?? Number.POSITIVE_INFINITY;
    // A leaked one goes at its time, whoever still holds it.
    if (intent?.why === 'compromised' && now >= removeAt - bounds.earlyMs) return;
    const serves = members
      .flatMap((one) => truthAbout(cloud, one).held)
      .find((one) => one.text === gone.text && isServing(one));
    if (serves) throw broken(member, `${gone.keyId} served ${serves.connector}#${serves.record}`);
  }

  /** A foreign one that has ended goes only where its slot is needed. */
  function judgeSlot(member: Member, gone: ListedSecret, before: MemberTruth): void {
    if (!areSlotsFull(cloud, before) && !wereSlotsFull(member)) {
      throw broken(member, `${gone.keyId} ended, and no slot was short`);
    }
    if (isContent(member, before)) {
      throw broken(member, `${gone.keyId} ended, and no slot was needed`);
    }
  }

  /** One proven credential of Keeper's is everywhere, will last, and nobody has ordered another. */
  function isContent(member: Member, { current, held, listed, stored }: MemberTruth): boolean {
    const chain = chains.chain(member.key);
    const one = listed.find((other) => other.text === current?.text);
    if (!one || !stored.has(one.text) || chain.openOrders.size > 0) return false;
    const dueMs = member.renewBeforeDays * 24 * hourMs + bounds.dueMs;
    return (
      isOwn(member, one.keyId) &&
      chain.proved.has(one.keyId) &&
      !chain.ordered.has(one.keyId) &&
      one.endAt - kernel.now() > dueMs &&
      held.length > 0 &&
      held.every((other) => other.text === one.text)
    );
  }

  function wereSlotsFull(member: Member): boolean {
    if (areSlotsFull(cloud, truthAbout(cloud, member))) return true;
    const fullAt = slotsFullAt.get(member.key) ?? Number.NEGATIVE_INFINITY;
    return kernel.now() - fullAt <= bounds.slotsMs;
  }

  return {
    judge,
    wereSlotsFull,
    remember(member, truth) {
      if (areSlotsFull(cloud, truth)) slotsFullAt.set(member.key, kernel.now());
    },
  };
}
