/**
 * A world whose answers are counted: each fault that a port gives the loop, each call of storage, and
 * what state blobs tell of registrations. The loop itself does not know.
 */
import type { Fault, Result } from '../core/fault.ts';
import type { Metrics, RequestOutcome } from '../reconcile/metrics.ts';
import type { Clock, StateStore, World } from '../reconcile/world.ts';

type Answered = (answer: Result<unknown>, tookMs: number) => void;

/** The same world, counted. */
export function countedWorld(world: World, metrics: Metrics): World {
  const { clock } = world;
  const ofVendor: Answered = (answer) => {
    if (!answer.ok) metrics.faulted(answer.fault);
  };
  const ofStorage: Answered = (answer, tookMs) => {
    ofVendor(answer, tookMs);
    const outcome = answer.ok ? 'ok' : outcomeOf(answer.fault.kind);
    metrics.requested({ addressee: 'storage', outcome, tookMs });
  };
  const vendor = <T extends object>(port: T): T => watched(port, clock, ofVendor);
  const storage = <T extends object>(port: T): T => watched(port, clock, ofStorage);
  return {
    ...world,
    directory: vendor(world.directory),
    tokens: vendor(world.tokens),
    vault: vendor(world.vault),
    connectors: vendor(world.connectors),
    chains: storage(world.chains),
    states: storage(toldStates(world.states, metrics)),
    orders: storage(world.orders),
    switches: storage(world.switches),
    queue: storage(world.queue),
  };
}

/** Tells of registrations what is listed and saved anyway: gauges cost no request. */
function toldStates(states: StateStore, metrics: Metrics): StateStore {
  return {
    read: (registration) => states.read(registration),
    async write(registration, body, head) {
      const written = await states.write(registration, body, head);
      // Whether or not the cache was saved: a pass has seen it so.
      metrics.saved(head);
      return written;
    },
    async list() {
      const listed = await states.list();
      if (listed.ok) metrics.listed(listed.value);
      return listed;
    },
  };
}

/** The same port; `answered` hears of each answer. What a method throws, it throws. */
function watched<T extends object>(
  port: T,
  clock: Pick<Clock, 'monotonic'>,
  answered: Answered,
): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: readonly unknown[]) => {
        const startedMs = clock.monotonic();
        const answer: unknown = await Reflect.apply(member, target, args);
        if (isAnswer(answer)) answered(answer, clock.monotonic() - startedMs);
        return answer;
      };
    },
  });
}

function isAnswer(value: unknown): value is Result<unknown> {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

/** The outcome of a call of storage, from what it became for the loop. */
function outcomeOf(kind: Fault['kind']): RequestOutcome {
  switch (kind) {
    case 'throttled':
    case 'timeout':
      return kind;
    case 'unavailable':
      return 'failed';
    case 'malformed':
      return 'unusable';
    case 'not-yet':
    case 'conflict':
    case 'denied':
    case 'policy':
    case 'limit':
    case 'deleted-holds-name':
    case 'absent':
    case 'rejected':
    case 'unsent':
      return 'refused';
  }
}
