/** Role: the chain that a former Keeper left: what it did is told first, in any order, then written. */
import { appendEntry, blankHead, type Head } from '../../src/audit/log.ts';
import type { Cause, Effect, EntryBody, Facts } from '../../src/core/entry.ts';
import { hourMs, minuteMs, type Tenant } from '../support/tenant.ts';

/** The registration that all states are about. */
export const key = 'calendar';

/** The former Keeper's chain. Instants are epoch milliseconds. */
export class FormerChain {
  readonly #customer: Tenant;
  readonly #now: number;
  readonly #entries: { readonly at: number; readonly body: EntryBody }[] = [];

  constructor(customer: Tenant, now: number) {
    this.#customer = customer;
    this.#now = now;
  }

  /** An observation so long from now; in the past where negative. */
  note(fromNowMs: number, seen: Extract<EntryBody, { kind: 'observation' }>['seen']): void {
    this.entry(this.#now + fromNowMs, { kind: 'observation', seen });
  }

  /** Any entry. */
  entry(at: number, body: EntryBody): void {
    this.#entries.push({ at, body });
  }

  /** An intent alone. */
  intent(at: number, effect: Effect, because: Cause, id: string): void {
    const deadlineAt = at + minuteMs;
    this.entry(at, { kind: 'intent', id, effect, deadlineAt, worker: 'former', because });
  }

  /** An intent that was carried out. */
  step(
    at: number,
    effect: Effect,
    because: Cause,
    { facts, id = this.#customer.world.newId() }: { readonly facts: Facts; readonly id?: string },
  ): void {
    this.intent(at, effect, because, id);
    this.entry(at + 1_000, { kind: 'outcome', intent: id, result: 'done', facts });
  }

  /** The last thing that a dead worker began; `parked`: its answer was lost, and the chain says so. */
  interrupted(
    effect: Effect,
    because: Cause,
    {
      parked = false,
      id = this.#customer.world.newId(),
    }: { readonly parked?: boolean; readonly id?: string },
  ): void {
    const isAdd = effect.kind === 'add-credential';
    const at = this.#now - (isAdd ? 2 * hourMs : 2 * minuteMs);
    this.intent(at, effect, because, id);
    if (!parked) return;
    const fault = { kind: 'timeout', vendor: 'graph' } as const;
    this.entry(at + minuteMs, { kind: 'outcome', intent: id, result: 'doubtful', fault });
  }

  /** Writes all that was told, in order of time. */
  async write(): Promise<void> {
    let head: Head = blankHead;
    const { chains } = this.#customer.world;
    for (const { at, body } of this.#entries.toSorted((one, other) => one.at - other.at)) {
      const appended = await appendEntry(chains, key, head, body, Math.floor(at));
      if (!appended.ok || !appended.value) throw new Error('The chain was not written');
      head = appended.value.head;
    }
  }
}
