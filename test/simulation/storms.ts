/**
 * Role: the storms of a seed, and what people do in them. Between storms it is calm, and something
 * may still wait for a person to put it right.
 */
import { dayMs, hourMs } from '../../src/core/limits.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { Remedy } from './deeds/deed.ts';
import type { Member } from './fleet.ts';
import type { Planned } from './kernel.ts';
import { LawBroken } from './oracle/verdict.ts';
import { clearSlots, drawDeed } from './people.ts';
import type { Stage } from './stage.ts';
import { calm, type Climate } from './weather.ts';
import type { Weather } from './wire.ts';

export interface StormsOptions {
  readonly stage: Stage;
  readonly climate: Climate;
  readonly random: Random;
  /** No storm begins after this. */
  readonly endAt: number;
  /** Somebody changed something. */
  readonly disturbed: () => void;
  readonly begins: () => void;
  /** A storm is over, or something was put right. */
  readonly mended: () => void;
}

export interface Storms {
  readonly weather: Weather;
  /** When the next is planned. */
  readonly nextAt: number;
  /** It storms, or something waits for a person. */
  isRough(): boolean;
  /** Something waits for a person. */
  isAwaited(): boolean;
  /** Plans the first one. */
  plan(): void;
  /** Trouble likes company: a registration at work draws a storm. */
  mayBreakOut(): void;
  calmDown(): void;
  /** Keeper asks for a slot: the person removes what serves nobody. */
  clearSlots(member: Member): void;
}

export function stormsOf(options: StormsOptions): Storms {
  const { stage, climate, random } = options;
  const { kernel, fortune } = stage;
  /** Registrations whose slots a person is about to clear. */
  const clearing = new Set<string>();
  let weather = calm;
  let ending: Planned | undefined;
  let next: Planned | undefined;
  let nextAt = Number.POSITIVE_INFINITY;
  /** What people still have to put right. */
  let awaited = 0;

  function plan(): void {
    next?.cancel();
    nextAt = kernel.now() + climate.calmMs(random);
    next = kernel.at(nextAt, storm);
  }

  function storm(): void {
    if (weather !== calm || kernel.now() >= options.endAt) return;
    stage.record('a storm begins');
    options.begins();
    next?.cancel();
    nextAt = kernel.now();
    weather = climate.storm;
    const lengthMs = climate.stormMs(random);
    const count = climate.deeds === 0 ? 0 : random.int(climate.deeds + 1);
    for (let deed = 0; deed < count; deed += 1) {
      const drawn = random.fork(`deed/${kernel.now()}/${deed}`);
      kernel.after(drawn.int(lengthMs), () => act(drawn.pick(stage.fleet.members), drawn));
    }
    options.disturbed();
    ending = kernel.after(lengthMs, calmDown);
  }

  function calmDown(): void {
    ending?.cancel();
    stage.record('the storm is over');
    weather = calm;
    plan();
    options.mended();
  }

  function act(member: Member, drawn: Random): void {
    const deed = drawDeed(drawn);
    if (!fortune.admits()) return;
    stage.record(`deed ${deed.kind} ${member.key}`);
    options.disturbed();
    const remedy = tried(() => deed.act({ stage, member, random: drawn }));
    if (!remedy) return;
    awaited += 1;
    kernel.after(remedy.afterMs, () => mend(deed.kind, remedy));
  }

  function mend(kind: string, remedy: Remedy): void {
    if (tried(() => (remedy.undo(), true)) !== true) {
      kernel.after(hourMs, () => mend(kind, remedy));
      return;
    }
    stage.record(`mended ${kind}`);
    over();
  }

  function over(): void {
    awaited -= 1;
    options.disturbed();
    options.mended();
  }

  return {
    get weather() {
      return weather;
    },
    get nextAt() {
      return nextAt;
    },
    isRough: () => weather !== calm || awaited > 0,
    isAwaited: () => awaited > 0,
    plan,
    mayBreakOut() {
      // Also when no mishap may strike any more: a shortened run is the same run up to its last one.
      if (weather !== calm || kernel.now() >= options.endAt) return;
      if (random.chance(climate.atWork)) storm();
    },
    calmDown,
    clearSlots(member) {
      stage.oracle.toldFull(member);
      if (clearing.has(member.key)) return;
      clearing.add(member.key);
      awaited += 1;
      const asked = stage.obstacles.begin('slots-full', ['issue'], [member.key]);
      kernel.after(hourMs + random.int(dayMs), () => {
        tried(() => clearSlots(stage, member, random.fork(`slots/${kernel.now()}`)));
        asked();
        clearing.delete(member.key);
        over();
      });
    },
  };
}

/** A person's deed may be impossible; then it is left. */
function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (
      error instanceof LawBroken ||
      error instanceof TypeError ||
      error instanceof ReferenceError
    ) {
      throw error;
    }
    return undefined;
  }
}
