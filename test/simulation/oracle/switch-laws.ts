/**
 * Role: the laws about what a connector is switched to: it works, it is proven, it ends no earlier,
 * it is the registration's own, and not too many are switched at once.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { ChainReader } from './chain-reader.ts';
import { isAccepted, type HeldSecret, type MemberTruth } from './truth.ts';
import { LawBroken, type Law } from './verdict.ts';

const hourMs = 3_600_000;

/** What is forgiven, in one place. */
const bounds = {
  /** In the last three days an unproven credential may serve; an hour for clocks and slow workers. */
  lastResortMs: 74 * hourMs,
  /** A connector may have been seen dead so long ago: replicas, and a worker that slept. */
  deadMs: 2 * hourMs,
} as const;

/** What one write has changed. */
export interface Change {
  readonly before: MemberTruth;
  readonly after: MemberTruth;
}

export interface SwitchLawsOptions {
  readonly kernel: Kernel;
  readonly cloud: Cloud;
  readonly switchesPerHour: number;
  readonly chains: ChainReader;
  /** Key ids by text, ends by key id, registrations by client id: of all that was ever seen. */
  readonly keyIdOf: ReadonlyMap<string, string>;
  readonly endOf: ReadonlyMap<string, number>;
  readonly owners: ReadonlyMap<string, Member>;
}

export interface SwitchLaws {
  /** Judges what a write of Keeper's did to connectors. Throws LawBroken. */
  judge(member: Member, change: Change): void;
  /** A record serves that is active, or has been under Keeper: grants are tied to it. */
  readonly isServing: (one: HeldSecret) => boolean;
  /** Writes that changed a secret. */
  readonly switched: number;
}

interface Switch {
  readonly held: HeldSecret;
  readonly replaced: HeldSecret;
  /** All records of the registration's connectors, as they were. */
  readonly before: readonly HeldSecret[];
}

export function switchLaws(options: SwitchLawsOptions): SwitchLaws {
  const { kernel, cloud, chains, keyIdOf, endOf, owners } = options;
  const pushedBy = new Map<string, string>();
  const everActive = new Map<string, Set<string>>();
  const countedAt: number[] = [];
  let switched = 0;

  function broken(law: Law, { key }: Member, detail: string): LawBroken {
    return new LawBroken({ law, at: kernel.now(), key, detail });
  }

  function works({ clientId, text }: HeldSecret): boolean {
    return isAccepted(cloud, clientId, text, kernel.now());
  }

  function judge(member: Member, { before, after }: Change): void {
    for (const held of after.held) {
      const was = before.held.find(
        (one) => one.record === held.record && one.connector === held.connector,
      );
      const active = before.held.find((one) => one.connector === held.connector && one.isActive);
      const replaced = was ?? active;
      if (was?.text === held.text && was.clientId === held.clientId) continue;
      if (!held.isActive && !was) continue;
      judgeOwner(member, held);
      if (replaced) judgeSwitch(member, { held, replaced, before: before.held });
      const list = everActive.get(held.connector) ?? new Set<string>();
      if (held.isActive) list.add(held.record);
      everActive.set(held.connector, list);
      pushedBy.set(placeOf(held), held.text);
    }
  }

  function judgeOwner(member: Member, held: HeldSecret): void {
    const owner = owners.get(held.clientId);
    if (owner && owner.key !== member.key) {
      throw broken('nylas', member, `${held.connector} got the secret of ${owner.key}`);
    }
  }

  function judgeSwitch(member: Member, change: Switch): void {
    const { held, replaced } = change;
    if (replaced.text !== held.text) switched += 1;
    if (!works(replaced)) return;
    if (!works(held)) {
      throw broken('connector-works', member, `${held.connector} got a dead credential`);
    }
    if (replaced.text === held.text) return;
    const from = keyIdOf.get(replaced.text);
    const isLeaked = from !== undefined && chains.chain(member.key).leaked.has(from);
    if (!isLeaked) judgeProof(member, change);
    const isKeepers = pushedBy.get(placeOf(replaced)) === replaced.text;
    if (isKeepers && !isLeaked) judgeEnd(member, change);
    countSwitch(member, change);
  }

  /** Law 10: what works gives way to what is proven, but in the last resort. */
  function judgeProof(member: Member, { held, before }: Switch): void {
    const keyId = keyIdOf.get(held.text);
    if (keyId !== undefined && chains.chain(member.key).proved.has(keyId)) return;
    if (isLastResort(member, before)) return;
    throw broken('proven-first', member, `${held.connector} got ${keyId ?? 'a stranger'} unproven`);
  }

  /** A connector of the registration is dead, was so lately, or soon will be. */
  function isLastResort(member: Member, before: readonly HeldSecret[]): boolean {
    const now = kernel.now();
    const isNear = before.some((one) => {
      const endAt = endOf.get(keyIdOf.get(one.text) ?? '') ?? 0;
      return endAt <= now + bounds.lastResortMs || !works(one);
    });
    const ids = member.connectors.map((one) => one.applicationId);
    return (
      isNear ||
      cloud.account.incidents.some(
        (one) => ids.includes(one.subject.applicationId) && one.to >= now - bounds.deadMs,
      )
    );
  }

  /** Law 1: never to what ends before what Keeper itself had put there. */
  function judgeEnd(member: Member, { held, replaced }: Switch): void {
    const [from, to] = [keyIdOf.get(replaced.text), keyIdOf.get(held.text)];
    if (from === undefined || to === undefined) return;
    if ((endOf.get(to) ?? 0) < (endOf.get(from) ?? 0)) {
      throw broken('never-shorter', member, `${held.connector}: ${to} ends before ${from}`);
    }
  }

  /** Law 12: planned switches of working connectors, in any hour. */
  function countSwitch(member: Member, { held, replaced }: Switch): void {
    const now = kernel.now();
    if (!held.isActive || chains.chain(member.key).openOrders.size > 0) return;
    const endAt = endOf.get(keyIdOf.get(replaced.text) ?? '') ?? 0;
    if (endAt - now < 73 * hourMs) return;
    countedAt.push(now);
    const recent = countedAt.filter((at) => at > now - hourMs).length;
    // The hours of the counter are clock hours: two of them touch in any sixty minutes.
    if (recent > 2 * options.switchesPerHour) {
      throw broken('blast-radius', member, `${recent} switches within an hour`);
    }
  }

  return {
    judge,
    isServing: (one) => one.isActive || (everActive.get(one.connector)?.has(one.record) ?? false),
    get switched() {
      return switched;
    },
  };
}

function placeOf({ connector, record }: HeldSecret): string {
  return `${connector}#${record}`;
}
