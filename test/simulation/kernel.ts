/**
 * Role: virtual time. An agenda of events in one process; the seed and the agenda's order decide
 * everything. Between two events all code that can run runs: a worker waits for nothing but events
 * of this agenda, so that the interleaving of workers is the agenda's and nobody else's.
 */
import { agenda } from '../../src/local/simulators/nylas-agenda.ts';

/** An event to come. */
export interface Planned {
  cancel(): void;
}

export interface Kernel {
  /** True time, epoch milliseconds: that of vendors and storage. */
  now(): number;
  at(instant: number, run: () => void): Planned;
  after(ms: number, run: () => void): Planned;
  /** Work of a vendor that an event has begun; the event is over when it is. */
  during(work: Promise<void>): void;
  /** The step that runs now ends with this error. */
  fail(error: unknown): void;
  nextAt(): number | undefined;
  /** Runs the next event and all that follows from it. False when there is none. */
  step(): Promise<boolean>;
  /** Events so far. */
  readonly steps: number;
}

interface Event {
  /** Gone when cancelled. */
  run?: () => void;
}

/** Turns of Node's queue after each event, and the most that a vendor's work may take. */
const restTurns = 3;
const longestRest = 1_000;

/** A kernel whose time begins at an instant. */
export function kernel(startAt: number): Kernel {
  const events = agenda<Event>();
  let now = startAt;
  let steps = 0;
  const vendors = { busy: 0 };
  let failure: { readonly error: unknown } | undefined;

  function fail(error: unknown): void {
    failure ??= { error };
  }

  function during(work: Promise<void>): void {
    vendors.busy += 1;
    void work.catch(fail).finally(() => {
      vendors.busy -= 1;
    });
  }

  function at(instant: number, run: () => void): Planned {
    const event: Event = { run };
    events.add(Math.max(instant, now), event);
    return {
      cancel() {
        delete event.run;
      },
    };
  }

  /** The next event that was not cancelled; those before it go. */
  function nextAt(): number | undefined {
    while (events.nextAt() !== undefined && events.first()?.run === undefined) events.takeFirst();
    return events.nextAt();
  }

  async function step(): Promise<boolean> {
    const instant = nextAt();
    if (instant === undefined) return false;
    now = Math.max(now, instant);
    steps += 1;
    events.takeFirst().run?.();
    await rest();
    for (let turn = 0; vendors.busy > 0; turn += 1) {
      if (turn > longestRest) throw new Error('A vendor does not come to rest');
      await rest();
    }
    if (failure) throw failure.error;
    return true;
  }

  return {
    now: () => now,
    at,
    after: (ms, run) => at(now + ms, run),
    during,
    fail,
    nextAt,
    step,
    get steps() {
      return steps;
    },
  };
}

/**
 * Everything that can run has run: a tick of Node's queue comes after all promises that can settle.
 * Three of them, since bodies of requests and replies take one here and there. Going once around the
 * event loop would do as well, at twenty times the cost; what would need a real timer, a thread or a
 * socket is no part of a simulation, and shows as a run that does not repeat.
 */
async function rest(): Promise<void> {
  for (let turn = 0; turn < restTurns; turn += 1) {
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
  }
}
