/**
 * Role: the life of one seed: years in which it is calm, and storms in which everything happens at
 * once. Stretches in which provably nothing can happen are skipped: the planner is asked what it
 * would do at each daily look, with nothing changed, and says nothing.
 */
import { createHash } from 'node:crypto';
import { dayMs, hourMs, minuteMs } from '../../src/core/limits.ts';
import { plan } from '../../src/core/plan.ts';
import type { NylasMode } from '../../src/local/simulators/nylas-modes.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import type { Member } from './fleet.ts';
import { flurries } from './flurries.ts';
import { fortune as makeFortune, type Fortune } from './fortune.ts';
import { healthWatch, type Health } from './health.ts';
import type { Planned } from './kernel.ts';
import { LawBroken, type Violation } from './oracle/verdict.ts';
import { partyReport } from './party-report.ts';
import { firstLookByWalking, firstLookWithWork } from './quiet-stretch.ts';
import { stage as makeStage, startAt, type Stage } from './stage.ts';
import { blankTally, type Tally } from './tally.ts';
import { stormsOf, type Storms } from './storms.ts';
import { calm, climateOf, convergenceMs } from './weather.ts';

export interface RunOptions {
  readonly seed: number;
  readonly registrations: number;
  readonly years: number;
  readonly modes: readonly NylasMode[];
  /** How many mishaps may strike; the rest of the run is calm. */
  readonly mishaps?: number;
  /** Keeps the last lines of the log. */
  readonly keep?: number;
  /** Asks the planner about each look of a quiet stretch, where strides would do. */
  readonly walks?: boolean;
}

export interface RunResult {
  readonly seed: number;
  readonly tally: Tally;
  /** Mishaps that struck. */
  readonly mishaps: number;
  /** SHA-256 over all lines of the log. */
  readonly log: string;
  readonly violation?: Violation;
  /** What each party held when the law was broken. */
  readonly parties?: readonly string[];
  /** The last lines of the log. */
  readonly tail: readonly string[];
}

const quarterMs = 15 * minuteMs;
/** A look a day is promised; clocks of workers differ by minutes. */
const longestWaitMs = 24 * hourMs + quarterMs;
/** Of one registration; without a planted bug a fraction of it is the most that was ever seen. */
const passesPerHour = 60;
const yearMs = 365.25 * dayMs;

/** Lives one seed. Throws only for defects of the simulation itself. */
export async function runSeed(options: RunOptions): Promise<RunResult> {
  const life = new Life(options);
  let violation: Violation | undefined;
  try {
    await life.live();
  } catch (error) {
    if (!(error instanceof LawBroken)) throw error;
    ({ violation } = error);
  }
  return life.result(violation);
}

