/** One round: something to do, a kill in the middle of it, a start, and what is left when all is quiet. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Reason } from '../../src/core/reason.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { Deed, Phase } from './happening.ts';
import { HostGone, type RemoteHost } from './remote-host.ts';
import { stirUp, type Stir } from './stir.ts';
import type { Theatre } from './theatre.ts';
import { forbiddenId, violationsIn } from './violations.ts';

/** When a host is killed. */
export type Moment =
  /** At the so-many-th time that it does this, as far as that. */
  | { readonly kind: 'deed'; readonly deed: Deed; readonly phase: Phase; readonly nth: number }
  /** So long after it had something to do, real milliseconds. */
  | { readonly kind: 'time'; readonly afterMs: number };

export interface RoundPlan {
  readonly stir: Stir;
  /** The first is the round's own; others hit the host that came after. */
  readonly moments: readonly Moment[];
}

export interface RoundResult {
  readonly stir: Stir;
  /** Whom it stirred. */
  readonly whom: string;
  /** What each kill hit: a moment by name, or `at rest` when that never came. */
  readonly kills: readonly string[];
  /** Real milliseconds from the last start until all was settled. */
  readonly settledMs: number;
  readonly violations: readonly string[];
}

/** A round, and the host that goes on living. */
export interface Played {
  readonly result: RoundResult;
  readonly host: RemoteHost;
}

/** Plays a round; `host` lives when there was one before. */
export async function playRound(
  theatre: Theatre,
  { plan, random, host: first }: { plan: RoundPlan; random: Random; host?: RemoteHost },
): Promise<Played> {
  let host = first ?? (await theatre.startHost());
  const kills: string[] = [];
  let whom = '';
  for (const moment of plan.moments) {
    const kill = killAt(theatre, host, moment);
    if (whom === '') whom = await stirUp(theatre, { stir: plan.stir, random, host });
    kill.arm();
    kills.push(await liveUntil(theatre, host, kill));
    host = await theatre.startHost();
  }
  const startedMs = performance.now();
  const settled = await theatre.settle(host);
  const settledMs = Math.round(performance.now() - startedMs);
  const violations = [
    ...(settled ? [] : ['it does not settle']),
    ...(await unhealthy(theatre)),
    ...(await violationsIn(theatre)),
  ];
  return { result: { stir: plan.stir, whom, kills, settledMs, violations }, host };
}

/** What a moment is called. */
export function momentName(moment: Moment): string {
  return moment.kind === 'time' ? 'any time' : `${moment.deed} ${moment.phase}`;
}

interface Kill {
  /** From now on it can come. */
  arm(): void;
  /** What it hit; undefined while it has not come. */
  hit(): string | undefined;
  /** Comes now. */
  force(name: string): void;
}

function killAt(theatre: Theatre, host: RemoteHost, moment: Moment): Kill {
  let hit: string | undefined;
  const force = (name: string): void => {
    if (hit !== undefined) return;
    hit = name;
    theatre.onHappening = undefined;
    host.kill();
  };
  return {
    arm() {
      if (moment.kind === 'time') {
        setTimeout(() => force(momentName(moment)), moment.afterMs);
        return;
      }
      let left = moment.nth;
      theatre.onHappening = ({ deed, phase }) => {
        if (deed !== moment.deed || phase !== moment.phase) return;
        left -= 1;
        if (left === 0) force(momentName(moment));
      };
    },
    hit: () => hit,
    force,
  };
}

/** Lives until the kill has come; when all is settled before, it comes then. */
async function liveUntil(theatre: Theatre, host: RemoteHost, kill: Kill): Promise<string> {
  try {
    await theatre.settle(host);
    kill.force('at rest');
  } catch (error) {
    if (!(error instanceof HostGone) && kill.hit() === undefined) throw error;
    // The host can be gone a moment before its end is told.
    for (let waited = 0; kill.hit() === undefined && waited < 1_000; waited += 10) await pause(10);
  }
  await host.ended;
  const hit = kill.hit();
  if (hit === undefined) throw new Error('the host died by itself');
  return hit;
}

/** Grants that an ordered removal ended are for their users to mend, and are told of. */
const goodReasons: ReadonlySet<Reason> = new Set<Reason>(['grants-failing']);

async function unhealthy({ backdrop }: Theatre): Promise<readonly string[]> {
  const listed = await backdrop.states.list();
  if (!listed.ok) return [`states cannot be listed: ${listed.fault.kind}`];
  return listed.value
    .filter((one) => one.registration !== forbiddenId)
    .filter((one) => one.state !== 'healthy' && !goodReasons.has(one.reason as Reason))
    .map((one) => `${one.registration} is not healthy: ${one.reason}`);
}
