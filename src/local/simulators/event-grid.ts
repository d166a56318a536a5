/**
 * Role: Event Grid between a simulated vault and Keeper: at least once, in no promised order, some
 * deliveries late, refused ones again by Microsoft's retry schedule. Driven on simulated time: ask
 * {@link SimulatedEventGrid.nextAt}, move the clock there, take what is due.
 */
import {
  type EventSchema,
  type EventSource,
  type SecretEvent,
  eventBody,
} from './event-grid-events.ts';
import { type ExpiryQuirks, expiryTimers } from './event-grid-timers.ts';
import type { Surroundings } from './simulator.ts';
import type { VaultChange } from './vault-state.ts';

const secondMs = 1000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Waits before the second, third … attempt; after the last one every 12 hours. */
const retryWaitsMs: readonly number[] = [
  10 * secondMs,
  30 * secondMs,
  minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  3 * hourMs,
  6 * hourMs,
];
const lastRetryWaitMs = 12 * hourMs;
const notRetried: ReadonlySet<number> = new Set([400, 403, 413]);
const succeeded: ReadonlySet<number> = new Set([200, 201, 202, 203, 204]);

/** How an Event Grid subscription is set up, and how badly it behaves. */
export interface EventGridOptions extends Partial<ExpiryQuirks> {
  /** The vault's resource id, ending in its name. */
  readonly topic: string;
  /** The vault's host. Default: `<vault name>.vault.azure.net`. */
  readonly host?: string;
  /** Default `event-grid`; `mixed` draws one for each event. */
  readonly schema?: EventSchema | 'mixed';
  /** How often an event is delivered twice. Default 0.1. */
  readonly duplicateChance?: number;
  /** How often a delivery comes up to six hours late. Default 0.1. */
  readonly lateChance?: number;
  /** How often a key or value carries a stray blank. Default 0.1. */
  readonly strayBlankChance?: number;
  /** Default 30, Azure's maximum. */
  readonly maxDeliveryAttempts?: number;
  /** Default 1440 minutes, Azure's maximum. */
  readonly eventTimeToLiveMinutes?: number;
  /** The receiver, for {@link SimulatedEventGrid.deliverDue}: answers with an HTTP status. */
  deliver?(delivery: Delivery): number | Promise<number>;
}

/** One attempt to deliver one event. Instants are epoch milliseconds. */
export interface Delivery {
  readonly at: number;
  /** The event object; the same, with the same `id`, in duplicates and retries. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly schema: EventSchema;
  /** 1 for the first. */
  readonly attempt: number;
  readonly publishedAt: number;
}

/** A simulated Event Grid subscription to one vault. */
export interface SimulatedEventGrid {
  /** The vault's changes go here ({@link VaultChange}); only versions seen here cause events. */
  observe(change: VaultChange): void;
  /** The earliest moment at which there may be something to take. */
  nextAt(): number | undefined;
  /** Everything to be delivered up to `now`, in order of delivery. */
  takeDue(now: number): Delivery[];
  /** The receiver refused (or did not answer within 30 seconds): tries again later, or gives up. */
  redeliver(delivery: Delivery, status?: number): void;
  /** Takes what is due to the `deliver` option, and tries again what it refuses. */
  deliverDue(now: number): Promise<void>;
  /** Events given up, with the reason that Event Grid would write into the dead letter. */
  deadLetters(): readonly DeadLetter[];
}

/** An event given up. */
interface DeadLetter {
  readonly delivery: Delivery;
  readonly reason:
    | 'MaxDeliveryAttemptsExceeded'
    | 'TimeToLiveExceeded'
    | 'UndeliverableDueToClientError';
}

