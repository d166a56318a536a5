/** Runs one story again and again, each time with one mishap at another write. */
import type { DesiredRegistration } from '../../src/core/desired.ts';
import {
  Crash,
  interposedWorld,
  mishapPlan,
  type Mishap,
  type MishapPlan,
} from './interposed-world.ts';
import { expectSound, repetitionsIn } from './soundness.ts';
import { dayMs, isQuiet, minuteMs, oddMode, tenant, type Tenant } from './tenant.ts';

/** What happens, after a beginning without mishaps. */
export interface Story {
  readonly modes: readonly number[];
  /** All goes well up to here. */
  begin(customer: Tenant, calendar: DesiredRegistration): Promise<void>;
  /** Does the story's deed. The mishap may hit from now on. */
  deed(customer: Tenant): Promise<void>;
  /** How long the deed takes at the most. */
  readonly withinMs: number;
  /** What must hold in the end besides soundness. */
  end(customer: Tenant): void;
}

interface Cast {
  readonly customer: Tenant;
  readonly calendar: DesiredRegistration;
  readonly plan: MishapPlan;
}

async function cast(story: Story): Promise<Cast> {
  const plan = mishapPlan();
  const customer = tenant({
    modes: story.modes.map(oddMode),
    wrap: (world) => interposedWorld(world, plan.intercept),
  });
  const calendar = customer.wish();
  await story.begin(customer, calendar);
  return { customer, calendar, plan };
}

/** Writes of the story when all goes well. */
export async function countWrites(story: Story): Promise<number> {
  const { customer, calendar, plan } = await cast(story);
  plan.arm();
  await story.deed(customer);
  await customer.settle(calendar, story.withinMs);
  story.end(customer);
  return plan.count;
}

/** The story with one mishap, and what must hold after it. */
export async function tellWithMishap(story: Story, nth: number, mishap: Mishap): Promise<void> {
  const { customer, calendar, plan } = await cast(story);
  await story.deed(customer);
  plan.arm([{ nth, mishap }]);
  const endAt = customer.clock.now() + story.withinMs;
  for (;;) {
    const leftMs = endAt - customer.clock.now();
    if (leftMs <= 0) break;
    try {
      const report = await customer.live(calendar, { untilAt: endAt, stop: isQuiet });
      if (isQuiet(report)) break;
      customer.leap(leftMs);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      // Another worker takes the message up again.
      customer.leap(minuteMs);
    }
  }
  plan.arm();
  await customer.settle(calendar, dayMs);
  await expectSound(customer);
  const repeated = repetitionsIn(customer.entries('calendar'));
  if (repeated.length > 0) throw new Error(repeated.join('; '));
  story.end(customer);
}
