/**
 * Role: the clock of an embedded run, for another process that works in the same world. The run
 * answers under a name of its own beside the vendors', without a word in the journal; whoever pauses
 * there moves the run's time, as a pause inside it does.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../reconcile/world.ts';
import type { SimulatedClock } from './clock.ts';
import type { Door } from './door.ts';

/** The name that a run answers under. */
export const runHost = 'run.localhost';

/** The longest pause that one request moves time by. */
const longestMs = 60_000;

/** How long a run that is up may take to answer. */
const answerMs = 5_000;

/** Between two looks at the run's clock, which jumps. */
const lookMs = 250;

/** Answers for the run. `POST /?ms=N` passes time. */
export async function answerForRun(
  incoming: Request,
  clock: SimulatedClock,
  door: Pick<Door, 'between'>,
): Promise<Response> {
  const ms = Number(new URL(incoming.url).searchParams.get('ms') ?? '0');
  const isPause = incoming.method === 'POST' && ms > 0 && ms <= longestMs;
  const now = await door.between(() => {
    clock.sync();
    if (isPause) clock.advance(ms);
    return clock.now();
  });
  return Response.json({ pid: process.pid, now });
}

const shape = z.object({ pid: z.int(), now: z.number() });

export interface RunClock extends Clock {
  stop(): Promise<void>;
}

export interface RunClockOptions {
  readonly url: string;
  /** PEM. */
  readonly authority: string;
  /** Another process at the same address is another run. */
  readonly pid: number;
}

/** The clock of a run; undefined when no such run answers. */
export async function runClock({
  url,
  authority,
  pid,
}: RunClockOptions): Promise<RunClock | undefined> {
  const agent = new Agent({ connect: { ca: authority, timeout: answerMs } });
  const stop = new AbortController();
  let at = 0;
  let readMs = 0;
  let pausedMs = 0;

  async function ask(method: 'GET' | 'POST', ms: number): Promise<boolean> {
    try {
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(answerMs)]);
      const reply = await request(`${url}?ms=${ms}`, { method, dispatcher: agent, signal });
      const told = shape.parse(await reply.body.json());
      if (told.pid !== pid) return false;
      at = Math.max(told.now, at);
      readMs = performance.now();
      return true;
    } catch {
      return false;
    }
  }

  async function follow(): Promise<void> {
    const { signal } = stop;
    while (!signal.aborted) {
      await pause(lookMs, undefined, { ref: false, signal }).catch(() => undefined);
      if (!signal.aborted) await ask('GET', 0);
    }
  }

  async function end(): Promise<void> {
    stop.abort();
    await agent.destroy();
  }

  if (!(await ask('GET', 0))) {
    await end();
    return undefined;
  }
  void follow();
  return {
    now: () => Math.floor(at + performance.now() - readMs),
    monotonic: () => performance.now() + pausedMs,
    async sleep(ms) {
      // A run that has ended moves no time any more; the requests that follow will tell.
      if (await ask('POST', Math.min(ms, longestMs))) pausedMs += ms;
      else await pause(ms);
    },
    stop: end,
  };
}
