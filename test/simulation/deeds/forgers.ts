/**
 * Role: what people do who write a display name like Keeper's on a secret of their own. Anyone who may
 * add one can; it proves nothing.
 */
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import type { Member } from '../fleet.ts';
import type { Stage } from '../stage.ts';
import { addedSecret, appIdOf, lasting, within, type Deed, type Scene } from './deed.ts';
import { ordered } from './operators.ts';

const nameOfKeeper = 'keeper:';

export const forgerDeeds: readonly Deed[] = [
  {
    // Half of the time the name of one that is there, else one that no intent bears.
    kind: 'credential-forged',
    share: 2,
    act(scene) {
      const { random } = scene;
      const names = listedNames(scene);
      const isCopy = random.chance(0.5) && names.length > 0;
      const displayName = isCopy ? random.pick(names) : `${nameOfKeeper}${random.uuid()}`;
      return addedSecret(scene, { kind: 'credential-forged', displayName });
    },
  },
  {
    // The name of a new one is copied while nobody knows whether it was made: its answer is lost.
    kind: 'credential-copied',
    share: 3,
    act(scene) {
      const victim = victimOf(scene);
      if (!victim) return 'impossible';
      return copied({ ...scene, member: victim });
    },
  },
];

function listedNames(scene: Scene): readonly string[] {
  const appId = appIdOf(scene);
  const passwords =
    appId === undefined ? [] : (scene.stage.cloud.directory.application(appId)?.passwords ?? []);
  return passwords
    .map((one) => one.displayName ?? '')
    .filter((name) => name.startsWith(nameOfKeeper));
}

/** One whose registration takes more than two secrets. */
function victimOf({ stage, member, random }: Scene): Member | undefined {
  const able = stage.fleet.members.filter(
    (one) =>
      one.audience === 'organizations' && appIdOf({ stage, member: one, random }) !== undefined,
  );
  return able.includes(member) ? member : able[0];
}

function copied(scene: Scene): ReturnType<Deed['act']> {
  const { stage, random } = scene;
  const { ambushes, kernel } = stage;
  const objectId = objectIdOf(scene);
  let undo: (() => void) | undefined;
  const ambush: Ambush = ({ method, url }) => {
    if (method !== 'POST' || !url.endsWith(`/${objectId}/addPassword`)) return undefined;
    ambushes.delete(ambush);
    const known = new Set(listedNames(scene));
    kernel.after(10_000 + random.int(60_000), () => {
      const displayName = listedNames(scene).find((name) => !known.has(name));
      if (displayName !== undefined) undo = copyOf(scene, displayName);
    });
    return 'cut-after';
  };
  ambushes.add(ambush);
  ordered(() => ({ kind: 'rotate', reason: 'drill' }))(scene);
  return {
    afterMs: within(random, 3 * hourMs, 8 * hourMs) + lasting(random, 2 * dayMs),
    isMetLater: true,
    undo() {
      ambushes.delete(ambush);
      undo?.();
    },
  };
}

type Ambush = Stage['ambushes'] extends Set<infer One> ? One : never;

function objectIdOf(scene: Scene): string {
  const appId = appIdOf(scene) ?? '';
  return scene.stage.cloud.directory.application(appId)?.id ?? '';
}

/** Undefined where the portal refuses. */
function copyOf(scene: Scene, displayName: string): (() => void) | undefined {
  try {
    const remedy = addedSecret(scene, { kind: 'credential-copied', displayName });
    if (remedy === 'impossible') return undefined;
    scene.stage.fortune.met('credential-copied');
    return remedy.undo;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('The portal refuses')) return undefined;
    throw error;
  }
}
