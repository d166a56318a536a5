/** Role: what a deed of people is, and what most of them need. */
import { dayMs, hourMs } from '../../../src/core/limits.ts';
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

/** How it is put right, and after how long at the earliest. */
export interface Remedy {
  readonly afterMs: number;
  readonly undo: () => void;
  /** What counts is still to come: the deed itself tells when it was done. */
  readonly isMetLater?: boolean;
}

/** What became of a deed: to be put right, done and over, or it could not be done here. */
type Upshot = Remedy | 'done' | 'impossible';

export interface Deed {
  readonly kind: string;
  /** Share among the deeds. */
  readonly share: number;
  readonly act: (scene: Scene) => Upshot;
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
  try {
    stage.byHand(`${told.kind} ${member.key}`, deeds.act);
  } catch (error) {
    // What could not be done stands in nobody's way.
    over();
    throw error;
  }
  return {
    afterMs: deeds.afterMs,
    undo() {
      stage.byHand(`end of ${told.kind} ${member.key}`, deeds.undo);
      over();
    },
  };
}

/** A secret that a person adds for their own purposes, and takes away again if it is still there. */
export function addedSecret(
  scene: Scene,
  told: {
    readonly kind: string;
    readonly displayName: string;
    readonly on?: 'application' | 'service-principal';
    /** Told its key id. */
    readonly added?: (keyId: string) => void;
  },
): Remedy | 'impossible' {
  const { stage, random } = scene;
  const { directory } = stage.cloud;
  const { kind, displayName, on = 'application', added } = told;
  const appId = appIdOf(scene);
  if (appId === undefined) return 'impossible';
  let keyId = '';
  return hindered(
    scene,
    { kind, blocks: ['issue'] },
    {
      act() {
        const endAt = stage.kernel.now() + within(random, dayMs, 700 * dayMs);
        keyId = directory.addPasswordByHand(appId, { displayName, endAt, on }).keyId;
        added?.(keyId);
      },
      undo() {
        const listed = [
          ...(directory.application(appId)?.passwords ?? []),
          ...(directory.servicePrincipal(appId)?.passwords ?? []),
        ];
        if (listed.some((one) => one.keyId === keyId)) directory.removePasswordByHand(appId, keyId);
      },
      afterMs: lasting(random, 9 * dayMs),
    },
  );
}

/** Key id of a listed credential, whoever made it. */
export function listedKeyId(scene: Scene): string | undefined {
  const appId = appIdOf(scene);
  const passwords =
    appId === undefined ? [] : (scene.stage.cloud.directory.application(appId)?.passwords ?? []);
  return passwords.length === 0 ? undefined : scene.random.pick(passwords).keyId;
}
