/**
 * Role: what people and administrators do while Keeper works. Each deed may be impossible where it is
 * tried, as a person's may; then nothing happened.
 */
import type { Random } from '../../src/local/simulators/random.ts';
import { accessTroubles } from './deeds/access.ts';
import type { Deed, Remedy, Scene } from './deeds/deed.ts';
import { directoryDeeds } from './deeds/directory.ts';
import { forgerDeeds } from './deeds/forgers.ts';
import { holderDeeds } from './deeds/holders.ts';
import { operatorDeeds, ordered } from './deeds/operators.ts';
import { vendorTroubles } from './deeds/vendors.ts';
import type { Member } from './fleet.ts';
import { truthAbout } from './oracle/truth.ts';
import type { Stage } from './stage.ts';

const deeds: readonly Deed[] = [
  ...vendorTroubles,
  ...accessTroubles,
  ...directoryDeeds,
  ...forgerDeeds,
  ...holderDeeds,
  ...operatorDeeds,
];

/** The kinds of deeds, as they are counted. */
export const deedKinds: readonly string[] = deeds.map((one) => one.kind);

/** A deed that was drawn: once it is really done it is counted. */
export interface DrawnDeed {
  readonly kind: string;
  /** Undefined: there is nothing to put right. */
  readonly act: (scene: Scene) => Remedy | undefined;
}

/** One of the deeds, by share. */
export function drawDeed(random: Random): DrawnDeed {
  const deed = drawn(random);
  return {
    kind: deed.kind,
    act(scene) {
      const upshot = deed.act(scene);
      if (upshot === 'impossible') return undefined;
      const isMet = upshot === 'done' || !upshot.isMetLater;
      if (isMet) scene.stage.fortune.met(deed.kind);
      return upshot === 'done' ? undefined : upshot;
    },
  };
}

function drawn(random: Random): Deed {
  let left = random.next() * deeds.reduce((sum, one) => sum + one.share, 0);
  for (const deed of deeds) {
    left -= deed.share;
    if (left < 0) return deed;
  }
  return deeds[0]!;
}

/**
 * What the person does whom Keeper asks for a slot: removes what neither Keeper made nor a connector
 * holds; else orders that Keeper retires its own that no connector holds.
 */
export function clearSlots(stage: Stage, member: Member, random: Random): void {
  const { cloud, oracle } = stage;
  const truth = truthAbout(cloud, member);
  const { claimed } = oracle.chains.chain(member.key);
  const [application] = truth.applications;
  if (!application) return;
  const idle = truth.listed.filter(
    (one) =>
      one.place === 'application' &&
      !truth.held.some((held) => held.isActive && held.text === one.text),
  );
  const foreign = idle.filter((one) => !claimed.has(one.keyId));
  stage.byHand(`slots of ${member.key} cleared of ${foreign.length}`, () => {
    for (const { keyId } of foreign) cloud.directory.removePasswordByHand(application.appId, keyId);
  });
  const [old] = idle
    .filter((one) => claimed.has(one.keyId))
    .toSorted((one, other) => one.endAt - other.endAt);
  if (foreign.length > 0 || !old) return;
  ordered(() => ({ kind: 'retire', keyId: old.keyId }))({ stage, member, random });
}
