/**
 * Role: lets Keeper live in one state of the two slots, with nobody helping at first, and tells how
 * it ends: well, well after a deed that Keeper asked for by name, or badly.
 */
import type { Entry } from '../../src/core/entry.ts';
import { meaningOf, type Reason } from '../../src/core/reason.ts';
import { CALM } from '../../src/local/simulators/directory-options.ts';
import type { PassReport } from '../../src/reconcile/pass.ts';
import { dayMs, hourMs, isQuiet, minuteMs, tenant, type Tenant } from '../support/tenant.ts';
import { deeds } from './slots-deeds.ts';
import { makeState, type MadeState } from './slots-making.ts';
import { directPorts } from './slots-ports.ts';
import { truthWatch } from './slots-watch.ts';
import { nameOf, type SlotState } from './slots.ts';

/** How a state ended. */
export interface WalkResult {
  readonly name: string;
  /** Reasons for which a person did something, in order; none: it ended well by itself. */
  readonly asked: readonly Reason[];
  /** What was against the laws, or the dead end; none: all is well. */
  readonly faults: readonly string[];
  readonly passes: number;
  /**
   * Until Keeper says that all is well, and it is: from the beginning, or from the first deed of a
   * person. Looks are rarer here than in life, so it is rather too long.
   */
  readonly wayOutMs: number;
  /** The last pass's standing. */
  readonly standing: readonly string[];
  readonly entries: readonly Entry[];
}

export interface WalkOptions {
  /** How long nobody helps. */
  readonly aloneMs: number;
  /** Through the real clients and the simulators' HTTP. */
  readonly overHttp?: boolean;
}

/** More of one and the same write in one walk is going to and fro. */
const mostOfOneWrite = 6;
const mostAdds = 4;
const mostEntries = 400;
/** Nothing may be awaited for so long. */
const longestWaitMs = 3 * dayMs;
/** A person who has been asked for something else for so long sees to it. */
const heedMs = 30 * hourMs;

/** Walks one state. */
export async function walkState(state: SlotState, options: WalkOptions): Promise<WalkResult> {
  const stage: { customer?: Tenant } = {};
  const customerOf = (): Tenant => {
    if (!stage.customer) throw new Error('The customer is not made yet');
    return stage.customer;
  };
  const watch = truthWatch(customerOf);
  const ports = directPorts({
    cloud: () => customerOf().cloud,
    clock: () => customerOf().clock,
    watch,
  });
  stage.customer = tenant({
    directory: CALM,
    wrap: (world) => (options.overHttp ? world : { ...world, ...ports }),
  });
  const made = await makeState(customerOf(), state);
  watch.begin(made);
  const life = new Life(made);
  const begunAt = life.seq();
  const { clock } = made.customer;
  let fromAt = clock.now();
  await life.live(options.aloneMs, false);
  const asked: Reason[] = [];
  while (!life.isWell() && asked.length < 5) {
    const reason = life.remediable(asked);
    if (asked.length === 0) fromAt = clock.now();
    if (reason === undefined || !(await deeds[reason]?.(made))) break;
    asked.push(reason);
    await life.live(12 * dayMs, true);
  }
  const faults = [...watch.violations, ...life.faults, ...life.repetitions(begunAt)];
  if (!life.isWell()) faults.push(`ends ${life.state()} for ${life.standing().join(', ')}`);
  return {
    name: nameOf(state),
    asked,
    faults: [...new Set(faults)],
    passes: life.passes,
    wayOutMs: Math.max(0, (life.wellAt ?? clock.now()) - fromAt),
    standing: life.standing(),
    entries: made.customer.entries('calendar'),
  };
}

class Life {
  readonly #made: MadeState;
  readonly faults: string[] = [];
  passes = 0;
  /** Since when all is well without a break. */
  wellAt: number | undefined;
  #last: PassReport | undefined;

  constructor(made: MadeState) {
    this.#made = made;
  }

  /** Ticks at each look that is asked for; while nothing changes, ever fewer of them. */
  async live(ms: number, untilWell: boolean): Promise<void> {
    const { clock } = this.#made.customer;
    const untilAt = clock.now() + ms;
    let sameSince = clock.now();
    let before = '';
    while (clock.now() < untilAt) {
      const report = await this.#pass();
      if (report.kind !== 'looked') {
        this.faults.push(`pass is ${report.kind}`);
        return;
      }
      if (untilWell && this.isWell()) return;
      const isDoing = report.did.length > 0 || report.stop !== undefined;
      const looks = `${report.plan.state} ${this.standing().join()}`;
      if (isDoing || looks !== before) sameSince = clock.now();
      before = looks;
      const sameMs = clock.now() - sameSince;
      if (report.plan.state === 'waiting' && sameMs > longestWaitMs) {
        this.faults.push(`waits for ever: ${looks}`);
        return;
      }
      if (untilWell && report.plan.state === 'needs-person' && sameMs > heedMs) return;
      this.#passTime(report.plan.nextLookAt, { sameMs, untilAt });
    }
    // What was begun is finished.
    for (let more = 0; more < 3 && this.#last && !isQuiet(this.#last); more += 1) {
      await this.#pass();
    }
  }