class Life {
  readonly #options: RunOptions;
  readonly #fortune: Fortune;
  readonly #stage: Stage;
  readonly #storms: Storms;
  readonly #health: Health;
  readonly #phases: Random;
  readonly #hash = createHash('sha256');
  readonly #tail: string[] = [];
  readonly #endAt: number;
  #tick: Planned | undefined;
  #tickAt = Number.POSITIVE_INFINITY;
  /** When somebody last changed something. */
  #changedAt = startAt;
  /** When the newest look at each registration began. */
  readonly #newest = new Map<string, number>();
  /** Registrations that were looked at since this was last cleared. */
  readonly #looked = new Set<string>();
  readonly #flurries = flurries();
  #rotations = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#fortune = makeFortune(options.seed, options.mishaps);
    this.#phases = this.#fortune.random.fork('phases');
    const climate = climateOf(this.#fortune.random.fork('climate'));
    this.#endAt = startAt + options.years * yearMs;
    this.#stage = makeStage({
      fortune: this.#fortune,
      registrations: options.registrations,
      modes: options.modes,
      instances: 2,
      switchesPerHour: 2,
      skewMs: climate.skewMs,
      weather: () => this.#storms.weather,
      record: (line) => this.#record(line),
      passed: (member, report, beganAt) => this.#passed(member, report, beganAt),
      poisoned: (key) => this.#poisoned(key),
    });
    const { kernel, fleet } = this.#stage;
    this.#storms = stormsOf({
      stage: this.#stage,
      climate,
      random: this.#phases,
      endAt: this.#endAt,
      disturbed: () => this.#lookSoon(),
      begins: () => this.#health.becomesRough(),
      mended: () => this.#mended(),
    });
    this.#health = healthWatch({
      kernel,
      isRough: () => this.#storms.isRough(),
      keys: fleet.members.map((one) => one.key),
    });
  }

  async live(): Promise<void> {
    const { kernel } = this.#stage;
    this.#storms.plan();
    this.#planTick(kernel.now());
    this.#health.becomesQuiet();
    while (kernel.now() < this.#endAt && (await this.#stage.step()));
    this.#fortune.setQuiet(true);
    this.#storms.calmDown();
    const untilAt = kernel.now() + 30 * dayMs;
    while (this.#storms.isAwaited() && kernel.now() < untilAt && (await this.#stage.step()));
    const wellAt = kernel.now() + convergenceMs + dayMs;
    while (kernel.now() < wellAt && (await this.#stage.step()));
    this.#health.mustBeWell();
    this.#stage.judge();
    await this.#lastLook();
    this.#stage.judge();
  }

  result(violation: Violation | undefined): RunResult {
    const { cloud, host, kernel, oracle } = this.#stage;
    const { registrations, seed } = this.#options;
    return {
      seed,
      mishaps: this.#fortune.struck,
      log: this.#hash.digest('hex'),
      tail: this.#tail,
      ...(violation ? { violation, parties: partyReport(this.#stage, violation.key) } : {}),
      tally: {
        ...blankTally(),
        registrationYears: (registrations * (kernel.now() - startAt)) / yearMs,
        steps: kernel.steps,
        passes: host.passes,
        crashes: host.kills,
        rotations: this.#rotations,
        faults: { ...this.#fortune.counts },
        outageSeconds: cloud.account.outageSeconds,
        unavoidableSeconds: { ...cloud.account.unavoidableSeconds },
        longestOrphanHours: oracle.longestOrphanMs / hourMs,
        longestConvergenceMinutes: this.#health.longestMs / minuteMs,
        mostPassesPerHour: this.#flurries.most,
      },
    };
  }

  #record(line: string): void {
    const text = `${new Date(this.#stage?.kernel.now() ?? startAt).toISOString()} ${line}`;
    this.#hash.update(`${text}\n`);
    const { keep = 0 } = this.#options;
    if (keep === 0) return;
    this.#tail.push(text);
    if (this.#tail.length > keep) this.#tail.shift();
  }

  // Ticks.

  #planTick(dueAt: number): void {
    const { kernel } = this.#stage;
    const at = Math.floor(Math.max(dueAt - 1, kernel.now()) / quarterMs + 1) * quarterMs;
    if (at >= this.#tickAt) return;
    this.#tick?.cancel();
    this.#tickAt = at;
    this.#tick = kernel.at(at, () => {
      this.#tickAt = Number.POSITIVE_INFINITY;
      this.#stage.host.tick();
      // What somebody changed shows in the listing, as soon as its replicas have it.
      const isFresh = this.#storms.weather !== calm || kernel.now() < this.#changedAt + hourMs;
      this.#planTick(isFresh ? kernel.now() + 1 : Math.max(this.#dueAt(), kernel.now() + 1));
    });
  }

  /** When the next registration is due, by the states that storage holds. */
  #dueAt(): number {
    const { fleet, stores, kernel } = this.#stage;
    return Math.min(
      ...fleet.members.map((one) => stores.states.heads.get(one.key)?.nextLookAt ?? kernel.now()),
    );
  }

  // Passes.

  #passed(member: Member, report: PassReport | undefined, beganAt: number): void {
    const { kernel } = this.#stage;
    this.#mustRest(member.key);
    if (report === undefined) return;
    if (report.kind !== 'looked') {
      const detail = `a pass could not use the log: ${JSON.stringify(report)}`;
      throw new LawBroken({ law: 'chain', at: kernel.now(), key: member.key, detail });
    }
    this.#looked.add(member.key);
    this.#rotations += report.did.filter((one) => one === 'promote-credential').length;
    if (report.did.length > 24) {
      const detail = `${report.did.length} actions in one pass`;
      throw new LawBroken({ law: 'blast-radius', at: kernel.now(), key: member.key, detail });
    }
    const waitsMs = report.plan.nextLookAt - kernel.now();
    if (waitsMs > longestWaitMs) {
      const detail = `the next look is ${Math.round(waitsMs / hourMs)} hours away`;
      throw new LawBroken({ law: 'convergence', at: kernel.now(), key: member.key, detail });
    }
    this.#stage.oracle.told(member, report.plan.reason);
    // A worker that slept tells how things were, not how they are.
    if (beganAt >= (this.#newest.get(member.key) ?? 0)) {
      this.#newest.set(member.key, beganAt);
      this.#judge(member, report);
    }
    this.#planTick(this.#dueAt());
  }

  /** Whatever happens: Keeper does not keep waking itself up. */
  #mustRest(key: string): void {
    const at = this.#stage.kernel.now();
    const count = this.#flurries.passed(key, at);
    if (count <= passesPerHour) return;
    throw new LawBroken({ law: 'rest', at, key, detail: `${count} passes within an hour` });
  }

  /** Nobody has looked, and the message is gone. */
  #poisoned(key: string): void {
    this.#record(`message of ${key} is poisoned`);
    this.#health.unlooked(key);
  }

  #judge(member: Member, report: Extract<PassReport, { kind: 'looked' }>): void {
    const { state, reason, standing, actions } = report.plan;
    if (standing.some((one) => one.reason === 'slots-full')) this.#storms.clearSlots(member);
    const isWell = state === 'healthy' || reason === 'settling';
    this.#health.looked(member.key, isWell ? undefined : `${state}/${reason}`);
    if (isWell) this.#stage.oracle.toldWell(member, this.#health.quietMs());
    const isQuiet = report.did.length === 0 && !report.stop && actions.length === 0;
    if (isQuiet && !this.#storms.isRough()) this.#skip(member, report);
    else if (report.did.length > 0) this.#storms.mayBreakOut();
  }

  /** Nothing changes by itself until the planner would do something, or a storm comes. */
  #skip(member: Member, { input, plan: seen }: Extract<PassReport, { kind: 'looked' }>): void {
    if (seen.state !== 'healthy') return;
    const head = this.#stage.stores.states.heads.get(member.key);
    if (!head) return;
    const skewMs = input.storageNow - input.now;
    const untilAt = Math.min(this.#storms.nextAt, this.#endAt);
    const firstLook = this.#options.walks ? firstLookByWalking : firstLookWithWork;
    const nextLookAt = firstLook(seen.nextLookAt, untilAt, (at) => {
      const next = plan({ ...input, now: at, storageNow: at + skewMs });
      return next.actions.length === 0 && next.state === 'healthy' ? next.nextLookAt : undefined;
    });
    this.#stage.stores.states.heads.set(member.key, { ...head, nextLookAt });
  }

  /** After a skip the daily looks go on. */
  #lookSoon(): void {
    const { stores, kernel } = this.#stage;
    this.#changedAt = kernel.now();
    const latestAt = kernel.now() + this.#phases.int(dayMs);
    for (const [key, head] of stores.states.heads) {
      if (head.nextLookAt > latestAt)
        stores.states.heads.set(key, { ...head, nextLookAt: latestAt });
    }
    this.#planTick(kernel.now());
  }

  /** A storm is over, or something was put right. */
  #mended(): void {
    this.#changedAt = this.#stage.kernel.now();
    this.#health.becomesQuiet();
  }

  /** All is well and quiet: one more look does nothing. */
  async #lastLook(): Promise<void> {
    const { fleet, host, kernel, oracle } = this.#stage;
    const lengths = fleet.members.map((one) => oracle.chains.chain(one.key).seq);
    this.#looked.clear();
    for (const { key } of fleet.members) host.send({ v: 1, registration: key, cause: 'due' });
    const untilAt = kernel.now() + 10 * minuteMs;
    while (kernel.now() < untilAt && (await this.#stage.step()));
    for (const [index, { key }] of fleet.members.entries()) {
      if (!this.#looked.has(key)) {
        const detail = 'the last look did not take place';
        throw new LawBroken({ law: 'convergence', at: kernel.now(), key, detail });
      }
      const lines = oracle.chains.chain(key).lines.slice(lengths[index]);
      if (lines.length === 0 || isDueByItself(lines[0] ?? '')) continue;
      const detail = `a look at what is well wrote ${lines.length} lines`;
      throw new LawBroken({ law: 'convergence', at: kernel.now(), key, detail });
    }
  }
}

/** A rotation may be due in the very hour of the last look, or an old credential end. */
function isDueByItself(line: string): boolean {
  return /"because":"(?:rotation|due|cleanup)"|"kind":"proof"/.test(line);
}
