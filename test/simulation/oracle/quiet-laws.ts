/**
 * Role: the laws about what must have come about when nothing was in the way: what leaked is gone, and
 * where Keeper tells that all is well, all is well. Judged by the truth, not by what Keeper tells.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { Obstacles } from '../obstacles.ts';
import type { ChainReader } from './chain-reader.ts';
import { contentFlaws } from './content.ts';
import type { Issued } from './removal-laws.ts';
import {
  areSlotsFull,
  isAccepted,
  truthAbout,
  type HeldSecret,
  type ListedSecret,
  type MemberTruth,
} from './truth.ts';
import { LawBroken, type Law } from './verdict.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What is forgiven, in one place. */
const bounds = {
  /** What leaked is gone so long after its time: a daily look, and its retries. */
  leakedMs: 26 * hourMs,
  /** What people did shows at the next daily look. */
  lookMs: 26 * hourMs,
  /** A rotation rests for a day, waits for its turn among the fleet, and may be due just now. */
  rotationMs: 74 * hourMs,
  /** A rotation begins at its margin and takes so long. */
  lateMs: 4 * dayMs,
  /** A slot that comes free by itself so long before is waited for. */
  slotLeadMs: 7 * dayMs,
} as const;

export interface QuietLawsOptions {
  readonly kernel: Kernel;
  readonly cloud: Cloud;
  readonly obstacles: Obstacles;
  readonly chains: ChainReader;
  /** By key id. */
  readonly issued: ReadonlyMap<string, Issued>;
  /** Key ids by text, of all that was ever seen. */
  readonly keyIdOf: ReadonlyMap<string, string>;
  /** A record serves that is active, or has been under Keeper. */
  readonly isServing: (one: HeldSecret) => boolean;
}

export interface QuietLaws {
  /** What leaked must be gone. Throws LawBroken. */
  reviewLeaked(member: Member, truth: MemberTruth): void;
  /** Keeper tells that all is well, and nothing has been in the way for so long. Throws LawBroken. */
  readonly toldWell: (member: Member, quietMs: number) => void;
}

export function quietLaws(options: QuietLawsOptions): QuietLaws {
  const { kernel, cloud, obstacles, chains, issued, keyIdOf, isServing } = options;

  function broken(law: Law, { key }: Member, detail: string): LawBroken {
    return new LawBroken({ law, at: kernel.now(), key, detail });
  }

  function reviewLeaked(member: Member, { listed }: MemberTruth): void {
    const now = kernel.now();
    for (const [keyId, removeAt] of chains.chain(member.key).leaked) {
      const one = listed.find((other) => other.keyId === keyId);
      // On the service principal Keeper removes nothing: a person is asked to.
      if (!one || one.endAt <= now || one.place === 'service-principal') continue;
      const lateMs = obstacles.freeMs(member.key, 'issue', removeAt, now);
      if (lateMs <= bounds.leakedMs) continue;
      throw broken('leaked', member, `${keyId} is there ${Math.round(lateMs / hourMs)} h too long`);
    }
  }

  function toldWell(member: Member, quietMs: number): void {
    if (quietMs < bounds.lookMs) return;
    const truth = truthAbout(cloud, member);
    const flaws = [
      ...currentFlaws(member, truth),
      ...holderFlaws(member, truth),
      ...truth.applications.flatMap(({ appId }) => contentFlaws(cloud, member, appId)),
      ...(quietMs < bounds.rotationMs
        ? []
        : [...orderFlaws(member), ...marginFlaws(member, truth), ...intentFlaws(member)]),
    ];
    if (flaws.length > 0) {
      throw broken('convergence', member, `told to be well, but ${flaws.join('; ')}`);
    }
  }

  function isProven({ key }: Member, text: string): boolean {
    const keyId = keyIdOf.get(text);
    return keyId !== undefined && chains.chain(key).proved.has(keyId);
  }

  /** The vault's current version is what whoever reads it can use. */
  function currentFlaws(member: Member, { applications, current }: MemberTruth): readonly string[] {
    if (!current?.enabled) return ['the current version cannot be read'];
    const works = applications.some(({ appId }) =>
      isAccepted(cloud, appId, current.text, kernel.now()),
    );
    return [
      ...(works ? [] : ['Entra refuses the current version']),
      ...(isProven(member, current.text) ? [] : ['the current version was never proven']),
    ];
  }

  /** Every record that serves holds what is proven and works. */
  function holderFlaws(member: Member, { held }: MemberTruth): readonly string[] {
    return held.filter(isServing).flatMap((one) => {
      const place = `${one.connector}#${one.record}`;
      if (!isAccepted(cloud, one.clientId, one.text, kernel.now())) {
        return [`Entra refuses what ${place} holds`];
      }
      return isProven(member, one.text) ? [] : [`what ${place} holds was never proven`];
    });
  }

  function orderFlaws({ key }: Member): readonly string[] {
    return [...chains.chain(key).unanswered.values()]
      .filter(({ from }) => from < kernel.now() - bounds.rotationMs)
      .map(({ kind }) => `an order to ${kind} has no answer`);
  }

  function intentFlaws({ key }: Member): readonly string[] {
    return [...chains.chain(key).intents.values()]
      .filter((one) => one.isOpen && one.deadlineAt < kernel.now() - bounds.rotationMs)
      .map((one) => `the end of ${one.kind} ${one.id} is not known`);
  }

  /** What serves is renewed when its margin begins, unless another is on its way. */
  function marginFlaws(member: Member, truth: MemberTruth): readonly string[] {
    const { held, listed } = truth;
    // A short-lived one is worth its slot only when little is left.
    if (chains.chain(member.key).isCapped) return [];
    return held.filter(isServing).flatMap(({ connector, text }) => {
      const one = listed.find((other) => other.text === text);
      const made = one && issued.get(one.keyId);
      if (!one || !made) return [];
      const isOnItsWay = listed.some((other) => other.endAt > one.endAt && issued.has(other.keyId));
      if (isOnItsWay || awaitsSlot(truth, one)) return [];
      // The file has a third of the lifetime at the most.
      const days = Math.min(member.renewBeforeDays, Math.floor(member.lifetimeDays / 3));
      const marginMs = Math.min(days * dayMs, (one.endAt - made.at) / 3);
      const leftMs = one.endAt - kernel.now();
      if (leftMs > marginMs - bounds.lateMs) return [];
      return [`${connector} holds what ends in ${Math.round(leftMs / dayMs)} days`];
    });
  }

  /** Both slots are taken, and the other is Keeper's own and leaves by itself in good time. */
  function awaitsSlot(truth: MemberTruth, serving: ListedSecret): boolean {
    return (
      areSlotsFull(cloud, truth) &&
      truth.listed.some(
        (one) =>
          one.place === 'application' &&
          issued.has(one.keyId) &&
          one.endAt > kernel.now() - bounds.lookMs &&
          one.endAt < serving.endAt - bounds.slotLeadMs,
      )
    );
  }

  return { reviewLeaked, toldWell };
}
