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
import { fortune as makeFortune, type Fortune } from './fortune.ts';
import type { Planned } from './kernel.ts';
import { clearSlots, drawDeed } from './people.ts';
import type { Remedy } from './deeds/deed.ts';
import { LawBroken, type Violation } from './oracle/verdict.ts';
import { partyReport } from './party-report.ts';
import { firstLookWithWork } from './quiet-stretch.ts';
import { stage as makeStage, startAt, type Stage } from './stage.ts';
import { blankTally, type Tally } from './tally.ts';
import { calm, climateOf, convergenceMs, type Climate } from './weather.ts';
import type { Weather } from './wire.ts';

export interface RunOptions {
  readonly seed: number;
  readonly registrations: number;
  readonly years: number;
  readonly modes: readonly NylasMode[];
  /** How many mishaps may strike; the rest of the run is calm. */
  readonly mishaps?: number;
  /** Keeps the last lines of the log. */
  readonly keep?: number;
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
  readonly #climate: Climate;
  readonly #stage: Stage;
  readonly #phases: Random;
  readonly #hash = createHash('sha256');
  readonly #tail: string[] = [];
  readonly #endAt: number;
  #weather: Weather = calm;
  #stormEnd: Planned | undefined;
  #nextStorm: Planned | undefined;
  #nextStormAt = Number.POSITIVE_INFINITY;
  #tick: Planned | undefined;
  #tickAt = Number.POSITIVE_INFINITY;
  /** Remedies that people still have to apply. */
  #open = 0;
  #quietSince: number;
  /** When somebody last changed something. */
  #changedAt = startAt;
  #quietCheck: Planned | undefined;
  /** Registrations that were not well at their last look. */
  readonly #unwell = new Map<string, { readonly how: string; readonly since: number }>();
  /** When the newest look at each registration began. */
  readonly #newest = new Map<string, number>();
  /** Registrations that were looked at since this was last cleared. */
  readonly #looked = new Set<string>();
  /** Registrations whose slots a person is about to clear. */
  readonly #clearing = new Set<string>();
  #longestConvergenceMs = 0;
  #rotations = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#fortune = makeFortune(options.seed, options.mishaps);
    this.#phases = this.#fortune.random.fork('phases');
    this.#climate = climateOf(this.#fortune.random.fork('climate'));
    this.#endAt = startAt + options.years * yearMs;
    this.#quietSince = startAt;
    this.#stage = makeStage({
      fortune: this.#fortune,
      registrations: options.registrations,
      modes: options.modes,
      instances: 2,
      switchesPerHour: 2,
      skewMs: this.#climate.skewMs,
      weather: () => this.#weather,
      record: (line) => this.#record(line),
      passed: (member, report, beganAt) => this.#passed(member, report, beganAt),
      poisoned: (key) => this.#poisoned(key),
    });
    for (const { key } of this.#stage.fleet.members)
      this.#unwell.set(key, { how: 'never looked at', since: startAt });
  }

  async live(): Promise<void> {
    const { kernel } = this.#stage;
    this.#planStorm();
    this.#planTick(kernel.now());
    this.#becomesQuiet();
    while (kernel.now() < this.#endAt && (await this.#stage.step()));
    this.#fortune.setQuiet(true);
    this.#calmDown();
    const untilAt = kernel.now() + 30 * dayMs;
    while (this.#open > 0 && kernel.now() < untilAt && (await this.#stage.step()));
    const wellAt = kernel.now() + convergenceMs + dayMs;
    while (kernel.now() < wellAt && (await this.#stage.step()));
    this.#mustBeWell();
    await this.#lastLook();
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
        longestConvergenceMinutes: this.#longestConvergenceMs / minuteMs,
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
      const isFresh = this.#weather !== calm || kernel.now() < this.#changedAt + hourMs;
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
    if (report === undefined) return;
    const { kernel } = this.#stage;
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
    this.#stage.oracle.told(member, report.plan.reason);
    // A worker that slept tells how things were, not how they are.
    if (beganAt >= (this.#newest.get(member.key) ?? 0)) {
      this.#newest.set(member.key, beganAt);
      this.#judge(member, report);
    }
    this.#planTick(this.#dueAt());
  }

  /** Nobody has looked, and the message is gone: until somebody has, it cannot count as well. */
  #poisoned(key: string): void {
    const { kernel } = this.#stage;
    this.#record(`message of ${key} is poisoned`);
    if (!this.#unwell.has(key)) {
      this.#unwell.set(key, { how: 'not looked at', since: kernel.now() });
    }
  }

  #judge(member: Member, report: Extract<PassReport, { kind: 'looked' }>): void {
    this.#note(member, report);
    const isQuiet = report.did.length === 0 && !report.stop && report.plan.actions.length === 0;
    if (isQuiet && !this.#isRough()) this.#skip(member, report);
    else if (report.did.length > 0) this.#mayStorm();
  }

  #note(
    member: Member,
    { plan: { state, reason, standing } }: Extract<PassReport, { kind: 'looked' }>,
  ): void {
    const { kernel } = this.#stage;
    const isWell = state === 'healthy' || reason === 'settling';
    const before = this.#unwell.get(member.key);
    if (standing.some((one) => one.reason === 'slots-full')) this.#clearSlots(member);
    if (isWell) {
      this.#unwell.delete(member.key);
      if (before) this.#converged(before.since);
      return;
    }
    const since = before?.since ?? kernel.now();
    this.#unwell.set(member.key, { how: `${state}/${reason}`, since });
    this.#mustConverge(member.key, since);
  }

  #converged(since: number): void {
    if (this.#isRough()) return;
    const tookMs = this.#stage.kernel.now() - Math.max(since, this.#quietSince);
    this.#longestConvergenceMs = Math.max(this.#longestConvergenceMs, tookMs);
  }

  #mustConverge(key: string, since: number): void {
    const tookMs = this.#stage.kernel.now() - Math.max(since, this.#quietSince);
    if (!this.#isRough() && tookMs > convergenceMs) this.#mustBeWell(key);
  }

  /** It storms, or something waits for a person. */
  #isRough(): boolean {
    return this.#weather !== calm || this.#open > 0;
  }

  /** Keeper asks for a slot: the person removes what serves nobody. */
  #clearSlots(member: Member): void {
    if (this.#clearing.has(member.key)) return;
    const stage = this.#stage;
    this.#clearing.add(member.key);
    this.#open += 1;
    const over = stage.obstacles.begin('slots-full', ['issue'], [member.key]);
    stage.kernel.after(hourMs + this.#phases.int(dayMs), () => {
      tried(() => clearSlots(stage, member, this.#phases.fork(`slots/${stage.kernel.now()}`)));
      over();
      this.#clearing.delete(member.key);
      this.#open -= 1;
      this.#lookSoon();
      this.#becomesQuiet();
    });
  }

  /** Nothing changes by itself until the planner would do something, or a storm comes. */
  #skip(member: Member, { input, plan: seen }: Extract<PassReport, { kind: 'looked' }>): void {
    if (seen.state !== 'healthy') return;
    const head = this.#stage.stores.states.heads.get(member.key);
    if (!head) return;
    const skewMs = input.storageNow - input.now;
    const untilAt = Math.min(this.#nextStormAt, this.#endAt);
    const nextLookAt = firstLookWithWork(seen.nextLookAt, untilAt, (at) => {
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

  // Storms.

  #planStorm(): void {
    this.#nextStorm?.cancel();
    const { kernel } = this.#stage;
    this.#nextStormAt = kernel.now() + this.#climate.calmMs(this.#phases);
    this.#nextStorm = kernel.at(this.#nextStormAt, () => this.#storm());
  }

  /** Trouble likes company: a registration at work draws a storm. */
  #mayStorm(): void {
    if (this.#weather !== calm || this.#fortune.struck >= (this.#options.mishaps ?? Infinity))
      return;
    if (this.#stage.kernel.now() >= this.#endAt) return;
    if (this.#phases.chance(this.#climate.atWork)) this.#storm();
  }

  #storm(): void {
    const { kernel, fleet } = this.#stage;
    if (this.#weather !== calm || kernel.now() >= this.#endAt) return;
    this.#record('a storm begins');
    this.#quietCheck?.cancel();
    this.#nextStorm?.cancel();
    this.#nextStormAt = kernel.now();
    this.#weather = this.#climate.storm;
    const lengthMs = this.#climate.stormMs(this.#phases);
    const count = this.#climate.deeds === 0 ? 0 : this.#phases.int(this.#climate.deeds + 1);
    for (let deed = 0; deed < count; deed += 1) {
      const random = this.#phases.fork(`deed/${kernel.now()}/${deed}`);
      kernel.after(random.int(lengthMs), () => this.#deed(random.pick(fleet.members), random));
    }
    this.#lookSoon();
    this.#stormEnd = kernel.after(lengthMs, () => this.#calmDown());
  }

  #calmDown(): void {
    this.#stormEnd?.cancel();
    this.#changedAt = this.#stage.kernel.now();
    this.#record('the storm is over');
    this.#weather = calm;
    this.#planStorm();
    this.#becomesQuiet();
  }

  #deed(member: Member, random: Random): void {
    const deed = drawDeed(random);
    if (!this.#fortune.admits()) return;
    const { kernel } = this.#stage;
    this.#record(`deed ${deed.kind} ${member.key}`);
    this.#lookSoon();
    const remedy = tried(() => deed.act({ stage: this.#stage, member, random }));
    if (!remedy) return;
    this.#open += 1;
    kernel.after(remedy.afterMs, () => this.#mend(deed.kind, remedy));
  }

  #mend(kind: string, remedy: Remedy): void {
    const { kernel } = this.#stage;
    if (tried(() => (remedy.undo(), true)) !== true) {
      kernel.after(hourMs, () => this.#mend(kind, remedy));
      return;
    }
    this.#record(`mended ${kind}`);
    this.#open -= 1;
    this.#lookSoon();
    this.#becomesQuiet();
  }

  // Convergence.

  #becomesQuiet(): void {
    if (this.#isRough()) return;
    const { kernel } = this.#stage;
    this.#quietSince = kernel.now();
    this.#quietCheck?.cancel();
    this.#quietCheck = kernel.after(convergenceMs, () => {
      if (!this.#isRough()) this.#mustBeWell();
    });
  }

  #mustBeWell(only?: string): void {
    const { kernel } = this.#stage;
    for (const [key, { how, since }] of this.#unwell) {
      if (only !== undefined && key !== only) continue;
      const tookMs = kernel.now() - Math.max(since, this.#quietSince);
      if (tookMs < convergenceMs) continue;
      const detail = `${how} after ${Math.round(tookMs / hourMs)} quiet hours`;
      throw new LawBroken({ law: 'convergence', at: kernel.now(), key, detail });
    }
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
      if (lines.length === 0 || lines.some(isDueByItself)) continue;
      const detail = `a look at what is well wrote ${lines.length} lines`;
      throw new LawBroken({ law: 'convergence', at: kernel.now(), key, detail });
    }
  }
}

/** A rotation may be due in the very hour of the last look, or an old credential end. */
function isDueByItself(line: string): boolean {
  return /"because":"(?:rotation|due|cleanup)"|"kind":"proof"/.test(line);
}

/** A person's deed may be impossible; then it is left. */
function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (
      error instanceof LawBroken ||
      error instanceof TypeError ||
      error instanceof ReferenceError
    ) {
      throw error;
    }
    return undefined;
  }
}
