/**
 * What befalls requests to the simulated vendors: seeded, by level. A fate is drawn for each request;
 * besides, whole vendors are down for hours now and then. All of it is what vendors really do.
 */
import type { Random } from './simulators/random.ts';
import { ConnectionCut, type Simulator } from './simulators/simulator.ts';

/** How much goes wrong. */
export type FaultLevel = 'none' | 'some' | 'heavy';

/** The levels, for the command line. */
export const faultLevels: readonly FaultLevel[] = ['none', 'some', 'heavy'];

type Fate =
  | 'served'
  /** The connection breaks before anything is done. */
  | 'cut-before'
  /** The work is done, the answer is lost. */
  | 'cut-after'
  /** Refused with 503 or 500, not done. */
  | 'failed'
  /** Done, but a gateway says 504. */
  | 'gateway-timeout'
  /** 429, with or without Retry-After; not done. */
  | 'throttled'
  /** Done after some seconds. */
  | 'slow'
  /** Nylas only: 504 now, done two minutes later. */
  | 'late';

/** Chances in a thousand requests, by level. */
const chances: Readonly<Record<FaultLevel, Readonly<Record<Exclude<Fate, 'served'>, number>>>> = {
  none: {
    'cut-before': 0,
    'cut-after': 0,
    failed: 0,
    'gateway-timeout': 0,
    throttled: 0,
    slow: 0,
    late: 0,
  },
  some: {
    'cut-before': 4,
    'cut-after': 4,
    failed: 6,
    'gateway-timeout': 3,
    throttled: 6,
    slow: 20,
    late: 3,
  },
  heavy: {
    'cut-before': 12,
    'cut-after': 15,
    failed: 15,
    'gateway-timeout': 12,
    throttled: 10,
    slow: 40,
    late: 15,
  },
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Outages of whole vendors: mean days between them, and their longest time. */
const outages: Readonly<Record<FaultLevel, { everyDays: number; longestMs: number } | undefined>> =
  {
    none: undefined,
    some: { everyDays: 120, longestMs: 6 * hourMs },
    heavy: { everyDays: 40, longestMs: 30 * hourMs },
  };

interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Fates {
  /** Passes a request on, or not, as its fate has it. Throws ConnectionCut. */
  serve(simulator: Simulator & Landing, request: Request): Promise<Response>;
  /** Since when all vendors have been up, as of `at`; undefined while one is down. */
  reachableSince(at: number): number | undefined;
  /** The level from now on; a demonstration is prepared in peace. */
  setLevel(level: FaultLevel): void;
}

/** A simulator that can do a write later. */
export interface Landing {
  landLater?(request: Request, delayMs?: number): Promise<Response>;
}

export interface FatesOptions {
  readonly random: Random;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly level: FaultLevel;
  /** The end of the time for which vendor outages are drawn, epoch milliseconds. */
  readonly untilAt: number;
}

/** Draws fates. */
export function fates(options: FatesOptions): Fates {
  const { clock } = options;
  const random = options.random.fork('fates');
  const startAt = clock.now();
  let level = options.level;
  const windows = new Map<Simulator['vendor'], readonly Window[]>();
  for (const vendor of ['graph', 'entra', 'vault', 'nylas'] as const) {
    windows.set(vendor, drawWindows(random.fork(vendor), level, startAt, options.untilAt));
  }

  function isDown(vendor: Simulator['vendor'], at: number): boolean {
    if (level === 'none') return false;
    return (windows.get(vendor) ?? []).some((one) => at >= one.from && at < one.to);
  }

  async function serve(simulator: Simulator & Landing, request: Request): Promise<Response> {
    clock.advance(15 + random.int(60));
    if (isDown(simulator.vendor, clock.now())) return simulator.refusal(503);
    const fate = drawFate(random, level);
    switch (fate) {
      case 'served':
        return simulator.fetch(request);
      case 'cut-before':
        throw new ConnectionCut();
      case 'cut-after':
        await simulator.fetch(request);
        throw new ConnectionCut();
      case 'failed':
        return simulator.refusal(random.chance(0.5) ? 503 : 500);
      case 'gateway-timeout':
        await simulator.fetch(request);
        return simulator.refusal(504);
      case 'throttled':
        return simulator.refusal(429, random.chance(0.7) ? 1 + random.int(120) : undefined);
      case 'slow':
        clock.advance(1_000 + random.int(20_000));
        return simulator.fetch(request);
      case 'late':
        if (simulator.landLater && request.method === 'PATCH') return simulator.landLater(request);
        return simulator.fetch(request);
    }
  }

  function reachableSince(at: number): number | undefined {
    if (level === 'none') return startAt;
    let since = startAt;
    for (const one of [...windows.values()].flat()) {
      if (at >= one.from && at < one.to) return undefined;
      if (one.to <= at) since = Math.max(since, one.to);
    }
    return since;
  }

  return {
    serve,
    reachableSince,
    setLevel(next) {
      level = next;
    },
  };
}

function drawFate(random: Random, level: FaultLevel): Fate {
  let drawn = random.next() * 1000;
  for (const [fate, chance] of Object.entries(chances[level])) {
    if (drawn < chance) return fate as Fate;
    drawn -= chance;
  }
  return 'served';
}

function drawWindows(
  random: Random,
  level: FaultLevel,
  startAt: number,
  untilAt: number,
): readonly Window[] {
  const habit = outages[level];
  if (!habit) return [];
  const drawn: Window[] = [];
  let at = startAt + dayMs;
  while (at < untilAt) {
    at += random.next() * 2 * habit.everyDays * dayMs;
    const to = at + 600_000 + random.next() * habit.longestMs;
    if (at < untilAt) drawn.push({ from: at, to });
    at = to;
  }
  return drawn;
}
