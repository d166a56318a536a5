/** Role: what a deed of people is, and what most of them need. */
import { hourMs } from '../../../src/core/limits.ts';
import type { Random } from '../../../src/local/simulators/random.ts';
import type { Member, MemberConnector } from '../fleet.ts';
import type { Work } from '../obstacles.ts';
import type { Stage } from '../stage.ts';

/** What a deed works on. */
export interface Scene {
  readonly stage: Stage;
  readonly member: Member;
  readonly random: Random;
}

/** How it is put right, and after how long at the earliest; absent: it needs no putting right. */
export interface Remedy {
  readonly afterMs: number;
  readonly undo: () => void;
}

export interface Deed {
  readonly kind: string;
  /** Share among the deeds. */
  readonly share: number;
  /** Undefined: it could not be done, or needs no remedy. */
  readonly act: (scene: Scene) => Remedy | undefined;
}

/** The client id of the live registration. */
export function appIdOf({ stage, member }: Scene): string | undefined {
  return stage.cloud.directory
    .applications()
    .find((one) => one.uniqueName === `keeper-${member.key}` || one.appId === member.appId)?.appId;
}

/** A length between two, milliseconds. */
export function within(random: Random, fromMs: number, toMs: number): number {
  return Math.round(fromMs + random.next() * (toMs - fromMs));
}

/** Mostly some hours, now and then many days. */
export function lasting(random: Random, longestMs: number): number {
  return within(random, hourMs, random.chance(0.12) ? longestMs : 6 * hourMs);
}

/** One of the registration's connectors. */
export function connectorOf({ member, random }: Scene): MemberConnector {
  return random.pick(member.connectors);
}

/** An obstacle with a deed and its undoing. */
export function hindered(
  scene: Scene,
  told: { readonly kind: string; readonly blocks: readonly Work[]; readonly all?: boolean },
  deeds: { readonly act: () => void; readonly undo: () => void; readonly afterMs: number },
): Remedy {
  const { stage, member } = scene;
  const over = stage.obstacles.begin(told.kind, told.blocks, told.all ? undefined : [member.key]);
  stage.byHand(`${told.kind} ${member.key}`, deeds.act);
  return {
    afterMs: deeds.afterMs,
    undo() {
      stage.byHand(`end of ${told.kind} ${member.key}`, deeds.undo);
      over();
    },
  };
}

/** Key id of a listed credential of Keeper's. */
export function listedKeyId(scene: Scene): string | undefined {
  const appId = appIdOf(scene);
  const passwords =
    appId === undefined ? [] : (scene.stage.cloud.directory.application(appId)?.passwords ?? []);
  return passwords.length === 0 ? undefined : scene.random.pick(passwords).keyId;
}
