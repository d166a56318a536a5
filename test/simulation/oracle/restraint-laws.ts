/**
 * Role: the law `restraint`: what a person told Keeper to leave alone is left alone. No intent is
 * written during a freeze, nor for a registration that the file does not have.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { Obstacles } from '../obstacles.ts';
import type { ChainReader } from './chain-reader.ts';
import { isAccepted, truthAbout, type HeldSecret } from './truth.ts';
import { LawBroken } from './verdict.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What is promised, and what is forgiven, in one place. */
const bounds = {
  /** A freeze ends so long before what serves does. */
  freezeEndsBeforeMs: 14 * dayMs,
  /** Clocks of workers. */
  skewMs: 15 * minuteMs,
  /** Something may have looked broken for so long after it was. */
  calmMs: dayMs,
  /** A pass that began before an entry was taken out may sleep more than once. */
  passMs: 12 * hourMs,
} as const;

export interface RestraintLawsOptions {
  readonly kernel: Kernel;
  readonly cloud: Cloud;
  readonly members: readonly Member[];
  readonly obstacles: Obstacles;
  readonly chains: ChainReader;
  readonly isServing: (one: HeldSecret) => boolean;
}

export interface RestraintLaws {
  /** A line was appended to a chain, which has been read. Throws LawBroken. */
  appended(key: string, line: string): void;
  /** To be called after each step that may have changed something. */
  review(): void;
  /** A person changed something. */
  disturbed(): void;
}

export function restraintLaws(options: RestraintLawsOptions): RestraintLaws {
  const { kernel, cloud, members, obstacles, chains, isServing } = options;
  const outSince = new Map<string, number>();
  let disturbedAt = Number.NEGATIVE_INFINITY;

  /** Until when nothing may be done. Undefined: a connector is down or a secret leaked, so a freeze does not count. */
  function frozenUntilAt(member: Member): number | undefined {
    const { frozenUntilAt: untilAt, leaked } = chains.chain(member.key);
    if (untilAt === undefined) return undefined;
    const now = kernel.now();
    const { held, listed } = truthAbout(cloud, member);
    if (listed.some((one) => leaked.has(one.keyId))) return undefined;
    const ends = held.filter(isServing).map(({ clientId, text }) => {
      const works = isAccepted(cloud, clientId, text, now);
      return works ? listed.find((one) => one.text === text)?.endAt : undefined;
    });
    if (ends.length === 0 || ends.includes(undefined)) return undefined;
    const known = ends.filter((one) => one !== undefined);
    return Math.min(untilAt, Math.min(...known) - bounds.freezeEndsBeforeMs);
  }

  /** Nothing has looked broken for a while, but for the freeze itself. */
  function isCalm({ key }: Member): boolean {
    const now = kernel.now();
    const since = obstacles.freeSince(key, 'see', now);
    return since !== undefined && Math.max(since, disturbedAt) < now - bounds.calmMs;
  }

  return {
    appended(key, line) {
      if (!line.includes('"kind":"intent"')) return;
      const member = members.find((one) => one.key === key);
      if (!member) return;
      const now = kernel.now();
      const broken = (detail: string): LawBroken =>
        new LawBroken({ law: 'restraint', at: now, key, detail });
      const since = outSince.get(key);
      if (since !== undefined && now > since + bounds.passMs) {
        throw broken('an intent for a registration that is not in the file');
      }
      const untilAt = frozenUntilAt(member);
      if (untilAt !== undefined && now < untilAt - bounds.skewMs && isCalm(member)) {
        throw broken('an intent during a freeze');
      }
    },
    review() {
      for (const { key, isInFile } of members) {
        if (isInFile) outSince.delete(key);
        else if (!outSince.has(key)) outSince.set(key, kernel.now());
      }
    },
    disturbed: () => {
      disturbedAt = kernel.now();
    },
  };
}
