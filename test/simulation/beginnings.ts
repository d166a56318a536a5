/**
 * Role: the beginning of a story is lived through once for each casting, by Keeper itself. Whoever
 * tells the story afterwards takes it up.
 */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import { tenant, type Tenant, type TenantOptions } from '../support/tenant.ts';
import { modeWatch, type ModeWatch } from './mode-watch.ts';
import { modeName } from './modes.ts';
import { stories, storyWishes, type StoryName } from './stories.ts';
import { streamsOf } from './streams.ts';
import {
  notes,
  passAgain,
  takenDown,
  tokensOf,
  witness,
  type Ground,
  type Stretch,
} from './stretches.ts';

export const audiences = ['organizations-and-personal', 'organizations'] as const;
type Audience = (typeof audiences)[number];

/** Which story, for whom. */
export interface Part {
  readonly story: StoryName;
  readonly audience: Audience;
}

/** The same at a Nylas of one mode. */
export interface Casting extends Part {
  readonly mode: NylasMode;
}

interface GroundOptions extends Pick<TenantOptions, 'wrap'> {
  /** Hears what the mode is asked. */
  readonly watch?: ModeWatch;
}

/** A customer for this story, to whom nothing has happened yet. */
export async function groundFor(
  { story, mode }: Casting,
  { watch = modeWatch(mode), wrap }: GroundOptions = {},
): Promise<Ground> {
  const streams = streamsOf(1);
  const { wire, over } = witness(() => ground);
  const customer = tenant({
    modes: Array.from({ length: stories[story].connectors }, () => watch.mode),
    random: streams.random,
    wire,
    ...(wrap ? { wrap } : {}),
  });
  const token = tokensOf(customer.cloud);
  const ground: Ground = { customer, streams, watch, notes: notes(), token };
  over(customer.cloud);
  // The vault's client learns at its first request whom to ask for tokens. In all worlds that is now.
  await customer.world.vault.readNewest({ vault: 'demo', name: 'nylas-calendar' });
  return ground;
}

type Beginning = readonly Stretch<PassReport>[];
const known = new Map<string, Promise<Beginning>>();

/**
 * Takes the beginning up: the ground is left as Keeper left it. Gives the wishes from then on.
 * @throws Error when the ground is not what it was.
 */
export async function takeUp(casting: Casting, ground: Ground): Promise<DesiredRegistration> {
  const name = [casting.story, casting.audience, modeName(casting.mode)].join();
  const beginning = known.get(name) ?? liveThrough(casting);
  known.set(name, beginning);
  const left = (await beginning)[Symbol.iterator]();
  return begin(casting, {
    ...ground.customer,
    async live() {
      const { value: stretch } = left.next();
      if (!stretch) throw new Error('The beginning is longer than it was');
      await passAgain(stretch, ground);
      return stretch.result;
    },
  });
}

/** The beginning with Keeper at work. */
export async function livedThrough(casting: Casting, { customer }: Ground): Promise<void> {
  await begin(casting, customer);
}

async function begin({ story, audience }: Part, customer: Tenant): Promise<DesiredRegistration> {
  return stories[story].begin(customer, customer.wish({ ...storyWishes, audience }));
}

async function liveThrough(casting: Casting): Promise<Beginning> {
  const ground = await groundFor(casting);
  const stretches: Stretch<PassReport>[] = [];
  await begin(casting, {
    ...ground.customer,
    async live(...given) {
      const stretch = await takenDown(ground, () => ground.customer.live(...given));
      stretches.push(stretch);
      return stretch.result;
    },
  });
  return stretches;
}
