/** Role: timers of the host: when they fire next, and firing them. */
import { Cron } from 'croner';
import type { Clock } from '../reconcile/world.ts';
import type { InvocationRequest } from './functions-core-shapes.ts';
import { type Invoker, triggerOf, tryInvoke } from './host-invoke.ts';
import { resolveNames, type Settings } from './host-settings.ts';
import { inTurn } from './host-turn.ts';

/** All timers of an app. */
export interface Timers {
  /** Fires one timer; false when there is none of that name. A failure is logged, no more. */
  fire(name: string): Promise<boolean>;
  /** Fires every timer. */
  tick(): Promise<void>;
  /** The next instant at which one fires. @throws Error without timers. */
  nextTickAt(now: number): number;
}

/** @throws Error for a schedule that cannot be read. */
export function timersOf(
  invoker: Invoker,
  { clock, settings }: { clock: Clock; settings: Settings },
): Timers {
  const schedules = new Map(
    [...invoker.registrations.functions.values()]
      .filter((one) => triggerOf(one).type === 'timerTrigger')
      .map((one) => {
        const raw = String(one.bindings[triggerOf(one).name]?.['schedule']);
        return [one, resolveNames(raw, settings)];
      }),
  );
  for (const schedule of schedules.values()) nextInstant(schedule, clock.now());
  const firedAt = new Map<string, number>();
  // In Azure a lock sees to it that a timer runs once at a time.
  const turn = inTurn();

  async function fire(name: string): Promise<boolean> {
    const found = [...schedules].find(([one]) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) return false;
    const [one, schedule] = found;
    await turn(async () => {
      const now = clock.now();
      const details = { schedule, now, lastAt: firedAt.get(one.name) };
      firedAt.set(one.name, now);
      await tryInvoke(invoker, one, timerRequest(triggerOf(one).name, details));
    });
    return true;
  }

  return {
    fire,
    async tick() {
      for (const one of schedules.keys()) await fire(one.name);
    },
    nextTickAt(now) {
      if (schedules.size === 0) throw new Error('the app has no timer');
      return Math.min(...[...schedules.values()].map((schedule) => nextInstant(schedule, now)));
    },
  };
}

/**
 * The next instant of an NCRONTAB schedule after `now` in UTC, epoch milliseconds. Six fields, the
 * second first; a day must fit both its fields.
 * @throws Error when the schedule is none, or never comes again.
 */
export function nextInstant(schedule: string, now: number): number {
  const cron = new Cron(schedule, {
    mode: '6-part',
    timezone: 'Etc/UTC',
    domAndDow: true,
    paused: true,
  });
  const next = cron.nextRun(new Date(now));
  if (!next) throw new Error('the schedule never comes again');
  return next.getTime();
}

/** What a timer brings, in the host's spelling; the library turns it into its own. */
function timerRequest(
  binding: string,
  { schedule, now, lastAt }: { schedule: string; now: number; lastAt: number | undefined },
): InvocationRequest {
  const last = new Date(lastAt ?? 0).toISOString();
  const timer = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: last,
      Next: new Date(nextInstant(schedule, now)).toISOString(),
      LastUpdated: last,
    },
    IsPastDue: false,
  };
  return { inputData: [{ name: binding, data: { json: JSON.stringify(timer) } }] };
}
