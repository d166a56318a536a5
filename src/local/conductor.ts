/**
 * Conducts time: fires what is due, delivers what has happened, lets passes run, and jumps over the
 * time in which nothing would. Ticks at which nothing is due are skipped; at least one a day is not.
 */
import type { StateHead } from '../reconcile/world.ts';
import type { Cloud } from './cloud.ts';
import type { Host } from './host.ts';
import type { Stage } from './stage.ts';

const dayMs = 86_400_000;

/** What is conducted; the host may be another process. */
export interface Conducted extends Pick<Stage, 'clock' | 'desired' | 'door' | 'states'> {
  readonly cloud: Pick<Cloud, 'nextAt'>;
  readonly host: Pick<Host, 'tick' | 'nextTickAt' | 'drainQueue' | 'deliverEvent'>;
}

/** When to stop. */
export interface Ending {
  /** Go on until then, whatever the state. */
  readonly untilAt: number;
  /** After that, at most so long until all is settled, simulated milliseconds. */
  readonly patienceMs: number;
  /** The caller wants to stop. */
  readonly isOver: () => boolean;
}

/** True when every registration was looked at, and none waits for anything but a person's freeze. */
export function isSettled(stage: Conducted, heads: readonly StateHead[]): boolean {
  return stage.desired.registrations.every((one) => {
    const head = heads.find((each) => each.registration === one.key);
    if (head === undefined || head.nextLookAt <= stage.clock.now()) return false;
    return head.state !== 'waiting' || head.reason === 'frozen';
  });
}

/** Conducts until the ending. Returns whether all is settled. */
export async function conduct(stage: Conducted, ending: Ending): Promise<boolean> {
  await stage.host.tick();
  let heads = await beat(stage);
  for (;;) {
    const now = stage.clock.now();
    const isDue = now >= ending.untilAt;
    if (isDue && isSettled(stage, heads)) return true;
    if (ending.isOver() || now >= ending.untilAt + ending.patienceMs) return false;
    const ticked = await leap(stage, heads, isDue ? Number.POSITIVE_INFINITY : ending.untilAt);
    const delivered = await deliver(stage);
    if (ticked || delivered > 0) heads = await beat(stage);
  }
}

/** One beat: events, passes, people. Returns how all states stand. */
export async function beat(stage: Conducted): Promise<readonly StateHead[]> {
  await deliver(stage);
  await stage.host.drainQueue();
  await stage.door.people();
  const heads = await stage.states.list();
  return heads.ok ? heads.value : [];
}

/** Delivers the events that are due, as Event Grid does. Returns how many. */
async function deliver({ door, host }: Conducted): Promise<number> {
  const due = await door.events();
  for (const delivery of due) {
    const status = await host.deliverEvent(delivery.body);
    if (status >= 300) await door.redeliver(delivery, status);
  }
  return due.length;
}

/**
 * Jumps to what comes first: the tick that finds something due, or something that happens by itself.
 * True when the timer fired.
 */
async function leap(
  { clock, cloud, door, host }: Conducted,
  heads: readonly StateHead[],
  untilAt: number,
): Promise<boolean> {
  const now = clock.now();
  const dueAt = Math.min(now + dayMs, ...heads.map((head) => head.nextLookAt));
  const tickAt = host.nextTickAt(Math.max(now, dueAt - 1));
  const happensAt = cloud.nextAt() ?? Number.POSITIVE_INFINITY;
  if (happensAt < tickAt && happensAt > now) {
    await door.between(() => clock.jumpTo(Math.min(happensAt, untilAt)));
    return false;
  }
  await door.between(() => clock.jumpTo(Math.min(tickAt, untilAt)));
  await host.tick();
  return true;
}
