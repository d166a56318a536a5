/** Which rounds are played, drawn from a seed: a story is a new tenant and what happens to it. */
import type { FaultLevel } from '../../src/local/fates.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { Deed, Phase } from './happening.ts';
import type { Moment, RoundPlan } from './round.ts';
import type { Stir } from './stir.ts';

export interface StoryPlan {
  /** Of its world. */
  readonly seed: number;
  readonly faults: FaultLevel;
  readonly rounds: readonly RoundPlan[];
}

/** One story has these in this order. */
const course: readonly Stir[] = ['creation', 'planned-rotation', 'retire', 'compromised', 'rotate'];
const faultLevels: readonly FaultLevel[] = ['some', 'heavy', 'none', 'heavy'];

const rotation: readonly Deed[] = [
  'append-intent',
  'add-credential',
  'store-credential',
  'promote-credential',
  'push-credential',
  'append-outcome',
  'save-state',
];

/** What can be expected to happen after each stir. */
const deedsAfter: Readonly<Record<Stir, readonly Deed[]>> = {
  creation: [
    ...rotation,
    'create-registration',
    'update-registration',
    'create-service-principal',
    'remove-credential',
  ],
  'planned-rotation': rotation,
  rotate: rotation,
  compromised: [...rotation, 'remove-credential', 'disable-version'],
  retire: ['append-intent', 'remove-credential', 'append-outcome', 'save-state'],
};

/** How often each can be expected at least, where that is more than once. */
const timesAfter: Readonly<Record<Stir, Readonly<Partial<Record<Deed, number>>>>> = {
  creation: {
    'append-intent': 20,
    'append-outcome': 20,
    'save-state': 20,
    'add-credential': 3,
    'store-credential': 3,
    'promote-credential': 3,
    'push-credential': 5,
    'update-registration': 2,
  },
  'planned-rotation': { 'append-intent': 4, 'append-outcome': 4, 'save-state': 3 },
  rotate: { 'append-intent': 4, 'append-outcome': 4, 'save-state': 3 },
  compromised: { 'append-intent': 4, 'append-outcome': 4, 'save-state': 2 },
  retire: {},
};

/** What is left to do for a host that comes after a kill is not known: anything may be the last. */
const deedsOfSuccessor: readonly Deed[] = ['append-intent', 'append-outcome', 'save-state'];

/** One kill in so many is at a time that has nothing to do with what the host does. */
const anyTimeEvery = 6;
/** The latest of these, real milliseconds. */
const anyTimeMs = 2_500;

/** Draws so many rounds. The same seed draws the same plan. */
export function drawStories(random: Random, rounds: number): readonly StoryPlan[] {
  const stories: StoryPlan[] = [];
  const draw = momentDrawer(random.fork('moments'));
  for (let left = rounds; left > 0; left -= course.length) {
    const faults = faultLevels[stories.length % faultLevels.length] ?? 'some';
    stories.push({
      seed: random.int(1_000_000),
      faults,
      rounds: course.slice(0, left).map((stir) => ({
        stir,
        moments: [draw(stir), ...(random.chance(0.25) ? [successor(random)] : [])],
      })),
    });
  }
  return stories;
}

/** Draws moments such that all that a stir can lead to is hit about equally often. */
function momentDrawer(random: Random): (stir: Stir) => Moment {
  const drawn = new Map<Deed, number>();
  let count = 0;
  return (stir) => {
    count += 1;
    if (count % anyTimeEvery === 0) return { kind: 'time', afterMs: random.int(anyTimeMs) };
    const deeds = deedsAfter[stir];
    const least = Math.min(...deeds.map((deed) => drawn.get(deed) ?? 0));
    const deed = random.pick(deeds.filter((one) => (drawn.get(one) ?? 0) === least));
    drawn.set(deed, least + 1);
    return {
      kind: 'deed',
      deed,
      phase: random.pick(phasesOf(deed)),
      nth: 1 + random.int(timesAfter[stir][deed] ?? 1),
    };
  };
}

/** Storage is asked over a wire of which only the ends are seen. */
function phasesOf(deed: Deed): readonly Phase[] {
  const isStorage = deed.startsWith('append-') || deed === 'save-state';
  return isStorage ? ['sent', 'answered'] : ['sent', 'done', 'answered'];
}

function successor(random: Random): Moment {
  const deed = random.pick(deedsOfSuccessor);
  return { kind: 'deed', deed, phase: random.pick(phasesOf(deed)), nth: 1 };
}
