/** Role: timers of the host: when they fire next, and what they bring. */
import { Cron } from 'croner';
import type { InvocationRequest } from './functions-core-shapes.ts';

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
export function timerRequest(
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