/** A subscription to one vault's events. */
export function simulatedEventGrid(
  surroundings: Pick<Surroundings, 'random'>,
  options: EventGridOptions,
): SimulatedEventGrid {
  const random = surroundings.random.fork(`event-grid/${options.topic}`);
  const source: EventSource = {
    topic: options.topic,
    host: options.host ?? `${options.topic.split('/').at(-1)}.vault.azure.net`,
    strayBlankChance: options.strayBlankChance ?? 0.1,
  };
  const timers = expiryTimers(random.fork('timers'), {
    disabledQuirkChance: options.disabledQuirkChance ?? 0.5,
    rescheduleChance: options.rescheduleChance ?? 0.5,
  });
  const abandoned: DeadLetter[] = [];
  let waiting: Delivery[] = [];

  function observe(change: VaultChange): void {
    fireTimers(change.at);
    timers.observe(change);
    if (change.kind !== 'new-version') return;
    const { version, expSeconds, nbfSeconds } = change.version;
    const kind = 'SecretNewVersionCreated';
    publish({ kind, at: change.at, name: change.name, version, expSeconds, nbfSeconds });
  }

  function fireTimers(now: number): void {
    for (const event of timers.takeDue(now)) publish(event);
  }

  function publish(event: SecretEvent): void {
    const schema = schemaOf(options.schema ?? 'event-grid');
    const body = eventBody(source, event, { schema, random });
    const first = { body, schema, attempt: 1, publishedAt: event.at };
    waiting.push({ ...first, at: event.at + latencyMs() });
    if (random.chance(options.duplicateChance ?? 0.1)) {
      waiting.push({ ...first, at: event.at + latencyMs() + random.int(10 * minuteMs) });
    }
    sortWaiting();
  }

  function schemaOf(wanted: EventSchema | 'mixed'): EventSchema {
    return wanted === 'mixed' ? random.pick(['event-grid', 'cloud-events'] as const) : wanted;
  }

  /** Mostly seconds; reordering follows, since each delivery draws its own. */
  function latencyMs(): number {
    const usual = 200 + random.int(5 * secondMs);
    const isLate = random.chance(options.lateChance ?? 0.1);
    return isLate ? usual + random.int(6 * hourMs) : usual;
  }

  function sortWaiting(): void {
    waiting.sort((one, other) => one.at - other.at);
  }

  function takeDue(now: number): Delivery[] {
    fireTimers(now);
    const due = waiting.filter(({ at }) => at <= now);
    waiting = waiting.filter(({ at }) => at > now);
    return due;
  }

  function redeliver(delivery: Delivery, status?: number): void {
    const { attempt, at, publishedAt } = delivery;
    if (status !== undefined && notRetried.has(status)) {
      return giveUp(delivery, 'UndeliverableDueToClientError');
    }
    if (attempt >= (options.maxDeliveryAttempts ?? 30)) {
      return giveUp(delivery, 'MaxDeliveryAttemptsExceeded');
    }
    const waitMs = retryWaitsMs[attempt - 1] ?? lastRetryWaitMs;
    const againAt = at + waitMs + random.int(waitMs / 10);
    if (againAt > publishedAt + (options.eventTimeToLiveMinutes ?? 1440) * minuteMs) {
      return giveUp(delivery, 'TimeToLiveExceeded');
    }
    waiting.push({ ...delivery, at: againAt, attempt: attempt + 1 });
    sortWaiting();
  }

  function giveUp(delivery: Delivery, reason: DeadLetter['reason']): void {
    abandoned.push({ delivery, reason });
  }

  async function deliverDue(now: number): Promise<void> {
    if (options.deliver === undefined) throw new Error('Cannot deliver events without a receiver');
    for (const delivery of takeDue(now)) {
      // One after the other: the receiver's own order is part of the simulation.
      // oxlint-disable-next-line no-await-in-loop
      const status = await options.deliver(delivery);
      if (!succeeded.has(status)) redeliver(delivery, status);
    }
  }

  function nextAt(): number | undefined {
    const instants = [timers.nextAt(), waiting[0]?.at].filter((at) => at !== undefined);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  return { observe, nextAt, takeDue, redeliver, deliverDue, deadLetters: () => abandoned };
}