  async #pass(): Promise<PassReport> {
    const { customer, desired } = this.#made;
    const report = await customer.pass(desired);
    this.#last = report;
    this.passes += 1;
    this.wellAt = this.isWell() ? (this.wellAt ?? customer.clock.now()) : undefined;
    return report;
  }

  /** To the next tick after `lookAt`, or further where the same was seen for long. */
  #passTime(lookAt: number, { sameMs, untilAt }: { sameMs: number; untilAt: number }): void {
    const { customer } = this.#made;
    const now = customer.clock.now();
    const strideMs = sameMs < 2 * hourMs ? 0 : Math.min(5 * dayMs, sameMs);
    const changes = customer
      .passwords()
      .flatMap(({ endAt }) => [endAt - 14 * dayMs, endAt - 3 * dayMs, endAt + 6 * minuteMs])
      .filter((at) => at > now);
    const nextAt = Math.max(lookAt, Math.min(now + strideMs, ...changes));
    const tickMs = 15 * minuteMs;
    const tickAt = Math.ceil(Math.max(nextAt, now + 1) / tickMs) * tickMs;
    customer.clock.jumpTo(Math.min(tickAt, Math.max(untilAt, now + tickMs)));
    customer.cloud.takeEvents();
  }

  /** All is well by the truth, and Keeper says so. */
  isWell(): boolean {
    if (!this.#last || !isQuiet(this.#last)) return false;
    const { customer, appId } = this.#made;
    const now = customer.clock.now();
    const [first] = customer.nylas;
    const record = first && customer.cloud.nylas[first.region].hand.activeRecord(first.id);
    if (!record) return false;
    const { clientId, clientSecret } = record.data;
    const { directory, vault } = customer.cloud;
    const principal = directory.servicePrincipal(appId)?.passwords ?? [];
    const held = [...customer.passwords(), ...principal].find((one) => one.text === clientSecret);
    const current = vault.state.current('nylas-calendar');
    return (
      clientId === appId &&
      directory.credentialWorks(clientId, clientSecret, now) === 'accepted' &&
      // Renewed 60 days before its end, earlier by at most a twentieth, with a day of rest.
      (held?.endAt ?? 0) > now + 55 * dayMs &&
      current?.enabled === true &&
      current.value === clientSecret
    );
  }

  /** What a person can do something about: what they have not yet, else what stands again. */
  remediable(asked: readonly Reason[]): Reason | undefined {
    if (this.#last?.kind !== 'looked') return undefined;
    const reasons = this.#last.plan.standing
      .map((one) => one.reason)
      .filter((one) => meaningOf(one).state === 'needs-person' && deeds[one] !== undefined);
    const fresh = reasons.find((one) => !asked.includes(one));
    return fresh ?? reasons.find((one) => asked.filter((other) => other === one).length < 2);
  }

  state(): string {
    return this.#last?.kind === 'looked' ? this.#last.plan.state : 'unseen';
  }

  standing(): readonly string[] {
    return this.#last?.kind === 'looked' ? this.#last.plan.standing.map((one) => one.reason) : [];
  }

  seq(): number {
    return this.#made.customer.entries('calendar').length;
  }

  /** The same writes again and again. */
  repetitions(after: number): readonly string[] {
    const counts = new Map<string, number>();
    const entries = this.#made.customer.entries('calendar').slice(after);
    for (const entry of entries) {
      if (entry.kind !== 'intent') continue;
      const { effect } = entry;
      const subject = 'keyId' in effect ? effect.keyId : '';
      const what = `${effect.kind} ${subject}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const tooMany = [...counts].filter(
      ([what, count]) => count > (what.startsWith('add-credential') ? mostAdds : mostOfOneWrite),
    );
    return [
      ...tooMany.map(([what, count]) => `repeats ${what.split(' ')[0] ?? ''} ${count} times`),
      ...(entries.length > mostEntries ? [`writes ${entries.length} entries`] : []),
    ];
  }
}
